//! Syncs by hand: begun and stopped by server functions, watched as events.

mod events;

use axum::Router;
use axum::routing::{get, post};

pub(crate) use self::events::Stopping;
use super::server_functions::server_function;
use crate::http::state::AppState;

pub(crate) fn routes() -> Router<AppState> {
    Router::new()
        .route("/gmail/sync", post(server_function))
        .route("/gmail/sync/start", post(server_function))
        .route("/gmail/sync/cancel", post(server_function))
        .route("/gmail/sync/events", get(events::events))
        .route("/gmail/sync/result", get(events::result))
}
