//! What a client may read before it starts: metadata and keys (docs/google-facts.md 2.1, 2.4, 5.2).

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::fault::Endpoint;
use crate::mishap;
use crate::world::World;

pub(super) async fn openid(State(world): State<World>) -> Response {
    mishap::around(&world, Endpoint::Discovery, || {
        let base = world.base();
        let document = json!({
            "issuer": base,
            "authorization_endpoint": format!("{base}/o/oauth2/v2/auth"),
            "token_endpoint": format!("{base}/token"),
            "userinfo_endpoint": format!("{base}/v1/userinfo"),
            "revocation_endpoint": format!("{base}/revoke"),
            "jwks_uri": format!("{base}/oauth2/v3/certs"),
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "scopes_supported": ["openid", "email", "profile"],
            "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
            "claims_supported": [
                "aud", "email", "email_verified", "exp", "family_name", "given_name", "iat", "iss",
                "locale", "name", "picture", "sub",
            ],
            "code_challenge_methods_supported": ["plain", "S256"],
            "grant_types_supported": ["authorization_code", "refresh_token"],
        });
        ([(header::CACHE_CONTROL, "public, max-age=3600")], Json(document)).into_response()
    })
    .await
}

pub(super) async fn risc(State(world): State<World>) -> Response {
    mishap::around(&world, Endpoint::RiscConfiguration, || {
        let base = world.base();
        let document = json!({
            "issuer": format!("{base}/"),
            "jwks_uri": format!("{base}/oauth2/v3/certs"),
        });
        ([(header::CACHE_CONTROL, "public, max-age=3600")], Json(document)).into_response()
    })
    .await
}

pub(super) async fn jwks(State(world): State<World>) -> Response {
    mishap::around(&world, Endpoint::Jwks, || {
        let state = world.state();
        let cache =
            format!("public, max-age={}, must-revalidate", state.behaviour.jwks_max_age_secs);
        ([(header::CACHE_CONTROL, cache)], Json(state.keys.jwks())).into_response()
    })
    .await
}
