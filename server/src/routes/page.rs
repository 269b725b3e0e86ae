//! How a page of `app` is rendered outside the table: again with a refused form, or for no page.

use app::shell;
use app::visit::{Refused, Visit};
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::CONTENT_SECURITY_POLICY;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, Uri};
use axum::response::Response;
use leptos::context::{provide_context, use_context};
use leptos::nonce::use_nonce;
use leptos_axum::{ResponseOptions, render_app_async_with_context};

use crate::state::AppState;
use crate::web::next_of;

/// What every page and server function finds in its context.
pub(super) fn context(state: AppState) -> impl Fn() + Clone + Send + Sync + 'static {
    move || {
        provide_context(state.services.clone());
        if let Some(visit) =
            use_context::<Parts>().and_then(|parts| parts.extensions.get::<Visit>().cloned())
        {
            provide_context(visit.locale);
            provide_context(visit);
        }
        if let (Some(nonce), Some(response)) = (use_nonce(), use_context::<ResponseOptions>())
            && let Ok(policy) = HeaderValue::from_str(&policy(&state, &nonce))
        {
            response.insert_header(CONTENT_SECURITY_POLICY, policy);
        }
    }
}

/// The content security policy of a page. The client's loader is its only inline script; forms
/// may end at Google, because browsers check redirects of forms too.
fn policy(state: &AppState, nonce: &str) -> String {
    let issuer = &state.issuer_origin;
    let authorization = state
        .services
        .gmail
        .authorization_origin()
        .filter(|origin| **origin != **issuer)
        .map(|origin| format!(" {origin}"))
        .unwrap_or_default();
    format!(
        "default-src 'self'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; \
         img-src 'self'; style-src 'self'; object-src 'none'; base-uri 'none'; \
         frame-ancestors 'none'; form-action 'self' {issuer}{authorization}"
    )
}

async fn render(state: &AppState, request: Request) -> Response {
    let options = state.options.clone();
    render_app_async_with_context(context(state.clone()), move || shell(options.clone()))(request)
        .await
}

/// No such page, in the site's own frame.
pub(super) async fn not_found(State(state): State<AppState>, request: Request) -> Response {
    render(&state, request).await
}

/// A form's page again, with what was typed and why it was refused.
pub(super) async fn again(
    state: &AppState,
    mut visit: Visit,
    path: &str,
    refused: Refused,
    status: StatusCode,
) -> Response {
    visit.path = path.to_owned();
    visit.next = next_of(path);
    visit.refused = Some(refused);
    let mut request = Request::new(Body::empty());
    *request.uri_mut() = path.parse::<Uri>().unwrap_or_default();
    request.extensions_mut().insert(visit);
    let mut response = render(state, request).await;
    *response.status_mut() = status;
    response
}
