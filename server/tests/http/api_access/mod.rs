//! Programs that act for a user.

mod api;
mod api_contract;
mod api_reference;
mod api_repeats;
mod api_tokens;
