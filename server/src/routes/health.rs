//! Probes for whoever watches the process.

use axum::extract::State;
use axum::http::StatusCode;

use crate::state::AppState;

/// `GET /healthz`: the process answers.
pub(super) async fn alive() -> &'static str {
    "ok"
}

/// `GET /readyz`: the database answers and is migrated.
pub(super) async fn ready(State(state): State<AppState>) -> (StatusCode, &'static str) {
    match state.store.is_ready().await {
        Ok(true) => (StatusCode::OK, "ok"),
        Ok(false) => (StatusCode::SERVICE_UNAVAILABLE, "not migrated: run `selexia migrate`"),
        Err(error) => {
            tracing::error!(%error, "database unavailable");
            (StatusCode::SERVICE_UNAVAILABLE, "database unavailable")
        }
    }
}
