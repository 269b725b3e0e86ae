//! The API for programs: every operation on one screen, with its guards.
//!
//! Programs show a token of a user's; cookies are not looked at. The document at
//! `/api/openapi.json` is made from the same declarations as the routes.

mod authenticate;
mod body;
mod call;
mod connection;
mod document;
mod export;
mod history;
mod once;
mod problem;
mod profile;
mod profile_shape;
mod reference;
mod words;

use axum::Router;
use axum::http::StatusCode;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{any, get};
use tower_http::catch_panic::CatchPanicLayer;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) use self::export::export;
pub(super) use self::reference::reference;
use super::problem::after_panic;
use crate::state::AppState;

/// The operations, each under its own address and in the document at once.
fn operations() -> OpenApiRouter<AppState> {
    OpenApiRouter::with_openapi(document::base())
        .routes(routes!(profile::read, profile::change))
        .routes(routes!(profile::avatar))
        .routes(routes!(profile::decide))
        .routes(routes!(profile::choose))
        .routes(routes!(connection::read))
        .routes(routes!(connection::choose_interval))
        .routes(routes!(connection::sync))
        .routes(routes!(connection::disconnect))
        .routes(routes!(history::list))
        .routes(routes!(history::undo))
}

/// Everything below `/api/`, outermost last: whatever happens, the answer is a problem with details.
pub(super) fn router(state: &AppState) -> Router<AppState> {
    let (operations, _) = operations().split_for_parts();
    operations
        .route_layer(from_fn_with_state(state.clone(), once::once))
        .route_layer(from_fn_with_state(state.clone(), authenticate::authenticate))
        .route("/api/openapi.json", get(document::openapi))
        .route("/api/{*rest}", any(StatusCode::NOT_FOUND))
        .layer(CatchPanicLayer::custom(after_panic))
        .layer(from_fn(problem::detailed))
}
