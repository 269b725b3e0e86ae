//! Revocation: any token of a grant ends the whole grant; a dead one is an error
//! (docs/google-facts.md 1.7).

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::oauth_error;
use super::token::is_form;
use crate::fault::Endpoint;
use crate::mishap;
use crate::params::Params;
use crate::world::World;

pub(super) async fn revoke(
    State(world): State<World>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    mishap::around(&world, Endpoint::Revoke, || {
        let bad = |error, description| oauth_error(StatusCode::BAD_REQUEST, error, description);
        let form = Params::parse(&body);
        let Some(token) = form.get("token").filter(|_| is_form(&headers)) else {
            return bad("invalid_request", "Missing required parameter: token");
        };
        let mut state = world.state();
        let now = state.clock.now();
        let Some(key) = state.ledger.grant_of(token, now) else {
            return bad("invalid_token", "Token expired or revoked");
        };
        state.ledger.revoke(&key, now);
        Json(json!({})).into_response()
    })
    .await
}
