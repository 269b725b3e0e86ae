//! The mail that tells users.

pub(crate) mod mail;
