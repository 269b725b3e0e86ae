//! The link to Google: its state, its beginning, its settings, its end.

mod account_conflict;
mod callback;
mod connect;
mod dashboard;
mod disconnect;
mod settings;

use axum::Router;
use axum::routing::{get, post};

use super::server_functions::server_function;
use crate::http::state::AppState;

pub(crate) fn routes() -> Router<AppState> {
    Router::new()
        .route("/dashboard", get(dashboard::page))
        .route("/gmail/connect", get(connect::page).post(server_function))
        .route("/gmail/callback", get(callback::callback))
        .route("/gmail/disconnect", get(disconnect::page).post(server_function))
        .route("/gmail/disconnect/undo", post(disconnect::undo))
        .route("/gmail/disconnect/finish", post(disconnect::finish))
        .route("/gmail/pause", post(settings::pause))
        .route("/gmail/resume", post(settings::resume))
        .route("/gmail/interval", post(settings::choose_interval))
        .route("/gmail/switch", get(account_conflict::page).post(account_conflict::switch))
        .route("/gmail/switch/keep", post(account_conflict::keep))
}
