//! One span a request: method, path, a number to find it by. Never the query, where code and
//! state travel.

use axum::extract::Request;
use axum::http::{Extensions, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use tower_http::trace::MakeSpan;
use tracing::Span;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// A request's number, also told to whoever asked.
#[derive(Clone, Debug)]
struct RequestId(String);

/// Numbers a request, and says the number in the answer.
pub(crate) async fn request_id(mut request: Request, next: Next) -> Response {
    let id = service::request_reference();
    request.extensions_mut().insert(RequestId(id.clone()));
    let mut response = next.run(request).await;
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}

/// What a request is called in the log, and towards whoever asked.
pub(crate) fn reference(request: &Extensions) -> String {
    request.get::<RequestId>().map_or_else(String::new, |id| id.0.clone())
}

/// Makes the span.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RequestSpan;

impl<B> MakeSpan<B> for RequestSpan {
    fn make_span(&mut self, request: &axum::http::Request<B>) -> Span {
        let id = request.extensions().get::<RequestId>().map_or("", |id| id.0.as_str());
        tracing::info_span!("request", method = %request.method(), path = request.uri().path(), id)
    }
}
