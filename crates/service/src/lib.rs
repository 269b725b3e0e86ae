//! The product in verbs: the only place where store, Google, mail and vault meet.
//!
//! A domain a folder, and in it a type with the domain's verbs; [`Services`] has all of them. Each
//! verb loads what it needs, decides with the rules of `model`, and stores the result in one step.
//! What the verbs about Google share is a small `Context`; no type knows everything.

mod accounts;
mod api_access;
mod caller;
mod clock;
mod connections;
mod context;
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
pub use accounts::moderation::Moderation;
pub use accounts::reauthentication::ConfirmRefusal;
pub use accounts::{Accounts, RegisterRefusal, SignInRefusal, SignedIn, Viewer};
pub use api_access::idempotency::{Idempotency, IdempotencyClaim, IdempotencyState, KeptAnswer};
pub use api_access::tokens::{ApiTokens, Denied, MOST_TOKENS, TokenDraft, TokenRefusal};
pub use caller::Caller;
pub use clock::Clock;
pub use connections::Connections;
pub use connections::callback::{Callback, Outcome};
pub use connections::connect::ConnectStart;
pub use connections::disconnect::Disconnected;
pub use connections::overview::Cabinet;
pub use connections::undo::{AccountConflict, UndoOutcome};
pub use context::Context;
pub use error::{Error, Result};
pub use google::PERMISSIONS_PAGE as GOOGLE_PERMISSIONS;
pub use grants::Grants;
pub use jobs::Jobs;
pub use notifications::mail::MailOutbox;
pub use operations::alerts::Alerts;
pub use operations::key_rotation::{Batch, KeyUse, Keys, Role, Rotation, Unreadable, Verification};
pub use profile::{Choice, Draft, Filter, History, LINES_ON_PAGE, Profiles};
pub use random::{BrowserSecret, generated_password, request_reference};
pub use security_events::{Received, SecurityEvents, StreamState};
pub use services::Services;
pub use store::{
    Diff, HistoryEntry, JobCount, PendingAddress, RevocationState, StreamCheck, TokenBearer,
};
pub use sync::Syncs;
pub use sync::run::{CancelOutcome, SyncRefusal};
pub use sync::scheduler::{IntervalChoice, Schedule, ScheduleState};
pub use sync::watch::{RunStatus, RunWatcher};
