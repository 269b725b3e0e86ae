//! Users, their sessions, and what they sign in with.

pub(crate) mod email_addresses;
pub(crate) mod moderation;
pub(crate) mod sessions;
pub(crate) mod users;
