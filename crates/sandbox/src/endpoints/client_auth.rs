//! Client authentication at the token endpoint: in the form or by Basic, never both
//! (docs/google-facts.md 1.5, 1.8; RFC 6749 2.3.1).

use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use url::form_urlencoded;

use super::oauth_error;
use crate::params::Params;
use crate::world::state::State;

/// The id of the client that proved itself.
pub(super) fn authenticate(
    state: &State,
    headers: &HeaderMap,
    form: &Params,
) -> Result<String, Box<Response>> {
    let (id, secret) = match basic(headers)? {
        Some(_) if form.get("client_secret").is_some() => {
            return Err(invalid_request("Two ways of client authentication in one request"));
        }
        Some((id, _)) if form.get("client_id").is_some_and(|named| named != id) => {
            return Err(invalid_request("client_id differs from the authenticated client"));
        }
        Some(pair) => pair,
        None => {
            let id = form
                .get("client_id")
                .ok_or_else(|| invalid_request("Could not determine client ID from request."))?;
            let secret = form.get("client_secret");
            (id.to_owned(), secret.unwrap_or_default().to_owned())
        }
    };
    let client =
        state.clients.get(&id).ok_or_else(|| invalid_client("The OAuth client was not found."))?;
    if secret.is_empty() {
        return Err(invalid_request("client_secret is missing."));
    }
    if client.secret != secret {
        return Err(invalid_client("Unauthorized"));
    }
    Ok(id)
}

fn basic(headers: &HeaderMap) -> Result<Option<(String, String)>, Box<Response>> {
    let Some(value) = headers.get(header::AUTHORIZATION) else { return Ok(None) };
    let pair = value
        .to_str()
        .ok()
        .and_then(|text| text.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("basic"))
        .and_then(|(_, text)| STANDARD.decode(text).ok())
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .and_then(|text| text.split_once(':').map(|(id, secret)| (decode(id), decode(secret))));
    pair.map(Some).ok_or_else(|| invalid_client("Unauthorized"))
}

fn decode(text: &str) -> String {
    form_urlencoded::parse(text.as_bytes()).next().map(|(k, _)| k.into_owned()).unwrap_or_default()
}

fn invalid_client(description: &str) -> Box<Response> {
    Box::new(oauth_error(StatusCode::UNAUTHORIZED, "invalid_client", description))
}

fn invalid_request(description: &str) -> Box<Response> {
    Box::new(oauth_error(StatusCode::BAD_REQUEST, "invalid_request", description))
}
