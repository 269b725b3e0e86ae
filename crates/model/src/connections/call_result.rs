//! Every way for a call to Google to end and what follows from it, as one table.
//!
//! `docs/outcomes.md` is this table for readers, and a test brings about every row.

use serde::{Deserialize, Serialize};

use crate::backoff::Backoff;
use crate::string_enum::string_enum;
use crate::sync::record::SyncFailure;

string_enum! {
    /// The calls that a connection lives by.
    Call {
        /// A code for tokens.
        Exchange = "exchange",
        /// A refresh token for a new access token.
        Refresh = "refresh",
        /// The profile.
        Userinfo = "userinfo",
        /// The end of a grant.
        Revoke = "revoke",
    }
}

string_enum! {
    /// How a call ended.
    CallResult {
        /// As asked.
        Answered = "answered",
        /// The grant is over.
        GrantEnded = "grant_ended",
        /// The Google account is gone.
        AccountDeleted = "account_deleted",
        /// The organisation's session length ran out.
        SessionControl = "session_control",
        /// The organisation forbids it.
        AdminPolicy = "admin_policy",
        /// Google does not know our client, or not this secret.
        ClientRefused = "client_refused",
        /// Our client was deleted at Google.
        ClientDeleted = "client_deleted",
        /// Our request or its registration is wrong.
        RequestRefused = "request_refused",
        /// The API is not switched on in our project.
        ApiNotEnabled = "api_not_enabled",
        /// The ID token does not prove what it must.
        IdentityRefused = "identity_refused",
        /// The access token is not accepted.
        Unauthorized = "unauthorized",
        /// Nor is the one that a refresh gave a moment ago.
        UnauthorizedAgain = "unauthorized_again",
        /// The grant does not cover the call.
        ScopeMissing = "scope_missing",
        /// Google asks us to slow down.
        RateLimited = "rate_limited",
        /// Google cannot be reached or says that it is unwell: nothing was done.
        Unavailable = "unavailable",
        /// The request left and no whole answer came: it may have been done.
        Unanswered = "unanswered",
        /// An answer that no document promises.
        NotAsDocumented = "not_as_documented",
    }
}

string_enum! {
    Decision {
        Done = "done",
        /// Nothing is kept and nothing repeated; the user may begin anew.
        Nothing = "nothing",
        /// Refresh once and ask once more.
        RefreshOnce = "refresh_once",
        /// Ask again later; every token is kept.
        Retry = "retry",
        /// Only the user can help; why is for `diagnose` to say.
        NeedsReconnect = "needs_reconnect",
        /// Only the operator can help: every token is kept, an alert is raised.
        OperatorFault = "operator_fault",
    }
}

/// A row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Outcome {
    pub call: Call,
    pub call_result: CallResult,
    /// How that looks on the wire (docs/google-facts.md 1.7, 1.8, 6).
    pub on_the_wire: &'static str,
    pub decision: Decision,
}

const fn row(
    call: Call,
    call_result: CallResult,
    on_the_wire: &'static str,
    decision: Decision,
) -> Outcome {
    Outcome { call, call_result, on_the_wire, decision }
}

use Call::{Exchange, Refresh, Revoke, Userinfo};
use CallResult::{
    AccountDeleted, AdminPolicy, Answered, ApiNotEnabled, ClientDeleted, ClientRefused, GrantEnded,
    IdentityRefused, NotAsDocumented, RateLimited, RequestRefused, ScopeMissing, SessionControl,
    Unanswered, Unauthorized, UnauthorizedAgain, Unavailable,
};
use Decision::{Done, NeedsReconnect, Nothing, OperatorFault, RefreshOnce, Retry};

const TOO_MANY: &str = "429, or `rate_limit_exceeded`, with or without `Retry-After`";
const UNWELL: &str = "5xx, `temporarily_unavailable`, or no connection";
const CUT_OFF: &str = "a timeout, or a connection that breaks before the whole answer";
const ODD: &str = "HTML, broken JSON, missing fields, an unknown word, a redirect";

pub const OUTCOMES: &[Outcome] = &[
    row(Exchange, Answered, "200 with tokens and an ID token", Done),
    // A code is single use: whatever happened, another one is needed.
    row(Exchange, GrantEnded, "`invalid_grant`: a used, old or foreign code", Nothing),
    row(Exchange, IdentityRefused, "an ID token that proves nothing", Nothing),
    row(Exchange, ClientRefused, "`invalid_client`", OperatorFault),
    row(Exchange, RequestRefused, "`redirect_uri_mismatch`, `invalid_request`", OperatorFault),
    row(Exchange, RateLimited, TOO_MANY, Nothing),
    row(Exchange, Unavailable, UNWELL, Nothing),
    row(Exchange, Unanswered, CUT_OFF, Nothing),
    row(Exchange, NotAsDocumented, ODD, Nothing),
    row(Refresh, Answered, "200 with an access token", Done),
    row(Refresh, GrantEnded, "`invalid_grant`", NeedsReconnect),
    row(Refresh, AccountDeleted, "`invalid_grant`, \"Account has been deleted\"", NeedsReconnect),
    row(Refresh, SessionControl, "`invalid_grant` with `invalid_rapt`", NeedsReconnect),
    row(
        Refresh,
        AdminPolicy,
        "`admin_policy_enforced`, `org_internal`, `access_not_configured`",
        NeedsReconnect,
    ),
    row(Refresh, ClientRefused, "`invalid_client`", OperatorFault),
    row(Refresh, ClientDeleted, "`deleted_client`", OperatorFault),
    row(
        Refresh,
        RequestRefused,
        "`unauthorized_client`, `invalid_request`, `invalid_scope`, `unsupported_grant_type`",
        OperatorFault,
    ),
    row(Refresh, RateLimited, TOO_MANY, Retry),
    row(Refresh, Unavailable, UNWELL, Retry),
    // A rotated token may have been in it: an `invalid_grant` that follows is then explained.
    row(Refresh, Unanswered, CUT_OFF, Retry),
    row(Refresh, NotAsDocumented, ODD, Retry),
    row(Userinfo, Answered, "200 with this account's profile", Done),
    row(Userinfo, Unauthorized, "401", RefreshOnce),
    row(Userinfo, UnauthorizedAgain, "401 with a token refreshed a moment ago", NeedsReconnect),
    row(Userinfo, ScopeMissing, "403 `insufficientPermissions`", Retry),
    row(Userinfo, ApiNotEnabled, "403 `accessNotConfigured`", OperatorFault),
    row(Userinfo, RateLimited, "429, or 403 `userRateLimitExceeded`", Retry),
    row(Userinfo, Unavailable, UNWELL, Retry),
    row(Userinfo, Unanswered, CUT_OFF, Retry),
    row(Userinfo, NotAsDocumented, "the same, or another account's profile", Retry),
    // A token that Google does not know any more is a token that is revoked.
    row(Revoke, Answered, "200, or 400 `invalid_token`", Done),
    row(Revoke, ClientRefused, "`invalid_client`", OperatorFault),
    row(Revoke, RateLimited, TOO_MANY, Retry),
    row(Revoke, Unavailable, UNWELL, Retry),
    row(Revoke, Unanswered, CUT_OFF, Retry),
    row(Revoke, NotAsDocumented, ODD, Retry),
];

/// What follows from an ending. What the table does not foresee is never held against a
/// connection: ask again later.
pub fn decide(call: Call, call_result: CallResult) -> Decision {
    let row = OUTCOMES.iter().find(|row| row.call == call && row.call_result == call_result);
    row.map_or(Retry, |row| row.decision)
}

impl CallResult {
    /// What a sync that ended so is recorded as.
    pub const fn failure(self) -> SyncFailure {
        match self {
            GrantEnded | AccountDeleted | SessionControl | AdminPolicy | Unauthorized
            | UnauthorizedAgain => SyncFailure::NeedsReconnect,
            ClientRefused | ClientDeleted | RequestRefused | ApiNotEnabled => {
                SyncFailure::OperatorFault
            }
            RateLimited => SyncFailure::RateLimited,
            Unavailable | Unanswered => SyncFailure::GoogleUnavailable,
            Answered | ScopeMissing | IdentityRefused | NotAsDocumented => {
                SyncFailure::GoogleProtocol
            }
        }
    }

    /// Whether Google is unwell for everybody, as far as one call can tell. That it asks to slow
    /// down may be about a single user.
    pub const fn is_outage(self) -> bool {
        matches!(self, Unavailable | Unanswered)
    }

    /// Whether Google may have done what was asked without our hearing of it. A refresh token
    /// that it rotated then is lost.
    pub const fn may_have_happened(self) -> bool {
        matches!(self, Unanswered | NotAsDocumented)
    }
}

impl SyncFailure {
    /// How soon a sync that failed so is worth another try.
    pub const fn backoff(self) -> Backoff {
        match self {
            SyncFailure::GoogleUnavailable | SyncFailure::RateLimited | SyncFailure::Internal => {
                Backoff::OUTAGE
            }
            // What needs its user is not due at all until the user has agreed.
            SyncFailure::GoogleProtocol
            | SyncFailure::OperatorFault
            | SyncFailure::NeedsReconnect => Backoff::FAULT,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_row_stands_twice() {
        for (n, row) in OUTCOMES.iter().enumerate() {
            let is_it =
                |other: &&Outcome| (other.call, other.call_result) == (row.call, row.call_result);
            assert!(!OUTCOMES[..n].iter().any(|other| is_it(&other)), "{row:?}");
        }
    }

    #[test]
    fn an_outage_never_ends_a_connection_and_a_dead_grant_is_known_at_once() {
        for call in Call::ALL {
            for call_result in [RateLimited, Unavailable, Unanswered, NotAsDocumented] {
                let decision = decide(*call, call_result);
                assert!(
                    matches!(decision, Retry | Nothing),
                    "{call:?} {call_result:?}: {decision:?}"
                );
            }
        }
        for call_result in [GrantEnded, AccountDeleted, SessionControl, AdminPolicy] {
            assert_eq!(decide(Refresh, call_result), NeedsReconnect, "{call_result:?}");
        }
    }

    #[test]
    fn what_the_table_does_not_foresee_is_asked_again() {
        assert_eq!(decide(Userinfo, GrantEnded), Retry);
        assert_eq!(decide(Revoke, AdminPolicy), Retry);
    }

    #[test]
    fn decisions_and_failures_say_the_same() {
        for row in OUTCOMES.iter().filter(|row| row.call != Exchange) {
            let failure = row.call_result.failure();
            match row.decision {
                NeedsReconnect => assert_eq!(failure, SyncFailure::NeedsReconnect, "{row:?}"),
                OperatorFault => assert_eq!(failure, SyncFailure::OperatorFault, "{row:?}"),
                Retry => assert!(
                    !matches!(failure, SyncFailure::NeedsReconnect | SyncFailure::OperatorFault),
                    "{row:?}"
                ),
                Done | Nothing | RefreshOnce => {}
            }
        }
    }
}
