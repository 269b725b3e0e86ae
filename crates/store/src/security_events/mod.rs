//! Google's security events and their stream.

pub(crate) mod received;
pub(crate) mod stream_checks;
