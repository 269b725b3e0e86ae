//! What tests and measurements share: databases to throw away, users, a browser, the program as a
//! process.
//!
//! For `[dev-dependencies]`, and for programs that are no part of the product. It fails loudly:
//! who calls it is a test.

#![expect(clippy::unwrap_used, reason = "a test may end at the first surprise")]

pub mod api_token;
pub mod browser;
pub mod cluster;
pub mod connected_user;
pub mod due_connections;
pub mod engine;
pub mod nodes;
pub mod running;
pub mod seeded_rng;
pub mod selexia;
pub mod soak;
pub mod users;
