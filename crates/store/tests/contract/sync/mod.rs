//! Syncs: claimed, run, stored.

mod circuit_breaker;
mod claims;
mod intervals;
mod runs;
mod syncs;
mod unchanged;
