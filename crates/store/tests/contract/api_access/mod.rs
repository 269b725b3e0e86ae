//! Programs: their tokens, their keys, their limits.

mod api_tokens;
mod idempotency;
mod throttles;
