//! The site over HTTP: one router an area, and what all of them stand behind.
//!
//! `middleware`, `extract` and `respond` lie below; `pages`, `api` and `hooks` above use them and
//! are used by nothing but this table.

mod api;
pub mod extract;
mod hooks;
pub mod middleware;
mod pages;
pub(crate) mod respond;
pub mod state;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::trace::TraceLayer;

use self::middleware::body_limit::{LARGEST_BODY_BYTES, body_limit};
use self::middleware::request_context::provide_request_context;
use self::middleware::same_origin::same_origin;
use self::middleware::security_headers::security_headers;
pub(crate) use self::middleware::slash::strip_slash;
use self::middleware::trace::{RequestSpan, request_id};
use self::pages::fallback;
pub(crate) use self::pages::sync::Stopping;
use self::respond::problem::after_panic;
use self::state::AppState;

/// The whole site. Wrap it in [`strip_slash`].
pub(crate) fn router(state: AppState) -> Router {
    Router::new()
        .merge(pages::public::routes())
        .merge(pages::accounts::routes())
        .merge(pages::connections::routes())
        .merge(pages::sync::routes())
        .merge(pages::profile::routes())
        .merge(pages::history::routes())
        .merge(pages::api_access::routes())
        .merge(pages::files::of_the_viewer())
        .fallback(fallback::not_found)
        .method_not_allowed_fallback(fallback::wrong_method)
        .layer(DefaultBodyLimit::max(LARGEST_BODY_BYTES))
        .layer(from_fn_with_state(state.clone(), body_limit))
        .layer(from_fn_with_state(state.clone(), same_origin))
        .layer(from_fn_with_state(state.clone(), provide_request_context))
        // Below the guards of pages: it knows no cookie, so there is none for another site to use.
        .merge(api::routes(&state))
        .merge(hooks::routes())
        .merge(pages::files::of_the_client())
        .merge(pages::health::routes())
        .layer(CatchPanicLayer::custom(after_panic))
        .layer(from_fn_with_state(state.clone(), security_headers))
        .layer(TraceLayer::new_for_http().make_span_with(RequestSpan))
        .layer(from_fn(request_id))
        .with_state(state)
}
