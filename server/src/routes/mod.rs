//! The table: every address of the site on one screen.

mod account;
mod address;
mod api;
mod asked;
mod confirm;
mod details;
mod events;
mod files;
mod form;
mod gmail;
mod health;
mod live;
pub(crate) mod page;
pub(crate) mod problem;
mod profile;
mod tokens;

pub use live::Stopping;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::trace::TraceLayer;

use crate::state::AppState;
use crate::web::{RequestSpan, provide_visit, request_id, same_origin, security_headers};

/// Largest form that is read.
const LARGEST_FORM_BYTES: usize = 64 * 1024;

/// The whole site. Wrap it in [`crate::web::strip_slash`].
pub fn router(state: AppState) -> Router {
    Router::new()
        .route("/", get(page::home))
        .route("/accessibility", get(page::accessibility))
        .route("/register", get(page::register).post(account::register))
        .route("/login", get(page::login).post(account::login))
        .route("/logout", post(account::logout))
        .route("/confirm", get(confirm::page).post(confirm::confirm))
        .route("/language", post(account::language))
        .route("/dashboard", get(page::dashboard))
        .route("/dashboard/profile", get(profile::form).post(profile::save))
        .route("/dashboard/account", get(address::page))
        .route("/dashboard/account/address", post(address::request))
        .route("/dashboard/account/cancel", post(address::cancel))
        .route("/address/confirm", get(address::proof).post(address::prove))
        .route("/address/restore", get(address::way_back).post(address::restore))
        .route("/dashboard/choices", post(profile::choose))
        .route("/dashboard/undo", post(profile::undo))
        .route("/dashboard/history", get(profile::history))
        .route("/dashboard/export", get(api::export))
        .route("/dashboard/tokens", get(tokens::list).post(tokens::create))
        .route("/dashboard/tokens/revoke", post(tokens::revoke))
        .route("/dashboard/browser", post(gmail::server_function))
        .route("/gmail/connect", get(page::connect).post(gmail::server_function))
        .route("/gmail/callback", get(gmail::callback))
        .route("/gmail/sync", post(gmail::server_function))
        .route("/gmail/sync/start", post(gmail::server_function))
        .route("/gmail/sync/events", get(live::events))
        .route("/gmail/sync/result", get(live::result))
        .route("/gmail/sync/cancel", post(gmail::server_function))
        .route("/gmail/disconnect", get(page::disconnect).post(gmail::server_function))
        .route("/gmail/disconnect/undo", post(gmail::undo_disconnect))
        .route("/gmail/disconnect/finish", post(gmail::finish_disconnect))
        .route("/gmail/pause", post(gmail::pause))
        .route("/gmail/resume", post(gmail::resume))
        .route("/gmail/interval", post(gmail::interval))
        .route("/gmail/switch", get(gmail::account_conflict).post(gmail::switch))
        .route("/gmail/switch/keep", post(gmail::keep))
        .route("/avatar/{hash}", get(files::avatar))
        .route("/api", get(api::reference))
        .fallback(problem::not_found)
        .method_not_allowed_fallback(problem::wrong_method)
        .layer(DefaultBodyLimit::max(LARGEST_FORM_BYTES))
        .layer(from_fn_with_state(state.clone(), problem::bounded))
        .layer(from_fn_with_state(state.clone(), same_origin))
        .layer(from_fn_with_state(state.clone(), provide_visit))
        // Below the guards of pages: it knows no cookie, so there is none for another site to use.
        .merge(api::router(&state))
        // Behind neither cookies nor the check for our own pages: a program of Google's comes here.
        .route(
            "/gmail/events",
            post(events::receive).layer(DefaultBodyLimit::max(events::LARGEST_EVENT_BYTES)),
        )
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
