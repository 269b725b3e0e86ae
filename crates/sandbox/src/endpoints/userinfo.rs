//! Userinfo in both shapes, and tokeninfo (docs/google-facts.md 2.5).
//! Only what the token's permissions open is said.

use axum::Json;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use super::bearer::bearer;
use super::oauth_error;
use crate::fault::Endpoint;
use crate::id_token::{overlay, person_claims};
use crate::mishap;
use crate::params::Params;
use crate::world::{World, permission};

pub(super) async fn openid(State(world): State<World>, headers: HeaderMap) -> Response {
    mishap::around(&world, Endpoint::Userinfo, || match claims(&world, &headers) {
        Some(claims) => Json(Value::Object(claims)).into_response(),
        None => unauthorized(),
    })
    .await
}

/// The older shape: `id` for `sub`, `verified_email` for `email_verified`.
pub(super) async fn legacy(State(world): State<World>, headers: HeaderMap) -> Response {
    mishap::around(&world, Endpoint::Userinfo, || {
        let Some(mut claims) = claims(&world, &headers) else { return unauthorized() };
        for (new, old) in [("sub", "id"), ("email_verified", "verified_email")] {
            if let Some(value) = claims.remove(new) {
                claims.insert(old.to_owned(), value);
            }
        }
        Json(Value::Object(claims)).into_response()
    })
    .await
}

fn claims(world: &World, headers: &HeaderMap) -> Option<Map<String, Value>> {
    let (account, scopes) = bearer(world, headers)?;
    if !scopes.iter().any(|permission| permission.is_sign_in()) {
        return None;
    }
    let mut claims = person_claims(&account, &scopes, world.base());
    overlay(&mut claims, &world.state().behaviour.userinfo_overrides);
    Some(claims)
}

fn unauthorized() -> Response {
    let challenge = r#"Bearer realm="https://accounts.google.com/", error="invalid_token""#;
    let body = oauth_error(StatusCode::UNAUTHORIZED, "invalid_request", "Invalid Credentials");
    ([(header::WWW_AUTHENTICATE, challenge)], body).into_response()
}

/// For debugging by hand; a product has no reason to call it.
pub(super) async fn tokeninfo(State(world): State<World>, RawQuery(query): RawQuery) -> Response {
    mishap::around(&world, Endpoint::TokenInfo, || {
        let params = Params::parse(query.unwrap_or_default().as_bytes());
        let state = world.state();
        let now = state.clock.now();
        let token = params
            .get("access_token")
            .and_then(|text| state.ledger.access_tokens.get(text))
            .filter(|token| token.expires_at > now);
        match token {
            Some(token) => Json(json!({
                "azp": token.grant.1, "aud": token.grant.1, "sub": token.grant.0,
                "scope": permission::wire(&token.scopes),
                "exp": token.expires_at.timestamp().to_string(),
                "expires_in": (token.expires_at - now).num_seconds().to_string(),
            }))
            .into_response(),
            None => oauth_error(StatusCode::BAD_REQUEST, "invalid_token", "Invalid Value"),
        }
    })
    .await
}
