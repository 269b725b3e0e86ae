//! The guarded way out: HTTP requests whose answers are bounded in size, in time and in where they
//! come from.
//!
//! No redirect is followed and no proxy of the environment is used, so an answer is the addressed
//! host's own; an endless, oversized or cut-off one ends in a [`SendError`], never in memory. A
//! client for addresses that come from outside is [`Reach::PublicInternet`]: server-side request
//! forgery ends at its resolver (OWASP, Server-Side Request Forgery Prevention).

#![warn(missing_docs)]

mod client;
mod public;

pub use client::{HttpClient, Limits, Reach, SendError, SetupError};
pub use public::is_public;
