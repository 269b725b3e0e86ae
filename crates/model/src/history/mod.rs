//! What the user is told of what happened.

pub mod event;
pub mod origin;
