//! The profile: its form, and what to do where Google has another value.

mod form;

use axum::Router;
use axum::routing::{get, post};

pub(crate) use self::form::filled_in;
use super::server_functions::server_function;
use crate::http::state::AppState;

pub(crate) fn routes() -> Router<AppState> {
    Router::new()
        .route("/dashboard/profile", get(form::page).post(form::save))
        .route("/dashboard/choices", post(form::choose))
        .route("/dashboard/browser", post(server_function))
}
