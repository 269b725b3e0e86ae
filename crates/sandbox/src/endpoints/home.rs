//! The front page, for the human who opened the address.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use crate::pages::{Lang, home_page};
use crate::world::World;

pub(super) async fn home(State(world): State<World>, headers: HeaderMap) -> Response {
    home_page(Lang::of("", &headers), world.base(), &world.accounts())
}
