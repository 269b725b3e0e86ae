//! Files: the client's, and the viewer's own picture.

use std::sync::Arc;

use app::request_context::RequestContext;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};

use crate::http::state::AppState;

/// The client's files: the same for everybody.
pub(crate) fn of_the_client() -> Router<AppState> {
    Router::new().route("/pkg/{hash}/{name}", get(pkg)).route("/favicon.svg", get(icon))
}

/// The viewer's own files.
pub(crate) fn of_the_viewer() -> Router<AppState> {
    Router::new().route("/avatar/{hash}", get(avatar))
}

/// `GET /pkg/{hash}/{name}`: the built client.
async fn pkg(
    State(state): State<AppState>,
    Path((hash, name)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    state.site.pkg(&hash, &name, &headers)
}

/// `GET /favicon.svg`.
async fn icon(State(state): State<AppState>, headers: HeaderMap) -> Response {
    state.site.file("favicon.svg", &headers)
}

/// `GET /avatar/{hash}`: the viewer's own picture, and nobody else's.
async fn avatar(
    State(state): State<AppState>,
    Extension(context): Extension<Arc<RequestContext>>,
    Path(hash): Path<String>,
) -> Response {
    let Some(viewer) = &context.viewer else { return StatusCode::NOT_FOUND.into_response() };
    match state.services.connections.avatar(viewer.user, &hash).await {
        Ok(Some(avatar)) => {
            let mut response = Response::new(Body::from(avatar.bytes));
            let headers = response.headers_mut();
            // The hash names the bytes; private, because they show a person.
            let for_long = HeaderValue::from_static("private, max-age=31536000, immutable");
            headers.insert(CACHE_CONTROL, for_long);
            if let Ok(media_type) = HeaderValue::from_str(&avatar.media_type) {
                headers.insert(CONTENT_TYPE, media_type);
            }
            response
        }
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(error) => {
            tracing::error!(%error, "loading the picture failed");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
