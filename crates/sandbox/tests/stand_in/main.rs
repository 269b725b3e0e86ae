//! The stand-in's own tests: it must be as strict as Google, and fail exactly as told.
//! One file a part, mirrored on the endpoints; `raw_http` holds what they share.
#![expect(clippy::unwrap_used, reason = "a helper that cannot reach the stand-in has failed")]

mod apis;
mod authorize;
mod control;
mod event_stream;
mod faults;
mod id_tokens;
mod mail;
mod raw_http;
mod token;
