//! Connections: requested, linked, unlinked, and taken back.

pub(crate) mod authorization_requests;
pub(crate) mod link;
pub(crate) mod overview;
pub(crate) mod snapshot;
pub(crate) mod status;
