//! Everything that is kept: the only crate that contains SQL.
//!
//! Each method is one unit of work named after what happened. Transactions never leave a method,
//! and tokens arrive sealed: this crate has no key and cannot open them.

#[macro_use]
mod engine;

mod api_tokens;
mod attempts;
mod connections;
mod dashboard;
mod error;
mod events;
mod grants;
mod idempotency;
mod profile;
mod revocations;
mod sessions;
mod sqlite;
mod syncs;
mod throttles;
mod users;

pub use api_tokens::{NewApiToken, TokenAdded, TokenBearer};
pub use attempts::Attempt;
pub use connections::{Link, Linked, Unlinked};
pub use dashboard::Dashboard;
pub use engine::{OpenError, Store};
pub use error::{Error, Result};
pub use grants::{Grant, Renewal};
pub use idempotency::{KeyClaim, KeyClaimed};
pub use profile::{Avatar, Diff, Line};
pub use revocations::{PendingRevocation, RevocationState};
pub use sessions::{NewSession, SessionUser};
pub use syncs::{Received, SyncRecord, SyncStored};
pub use throttles::Throttle;
pub use users::{Added, NewUser, UserRecord};
