//! The stream of security events, for operators: register it, look at it, try it.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, bail};
use clap::Subcommand;
use google::{EVENT_TYPES, EventStream, ServiceAccount, StreamError};
use service::{Clock, Services, StreamState};

use crate::config::{Config, Raw};

#[derive(Debug, Subcommand)]
pub(super) enum EventsCommand {
    /// Ask Google to send security events to this site.
    Register,
    /// Show the stream, and when it last brought something.
    Status,
    /// Ask Google for one event, and wait for it.
    Verify,
}

/// How long an event that was asked for may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often the database is looked at meanwhile: the event comes to the site's own process.
const GLANCE: Duration = Duration::from_millis(200);

/// Runs one command.
pub(super) async fn run(raw: &Raw, command: EventsCommand) -> anyhow::Result<ExitCode> {
    let config = Config::read(raw)?;
    let Some(account) = config.events.account.clone() else {
        bail!(
            "GMAIL_EVENTS_KEY_FILE is missing: name the JSON key of a service account \
             (docs/security-events.md says how to make one)"
        );
    };
    let store = super::open(raw).await?;
    let clock = Clock::system();
    let services = crate::app::services(&config, &store, &clock)?;
    let stream = EventStream::new(&config.gmail.google, &config.events.api_url, account.clone())?;
    match command {
        EventsCommand::Register => register(&config, &stream, &account, &clock).await,
        EventsCommand::Status => status(&services, &stream, &clock).await,
        EventsCommand::Verify => verify(&services, &stream, &clock).await,
    }
}

async fn register(
    config: &Config,
    stream: &EventStream,
    account: &ServiceAccount,
    clock: &Clock,
) -> anyhow::Result<ExitCode> {
    stream
        .register(&config.site.events(), clock.now())
        .await
        .with_context(|| format!("project {}, {}", account.project(), account.email()))?;
    // Google drops types that it does not know without a word.
    let found = stream.find(clock.now()).await?;
    let dropped = found.dropped();
    println!("registered: {}", found.url());
    println!("events: {} of {}", EVENT_TYPES.len() - dropped.len(), EVENT_TYPES.len());
    for address in &dropped {
        println!("  dropped by Google: {address}");
    }
    Ok(if dropped.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn status(
    services: &Services,
    stream: &EventStream,
    clock: &Clock,
) -> anyhow::Result<ExitCode> {
    match stream.find(clock.now()).await {
        Ok(found) => {
            println!("stream: {}", found.url());
            println!("status: {}", stream.status(clock.now()).await?);
            for address in found.types() {
                println!("  {address}");
            }
        }
        Err(StreamError::NotRegistered) => {
            println!("stream: none ({})", StreamError::NotRegistered)
        }
        Err(error) => return Err(error.into()),
    }
    let StreamState { last_event_at, check } = services.security_events.stream_state().await?;
    let said = |at: Option<chrono::DateTime<chrono::Utc>>| {
        at.map_or_else(|| "never".to_owned(), |at| at.to_rfc3339())
    };
    println!("last event: {}", said(last_event_at));
    match check {
        None => println!("last verification: never"),
        Some(check) => match check.answered_at {
            Some(at) => println!("last verification: arrived {}", said(Some(at))),
            None => {
                println!("last verification: asked {}, not arrived", said(Some(check.asked_at)))
            }
        },
    }
    Ok(ExitCode::SUCCESS)
}

async fn verify(
    services: &Services,
    stream: &EventStream,
    clock: &Clock,
) -> anyhow::Result<ExitCode> {
    let events = &services.security_events;
    let state = events.begin_check().await?;
    stream.verify(&state, clock.now()).await?;
    let arrival = async {
        loop {
            let check = events.stream_state().await?.check;
            if check.is_some_and(|check| check.answered_at.is_some()) {
                return anyhow::Ok(());
            }
            tokio::time::sleep(GLANCE).await;
        }
    };
    match tokio::time::timeout(PATIENCE, arrival).await {
        Ok(arrived) => {
            arrived?;
            println!("the event arrived");
            Ok(ExitCode::SUCCESS)
        }
        Err(_) => bail!(
            "no event in {} seconds: is the site running, and can Google reach it at the address \
             that `selexia gmail events status` shows?",
            PATIENCE.as_secs()
        ),
    }
}
