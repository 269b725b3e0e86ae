//! Security events, pushed by Google (RFC 8935). No browser comes here: the signature is what is
//! trusted, so neither cookies nor the check for our own pages stand before it.

use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use service::Received;

use crate::http::state::AppState;

/// Largest token that is read. Google's have about a hundredth of it.
pub(super) const LARGEST_EVENT_BYTES: usize = 64 * 1024;

/// `POST /gmail/events/`: 202 once the event is kept, 400 where it proves nothing, 503 where it
/// should come again. The content type does not matter (docs/google-facts.md 5.3).
pub(super) async fn receive(
    State(state): State<AppState>,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let Ok(body) = body else {
        return refused(StatusCode::PAYLOAD_TOO_LARGE, "invalid_request", "it is too long");
    };
    let Ok(token) = std::str::from_utf8(&body) else {
        return refused(StatusCode::BAD_REQUEST, "invalid_request", "malformed");
    };
    match state.services.security_events.receive(token.trim()).await {
        Ok(Received::Kept) => StatusCode::ACCEPTED.into_response(),
        Ok(Received::Refused(fault)) => {
            refused(StatusCode::BAD_REQUEST, fault.code(), &fault.to_string())
        }
        Ok(Received::KeysUnavailable) => later(),
        Err(error) => {
            tracing::error!(%error, "storing the security event failed");
            later()
        }
    }
}

/// RFC 8935 section 2.3: which check failed, for whoever sent it.
fn refused(status: StatusCode, err: &str, description: &str) -> Response {
    let body = json!({ "err": err, "description": description }).to_string();
    (status, [(CONTENT_TYPE, "application/json")], body).into_response()
}

fn later() -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, "60")]).into_response()
}
