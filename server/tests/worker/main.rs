//! `selexia worker` as real processes: many on one database, killed at any moment, stopped in order.
#![expect(clippy::unwrap_used, reason = "a test may end at the first surprise")]

#[path = "../../../crates/store/tests/cluster/mod.rs"]
mod cluster;
#[path = "../../../crates/store/tests/connected/mod.rs"]
mod connected;
mod crowd;
mod fleet;
