//! A handler's result: `Err` is a response that ends it early.

use axum::response::{IntoResponse, Response};

/// An answer, or what ended the handler early.
pub(crate) type HandlerResult = Result<Response, EarlyResponse>;

/// What ends a handler early: a redirect, or a problem. Boxed, because it is rare and would make
/// every result as large as a response.
pub(crate) struct EarlyResponse(Box<Response>);

impl IntoResponse for EarlyResponse {
    fn into_response(self) -> Response {
        *self.0
    }
}

impl From<Response> for EarlyResponse {
    fn from(response: Response) -> EarlyResponse {
        EarlyResponse(Box::new(response))
    }
}
