//! Who calls an API: the live access token of the `Authorization` header (RFC 6750 2.1).
//! A token in the query does not count.

use axum::http::{HeaderMap, header};

use crate::world::World;
use crate::world::account::Account;
use crate::world::permission::Permissions;

/// The account behind a live token, and what the token opens.
pub(super) fn bearer(world: &World, headers: &HeaderMap) -> Option<(Account, Permissions)> {
    let (scheme, text) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return None;
    }
    let state = world.state();
    let token = state.ledger.access_tokens.get(text)?;
    if token.expires_at <= state.clock.now() {
        return None;
    }
    Some((state.account(&token.grant.0)?.clone(), token.scopes.clone()))
}
