//! The rules of the product as plain values, shared by the server and the WASM client.
//!
//! Nothing here does I/O, asks for the time or draws randomness: callers pass what they know, so
//! every rule can be tested with a table.

pub mod account;
pub mod alarm;
pub mod api_token;
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
pub mod pace;
pub mod path;
pub mod profile;
pub mod receipt;
pub mod run;
pub mod schedule;
pub mod scope;
pub mod security;
pub mod slot;
pub mod sync;

pub use account::{Email, Password};
pub use alarm::{Alarm, AlarmKind};
pub use api_token::{ApiScope, ApiToken, Lifetime, TokenName};
pub use connection::{Cause, Connection, Status};
pub use event::{Event, EventKind};
pub use feature::{Feature, FeatureState};
pub use field::Field;
pub use id::{ApiTokenId, ConnectionId, EventId, MailId, RevocationId, SessionId, SyncId, UserId};
pub use identity::{Identity, Subject};
pub use locale::Locale;
pub use mail::MailKind;
pub use origin::{Actor, Origin};
pub use pace::{Pace, whole_minutes};
pub use path::LocalPath;
pub use profile::{GoogleValues, OwnValues, Profile};
pub use receipt::{Parting, Receipt, WayBack};
pub use run::{Progress, RunState, Started, Step};
pub use schedule::{Habit, Rhythm, SyncInterval};
pub use scope::{Scope, ScopeSet};
pub use security::{DisabledReason, SecurityKind, SecurityOutcome};
pub use slot::{Kept, Offer, Policy, Slot, Source};
pub use sync::{Change, SyncFailure, SyncOutcome, SyncReport, Trigger};
