//! Requests that lead to no page: a sentence in the visitor's language, or problem details
//! (RFC 9457) for programs.

use std::any::Any;
use std::sync::Arc;

use app::pages::PublicPage;
pub(crate) use app::problem::Problem;
use app::request_context::RequestContext;
use axum::body::Body;
use axum::http::header::ACCEPT;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

use super::page::show;
use super::problem_details::Details;
use crate::http::state::AppState;

/// The answer for a problem.
pub(crate) fn problem(
    state: &AppState,
    context: &Arc<RequestContext>,
    headers: &HeaderMap,
    problem: Problem,
) -> Response {
    if wants_json(headers) {
        let title = problem.title_for_programs();
        return Details::new("about:blank", problem.status(), title, &context.reference)
            .into_response();
    }
    let mut response = show(state, context.clone(), PublicPage::Problem(problem).into());
    *response.status_mut() = problem.status();
    response
}

/// Whether the caller asked for JSON and not for a page.
pub(crate) fn wants_json(headers: &HeaderMap) -> bool {
    let accept = headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accept.contains("application/json") && !accept.contains("text/html")
}

/// A bug of ours ended a request; the others go on.
pub(crate) fn after_panic(_: Box<dyn Any + Send + 'static>) -> Response {
    tracing::error!("request handler panicked");
    let mut response = Response::new(Body::from("internal error"));
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    response
}
