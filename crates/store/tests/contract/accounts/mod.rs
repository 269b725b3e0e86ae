//! Accounts: their addresses, their sessions, and their end.

mod addresses;
mod closing;
mod sessions;
mod users;
