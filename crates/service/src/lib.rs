//! The product in verbs: the only place where store, Google, mail and vault meet.
//!
//! `Accounts` is about people and their sessions, `Addresses` about what they sign in with,
//! `Gmail` about their links to Google, `Profiles` about who owns which field of what is shown,
//! `MailOutbox` about the mail that tells them, `Jobs` about what is done in the background, `ApiTokens` and `Idempotency` about programs that act for
//! them, `Keys` about what seals their secrets. Each verb loads what it needs, decides with the
//! rules of `model`, and stores the result in one step.

mod accounts;
mod api_access;
mod caller;
mod clock;
mod connections;
mod error;
mod grants;
mod jobs;
mod notifications;
mod operations;
mod profile;
mod random;
mod rate_limit;
mod sealing;
mod security_events;
mod services;
mod sync;

#[cfg(test)]
mod tests;

pub use accounts::email_change::{
    AddressPage, AddressRefusal, Addresses, LinkRefusal, RestoreRefusal,
};
pub use accounts::reauthentication::ConfirmRefusal;
pub use accounts::{Accounts, RegisterRefusal, SignInRefusal, SignedIn, Viewer};
pub use api_access::idempotency::{Idempotency, IdempotencyClaim, IdempotencyState, KeptAnswer};
pub use api_access::tokens::{ApiTokens, Denied, MOST_TOKENS, TokenDraft, TokenRefusal};
pub use caller::Caller;
pub use clock::Clock;
pub use connections::callback::{Callback, Outcome};
pub use connections::connect::ConnectStart;
pub use connections::disconnect::Disconnected;
pub use connections::undo::{AccountConflict, UndoOutcome};
pub use connections::{Cabinet, Gmail};
pub use error::{Error, Result};
pub use google::PERMISSIONS_PAGE as GOOGLE_PERMISSIONS;
pub use jobs::Jobs;
pub use notifications::mail::MailOutbox;
pub use operations::key_rotation::{Batch, KeyUse, Keys, Role, Rotation, Unreadable, Verification};
pub use profile::{Choice, Draft, Filter, History, LINES_ON_PAGE, Profiles};
pub use random::{BrowserSecret, generated_password, request_reference};
pub use security_events::{Received, SecurityEvents, StreamState};
pub use services::Services;
pub use store::{
    Diff, HistoryEntry, JobCount, PendingAddress, RevocationState, StreamCheck, TokenBearer,
};
pub use sync::run::{CancelOutcome, SyncRefusal};
pub use sync::scheduler::{IntervalChoice, Schedule, ScheduleState};
pub use sync::watch::{RunStatus, RunWatcher};
