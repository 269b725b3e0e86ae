//! What happened to a user's account: past tense, dotted, never with a value from Google.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::SyncFailure;
use crate::connection::words;

words! {
    /// The kinds of event.
    EventKind {
        /// The account was made.
        Registered = "user.registered",
        /// Somebody signed in.
        SignedIn = "user.signed_in",
        /// Google was connected for the first time.
        Linked = "connection.linked",
        /// Google was connected again over a broken connection.
        Relinked = "connection.relinked",
        /// The user said no at Google.
        Cancelled = "connection.cancelled",
        /// A consent came back that we could not accept.
        Refused = "connection.refused",
        /// A sync changed the profile.
        Updated = "profile.updated",
        /// A sync found nothing new.
        Synced = "connection.synced",
        /// The user gave a program a token for the API.
        TokenCreated = "token.created",
        /// The user took a token back.
        TokenRevoked = "token.revoked",
        /// The user typed something, or decided who owns a field.
        Edited = "profile.edited",
        /// The user took back what a sync had changed.
        Undone = "profile.undone",
        /// A sync could not be done.
        SyncFailed = "connection.sync_failed",
        /// Nothing works until the user agrees again.
        NeedsReconnect = "connection.needs_reconnect",
        /// The user disconnected; Google's data is gone from here.
        Unlinked = "connection.unlinked",
        /// Google confirmed that our access is over.
        Revoked = "connection.revoked",
    }
}

/// One line of a user's history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// What happened.
    pub kind: EventKind,
    /// When.
    pub at: DateTime<Utc>,
    /// Why, for the kinds that have a reason.
    pub failure: Option<SyncFailure>,
}
