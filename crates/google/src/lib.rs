//! Google, and nothing but Google: consent, tokens, identity, profile, picture.
//!
//! The only crate that names a Google address or opens a connection to one. It keeps no state but
//! two caches (discovery, signing keys), writes no log, and is told the time. Facts about Google
//! are cited by their section in docs/google-facts.md, protocols by their RFC.
//!
//! The reading order: [`Settings`] → [`Google`] → `authorize` → `exchange` → `id_token` →
//! `refresh`, `revoke`, `userinfo`, `mailbox`, `calendar`, `picture`. Every refusal becomes an
//! [`Error`] in
//! `outcome`. What Google tells without being asked is in `security_events`.

#![warn(missing_docs)]

mod authorize;
mod cache;
mod cache_control;
mod calendar;
mod client;
mod clock_skew;
mod discovery;
mod error;
mod error_response;
mod exchange;
mod http_client;
mod id_token;
mod mailbox;
mod picture;
mod refresh;
mod retry_after;
mod revoke;
mod security_events;
mod settings;
mod token_answer;
mod userinfo;
mod verifier;

pub use authorize::{AuthorizeRequest, Prompt};
pub use calendar::CalendarSettings;
pub use client::Google;
pub use error::{Ended, Error, OperatorFault};
pub use exchange::{Consent, Tokens};
pub use id_token::IdTokenFault;
pub use picture::Picture;
pub use refresh::Refreshed;
pub use security_events::{
    EVENT_TYPES, EventError, EventFault, EventStream, EventToken, EventVerifier, Forbidden,
    InvalidServiceAccount, RefreshName, RefreshNames, SecurityEvent, ServiceAccount, Stream,
    StreamError,
};
pub use settings::{
    DEFAULT_API_URL, DEFAULT_CALENDAR_URL, DEFAULT_ISSUER, DEFAULT_RISC_URL, DEFAULT_TIMEOUT,
    PERMISSIONS_PAGE, Settings, SetupError,
};
pub use userinfo::Userinfo;
pub use verifier::{InvalidVerifier, Verifier};
