//! The rules of the product as plain values, shared by the server and the WASM client.
//!
//! Nothing here does I/O, asks for the time or draws randomness: callers pass what they know, so
//! every rule can be tested with a table.

pub mod account;
pub mod alert;
pub mod api_token;
pub mod backoff;
pub mod connection;
pub mod diagnosis;
pub mod event;
pub mod feature;
pub mod field;
pub mod id;
pub mod identity;
pub mod locale;
pub mod mail;
mod origin;
pub mod outcomes;
pub mod path;
pub mod profile;
pub mod receipt;
pub mod run;
pub mod schedule;
pub mod scope;
pub mod security;
pub mod slot;
mod string_enum;
pub mod sync;

pub use account::{Email, Password};
pub use alert::{Alert, AlertKind};
pub use api_token::{ApiScope, ApiToken, Lifetime, TokenName};
pub use backoff::{Backoff, whole_minutes};
pub use connection::{Cause, Connection, Status};
pub use event::{Event, EventKind};
pub use feature::{Feature, FeatureState};
pub use field::Field;
pub use id::{ApiTokenId, ConnectionId, EventId, MailId, RevocationId, SessionId, SyncId, UserId};
pub use identity::{Identity, Subject};
pub use locale::Locale;
pub use mail::MailKind;
pub use origin::{Actor, Origin};
pub use path::LocalPath;
pub use profile::{GoogleValues, OwnValues, Profile};
pub use receipt::{ProfileRollback, Receipt, UndoKind};
pub use run::{Progress, RunState, Started, Step};
pub use schedule::{PollingState, SyncInterval, SyncIntervals};
pub use scope::{Scope, ScopeSet};
pub use security::{DisabledReason, SecurityKind, SecurityOutcome};
pub use slot::{FieldState, Offer, Policy, Source, StoredValue};
pub use sync::{Change, SyncFailure, SyncOutcome, SyncReport, Trigger};
