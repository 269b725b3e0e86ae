//! Syncs: claimed, run, stored.

mod claims;
mod gate;
mod intervals;
mod runs;
mod syncs;
mod unchanged;
