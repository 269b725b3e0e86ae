//! What other programs of the world tell us. Behind neither cookies nor the check for our own
//! pages: each proves itself who it is.

mod google_security_events;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::post;

use self::google_security_events::{LARGEST_EVENT_BYTES, receive};
use crate::http::state::AppState;

pub(crate) fn routes() -> Router<AppState> {
    let receive = post(receive).layer(DefaultBodyLimit::max(LARGEST_EVENT_BYTES));
    Router::new().route("/gmail/events", receive)
}
