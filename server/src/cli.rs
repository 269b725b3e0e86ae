//! The command line: every command is one verb of the service.

mod events;
mod keys;
mod progress;
mod schedule;
mod users;

use std::process::ExitCode;

use anyhow::{Context, anyhow};
use clap::{Args, Parser, Subcommand};
use model::{Status, SyncFailure, SyncOutcome, Trigger, UserId};
use service::{Caller, Clock, Services};
use store::Store;

use self::keys::KeysCommand;
use self::users::UserCommand;
use crate::config::{Config, DatabaseConfig, Faults, LogConfig, LogFormat, Raw};
use crate::serve;

/// SELEXIA Travel: the site, its worker and its tools.
#[derive(Debug, Parser)]
#[command(name = "selexia", version)]
pub struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the site (the default).
    Serve(Serving),
    /// Do what waits to be done, without serving the site.
    Worker,
    /// Bring the database's schema up to date.
    Migrate,
    /// People.
    #[command(subcommand)]
    User(UserCommand),
    /// Links to Google.
    #[command(subcommand)]
    Gmail(GmailCommand),
    /// Keys that seal tokens.
    #[command(subcommand)]
    Keys(KeysCommand),
}

#[derive(Debug, Default, Args)]
struct Serving {
    /// Leave syncs and all else that comes by itself to `selexia worker`.
    #[arg(long)]
    no_worker: bool,
}

#[derive(Debug, Subcommand)]
enum GmailCommand {
    /// Show the state of a user's connection.
    Status(OfUser),
    /// Sync a user's profile now.
    Sync(OfUser),
    /// Show how the syncs stand that come by themselves.
    Schedule,
    /// Google's security events.
    #[command(subcommand)]
    Events(events::EventsCommand),
}

#[derive(Debug, Args)]
struct OfUser {
    /// The user's sign-in address.
    #[arg(long)]
    user: String,
}

/// Runs one command.
pub async fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    let command = cli.command.unwrap_or(Command::Serve(Serving::default()));
    if let Command::Keys(KeysCommand::Generate) = command {
        return keys::generate();
    }
    let raw = Raw::from_environment()?;
    log_to_stderr(&LogConfig::read(&raw)?)?;
    match command {
        Command::Serve(Serving { no_worker }) => {
            serve::run(Config::read(&raw)?, !no_worker).await.map(|()| ExitCode::SUCCESS)
        }
        Command::Worker => serve::work(Config::read(&raw)?).await.map(|()| ExitCode::SUCCESS),
        Command::Migrate => {
            open(&raw).await?;
            println!("the database is up to date");
            Ok(ExitCode::SUCCESS)
        }
        Command::User(command) => Caller::Operator.scope(users::run(&raw, command)).await,
        Command::Gmail(GmailCommand::Status(of)) => status(&raw, &of.user).await,
        Command::Gmail(GmailCommand::Sync(of)) => {
            Caller::Operator.scope(sync(&raw, &of.user)).await
        }
        Command::Gmail(GmailCommand::Schedule) => schedule::run(&raw).await,
        Command::Gmail(GmailCommand::Events(command)) => events::run(&raw, command).await,
        Command::Keys(command) => keys::run(&raw, command).await,
    }
}

fn log_to_stderr(config: &LogConfig) -> anyhow::Result<()> {
    let filter = tracing_subscriber::EnvFilter::try_new(&config.filter)?;
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match config.format {
        LogFormat::Text => log.try_init(),
        LogFormat::Json => log.json().try_init(),
    }
    .map_err(|error| anyhow!("the log cannot be set up: {error}"))
}

/// Opens and migrates the database: the only setting that every command needs.
async fn open(raw: &Raw) -> anyhow::Result<Store> {
    let mut faults = Faults::default();
    let Some(config) = DatabaseConfig::read(raw, &mut faults) else { return Err(faults.into()) };
    let store = Store::open(&config.url, config.max_connections).await.context("DATABASE_URL")?;
    store.migrate().await.context("DATABASE_URL")?;
    Ok(store)
}

async fn user_and_services(raw: &Raw, email: &str) -> anyhow::Result<(UserId, Services)> {
    let config = Config::read(raw)?;
    let store = open(raw).await?;
    let services = crate::app::services(&config, &store, &Clock::system())?;
    let user = services.accounts.find(email).await?;
    Ok((user.with_context(|| format!("there is no user {email}"))?, services))
}

async fn status(raw: &Raw, email: &str) -> anyhow::Result<ExitCode> {
    let (user, services) = user_and_services(raw, email).await?;
    let cabinet = services.connections.cabinet(user).await?;
    let Some(connection) = cabinet.dashboard.connection else {
        println!("Gmail: not connected");
        return Ok(ExitCode::SUCCESS);
    };
    let state = match connection.status {
        Status::Active => "connected",
        Status::Paused => "paused",
        Status::NeedsReconnect => "needs reconnecting",
    };
    println!("Gmail: {state}");
    let cause = connection.cause.map(|cause| cause.as_str().to_owned());
    let failure = connection.last_failure.map(|failure| failure.as_str().to_owned());
    let facts = [
        ("cause", cause),
        ("account", connection.email.as_deref().map(model::accounts::account::masked)),
        ("connected at", Some(connection.connected_at.to_rfc3339())),
        ("last sync", connection.synced_at.map(|at| at.to_rfc3339())),
        ("last failure", failure),
        ("next sync", Some(connection.next_sync_at.to_rfc3339())),
        ("granted scopes", Some(connection.granted.to_string())),
    ];
    for (name, value) in facts {
        if let Some(value) = value {
            println!("{name}: {value}");
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn sync(raw: &Raw, email: &str) -> anyhow::Result<ExitCode> {
    let (user, services) = user_and_services(raw, email).await?;
    let Ok(report) = services.syncs.sync(user, Trigger::Operator).await? else {
        println!("Синхронизация: неудачна (Gmail is not connected)");
        return Ok(ExitCode::FAILURE);
    };
    if report.outcome == SyncOutcome::Failed {
        let reason = report.failure.unwrap_or(SyncFailure::Internal);
        println!("Синхронизация: неудачна ({})", reason_of(reason));
        return Ok(ExitCode::FAILURE);
    }
    if report.outcome == SyncOutcome::Cancelled {
        println!("Синхронизация: неудачна (stopped by the user)");
        return Ok(ExitCode::FAILURE);
    }
    // The two Russian result lines are an interface: scripts look for them.
    println!("Синхронизация: успешна");
    for change in &report.changed {
        println!("  changed: {}", change.field.as_str());
    }
    Ok(ExitCode::SUCCESS)
}

const fn reason_of(failure: SyncFailure) -> &'static str {
    match failure {
        SyncFailure::NeedsReconnect => "the user has to reconnect Gmail",
        SyncFailure::GoogleUnavailable => "Google is unavailable",
        SyncFailure::RateLimited => "Google rate limit reached",
        SyncFailure::GoogleProtocol => "unexpected response from Google",
        SyncFailure::OperatorFault => {
            "Google rejects the OAuth client, or an encryption key is missing: check \
             GMAIL_CLIENT_ID, GMAIL_CLIENT_SECRET and ENCRYPTION_KEYS"
        }
        SyncFailure::Internal => "internal error, see the log",
    }
}
