//! The verbs of the connection against a real stand-in, on real databases, in many processes.
//!
//! Inside the crate, because what is tested first of all, a fresh access token, is nobody else's.

mod process;
mod test_app;

mod grants;
mod sync;
