//! Programs that act for a user.

pub(crate) mod idempotency;
pub(crate) mod tokens;
