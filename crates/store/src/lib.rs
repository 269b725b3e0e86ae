//! Everything that is kept: the only crate that contains SQL.
//!
//! Each method is one unit of work named after what happened. Transactions never leave a method,
//! and tokens arrive sealed: this crate has no key and cannot open them.

#[macro_use]
mod engine;

mod addresses;
mod alerts;
mod api_tokens;
mod attempts;
mod claims;
mod closing;
mod connections;
mod dashboard;
mod error;
mod events;
mod gate;
mod grants;
mod idempotency;
mod intervals;
mod mails;
mod memory;
mod profile;
mod refreshes;
mod revocations;
mod runs;
mod sealed;
mod security_events;
mod sessions;
mod sqlite;
mod staleness;
mod stream_checks;
mod syncs;
mod throttles;
mod unchanged;
mod users;

pub use addresses::{AddressChange, AddressMove, AddressReturn, Moved, PendingAddress};
pub use alerts::GrantEnd;
pub use api_tokens::{NewApiToken, TokenAdded, TokenBearer};
pub use attempts::AuthorizationRequest;
pub use claims::{Claim, ClaimBlocked, NewClaim};
pub use closing::Removed;
pub use connections::{Link, Linked, Unlinked};
pub use dashboard::Overview;
pub use engine::{OpenError, Store};
pub use error::{Error, Result};
pub use events::{HistoryEntry, NewHistoryEvent};
pub use gate::{CircuitBreaker, OUTAGES_TO_OPEN, Outage};
pub use grants::{Grant, RefreshMarks, Renewal};
pub use idempotency::{KeyClaim, KeyClaimed};
pub use mails::{PendingMail, QueuedMail};
pub use memory::ConnectionSnapshot;
pub use profile::{Avatar, Diff};
pub use refreshes::Lease;
pub use revocations::{
    ClaimedUndo, NewRevocation, PendingRevocation, PendingUndo, RevocationState, UndoWindow,
};
pub use runs::{LeaseStatus, NewRun, Run, RunCancel, RunClaim, RunLimit};
pub use sealed::{HeaderCount, Resealed, RowId, SealedColumn, SealedRow};
pub use security_events::{NewSecurityEvent, PendingSecurityEvent, SecurityTarget, SecurityView};
pub use sessions::{NewSession, SessionUser};
pub use staleness::Staleness;
pub use stream_checks::StreamCheck;
pub use syncs::{ReceivedProfile, SyncRecord, SyncStored};
pub use throttles::Throttle;
pub use unchanged::Unchanged;
pub use users::{Added, NewUser, UserRecord};
