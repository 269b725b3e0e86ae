//! One check over every request that changes something: it must come from a page of ours.

use std::sync::Arc;

use app::request_context::RequestContext;
use axum::Extension;
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::http::header::ORIGIN;
use axum::middleware::Next;
use axum::response::Response;
use url::Url;

use crate::http::respond::problem::{Problem, problem};
use crate::http::state::AppState;

/// Refuses mutating requests from other sites (Fetch Metadata first, then `Origin`).
pub(crate) async fn same_origin(
    State(state): State<AppState>,
    Extension(context): Extension<Arc<RequestContext>>,
    request: Request,
    next: Next,
) -> Response {
    if request.method().is_safe() || is_from_here(request.headers(), &state.base_url) {
        return next.run(request).await;
    }
    tracing::warn!(path = request.uri().path(), "cross-site request rejected");
    problem(&state, &context, request.headers(), Problem::Forbidden)
}

/// Browsers send one of the two headers with every POST. A request with neither is from a program,
/// which holds no cookie that a page could abuse.
fn is_from_here(headers: &HeaderMap, base_url: &Url) -> bool {
    if let Some(site) = headers.get("sec-fetch-site") {
        return site == "same-origin" || site == "none";
    }
    match headers.get(ORIGIN) {
        Some(origin) => origin.as_bytes() == base_url.origin().ascii_serialization().as_bytes(),
        None => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passes(pairs: &[(&'static str, &str)]) -> bool {
        let headers = pairs.iter().map(|(n, v)| (n.parse().unwrap(), v.parse().unwrap())).collect();
        is_from_here(&headers, &Url::parse("https://travel.example").unwrap())
    }

    #[test]
    fn only_this_site_and_programs_pass() {
        assert!(passes(&[]));
        assert!(passes(&[("sec-fetch-site", "same-origin")]));
        assert!(passes(&[("sec-fetch-site", "none")]));
        assert!(passes(&[("origin", "https://travel.example")]));
        assert!(!passes(&[("sec-fetch-site", "cross-site"), ("origin", "https://travel.example")]));
        assert!(!passes(&[("sec-fetch-site", "same-site")]));
        assert!(!passes(&[("origin", "https://evil.example")]));
        assert!(!passes(&[("origin", "null")]));
        assert!(!passes(&[("origin", "https://travel.example.evil.example")]));
    }
}
