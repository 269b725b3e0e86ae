//! Pages, islands and server functions, shared by the server and the WASM client.
//!
//! Pages are rendered by the server alone; only the leaves that need a browser wake up in it. A
//! whole-page hydration would carry every text and the router to the client and could not keep
//! to its size.

#![recursion_limit = "256"]
#![cfg_attr(
    feature = "ssr",
    expect(unreachable_pub, reason = "the component macro makes every props struct public")
)]

pub mod api;
pub mod error;
pub mod islands;

#[cfg(feature = "ssr")]
mod components;
#[cfg(feature = "ssr")]
pub mod cookies;
#[cfg(feature = "ssr")]
pub mod document;
#[cfg(feature = "ssr")]
pub mod draft;
#[cfg(feature = "ssr")]
pub mod flash;
#[cfg(feature = "ssr")]
mod local_time;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
pub mod problem;
#[cfg(feature = "ssr")]
pub mod reply;
#[cfg(feature = "ssr")]
pub mod request_context;
#[cfg(feature = "ssr")]
mod words;
