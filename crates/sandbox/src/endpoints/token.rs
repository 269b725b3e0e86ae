//! The token endpoint: exchange of a code, and refresh (docs/google-facts.md 1.5, 1.6, 1.8).
//! Forms only; each error has the body and status that Google was seen to send.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use serde_json::{Value, json};

use super::client_auth::authenticate;
use super::{no_store, oauth_error};
use crate::fault::Endpoint;
use crate::mishap;
use crate::params::Params;
use crate::random::{CODE_PREFIX, REFRESH_PREFIX};
use crate::world::World;
use crate::world::permission::{self, Permission, Permissions};
use crate::world::state::{self, EXPIRES_IN_SECS, TESTING_SECS};

type Refused = Box<Response>;

pub(super) async fn token(State(world): State<World>, headers: HeaderMap, body: Bytes) -> Response {
    let form = Params::parse(&body);
    let endpoint = match form.get("grant_type") {
        Some("refresh_token") => Endpoint::TokenRefresh,
        _ => Endpoint::TokenCode,
    };
    mishap::around(&world, endpoint, || {
        grant(&world, &headers, &form).unwrap_or_else(|refused| *refused)
    })
    .await
}

fn grant(world: &World, headers: &HeaderMap, form: &Params) -> Result<Response, Refused> {
    if !is_form(headers) {
        return Err(bad("invalid_request", "The body must be application/x-www-form-urlencoded"));
    }
    if let Some(name) = form.repeated() {
        return Err(bad("invalid_request", &format!("Parameter given twice: {name}")));
    }
    let mut state = world.state();
    let client_id = authenticate(&state, headers, form)?;
    match form.get("grant_type") {
        Some("authorization_code") => exchange(&mut state, world.base(), &client_id, form),
        Some("refresh_token") => refresh(&mut state, world.base(), &client_id, form),
        Some(other) => Err(bad("unsupported_grant_type", &format!("Invalid grant_type: {other}"))),
        None => Err(bad("invalid_request", "Missing required parameter: grant_type")),
    }
}

fn exchange(
    state: &mut state::State,
    base: &str,
    client_id: &str,
    form: &Params,
) -> Result<Response, Refused> {
    let text = required(form, "code")?;
    let redirect_uri = required(form, "redirect_uri")?;
    if !text.starts_with(CODE_PREFIX) {
        return Err(bad("invalid_grant", "Malformed auth code."));
    }
    let now = state.clock.now();
    // Whatever happens next, a code that was shown once is spent.
    let code = state
        .ledger
        .codes
        .remove(text)
        .filter(|code| code.expires_at > now && code.grant.1 == client_id)
        .ok_or_else(|| bad("invalid_grant", "Bad Request"))?;
    if code.redirect_uri != redirect_uri {
        return Err(bad("redirect_uri_mismatch", "Bad Request"));
    }
    match (&code.challenge, form.get("code_verifier")) {
        (Some(_), None) => return Err(bad("invalid_grant", "Missing code verifier.")),
        (Some(challenge), Some(verifier)) if !challenge.admits(verifier) => {
            return Err(bad("invalid_grant", "Invalid code verifier."));
        }
        // A verifier without a challenge is a downgrade in progress (RFC 9700 2.1.1).
        (None, Some(_)) => return Err(bad("invalid_grant", "Invalid code verifier.")),
        _ => {}
    }
    if state.account(&code.grant.0).is_none() {
        return Err(bad("invalid_grant", "Account has been deleted"));
    }
    let mut body = token_body(state, &code.grant, &code.scopes);
    if code.with_refresh_token {
        body["refresh_token"] = json!(state.issue_refresh_token(&code.grant, &code.scopes, now));
        if state.ends_after_a_week(&code.scopes) {
            body["refresh_token_expires_in"] = json!(TESTING_SECS);
        }
    }
    add_id_token(state, base, &mut body, &code.grant, &code.scopes, code.nonce.as_deref());
    Ok(no_store(StatusCode::OK, body))
}

fn refresh(
    state: &mut state::State,
    base: &str,
    client_id: &str,
    form: &Params,
) -> Result<Response, Refused> {
    let text = required(form, "refresh_token")?;
    if !text.starts_with(REFRESH_PREFIX) {
        return Err(bad("invalid_grant", "Bad Request"));
    }
    let now = state.clock.now();
    let dead = || bad("invalid_grant", "Token has been expired or revoked.");
    let token = state.ledger.refresh_tokens.get(text).cloned().ok_or_else(dead)?;
    if token.grant.1 != client_id {
        return Err(bad("unauthorized_client", "Unauthorized"));
    }
    if token.is_dead(now) {
        return Err(dead());
    }
    if state.account(&token.grant.0).is_none() {
        return Err(bad("invalid_grant", "Account has been deleted"));
    }
    let scopes = narrowed(&token.scopes, form)?;
    let mut body = token_body(state, &token.grant, &scopes);
    if state.behaviour.rotate_refresh_tokens {
        state.ledger.refresh_tokens.remove(text);
        body["refresh_token"] = json!(state.issue_refresh_token(&token.grant, &token.scopes, now));
    } else if let Some(token) = state.ledger.refresh_tokens.get_mut(text) {
        token.last_used_at = now;
    }
    if state.behaviour.id_token_on_refresh {
        add_id_token(state, base, &mut body, &token.grant, &scopes, None);
    }
    Ok(no_store(StatusCode::OK, body))
}

/// A refresh may ask for fewer permissions, never for more (RFC 6749 section 6).
fn narrowed(held: &Permissions, form: &Params) -> Result<Permissions, Refused> {
    let Some(text) = form.get("scope") else { return Ok(held.clone()) };
    text.split_whitespace()
        .map(|word| Permission::parse(word).filter(|permission| held.contains(permission)))
        .collect::<Option<Permissions>>()
        .ok_or_else(|| bad("invalid_scope", "Some requested scopes were not granted."))
}

fn token_body(state: &mut state::State, grant: &(String, String), scopes: &Permissions) -> Value {
    let now = state.clock.now();
    json!({
        "access_token": state.issue_access_token(grant, scopes, now),
        "expires_in": EXPIRES_IN_SECS,
        "scope": permission::wire(scopes),
        "token_type": "Bearer",
    })
}

fn add_id_token(
    state: &mut state::State,
    base: &str,
    body: &mut Value,
    grant: &(String, String),
    scopes: &Permissions,
    nonce: Option<&str>,
) {
    if !scopes.contains(&Permission::OpenId) {
        return;
    }
    let now = state.clock.now();
    let access_token = body["access_token"].as_str().unwrap_or_default().to_owned();
    if let Some(text) = state.issue_id_token(base, grant, scopes, nonce, &access_token, now) {
        body["id_token"] = json!(text);
    }
}

fn required<'a>(form: &'a Params, name: &str) -> Result<&'a str, Refused> {
    form.get(name)
        .ok_or_else(|| bad("invalid_request", &format!("Missing required parameter: {name}")))
}

fn bad(error: &str, description: &str) -> Refused {
    Box::new(oauth_error(StatusCode::BAD_REQUEST, error, description))
}

/// Whether the body claims to be a form; Google's documents name no other type.
pub(super) fn is_form(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded"))
}
