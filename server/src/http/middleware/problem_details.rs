//! Whatever happens below `/api/`, the answer is a problem with details (RFC 9457).

use axum::extract::Request;
use axum::http::HeaderValue;
use axum::http::header::{ALLOW, CONTENT_TYPE};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::trace::reference;
use crate::http::respond::api_problem::{Kind, Problem};
use crate::http::respond::problem_details::PROBLEM_JSON;

/// Puts details to answers that carry none: of the router, of axum, of a panic.
pub(crate) async fn with_problem_details(request: Request, next: Next) -> Response {
    let reference = reference(request.extensions());
    let response = next.run(request).await;
    let status = response.status();
    let media_type = response.headers().get(CONTENT_TYPE).map(HeaderValue::as_bytes);
    let is_problem = status.is_client_error() || status.is_server_error();
    if !is_problem || media_type == Some(PROBLEM_JSON.as_bytes()) {
        return response;
    }
    let problem = Problem::new(Kind::of(status), &reference);
    match response.headers().get(ALLOW) {
        Some(methods) => problem.allow(methods.clone()).into_response(),
        None => problem.into_response(),
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::Body;
    use axum::http::StatusCode;
    use axum::middleware::from_fn;
    use axum::routing::get;
    use tower::ServiceExt;
    use tower_http::catch_panic::CatchPanicLayer;

    use super::*;
    use crate::http::respond::problem::after_panic;

    #[tokio::test]
    async fn a_panic_is_a_problem_with_details_too() {
        async fn bug() -> StatusCode {
            panic!("a bug");
        }
        let router = Router::new()
            .route("/bug", get(bug))
            .layer(CatchPanicLayer::custom(after_panic))
            .layer(from_fn(with_problem_details));
        let request = Request::builder().uri("/bug").body(Body::empty()).unwrap();
        let response = router.oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(response.headers()[CONTENT_TYPE], PROBLEM_JSON);
    }
}
