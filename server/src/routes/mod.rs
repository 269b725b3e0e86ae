//! The table: every address of the site on one screen. Pages and server functions stand in `app`.

mod account;
mod files;
mod gmail;
mod health;
mod page;
pub(crate) mod problem;

use app::{App, shell};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use leptos_axum::{LeptosRoutes, generate_route_list};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::trace::TraceLayer;

use crate::state::AppState;
use crate::web::{RequestSpan, provide_visit, request_id, same_origin, security_headers};

/// Largest form that is read.
const LARGEST_FORM_BYTES: usize = 64 * 1024;

/// The whole site. Wrap it in [`crate::web::strip_slash`].
pub fn router(state: AppState) -> Router {
    let options = state.options.clone();
    Router::new()
        .leptos_routes_with_context(
            &state,
            generate_route_list(App),
            page::context(state.clone()),
            move || shell(options.clone()),
        )
        .route("/register", post(account::register))
        .route("/login", post(account::login))
        .route("/logout", post(account::logout))
        .route("/language", post(account::language))
        .route("/gmail/callback", get(gmail::callback))
        .route("/avatar/{hash}", get(files::avatar))
        .fallback(page::not_found)
        .method_not_allowed_fallback(problem::wrong_method)
        .layer(DefaultBodyLimit::max(LARGEST_FORM_BYTES))
        .layer(from_fn_with_state(state.clone(), problem::bounded))
        .layer(from_fn_with_state(state.clone(), provide_visit))
        .layer(from_fn_with_state(state.clone(), same_origin))
        .route("/pkg/{hash}/{name}", get(files::pkg))
        .route("/favicon.svg", get(files::icon))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .layer(CatchPanicLayer::custom(problem::after_panic))
        .layer(from_fn_with_state(state.clone(), security_headers))
        .layer(TraceLayer::new_for_http().make_span_with(RequestSpan))
        .layer(from_fn(request_id))
        .with_state(state)
}
