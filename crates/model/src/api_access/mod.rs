//! Tokens of programs that act for a user.

pub mod token;
