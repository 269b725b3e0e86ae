//! What Google tells of an account, pushed and asked for.

mod event_stream;
mod events;
