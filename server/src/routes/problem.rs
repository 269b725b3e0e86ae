//! Requests that never reach a page: a sentence in the visitor's language, or problem details
//! (RFC 9457) for programs.

use std::any::Any;

pub(crate) use app::problem::Problem;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode};
use axum::middleware::Next;

use super::LARGEST_FORM_BYTES;
use crate::state::AppState;
use crate::web::locale_of;

/// The answer for a problem.
pub(crate) fn problem(
    state: &AppState,
    headers: &HeaderMap,
    status: StatusCode,
    problem: Problem,
) -> axum::response::Response {
    let accept = headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let is_program = accept.contains("application/json") && !accept.contains("text/html");
    let (media_type, body) = if is_program {
        let details = serde_json::json!({
            "type": "about:blank", "status": status.as_u16(), "title": problem.title_for_programs(),
        });
        ("application/problem+json", details.to_string())
    } else {
        let locale = locale_of(state, headers);
        ("text/html; charset=utf-8", app::problem::page(&state.options, locale, problem))
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    response
}

/// Refuses forms that say they are too large before reading them.
pub(super) async fn bounded(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> axum::response::Response {
    let length = request.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    let is_large = length
        .and_then(|text| text.parse::<usize>().ok())
        .is_some_and(|bytes| bytes > LARGEST_FORM_BYTES);
    if is_large {
        return problem(
            &state,
            request.headers(),
            StatusCode::PAYLOAD_TOO_LARGE,
            Problem::TooLarge,
        );
    }
    next.run(request).await
}

/// A page asked for with a method that it does not have.
pub(super) async fn wrong_method(
    State(state): State<AppState>,
    headers: HeaderMap,
) -> axum::response::Response {
    problem(&state, &headers, StatusCode::METHOD_NOT_ALLOWED, Problem::NotFound)
}

/// A bug of ours ended a request; the others go on.
pub(super) fn after_panic(_: Box<dyn Any + Send + 'static>) -> Response<Body> {
    tracing::error!("a request ended in a panic");
    let mut response = Response::new(Body::from("internal error"));
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    response
}
