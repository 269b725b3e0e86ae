//! The whole site over HTTP: a real server on a real socket, the Google stand-in beside it.
//!
//! Browsers without script are played by `Browser`; nothing here reaches into the product.

#![expect(clippy::unwrap_used, reason = "a test may end at the first surprise")]

use testkit::browser;

mod program;
mod site;

mod accounts;
mod api_access;
mod connections;
mod grants;
mod history;
mod jobs;
mod notifications;
mod operations;
mod profile;
mod public;
mod security_events;
mod sync;
