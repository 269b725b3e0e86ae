//! The whole site over HTTP: a real server on a real socket, the Google stand-in beside it.
//!
//! Browsers without script are played by `Browser`; nothing here reaches into the product.

mod account;
mod browser;
mod callback;
mod pages;
mod refusals;
mod site;
mod tokens;
mod walk;
