//! What happened to a user's account: past tense, dotted, never with a value from Google.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::string_enum::string_enum;
use crate::sync::record::SyncFailure;

string_enum! {
    /// The kinds of event.
    EventKind {
        /// The account was made.
        Registered = "user.registered",
        SignedIn = "user.signed_in",
        /// An operator shut the user out.
        Blocked = "user.blocked",
        /// An operator let the user in again.
        Unblocked = "user.unblocked",
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
        /// The user stopped a sync; nothing changed.
        SyncCancelled = "connection.sync_cancelled",
        /// Nothing works until the user agrees again.
        NeedsReconnect = "connection.needs_reconnect",
        /// The user stopped the syncs that come by themselves.
        Paused = "connection.paused",
        /// The user let syncs come again.
        Resumed = "connection.resumed",
        /// The user disconnected; Google's data is gone from here.
        Unlinked = "connection.unlinked",
        /// The user took a disconnection back.
        Restored = "connection.restored",
        /// Google confirmed that our access is over.
        Revoked = "connection.revoked",
        /// The user wants another sign-in address, and has yet to prove that it is theirs.
        AddressRequested = "address.requested",
        /// The sign-in address is another one.
        AddressChanged = "address.changed",
        /// The owner of the former sign-in address took it back.
        AddressRestored = "address.restored",
        /// Google ended the account's sessions, and so did we.
        SessionsEnded = "security.sessions_revoked",
        /// The user removed our access at Google.
        AccessRemoved = "security.tokens_revoked",
        /// Somebody else had got into the Google account.
        AccountHijacked = "security.account_hijacked",
        /// Google finds the account suspicious.
        AccountSuspected = "security.account_suspected",
        /// Google closed the account.
        AccountDisabled = "security.account_disabled",
        /// Google opened the account again.
        AccountEnabled = "security.account_enabled",
        /// Google made the account's owner choose another password.
        PasswordAtRisk = "security.credential_change_required",
    }
}

/// One line of a user's history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    pub kind: EventKind,
    pub at: DateTime<Utc>,
    /// Why, for the kinds that have a reason.
    pub failure: Option<SyncFailure>,
}
