//! What can go wrong at Google, sorted by what the caller can do about it.
//!
//! No variant carries a body, an address, a token or a name: an error may be logged as it is.

use std::time::Duration;

use model::connections::call_result::CallResult;

use crate::IdTokenFault;

/// Why Google did not do what was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The grant is over; only the user can give a new one. Stop refreshing.
    #[error("the grant has ended: {reason}")]
    Ended {
        /// What ended it.
        reason: Ended,
    },

    /// 401 from an API: refresh once, repeat once, then ask the user (docs/google-facts.md 6).
    #[error("access token rejected")]
    Unauthorized,

    /// The token does not cover the call; ask for the permission, do not retry
    /// (docs/google-facts.md 6).
    #[error("insufficient scope")]
    ScopeMissing,

    /// Google asks us to slow down; the token is fine.
    #[error("Google rate limit reached")]
    RateLimited {
        /// How long to wait at least, where Google said so; at most a day.
        retry_after: Option<Duration>,
    },

    /// No connection, or 5xx: nothing was done; try again later, keep the token.
    #[error("Google is unavailable: {what}")]
    Unavailable {
        /// What happened, in fixed words.
        what: &'static str,
    },

    /// The request left and no whole answer came: it may have been done. Keep the token, and
    /// remember that one which was rotated meanwhile is lost.
    #[error("Google's response was incomplete: {what}")]
    Unanswered {
        /// What happened, in fixed words.
        what: &'static str,
    },

    /// The answer is not what the documents promise.
    #[error("unexpected response from Google: {what}")]
    Protocol {
        /// What was wrong, in fixed words.
        what: &'static str,
    },

    /// The ID token proves nothing.
    #[error("ID token rejected: {0}")]
    Identity(#[from] IdTokenFault),

    /// Google refuses our client, not the user: keep the token, alert the operator
    /// (docs/google-facts.md 1.8).
    #[error("Google rejects this OAuth client: {code}")]
    Operator {
        /// What the operator has to look at.
        code: OperatorFault,
    },
}

/// What ended a grant (docs/google-facts.md 1.8, 1.9).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Ended {
    /// `invalid_grant`: withdrawn, expired or replaced; for a code, also used or unknown.
    #[error("withdrawn, expired or replaced")]
    Revoked,
    /// `invalid_grant` in the words that go with a Google account that is gone.
    #[error("the Google account was deleted")]
    AccountDeleted,
    /// `admin_policy_enforced`, `org_internal`, `access_not_configured`: the organisation forbids
    /// it.
    #[error("blocked by the account's administrator")]
    AdminPolicy,
    /// `invalid_grant` with `invalid_rapt`: the organisation's session length ran out.
    #[error("the organisation's session length expired")]
    SessionControl,
}

/// Which part of our registration at Google is wrong; every word is Google's error code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OperatorFault {
    /// Unknown client id or wrong secret.
    #[error("invalid_client")]
    InvalidClient,
    /// The client was deleted at Google; it can be restored for 30 days.
    #[error("deleted_client")]
    DeletedClient,
    /// The client may not use this grant type.
    #[error("unauthorized_client")]
    UnauthorizedClient,
    /// The redirect URI is not registered exactly as sent.
    #[error("redirect_uri_mismatch")]
    RedirectUriMismatch,
    /// The request was malformed or a parameter is missing.
    #[error("invalid_request")]
    InvalidRequest,
    /// A scope that Google does not know.
    #[error("invalid_scope")]
    InvalidScope,
    /// The token endpoint does not know the grant type.
    #[error("unsupported_grant_type")]
    UnsupportedGrantType,
    /// The API is not switched on in the project.
    #[error("accessNotConfigured")]
    ApiNotEnabled,
}

impl Error {
    /// For a preliminary call, such as discovery or keys: whatever Google did not
    /// answer there, nothing that matters has been done.
    pub(crate) fn into_unavailable(self) -> Error {
        match self {
            Error::Unanswered { what } => Error::Unavailable { what },
            other => other,
        }
    }

    /// How the call ended, in the words of the table of outcomes.
    pub const fn call_result(&self) -> CallResult {
        match self {
            Error::Ended { reason: Ended::Revoked } => CallResult::GrantEnded,
            Error::Ended { reason: Ended::AccountDeleted } => CallResult::AccountDeleted,
            Error::Ended { reason: Ended::AdminPolicy } => CallResult::AdminPolicy,
            Error::Ended { reason: Ended::SessionControl } => CallResult::SessionControl,
            Error::Unauthorized => CallResult::Unauthorized,
            Error::ScopeMissing => CallResult::ScopeMissing,
            Error::RateLimited { .. } => CallResult::RateLimited,
            Error::Unavailable { .. } => CallResult::Unavailable,
            Error::Unanswered { .. } => CallResult::Unanswered,
            Error::Protocol { .. } => CallResult::NotAsDocumented,
            Error::Identity(_) => CallResult::IdentityRefused,
            Error::Operator { code } => match code {
                OperatorFault::InvalidClient => CallResult::ClientRefused,
                OperatorFault::DeletedClient => CallResult::ClientDeleted,
                OperatorFault::ApiNotEnabled => CallResult::ApiNotEnabled,
                OperatorFault::UnauthorizedClient
                | OperatorFault::RedirectUriMismatch
                | OperatorFault::InvalidRequest
                | OperatorFault::InvalidScope
                | OperatorFault::UnsupportedGrantType => CallResult::RequestRefused,
            },
        }
    }
}
