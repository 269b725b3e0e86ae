//! Accounts: registering, signing in, the password again, another address, the end.

mod account;
mod address;
mod admin;
mod closing;
mod confirm;
mod drafts;
mod takeover;
