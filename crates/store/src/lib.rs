//! Everything that is kept: the only crate that contains SQL.
//!
//! Each method is one unit of work named after what happened. Transactions never leave a method,
//! and tokens arrive sealed: this crate has no key and cannot open them.

#[macro_use]
mod engine;

mod accounts;
mod api_access;
mod connections;
mod error;
mod grants;
mod history;
mod jobs;
mod migrations;
mod notifications;
mod operations;
mod profile;
mod security_events;
mod sync;

pub use accounts::email_addresses::{
    AddressChange, AddressMove, AddressReturn, Moved, PendingAddress,
};
pub use accounts::moderation::Removed;
pub use accounts::sessions::{NewSession, SessionUser};
pub use accounts::users::{Added, NewUser, UserRecord};
pub use api_access::idempotency::{KeyClaim, KeyClaimed};
pub use api_access::rate_limits::Throttle;
pub use api_access::tokens::{NewApiToken, TokenAdded, TokenBearer};
pub use connections::authorization_requests::AuthorizationRequest;
pub use connections::link::{Link, Linked, Unlinked};
pub use connections::overview::Overview;
pub use connections::snapshot::ConnectionSnapshot;
pub use engine::{Engine, OpenError, Store};
pub use error::{Error, Result};
pub use grants::refresh_leases::Lease;
pub use grants::revocations::{
    ClaimedUndo, NewRevocation, PendingRevocation, PendingUndo, RevocationState, UndoWindow,
};
pub use grants::tokens::{Grant, RefreshMarks, Renewal};
pub use history::diff::Diff;
pub use history::events::{HistoryEntry, NewHistoryEvent};
pub use jobs::{ClaimedJob, JobCount, JobId, JobLease};
pub use notifications::mails::{PendingMail, QueuedMail};
pub use operations::alerts::GrantEnd;
pub use operations::sealed_columns::{HeaderCount, Resealed, RowId, SealedColumn, SealedRow};
pub use profile::fields::Avatar;
pub use security_events::received::{
    NewSecurityEvent, PendingSecurityEvent, SecurityEventAdded, SecurityTarget, SecurityView,
};
pub use security_events::stream_checks::StreamCheck;
pub use sync::batch::Unchanged;
pub use sync::circuit_breaker::{CircuitBreaker, OUTAGES_TO_OPEN, Outage};
pub use sync::due::{Claim, ClaimBlocked, NewClaim};
pub use sync::record::SyncRecord;
pub use sync::records::{ReceivedProfile, SyncStored};
pub use sync::runs::{LeaseStatus, NewRun, Run, RunCancel, RunClaim, RunLimit};
pub use sync::staleness::Staleness;
