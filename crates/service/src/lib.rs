//! The product in verbs: the only place where store, Google and vault meet.
//!
//! `Accounts` is about people and their sessions, `Gmail` about their links to Google, `Profiles`
//! about who owns which field of what is shown, `Keys` about what seals it. Each verb
//! loads what it needs, decides with the rules of `model`, and stores the result in one step.

mod accounts;
mod alarms;
mod clock;
mod complete;
mod connect;
mod disconnect;
mod error;
mod extras;
mod flights;
mod gmail;
mod keys;
mod password;
mod pause;
mod places;
mod portraits;
mod profiles;
mod random;
mod renew;
mod revoke;
mod runs;
mod security_events;
mod setback;
mod sync;
mod throttle;
mod watch;
mod way_back;

#[cfg(test)]
mod tests;

pub use accounts::{Accounts, RegisterRefusal, SignInRefusal, SignedIn, Viewer};
pub use clock::Clock;
pub use complete::{Callback, Outcome};
pub use connect::Departure;
pub use disconnect::Disconnected;
pub use error::{Error, Result};
pub use gmail::{Cabinet, Gmail};
pub use google::PERMISSIONS_PAGE as GOOGLE_PERMISSIONS;
pub use keys::{Batch, KeyUse, Keys, Role, Rotation, Unreadable, Verification};
pub use profiles::{Choice, Draft, Filter, History, LINES_ON_PAGE, Profiles};
pub use random::{BrowserSecret, generated_password, request_reference};
pub use runs::{Cancel, SyncRefusal};
pub use security_events::{Received, SecurityEvents, StreamState};
pub use store::{Diff, Line, RevocationState, StreamCheck};
pub use watch::{Seen, Watch};
pub use way_back::{Crossroads, Returned};
