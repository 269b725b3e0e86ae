//! Server functions: the one door for plain forms, the hydrated client and programs.
//!
//! Each is a public endpoint: it looks who is asking, calls one verb, and concludes with a reply.

pub mod connection;
pub mod profile;
pub mod sync_run;
