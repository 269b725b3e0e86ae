//! Who is asking, in which language, and what the last page left to say.

use std::net::SocketAddr;
use std::sync::Arc;

use app::request_context::RequestContext;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::{ACCEPT_LANGUAGE, CONTENT_TYPE, COOKIE, USER_AGENT};
use axum::http::{HeaderMap, Method, Uri};
use axum::middleware::Next;
use axum::response::Response;
use model::{LocalPath, Locale};
use service::Caller;

use super::client::client_of;
use super::trace::reference;
use crate::http::respond::problem::{Problem, problem};
use crate::http::respond::redirect::set_cookie;
use crate::http::state::AppState;

/// The language of a request: the visitor's choice, else the browser's.
fn locale_of(state: &AppState, headers: &HeaderMap) -> Locale {
    let chosen = state.cookies.read_language(&cookies(headers));
    chosen.unwrap_or_else(|| Locale::negotiate(accept_language(headers)))
}

/// The languages that a browser asks for; empty where it does not say.
pub(crate) fn accept_language(headers: &HeaderMap) -> &str {
    headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// All cookies of a request in one text. HTTP/2 may send them in several headers.
pub(crate) fn cookies(headers: &HeaderMap) -> String {
    let parts: Vec<_> =
        headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok()).collect();
    parts.join("; ")
}

/// The path and query that a page is known by: with the slash that routing went without.
fn with_last_slash(uri: &Uri) -> String {
    let slash = if uri.path().ends_with('/') { "" } else { "/" };
    match uri.query() {
        Some(query) => format!("{}{slash}?{query}", uri.path()),
        None => format!("{}{slash}", uri.path()),
    }
}

/// The `next` of a path's query, if it is a page of ours.
pub(crate) fn next_of(path: &str) -> Option<LocalPath> {
    let (_, query) = path.split_once('?')?;
    let mut pairs = url::form_urlencoded::parse(query.as_bytes());
    let (_, next) = pairs.find(|(name, _)| name == "next")?;
    LocalPath::parse(&next)
}

/// Works out the [`RequestContext`] and hands it on; a notice that a page has shown is taken away.
pub async fn provide_request_context(
    State(state): State<AppState>,
    mut request: Request,
    next: Next,
) -> Response {
    let header = cookies(request.headers());
    let viewer = match state.cookies.read_session(&header) {
        Some(token) => state.services.accounts.viewer(&token).await,
        None => Ok(None),
    };
    let path = with_last_slash(request.uri());
    let mut context = RequestContext {
        viewer: None,
        locale: locale_of(&state, request.headers()),
        next: next_of(&path),
        path,
        flash: state.cookies.read_flash(&header),
        browser: state.cookies.read_attempt(&header),
        cookies: state.cookies,
        rejected: None,
        draft: None,
        reference: reference(request.extensions()),
        contact: state.contact.clone(),
    };
    match viewer {
        Ok(viewer) => context.viewer = viewer.map(Arc::new),
        Err(error) => {
            tracing::error!(%error, "session lookup failed");
            return problem(&state, &Arc::new(context), request.headers(), Problem::Unavailable);
        }
    }
    let has_flash = context.flash.is_some() && request.method() == Method::GET;
    request.extensions_mut().insert(Arc::new(context));

    let asker = asker(&state, &request);
    let mut response = asker.scope(next.run(request)).await;
    let is_page = response
        .headers()
        .get(CONTENT_TYPE)
        .is_some_and(|value| value.as_bytes().starts_with(b"text/html"));
    if has_flash && is_page && response.status().is_success() {
        set_cookie(&mut response, &state.cookies.no_flash());
    }
    response
}

/// Who is at work here, for the history.
fn asker(state: &AppState, request: &Request) -> Caller {
    let headers = request.headers();
    let agent = headers.get(USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let address = peer.map(|ConnectInfo(peer)| client_of(headers, *peer, state.trusted_proxies));
    Caller::Browser { agent: agent.to_owned(), address: address.unwrap_or_default() }
}
