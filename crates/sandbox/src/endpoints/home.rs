//! The front page, for the human who opened the address, and what the owner of an account can do
//! there.

use axum::extract::{RawForm, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};

use crate::pages::{Lang, home_page};
use crate::params::Params;
use crate::world::World;

pub(super) async fn home(State(world): State<World>, headers: HeaderMap) -> Response {
    let live = world.grants().into_iter().filter(|grant| grant.revoked_at.is_none());
    let connected: Vec<_> = live.map(|grant| grant.sub).collect();
    home_page(Lang::of("", &headers), world.base(), &world.accounts(), &connected)
}

/// What Google calls «Delete all connections you have with the app».
pub(super) async fn remove_access(State(world): State<World>, RawForm(form): RawForm) -> Response {
    if let Some(sub) = Params::parse(&form).get("account") {
        world.remove_access(sub);
    }
    Redirect::to("/").into_response()
}
