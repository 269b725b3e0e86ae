//! Programs: their tokens, their keys, their limits.

pub(crate) mod api_tokens;
mod idempotency;
mod throttles;
