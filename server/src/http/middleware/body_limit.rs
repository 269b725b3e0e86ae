//! Bodies that say they are too large are refused before they are read.

use std::sync::Arc;

use app::request_context::RequestContext;
use axum::Extension;
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_LENGTH;
use axum::middleware::Next;
use axum::response::Response;

use crate::http::respond::problem::{Problem, problem};
use crate::http::state::AppState;

/// Largest form, and largest body of a program, that is read.
pub(crate) const LARGEST_BODY_BYTES: usize = 64 * 1024;

/// Refuses forms that say they are too large.
pub(crate) async fn body_limit(
    State(state): State<AppState>,
    Extension(context): Extension<Arc<RequestContext>>,
    request: Request,
    next: Next,
) -> Response {
    if says_it_is_too_large(request.headers()) {
        return problem(&state, &context, request.headers(), Problem::TooLarge);
    }
    next.run(request).await
}

/// Whether a body can be refused before it is read.
pub(crate) fn says_it_is_too_large(headers: &HeaderMap) -> bool {
    let length = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    length.and_then(|text| text.parse().ok()).is_some_and(|bytes: usize| bytes > LARGEST_BODY_BYTES)
}
