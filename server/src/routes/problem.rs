//! Requests that lead to no page: a sentence in the visitor's language, or problem details
//! (RFC 9457) for programs.

use std::any::Any;
use std::sync::Arc;

use app::pages::Page;
pub(crate) use app::problem::Problem;
use app::visit::Visit;
use axum::Extension;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{ACCEPT, CONTENT_LENGTH};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::LARGEST_FORM_BYTES;
use super::asked::Asked;
use super::details::Details;
use super::page::show;
use crate::state::AppState;

/// The answer for a problem.
pub(crate) fn problem(
    state: &AppState,
    visit: &Arc<Visit>,
    headers: &HeaderMap,
    problem: Problem,
) -> Response {
    let accept = headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let is_program = accept.contains("application/json") && !accept.contains("text/html");
    if is_program {
        let title = problem.title_for_programs();
        return Details::new("about:blank", problem.status(), title, &visit.reference)
            .into_response();
    }
    let mut response = show(state, visit.clone(), Page::Problem(problem));
    *response.status_mut() = problem.status();
    response
}

/// Refuses forms that say they are too large before reading them.
pub(super) async fn bounded(
    State(state): State<AppState>,
    Extension(visit): Extension<Arc<Visit>>,
    request: Request,
    next: Next,
) -> Response {
    let length = request.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    let is_large = length
        .and_then(|text| text.parse::<usize>().ok())
        .is_some_and(|bytes| bytes > LARGEST_FORM_BYTES);
    if is_large {
        return problem(&state, &visit, request.headers(), Problem::TooLarge);
    }
    next.run(request).await
}

pub(super) async fn not_found(asked: Asked) -> Response {
    asked.problem(Problem::NotFound)
}

/// A page asked for with a method that it does not have.
pub(super) async fn wrong_method(asked: Asked) -> Response {
    asked.problem(Problem::WrongMethod)
}

/// A bug of ours ended a request; the others go on.
pub(super) fn after_panic(_: Box<dyn Any + Send + 'static>) -> Response {
    tracing::error!("request handler panicked");
    let mut response = Response::new(Body::from("internal error"));
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    response
}
