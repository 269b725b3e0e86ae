//! People and what they sign in with.

pub mod account;
