//! The protocol against the stand-in: a real server, real signatures, time as a value.

mod apis;
mod broken_answers;
mod consent;
mod documents;
mod id_tokens;
mod pictures;
mod refresh;
mod revoke;
mod security_events;
mod test_app;
