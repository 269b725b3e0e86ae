//! The product in verbs: the only place where store, Google, mail and vault meet.
//!
//! `Accounts` is about people and their sessions, `Addresses` about what they sign in with,
//! `Gmail` about their links to Google, `Profiles` about who owns which field of what is shown,
//! `Post` about the mail that tells them, `ApiTokens` and `Idempotency` about programs that act for
//! them, `Keys` about what seals their secrets. Each verb loads what it needs, decides with the
//! rules of `model`, and stores the result in one step.

mod accounts;
mod addresses;
mod alarms;
mod api_tokens;
mod breaker;
mod clock;
mod closing;
mod complete;
mod confirm;
mod connect;
mod disconnect;
mod error;
mod extras;
mod flights;
mod gmail;
mod idempotency;
mod keys;
mod origin;
mod password;
mod pause;
mod places;
mod portraits;
mod post;
mod profiles;
mod random;
mod renew;
mod revoke;
mod runs;
mod saves;
mod schedule;
mod security_events;
mod setback;
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
pub use connect::Departure;
pub use disconnect::Disconnected;
pub use error::{Error, Result};
pub use gmail::{Cabinet, Gmail};
pub use google::PERMISSIONS_PAGE as GOOGLE_PERMISSIONS;
pub use idempotency::{Idempotency, KeptAnswer, Ticket, Turn};
pub use keys::{Batch, KeyUse, Keys, Role, Rotation, Unreadable, Verification};
pub use origin::Asker;
pub use post::Post;
pub use profiles::{Choice, Draft, Filter, History, LINES_ON_PAGE, Profiles};
pub use random::{BrowserSecret, generated_password, request_reference};
pub use runs::{Cancel, SyncRefusal};
pub use schedule::{IntervalChoice, Schedule, ScheduleState};
pub use security_events::{Received, SecurityEvents, StreamState};
pub use store::{Diff, Line, PendingAddress, RevocationState, StreamCheck, TokenBearer};
pub use watch::{Seen, Watch};
pub use way_back::{Crossroads, Returned};
