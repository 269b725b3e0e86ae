//! Why a call failed, in words that help: from what Google said, when it said so, and what the
//! other connections show.
//!
//! Google has one code, `invalid_grant`, for most ends of a grant (docs/google-facts.md 1.9). The
//! age of the grant and other grants that end at the same time tell them apart.

use chrono::{DateTime, TimeDelta, Utc};

use crate::connections::call_result::CallResult;
use crate::connections::scope::{Scope, ScopeSet};
use crate::connections::status::Cause;
use crate::operations::alert::AlertKind;

/// What is known when a call has failed.
#[derive(Clone, Debug)]
pub struct Evidence {
    /// How the call ended.
    pub call_result: CallResult,
    pub now: DateTime<Utc>,
    /// When the user agreed to the grant that we hold.
    pub consented_at: Option<DateTime<Utc>>,
    /// When Google last accepted its refresh token.
    pub used_at: Option<DateTime<Utc>>,
    /// When Google said that the refresh token would end, if it did (`refresh_token_expires_in`).
    pub expires_at: Option<DateTime<Utc>>,
    pub granted: ScopeSet,
    /// Whether an answer to an earlier refresh was lost, and with it perhaps a rotated token.
    pub is_answer_lost: bool,
    /// Refresh tokens that the same account gave us after ours.
    pub newer_tokens: i64,
    /// Other grants that lately ended a week after consent.
    pub others_after_a_week: usize,
    /// How far Google's clock is ahead of ours, where an answer showed it.
    pub skew: Option<TimeDelta>,
}

/// Who has to do something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Diagnosis {
    /// The user, for this reason.
    User(Cause),
    Operator(AlertKind),
    /// Nobody: it passes, or it is Google's.
    Nobody,
}

/// How far two clocks may differ before it is worth a word.
pub const SKEW_ALLOWED: TimeDelta = TimeDelta::seconds(60);
/// Google ends a refresh token unused for so long: six months (docs/google-facts.md 1.9), by its
/// shortest count.
const IDLE: TimeDelta = TimeDelta::days(181);
/// Refresh tokens that an account may hold for one client; one more ends the oldest.
const TOKENS_ALLOWED: i64 = 100;
/// Google counts its ends in whole seconds and we count from the answer's arrival.
const GRACE: TimeDelta = TimeDelta::minutes(5);

/// Whether a grant that lived so long may have died of its project being in Testing: seven days,
/// give or take half a one, as a death is only noticed at the next use.
pub fn is_a_week(age: TimeDelta) -> bool {
    (TimeDelta::hours(156)..=TimeDelta::hours(180)).contains(&age)
}

/// The most likely reason. The particular goes before the general.
pub fn diagnose(evidence: &Evidence) -> Diagnosis {
    match evidence.call_result {
        CallResult::GrantEnded => Diagnosis::User(why_ended(evidence)),
        // The grant may live: what Google does not accept is the access token that it just gave.
        CallResult::Unauthorized | CallResult::UnauthorizedAgain => {
            Diagnosis::User(Cause::GrantEnded)
        }
        CallResult::AccountDeleted => Diagnosis::User(Cause::AccountDeleted),
        CallResult::SessionControl => Diagnosis::User(Cause::SessionControl),
        CallResult::AdminPolicy => Diagnosis::User(Cause::AdminPolicy),
        CallResult::ClientRefused => Diagnosis::Operator(AlertKind::ClientRefused),
        CallResult::ClientDeleted => Diagnosis::Operator(AlertKind::ClientDeleted),
        CallResult::RequestRefused => Diagnosis::Operator(AlertKind::RequestRefused),
        CallResult::ApiNotEnabled => Diagnosis::Operator(AlertKind::ApiNotEnabled),
        // An ID token is refused for its time where the clocks disagree.
        _ if evidence.skew.is_some_and(|skew| skew.abs() > SKEW_ALLOWED) => {
            Diagnosis::Operator(AlertKind::ClockSkew)
        }
        CallResult::Answered
        | CallResult::IdentityRefused
        | CallResult::ScopeMissing
        | CallResult::RateLimited
        | CallResult::Unavailable
        | CallResult::Unanswered
        | CallResult::NotAsDocumented => Diagnosis::Nobody,
    }
}

fn why_ended(evidence: &Evidence) -> Cause {
    let since = |at: Option<DateTime<Utc>>| at.map(|at| evidence.now - at);
    let is_week_old = since(evidence.consented_at).is_some_and(is_a_week);
    // Sign-in alone is exempt from Testing's seven days (docs/google-facts.md 1.9).
    let may_be_testing =
        is_week_old && !evidence.granted.missing_from(&ScopeSet::sign_in()).is_empty();
    if evidence.expires_at.is_some_and(|end| end - GRACE <= evidence.now) {
        return if is_week_old { Cause::TestingEnded } else { Cause::TimeLimit };
    }
    if since(evidence.used_at).is_some_and(|unused| unused >= IDLE) {
        return Cause::Idle;
    }
    if may_be_testing && evidence.others_after_a_week > 0 {
        return Cause::TestingEnded;
    }
    if evidence.is_answer_lost {
        return Cause::RotationLost;
    }
    if evidence.newer_tokens >= TOKENS_ALLOWED {
        return Cause::TooManyTokens;
    }
    // Nothing tells a new password from a withdrawal, so the user is told of both.
    if evidence.granted.iter().any(Scope::is_gmail) {
        return Cause::PasswordOrWithdrawn;
    }
    Cause::GrantEnded
}
