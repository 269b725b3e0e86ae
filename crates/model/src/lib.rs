//! The rules of the product as plain values, shared by the server and the WASM client.
//!
//! Nothing here does I/O, asks for the time or draws randomness: callers pass what they know, so
//! every rule can be tested with a table.

pub mod accounts;
pub mod api_access;
pub mod backoff;
pub mod connections;
mod contact;
pub mod history;
pub mod id;
pub mod job;
pub mod local_path;
pub mod locale;
pub mod notifications;
pub mod operations;
pub mod profile;
pub mod role;
pub mod security_events;
mod string_enum;
pub mod sync;

pub use accounts::account::{Email, Password};
pub use api_access::token::{ApiScope, ApiToken, Lifetime, TokenName};
pub use backoff::{Backoff, whole_minutes};
pub use connections::feature::{Feature, FeatureState};
pub use connections::identity::{Identity, Subject};
pub use connections::receipt::{ProfileRollback, Receipt, UndoKind};
pub use connections::scope::{Scope, ScopeSet};
pub use connections::status::{Cause, Connection, Status};
pub use contact::Contact;
pub use history::event::{Event, EventKind};
pub use history::origin::{Actor, Origin};
pub use id::{ApiTokenId, ConnectionId, EventId, MailId, RevocationId, SessionId, SyncId, UserId};
pub use job::{Job, JobKind};
pub use local_path::LocalPath;
pub use locale::Locale;
pub use notifications::mail_kind::MailKind;
pub use operations::alert::{Alert, AlertKind};
pub use profile::field::Field;
pub use profile::field_state::{FieldState, Offer, Policy, Source, StoredValue};
pub use profile::values::{GoogleValues, OwnValues, Profile};
pub use security_events::event::{DisabledReason, SecurityKind, SecurityOutcome};
pub use sync::intervals::{PollingState, SyncInterval, SyncIntervals};
pub use sync::progress::{Progress, RunState, Started, Step};
pub use sync::record::{Change, SyncFailure, SyncOutcome, SyncReport, Trigger};
