//! Tokens: renewed by one at a time.

mod refreshes;
mod renewal;
