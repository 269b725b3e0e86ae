//! The API for programs, with its guards.
//!
//! Programs show a token of a user's; cookies are not looked at. The document at
//! `/api/openapi.json` is made from the same declarations as the routes.

mod authenticate;
pub(crate) mod connection;
pub(crate) mod document;
pub(crate) mod history;
mod idempotency;
mod names;
mod operations;
mod profile;
pub(crate) mod profile_shape;

use axum::Router;
use axum::http::StatusCode;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{any, get};
use tower_http::catch_panic::CatchPanicLayer;

use self::authenticate::authenticate;
use self::idempotency::carry_out_once;
use self::operations::operations;
use crate::http::middleware::problem_details::with_problem_details;
use crate::http::respond::problem::after_panic;
use crate::http::state::AppState;

/// Everything below `/api/`, outermost last: whatever happens, the answer is a problem with
/// details.
pub(crate) fn routes(state: &AppState) -> Router<AppState> {
    let (operations, _) = operations().split_for_parts();
    operations
        .route_layer(from_fn_with_state(state.clone(), carry_out_once))
        .route_layer(from_fn_with_state(state.clone(), authenticate))
        .route("/api/openapi.json", get(document::openapi))
        .route("/api/{*rest}", any(StatusCode::NOT_FOUND))
        .layer(CatchPanicLayer::custom(after_panic))
        .layer(from_fn(with_problem_details))
}
