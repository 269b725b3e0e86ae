//! What every request passes through before a route sees it, outermost first.

mod client;
mod headers;
mod origin;
mod slash;
mod trace;
mod visit;

pub use client::client_of;
pub use headers::security_headers;
pub use origin::same_origin;
pub use slash::strip_slash;
pub(crate) use trace::reference;
pub use trace::{RequestSpan, request_id};
pub use visit::provide_visit;
pub(crate) use visit::{accept_language, cookies, next_of};
