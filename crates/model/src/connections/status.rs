//! The state of a user's link to Google: one enum, so that no two flags can disagree.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::connections::scope::ScopeSet;
use crate::string_enum::string_enum;
use crate::sync::intervals::SyncInterval;
use crate::sync::record::SyncFailure;

string_enum! {
    /// What a connection can do now.
    Status {
        /// Tokens are live; syncs run.
        Active = "active",
        /// Tokens are live; no sync comes by itself until the user wants it again or, where there
        /// is a cause, until Google opens the account again.
        Paused = "paused",
        /// Nothing works until the user agrees at Google again; data and settings are kept.
        NeedsReconnect = "needs_reconnect",
    }
}

string_enum! {
    /// Why a connection does not work.
    Cause {
        /// Google gave no refresh token at the consent, so access would end within the hour.
        NoRefreshToken = "no_refresh_token",
        /// The user withdrew the access at Google.
        GrantEnded = "grant_ended",
        /// The same, or the password is a new one, which ends access that reaches Gmail.
        PasswordOrWithdrawn = "password_or_withdrawn",
        /// Six months without use.
        Idle = "idle",
        /// Seven days: the operator's project is in Testing.
        TestingEnded = "testing_ended",
        /// The user had allowed it for a time, and that is over.
        TimeLimit = "time_limit",
        /// Other uses of the same account pushed this one out.
        TooManyTokens = "too_many_tokens",
        /// The Google account was deleted or disabled.
        AccountDeleted = "account_deleted",
        /// A new token was lost on its way to us and the old one does not work any more.
        RotationLost = "rotation_lost",
        /// The organisation asks its people to sign in anew from time to time.
        SessionControl = "session_control",
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

impl Cause {
    /// Whether the refresh token is dead for good, so that nothing is lost by destroying it.
    pub const fn is_final(self) -> bool {
        match self {
            // Allowed again by the administrator, signed in anew or opened again, it works again.
            Cause::NoRefreshToken
            | Cause::AdminPolicy
            | Cause::SessionControl
            | Cause::AccountDisabled => false,
            Cause::GrantEnded
            | Cause::PasswordOrWithdrawn
            | Cause::Idle
            | Cause::TestingEnded
            | Cause::TimeLimit
            | Cause::TooManyTokens
            | Cause::AccountDeleted
            | Cause::RotationLost
            | Cause::Unreadable
            | Cause::RevokedAtGoogle
            | Cause::AccountHijacked => true,
        }
    }

    /// What happened, in a sentence for the operator's log.
    pub const fn for_operator(self) -> &'static str {
        match self {
            Cause::NoRefreshToken => "Google gave no refresh token at the consent",
            Cause::GrantEnded => "the user withdrew the access, or Google ended it",
            Cause::PasswordOrWithdrawn => {
                "the user withdrew the access or changed the password (the grant reaches Gmail)"
            }
            Cause::Idle => "the refresh token was not used for six months",
            Cause::TestingEnded => "the grant ended a week after consent: project in Testing",
            Cause::TimeLimit => "the time that the user had allowed is over",
            Cause::TooManyTokens => "the account was given more than 100 refresh tokens",
            Cause::AccountDeleted => "the Google account was deleted or disabled",
            Cause::RotationLost => {
                "an answer to a refresh was lost, and with it a rotated refresh token"
            }
            Cause::SessionControl => "the organisation's session length ran out (invalid_rapt)",
            Cause::AdminPolicy => "the Workspace administrator closed the service to this client",
            Cause::Unreadable => "the stored tokens open with none of our keys",
            Cause::RevokedAtGoogle => "a security event: the user removed the access at Google",
            Cause::AccountHijacked => "a security event: a stranger was in the Google account",
            Cause::AccountDisabled => "a security event: Google closed the account",
        }
    }
}

/// A user's connection as pages show it. Holds no token.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Connection {
    /// What it can do now.
    pub status: Status,
    /// Why it does not work; never with [`Status::Active`], nor where the user paused it.
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
    /// How often its user wants it synced; none leaves it to the site.
    pub interval: Option<SyncInterval>,
    /// Why the last sync failed, if it did.
    pub last_failure: Option<SyncFailure>,
    /// The mailbox, where `gmail.readonly` was granted.
    pub mailbox: Option<Mailbox>,
}

/// What users.getProfile and settings/language say of a mailbox (docs/google-facts.md 4).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mailbox {
    pub address: String,
    pub messages_total: i64,
    pub threads_total: i64,
    /// Gmail's display language, an RFC 3066 tag.
    pub display_language: Option<String>,
}
