//! The route table: every address of Google's that the stand-in plays, and its own under /sandbox.

mod authorize;
mod avatar;
mod bearer;
mod calendar;
mod client_auth;
mod consent;
mod control;
mod discovery;
mod gmail;
mod home;
mod mail;
mod request;
mod revoke;
mod risc;
mod token;
mod userinfo;

pub(crate) use request::Refusal;

use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use serde_json::{Value, json};

use crate::world::World;

pub(crate) fn router(world: World) -> Router {
    Router::new()
        .route("/", get(home::home))
        .route("/remove-access", post(home::remove_access))
        .route("/.well-known/openid-configuration", get(discovery::openid))
        .route("/.well-known/risc-configuration", get(discovery::risc))
        .route("/oauth2/v3/certs", get(discovery::jwks))
        .route("/o/oauth2/v2/auth", get(authorize::authorize))
        .route("/o/oauth2/chooser", post(authorize::choose))
        .route("/o/oauth2/consent", get(consent::show).post(consent::answer))
        .route("/token", post(token::token))
        .route("/revoke", post(revoke::revoke))
        .route("/tokeninfo", get(userinfo::tokeninfo))
        .route("/v1/userinfo", get(userinfo::openid))
        .route("/oauth2/v3/userinfo", get(userinfo::openid))
        .route("/oauth2/v2/userinfo", get(userinfo::legacy))
        .route("/gmail/v1/users/me/profile", get(gmail::profile))
        .route("/gmail/v1/users/me/settings/language", get(gmail::language))
        .route("/gmail/{*path}", any(gmail::other))
        .route("/calendar/v3/users/me/settings/{name}", get(calendar::setting))
        .route("/calendar/{*path}", any(calendar::other))
        .route("/avatar/{file}", get(avatar::avatar))
        .route("/mail", get(mail::list))
        .route("/mail/", get(mail::list))
        .route("/mail/{number}", get(mail::show))
        .nest("/v1beta", risc::router())
        .nest("/sandbox", control::router())
        .with_state(world)
}

/// `{"error", "error_description"}`, never stored (docs/google-facts.md 1.8).
fn oauth_error(status: StatusCode, error: &str, description: &str) -> Response {
    no_store(status, json!({ "error": error, "error_description": description }))
}

fn no_store(status: StatusCode, body: Value) -> Response {
    let headers = [(header::CACHE_CONTROL, "no-store"), (header::PRAGMA, "no-cache")];
    (status, headers, axum::Json(body)).into_response()
}
