//! The travel site's server: everything of it but the process itself, so that tests can start it.

pub mod app;
pub mod cli;
pub mod config;
pub mod http;
pub mod key_check;
pub mod serve;
pub mod site;
pub mod worker;
