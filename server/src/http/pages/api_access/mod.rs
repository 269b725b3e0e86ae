//! What users need to let programs act for them: tokens, and the reference of the API.

mod reference;
mod tokens;

use axum::Router;
use axum::routing::{get, post};

use crate::http::state::AppState;

pub(crate) fn routes() -> Router<AppState> {
    Router::new()
        .route("/api", get(reference::page))
        .route("/dashboard/tokens", get(tokens::list).post(tokens::create))
        .route("/dashboard/tokens/revoke", post(tokens::revoke))
}
