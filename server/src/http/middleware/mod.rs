//! What every request passes through before a handler sees it. Stands on `respond` alone.

pub(crate) mod body_limit;
pub(crate) mod client;
pub(crate) mod problem_details;
pub mod request_context;
pub(crate) mod same_origin;
pub(crate) mod security_headers;
pub(crate) mod slash;
pub(crate) mod trace;
