//! Google's security events, by kind and outcome.

pub mod event;
