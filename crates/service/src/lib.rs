//! The product in verbs: the only place where store, Google, mail and vault meet.
//!
//! `Accounts` is about people and their sessions, `Addresses` about what they sign in with,
//! `Gmail` about their links to Google, `Profiles` about who owns which field of what is shown,
//! `Post` about the mail that tells them. Each verb loads what it needs, decides with the rules of `model`, and stores the result in one step.

mod accounts;
mod addresses;
mod clock;
mod complete;
mod confirm;
mod connect;
mod disconnect;
mod error;
mod gmail;
mod password;
mod portraits;
mod post;
mod profiles;
mod random;
mod renew;
mod revoke;
mod sync;
mod throttle;

pub use accounts::{Accounts, RegisterRefusal, SignInRefusal, SignedIn, Viewer};
pub use addresses::{AddressPage, AddressRefusal, Addresses, LinkRefusal, RestoreRefusal};
pub use clock::Clock;
pub use complete::{Callback, Outcome};
pub use confirm::ConfirmRefusal;
pub use connect::Departure;
pub use disconnect::Disconnected;
pub use error::{Error, Result};
pub use gmail::{Cabinet, Gmail};
pub use post::Post;
pub use profiles::{Choice, Draft, Filter, History, LINES_ON_PAGE, Profiles};
pub use random::{BrowserSecret, generated_password, request_reference};
pub use store::{Diff, Line, PendingAddress, RevocationState};
pub use sync::NotConnected;
