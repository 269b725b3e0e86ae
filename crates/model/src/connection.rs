//! The state of a user's link to Google: one enum, so that no two flags can disagree.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{ScopeSet, SyncFailure};

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$vdoc])* $variant),* }

        impl $name {
            /// Every variant, in order of declaration.
            pub const ALL: &'static [$name] = &[$($name::$variant),*];

            /// The word that stands in tables, logs and addresses.
            pub const fn word(self) -> &'static str {
                match self { $($name::$variant => $word),* }
            }

            /// The variant of a word, if there is one.
            pub fn from_word(word: &str) -> Option<$name> {
                match word { $($word => Some($name::$variant),)* _ => None }
            }
        }
    };
}
pub(crate) use words;

words! {
    /// What a connection can do now.
    Status {
        /// Tokens are live; syncs run.
        Active = "active",
        /// Nothing works until the user agrees at Google again; data and settings are kept.
        NeedsReconnect = "needs_reconnect",
        /// Google closed the account; syncs wait until it is open again or the user asks for one.
        Paused = "paused",
    }
}

words! {
    /// Why a connection does not work.
    Cause {
        /// Google gave no refresh token at the consent, so access would end within the hour.
        NoRefreshToken = "no_refresh_token",
        /// Google says the grant is over: withdrawn, expired or replaced.
        GrantEnded = "grant_ended",
        /// The Workspace administrator closed the service to us.
        AdminPolicy = "admin_policy",
        /// The stored tokens cannot be opened with any of our keys.
        Unreadable = "unreadable",
        /// Google told us that the user removed our access there.
        RevokedAtGoogle = "revoked_at_google",
        /// Google told us that somebody else had got into the account.
        AccountHijacked = "account_hijacked",
        /// Google told us that it closed the account.
        AccountDisabled = "account_disabled",
    }
}

/// A user's connection as pages show it. Holds no token.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Connection {
    /// What it can do now.
    pub status: Status,
    /// Why it does not work; never with [`Status::Active`].
    pub cause: Option<Cause>,
    /// The Google account's address as last seen.
    pub email: Option<String>,
    /// Permissions that Google granted.
    pub granted: ScopeSet,
    /// When the user connected.
    pub connected_at: DateTime<Utc>,
    /// When Google's answer last arrived whole.
    pub synced_at: Option<DateTime<Utc>>,
    /// When the next sync is due.
    pub next_sync_at: DateTime<Utc>,
    /// Why the last sync failed, if it did.
    pub last_failure: Option<SyncFailure>,
    /// The mailbox, where `gmail.readonly` was granted.
    pub mailbox: Option<Mailbox>,
}

/// What users.getProfile and settings/language say of a mailbox (GOOGLE.md 4).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mailbox {
    /// The mailbox's address.
    pub address: String,
    /// Messages in it.
    pub messages_total: i64,
    /// Threads in it.
    pub threads_total: i64,
    /// Gmail's display language, an RFC 3066 tag.
    pub display_language: Option<String>,
}
