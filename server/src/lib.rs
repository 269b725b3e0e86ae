//! The travel site's server: everything of it but the process itself, so that tests can start it.

pub mod app;
pub mod cli;
pub mod config;
pub mod key_check;
pub mod routes;
pub mod serve;
pub mod site;
pub mod state;
pub mod web;
pub mod worker;
