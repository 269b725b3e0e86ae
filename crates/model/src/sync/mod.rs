//! Syncs: when, how far, and what came of them.

pub mod intervals;
pub mod progress;
pub mod record;
