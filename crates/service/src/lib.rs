//! The product in verbs: the only place where store, Google, mail and vault meet.
//!
//! `Accounts` is about people and their sessions, `Addresses` about what they sign in with,
//! `Gmail` about their links to Google, `Profiles` about who owns which field of what is shown,
//! `MailOutbox` about the mail that tells them, `ApiTokens` and `Idempotency` about programs that act for
//! them, `Keys` about what seals their secrets. Each verb loads what it needs, decides with the
//! rules of `model`, and stores the result in one step.

mod accounts;
mod addresses;
mod alerts;
mod api_tokens;
mod batch_writer;
mod breaker;
mod call_failure;
mod clock;
mod closing;
mod complete;
mod confirm;
mod connect;
mod disconnect;
mod error;
mod gmail;
mod idempotency;
mod image_worker;
mod keys;
mod optional_scopes;
mod origin;
mod password;
mod pause;
mod post;
mod profiles;
mod random;
mod refresh_locks;
mod renew;
mod revoke;
mod runs;
mod schedule;
mod sealing;
mod security_events;
mod sync;
mod throttle;
mod watch;
mod way_back;

#[cfg(test)]
mod tests;

pub use accounts::{Accounts, RegisterRefusal, SignInRefusal, SignedIn, Viewer};
pub use addresses::{AddressPage, AddressRefusal, Addresses, LinkRefusal, RestoreRefusal};
pub use api_tokens::{ApiTokens, Denied, MOST_TOKENS, TokenDraft, TokenRefusal};
pub use clock::Clock;
pub use complete::{Callback, Outcome};
pub use confirm::ConfirmRefusal;
pub use connect::ConnectStart;
pub use disconnect::Disconnected;
pub use error::{Error, Result};
pub use gmail::{Cabinet, Gmail};
pub use google::PERMISSIONS_PAGE as GOOGLE_PERMISSIONS;
pub use idempotency::{Idempotency, IdempotencyClaim, IdempotencyState, KeptAnswer};
pub use keys::{Batch, KeyUse, Keys, Role, Rotation, Unreadable, Verification};
pub use origin::Caller;
pub use post::MailOutbox;
pub use profiles::{Choice, Draft, Filter, History, LINES_ON_PAGE, Profiles};
pub use random::{BrowserSecret, generated_password, request_reference};
pub use runs::{CancelOutcome, SyncRefusal};
pub use schedule::{IntervalChoice, Schedule, ScheduleState};
pub use security_events::{Received, SecurityEvents, StreamState};
pub use store::{Diff, HistoryEntry, PendingAddress, RevocationState, StreamCheck, TokenBearer};
pub use watch::{RunStatus, RunWatcher};
pub use way_back::{AccountConflict, UndoOutcome};
