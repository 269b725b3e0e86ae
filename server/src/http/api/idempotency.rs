//! Requests with an Idempotency-Key: carried out once, answered as often as they come.

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use service::{IdempotencyClaim, IdempotencyState, KeptAnswer};
use tracing::Instrument;

use crate::http::extract::api_request::ApiRequest;
use crate::http::middleware::body_limit::{LARGEST_BODY_BYTES, says_it_is_too_large};
use crate::http::respond::api_problem::Kind;
use crate::http::respond::early_response::EarlyResponse;
use crate::http::respond::problem_details::PROBLEM_JSON;

const KEY: HeaderName = HeaderName::from_static("idempotency-key");
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// Longest key.
const LONGEST_KEY: usize = 255;

/// Passes on what nobody has asked before under its key, and answers the rest from what is kept.
pub(super) async fn carry_out_once(
    call: Result<ApiRequest, EarlyResponse>,
    request: Request,
    next: Next,
) -> Response {
    let (Ok(call), false) = (call, request.method().is_safe()) else {
        return next.run(request).await;
    };
    let key = match key_of(request.headers()) {
        Ok(Some(key)) => key,
        Ok(None) => return next.run(request).await,
        Err(BadKey) => return call.problem(Kind::BadKey).into_response(),
    };
    let (parts, body) = request.into_parts();
    if says_it_is_too_large(&parts.headers) {
        return call.problem(Kind::TooLarge).into_response();
    }
    let Ok(body) = to_bytes(body, LARGEST_BODY_BYTES).await else {
        return call.problem(Kind::TooLarge).into_response();
    };
    let what = [parts.method.as_str().as_bytes(), parts.uri.path().as_bytes(), &body[..]];
    match call.state.services.idempotency.take_turn(call.user, &key, &what).await {
        Ok(IdempotencyState::Yours(ticket)) => {
            let request = Request::from_parts(parts, Body::from(body));
            carry_out(call, ticket, request, next).await
        }
        Ok(IdempotencyState::Answered(answer)) => replay(answer),
        Ok(IdempotencyState::Forgotten) => call.problem(Kind::Forgotten).into_response(),
        Ok(IdempotencyState::Running { wait_secs }) => {
            call.problem(Kind::Running).retry_after(wait_secs).into_response()
        }
        Ok(IdempotencyState::OtherRequest) => call.problem(Kind::KeyReused).into_response(),
        Err(error) => call.failed("claiming the idempotency key failed")(error).into_response(),
    }
}

/// In a task of its own: a request that has begun is finished, and its answer kept, even where
/// nobody waits for it any more. That is who will ask again.
async fn carry_out(
    call: ApiRequest,
    ticket: IdempotencyClaim,
    request: Request,
    next: Next,
) -> Response {
    let work = async move {
        let response = next.run(request).await;
        keep(&call, &ticket, response).await
    };
    match tokio::spawn(work.in_current_span()).await {
        Ok(response) => response,
        Err(error) => match error.try_into_panic() {
            // The key is free again when its lease ends.
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        },
    }
}

/// Keeps an answer. Where the fault was ours, or it was too early, the request may be tried again.
async fn keep(call: &ApiRequest, ticket: &IdempotencyClaim, response: Response) -> Response {
    let idempotency = &call.state.services.idempotency;
    let (parts, body) = response.into_parts();
    let is_final = !parts.status.is_server_error() && parts.status != StatusCode::TOO_MANY_REQUESTS;
    // An answer of ours is a JSON text in memory.
    let bytes = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let body = String::from_utf8(bytes.into()).unwrap_or_default();
    let kept = if is_final {
        let answer = KeptAnswer { status: parts.status.as_u16(), body: body.clone() };
        idempotency.answered(ticket, &answer).await
    } else {
        idempotency.failed(ticket).await
    };
    if let Err(error) = kept {
        // What was asked is done; a repetition before the lease ends is told to wait.
        tracing::error!(%error, "storing the idempotent response failed");
    }
    Response::from_parts(parts, Body::from(body))
}

/// The answer that was given before.
fn replay(answer: KeptAnswer) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    let has_body = !answer.body.is_empty();
    let mut response = (status, answer.body).into_response();
    let headers = response.headers_mut();
    headers.remove(CONTENT_TYPE);
    if has_body {
        let media_type = if status.is_success() { "application/json" } else { PROBLEM_JSON };
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    }
    headers.insert(REPLAYED, HeaderValue::from_static("true"));
    response
}

/// A key that is none.
#[derive(Debug, PartialEq, Eq)]
struct BadKey;

/// The key of a request. The draft makes it a structured string, in quotation marks; programs
/// commonly leave those out.
fn key_of(headers: &HeaderMap) -> Result<Option<String>, BadKey> {
    let mut all = headers.get_all(KEY).iter();
    let Some(first) = all.next() else { return Ok(None) };
    if all.next().is_some() {
        return Err(BadKey);
    }
    let text = first.to_str().map_err(|_| BadKey)?.trim();
    let inner = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(text);
    let is_sound = (1..=LONGEST_KEY).contains(&inner.len())
        && inner.chars().all(|c| c.is_ascii_graphic() && c != '"' && c != '\\');
    if is_sound { Ok(Some(inner.to_owned())) } else { Err(BadKey) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(values: &[&str]) -> Result<Option<String>, BadKey> {
        key_of(&values.iter().map(|value| (KEY, value.parse().unwrap())).collect())
    }

    #[test]
    fn a_key_may_stand_in_quotation_marks() {
        let plain = "8e03978e-40d5-43e8-bc93-6894a57f9324";
        assert_eq!(key(&[plain]), Ok(Some(plain.to_owned())));
        assert_eq!(key(&[&format!("\"{plain}\"")]), Ok(Some(plain.to_owned())));
        assert_eq!(key(&[]), Ok(None));
    }

    #[test]
    fn what_is_no_key_is_refused() {
        let long = "k".repeat(256);
        for bad in [&[""][..], &["\"\""], &["a b"], &["\"a"], &[&long], &["a", "b"]] {
            assert_eq!(key(bad), Err(BadKey), "{bad:?}");
        }
    }
}
