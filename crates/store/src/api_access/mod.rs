//! Tokens of programs, their repeated requests, and rate limits.

pub(crate) mod idempotency;
pub(crate) mod rate_limits;
pub(crate) mod tokens;
