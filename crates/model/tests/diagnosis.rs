//! One code of Google's, many reasons: time and company tell them apart.

#![expect(clippy::unwrap_used, reason = "a test may end at the first surprise")]

use chrono::{DateTime, TimeDelta, Utc};
use model::connections::call_result::CallResult;
use model::connections::diagnosis::{Diagnosis, Evidence, diagnose, is_a_week};
use model::{AlertKind, Cause, ScopeSet};

const GMAIL: &str = "openid email gmail.readonly";

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

fn days_ago(days: i64) -> Option<DateTime<Utc>> {
    Some(now() - TimeDelta::days(days))
}

/// A grant of sign-in alone, a month old and used yesterday, that ended.
fn ended() -> Evidence {
    Evidence {
        call_result: CallResult::GrantEnded,
        now: now(),
        consented_at: days_ago(30),
        used_at: days_ago(1),
        expires_at: None,
        granted: ScopeSet::sign_in(),
        is_answer_lost: false,
        newer_tokens: 0,
        others_after_a_week: 0,
        skew: Some(TimeDelta::zero()),
    }
}

#[test]
fn each_end_of_a_grant_has_its_cause() {
    let gmail = || Evidence { granted: ScopeSet::parse(GMAIL), ..ended() };
    let week_old = || Evidence { consented_at: days_ago(7), ..gmail() };
    let told = |days| Evidence { expires_at: days_ago(days), ..gmail() };
    for (name, evidence, cause) in [
        ("withdrawn", ended(), Cause::GrantEnded),
        (
            "nothing known",
            Evidence { consented_at: None, used_at: None, ..ended() },
            Cause::GrantEnded,
        ),
        ("a new password", gmail(), Cause::PasswordOrWithdrawn),
        ("six months", Evidence { used_at: days_ago(184), ..gmail() }, Cause::Idle),
        ("six short months", Evidence { used_at: days_ago(181), ..ended() }, Cause::Idle),
        ("not quite", Evidence { used_at: days_ago(180), ..ended() }, Cause::GrantEnded),
        ("a week, alone", week_old(), Cause::PasswordOrWithdrawn),
        (
            "a week, in company",
            Evidence { others_after_a_week: 1, ..week_old() },
            Cause::TestingEnded,
        ),
        (
            "a week, in company, sign-in alone",
            Evidence { others_after_a_week: 9, granted: ScopeSet::sign_in(), ..week_old() },
            Cause::GrantEnded,
        ),
        (
            "company of another age",
            Evidence { others_after_a_week: 9, ..gmail() },
            Cause::PasswordOrWithdrawn,
        ),
        (
            "a week, as announced",
            Evidence { expires_at: days_ago(0), ..week_old() },
            Cause::TestingEnded,
        ),
        ("a time, as announced", told(0), Cause::TimeLimit),
        ("announced for tomorrow", told(-1), Cause::PasswordOrWithdrawn),
        ("a lost answer", Evidence { is_answer_lost: true, ..gmail() }, Cause::RotationLost),
        ("a hundred newer tokens", Evidence { newer_tokens: 100, ..gmail() }, Cause::TooManyTokens),
        ("ninety-nine", Evidence { newer_tokens: 99, ..ended() }, Cause::GrantEnded),
    ] {
        assert_eq!(diagnose(&evidence), Diagnosis::User(cause), "{name}");
    }
}

#[test]
fn who_must_act_follows_from_what_google_said() {
    let user = Diagnosis::User;
    let operator = Diagnosis::Operator;
    for (call_result, expected) in [
        (CallResult::AccountDeleted, user(Cause::AccountDeleted)),
        (CallResult::SessionControl, user(Cause::SessionControl)),
        (CallResult::AdminPolicy, user(Cause::AdminPolicy)),
        (CallResult::UnauthorizedAgain, user(Cause::GrantEnded)),
        (CallResult::ClientRefused, operator(AlertKind::ClientRefused)),
        (CallResult::ClientDeleted, operator(AlertKind::ClientDeleted)),
        (CallResult::RequestRefused, operator(AlertKind::RequestRefused)),
        (CallResult::ApiNotEnabled, operator(AlertKind::ApiNotEnabled)),
        (CallResult::Unavailable, Diagnosis::Nobody),
        (CallResult::Unanswered, Diagnosis::Nobody),
        (CallResult::RateLimited, Diagnosis::Nobody),
        (CallResult::IdentityRefused, Diagnosis::Nobody),
    ] {
        assert_eq!(diagnose(&Evidence { call_result, ..ended() }), expected, "{call_result:?}");
    }
}

#[test]
fn clocks_that_disagree_are_the_operators() {
    for (seconds, expected) in [
        (0, Diagnosis::Nobody),
        (60, Diagnosis::Nobody),
        (61, Diagnosis::Operator(AlertKind::ClockSkew)),
        (-61, Diagnosis::Operator(AlertKind::ClockSkew)),
    ] {
        let skew = Some(TimeDelta::seconds(seconds));
        let refused = Evidence { call_result: CallResult::IdentityRefused, skew, ..ended() };
        assert_eq!(diagnose(&refused), expected, "{seconds}");
        // What Google said plainly goes before.
        let evidence = Evidence { skew, ..ended() };
        assert_eq!(diagnose(&evidence), Diagnosis::User(Cause::GrantEnded));
    }
}

#[test]
fn a_week_is_six_and_a_half_days_to_seven_and_a_half() {
    for (hours, is_week) in [(155, false), (156, true), (168, true), (180, true), (181, false)] {
        assert_eq!(is_a_week(TimeDelta::hours(hours)), is_week, "{hours}");
    }
}
