//! Tokens: sealed, refreshed by one at a time, revoked.

pub(crate) mod refresh_leases;
pub(crate) mod revocations;
pub(crate) mod tokens;
