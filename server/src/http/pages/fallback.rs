//! Requests that no page answers.

use axum::response::Response;

use crate::http::extract::page_request::PageRequest;
use crate::http::respond::problem::Problem;

/// No such page.
pub(crate) async fn not_found(request: PageRequest) -> Response {
    request.problem(Problem::NotFound)
}

/// A page asked for with a method that it does not have.
pub(crate) async fn wrong_method(request: PageRequest) -> Response {
    request.problem(Problem::WrongMethod)
}
