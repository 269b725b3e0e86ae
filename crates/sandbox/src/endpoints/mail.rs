//! The mail that was taken, for the human who waits for one.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

use crate::pages::{Lang, mail_page, mails_page};
use crate::world::World;

/// `GET /mail`: all of it, the newest first.
pub(super) async fn list(State(world): State<World>, headers: HeaderMap) -> Response {
    mails_page(Lang::of("", &headers), &world.mails())
}

/// `GET /mail/{number}`: one, counted from 1.
pub(super) async fn show(
    State(world): State<World>,
    Path(number): Path<usize>,
    headers: HeaderMap,
) -> Response {
    match number.checked_sub(1).and_then(|index| world.mails().into_iter().nth(index)) {
        Some(mail) => mail_page(Lang::of("", &headers), &mail),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
