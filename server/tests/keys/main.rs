//! The exchange of keys by the program itself, on both databases: killed in the middle, beside
//! others who write, with values that do not open, and what a start says of it.

#![expect(clippy::unwrap_used, reason = "a test may end at the first surprise")]

mod rotation;
mod start;
mod test_app;
