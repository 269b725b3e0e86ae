//! Probes for whoever watches the process.

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;

use crate::http::state::AppState;

pub(crate) fn routes() -> Router<AppState> {
    Router::new().route("/healthz", get(alive)).route("/readyz", get(ready))
}

/// `GET /healthz`: the process answers.
async fn alive() -> &'static str {
    "ok"
}

/// `GET /readyz`: the database answers and is migrated.
async fn ready(State(state): State<AppState>) -> (StatusCode, &'static str) {
    match state.store.is_ready().await {
        Ok(true) => (StatusCode::OK, "ok"),
        Ok(false) => (StatusCode::SERVICE_UNAVAILABLE, "not migrated: run `selexia migrate`"),
        Err(error) => {
            tracing::error!(%error, "database unavailable");
            (StatusCode::SERVICE_UNAVAILABLE, "database unavailable")
        }
    }
}
