//! serve: the site on a socket, the worker beside it, both ended in order.

use std::net::SocketAddr;

use anyhow::Context;
use axum::extract::Request;
use axum::serve::ListenerExt;
use axum::{Extension, ServiceExt};
use service::{Clock, Keys, Services};
use store::Store;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tower::Layer;
use tower::util::MapRequestLayer;

use crate::config::Config;
use crate::http::state::AppState;
use crate::http::{Stopping, router, strip_slash};
use crate::{app, key_check, worker};

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
    let state = app::state(&config, store.clone(), services.clone())?;
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
            services.syncs.stop_runs().await;
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
    let services = app::services(config, &store, &Clock::system())?;
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
