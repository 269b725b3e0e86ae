//! `selexia worker` as real processes: many on one database, killed at any moment, stopped in
//! order.
#![expect(clippy::unwrap_used, reason = "a test may end at the first surprise")]

mod processes;
mod synthetic_users;
