//! The user's history.

pub(crate) mod events;
