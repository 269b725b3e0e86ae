//! The mails that wait.

pub(crate) mod mails;
