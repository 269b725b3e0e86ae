//! serve: the site on a socket, the worker beside it, both ended in order.

use std::net::SocketAddr;

use anyhow::Context;
use app::cookies::Cookies;
use app::document::Head;
use app::visit::Services;
use axum::extract::Request;
use axum::serve::ListenerExt;
use axum::{Extension, ServiceExt};
use google::{EventVerifier, Google};
use leptos::config::LeptosOptions;
use mail::Mailer;
use service::{
    Accounts, Addresses, ApiTokens, Clock, Gmail, Idempotency, Jobs, Keys, MailOutbox, Profiles,
    SecurityEvents,
};
use store::Store;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tower::Layer;
use tower::util::MapRequestLayer;

use crate::config::Config;
use crate::routes::{Stopping, page, router};
use crate::site::Site;
use crate::state::{AppState, Shared};
use crate::web::strip_slash;
use crate::{key_check, worker};

/// Builds the verbs from the settings.
pub fn services(config: &Config, store: &Store, clock: &Clock) -> anyhow::Result<Services> {
    let google = Google::new(config.gmail.google.clone())?;
    let accounts = Accounts::new(store.clone(), clock.clone());
    let mailer = config.mail.0.clone().map(Mailer::new).transpose().context("SMTP_URL")?;
    let site = config.site.base_url.clone();
    let post = MailOutbox::new(store.clone(), config.keys.clone(), clock.clone(), mailer, site);
    let gmail = Gmail::new(
        store.clone(),
        google,
        config.keys.clone(),
        clock.clone(),
        config.gmail.scopes.clone(),
    )
    .scheduled(config.schedule.0);
    let profiles = Profiles::new(store.clone(), clock.clone());
    let addresses = Addresses::new(accounts.clone(), post.clone());
    let tokens = ApiTokens::new(store.clone(), clock.clone());
    let idempotency = Idempotency::new(store.clone(), config.keys.clone(), clock.clone());
    let verifier = EventVerifier::new(&config.gmail.google, &config.events.other_clients)?;
    let security_events = SecurityEvents::new(gmail.clone(), verifier);
    let jobs = Jobs::new(
        store.clone(),
        clock.clone(),
        post.clone(),
        gmail.clone(),
        security_events.clone(),
    );
    Ok(Services {
        accounts,
        addresses,
        gmail,
        post,
        profiles,
        tokens,
        idempotency,
        security_events,
        jobs,
    })
}

/// Builds what the routes share.
pub fn state(config: &Config, store: Store, services: Services) -> anyhow::Result<AppState> {
    let site =
        Site::open(config.site.site_root.as_deref()).context("SELEXIA_SITE_ROOT cannot be read")?;
    if site.is_empty() {
        tracing::warn!("no client build found; serving plain HTML without styles");
    }
    let options = LeptosOptions::builder()
        .output_name("selexia")
        .site_pkg_dir(site.pkg_path())
        .site_addr(config.site.listen)
        .build();
    let head = Head::new(options);
    Ok(Shared {
        page_policy: page::policy(&head),
        head,
        services,
        store,
        cookies: Cookies { is_secure: config.site.base_url.scheme() == "https" },
        issuer_origin: config.gmail.google.issuer.origin().ascii_serialization(),
        base_url: config.site.base_url.clone(),
        trusted_proxies: config.site.trusted_proxies,
        contact: config.site.contact.clone(),
        site,
    }
    .into())
}

/// Serves the routes on a bound socket until `stop`.
pub async fn on(
    listener: TcpListener,
    state: AppState,
    stop: CancellationToken,
) -> std::io::Result<()> {
    let listener = listener.tap_io(|stream| {
        // A streamed page would otherwise wait for the client's delayed acknowledgement.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "setting TCP_NODELAY failed");
        }
    });
    let routes = router(state).layer(Extension(Stopping(stop.clone())));
    let site = MapRequestLayer::new(strip_slash).layer(routes);
    let service = ServiceExt::<Request>::into_make_service_with_connect_info::<SocketAddr>(site);
    axum::serve(listener, service).with_graceful_shutdown(stop.cancelled_owned()).await
}

/// The whole of `selexia serve`: migrate, listen, work unless that is left to other processes, and
/// stop when asked to.
pub async fn run(config: Config, works: bool) -> anyhow::Result<()> {
    let (store, services) = open(&config).await?;
    // Beside the start: it reads all tokens, and nobody has to wait for that.
    tokio::spawn(key_check::run(Keys::new(store.clone(), config.keys.clone())));
    let state = state(&config, store.clone(), services.clone())?;
    let listener = TcpListener::bind(config.site.listen)
        .await
        .with_context(|| format!("SELEXIA_LISTEN: cannot listen on {}", config.site.listen))?;
    tracing::info!(address = %config.site.base_url, listen = %listener.local_addr()?, "ready");
    let stop = stop_when_asked();
    let working = async {
        if works {
            worker::run(services.clone(), stop.clone()).await;
        } else {
            // Runs begun by hand are this process's to end, too.
            stop.cancelled().await;
            services.gmail.stop_runs().await;
        }
    };
    let serving = async {
        let served = on(listener, state, stop.clone()).await;
        stop.cancel();
        served
    };
    let (served, ()) = tokio::join!(serving, working);
    store.close().await;
    served.context("serving")
}

/// The whole of `selexia worker`: work without listening, and stop when asked to.
pub async fn work(config: Config) -> anyhow::Result<()> {
    let (store, services) = open(&config).await?;
    tracing::info!("worker started");
    worker::run(services, stop_when_asked()).await;
    store.close().await;
    Ok(())
}

async fn open(config: &Config) -> anyhow::Result<(Store, Services)> {
    for warning in config.gmail.warnings() {
        tracing::warn!("{warning}");
    }
    if let Some(warning) = config.mail.warning() {
        tracing::warn!("{warning}");
    }
    let store = Store::open(&config.database.url, config.database.max_connections)
        .await
        .context("DATABASE_URL")?;
    store.migrate().await.context("DATABASE_URL")?;
    let services = services(config, &store, &Clock::system())?;
    Ok((store, services))
}

fn stop_when_asked() -> CancellationToken {
    let stop = CancellationToken::new();
    tokio::spawn({
        let stop = stop.clone();
        async move {
            asked_to_stop().await;
            tracing::info!("shutting down");
            stop.cancel();
        }
    });
    stop
}

async fn asked_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let interrupted = tokio::signal::ctrl_c();
    match signal(SignalKind::terminate()) {
        Ok(mut terminated) => {
            tokio::select! { _ = interrupted => {}, _ = terminated.recv() => {} }
        }
        Err(_) => drop(interrupted.await),
    }
}
