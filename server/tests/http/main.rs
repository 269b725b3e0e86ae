//! The whole site over HTTP: a real server on a real socket, the Google stand-in beside it.
//!
//! Browsers without script are played by `Browser`; nothing here reaches into the product.

#![expect(clippy::unwrap_used, reason = "a test may end at the first surprise")]

mod account;
mod address;
mod api;
mod api_contract;
mod api_reference;
mod api_repeats;
mod api_tokens;
mod browser;
mod callback;
mod closing;
#[path = "../../../crates/store/tests/cluster/mod.rs"]
mod cluster;
mod confirm;
mod drafts;
#[path = "../../../crates/store/tests/engine/mod.rs"]
mod engine;
mod event_stream;
mod events;
mod interval;
mod keys;
mod live;
mod mail;
#[path = "../nodes/mod.rs"]
mod nodes;
mod origins;
mod pages;
mod permissions;
mod processes;
mod profile;
mod program;
mod refusals;
mod site;
mod takeover;
mod tokens;
mod walk;
mod ways_back;
