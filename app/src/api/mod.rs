//! Server functions: the one door for plain forms, the hydrated client and programs.
//!
//! Each is a public endpoint: it looks who is asking, calls one verb, and converts.

#[cfg(feature = "ssr")]
mod answer;
pub mod connection;
pub mod live;
pub mod profile;
