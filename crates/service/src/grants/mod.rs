//! Google's tokens: refreshed by one at a time, and revoked.

pub(crate) mod call_failure;
pub(crate) mod refresh;
pub(crate) mod refresh_locks;
pub(crate) mod revocation;
