//! The user's history.

pub(crate) mod diff;
pub(crate) mod events;
