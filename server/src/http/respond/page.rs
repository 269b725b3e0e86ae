//! The answer that shows a page. What the page shows was read before; `app` renders it.

use std::sync::Arc;

use app::document::{Head, document};
use app::pages::Page;
use app::request_context::RequestContext;
use axum::body::Body;
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::Response;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest, Sha256};

use crate::http::state::AppState;

const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");

/// The content security policy of a page, but for where its forms may end. The client's loader is
/// its only inline script, and is named by its hash.
pub(crate) fn policy(head: &Head) -> String {
    let loader = BASE64_STANDARD.encode(Sha256::digest(head.loader()));
    format!(
        "default-src 'self'; script-src 'self' 'sha256-{loader}' 'wasm-unsafe-eval'; \
         img-src 'self'; style-src 'self'; object-src 'none'; base-uri 'none'; \
         frame-ancestors 'none'; form-action 'self'"
    )
}

/// The answer that shows a page.
pub(crate) fn show(state: &AppState, context: Arc<RequestContext>, page: Page) -> Response {
    let mut response = Response::new(Body::from(document(&state.head, context, page)));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HTML);
    // Browsers check the redirects of a form, too: the form that leaves for Google ends there.
    let mut policy = format!("{} {}", state.page_policy, state.issuer_origin);
    if let Some(origin) = state.services.connections.authorization_origin()
        && origin != state.issuer_origin
    {
        policy.push(' ');
        policy.push_str(&origin);
    }
    if let Ok(policy) = HeaderValue::try_from(policy) {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
    response
}
