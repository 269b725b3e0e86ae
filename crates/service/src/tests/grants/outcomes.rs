//! Every row of the table of outcomes, brought about by the stand-in: what is decided, happens.

use chrono::{DateTime, TimeDelta, Utc};
use model::connections::call_result::{Call, CallResult, Decision, OUTCOMES, Outcome as Row};
use model::{AlertKind, Backoff, Cause, JobKind, Status, UndoKind};
use sandbox::{Endpoint, Fault, FaultBody, IdTokenForge, InjectedFault};

use crate::tests::test_app::{TANYA, TestApp};
use crate::{Disconnected, Outcome};

const fn endpoint(call: Call) -> Endpoint {
    match call {
        Call::Exchange => Endpoint::TokenCode,
        Call::Refresh => Endpoint::TokenRefresh,
        Call::Userinfo => Endpoint::Userinfo,
        Call::Revoke => Endpoint::Revoke,
    }
}

/// Every way that a row says it looks on the wire.
fn faults(row: &Row) -> Vec<Fault> {
    let at = endpoint(row.call);
    let said = |words: &[&str]| words.iter().map(|word| Fault::oauth_error(at, word)).collect();
    let api = |status, reason| Fault::google_error(at, status, reason);
    let json = |text: &str| FaultBody::Raw {
        content_type: "application/json".to_owned(),
        text: text.to_owned(),
    };
    match row.call_result {
        // The stand-in's own answer; the forged ID token is not a fault of an endpoint.
        CallResult::Answered | CallResult::IdentityRefused => {
            vec![Fault::slow(at, std::time::Duration::ZERO)]
        }
        CallResult::GrantEnded => said(&["invalid_grant"]),
        CallResult::AccountDeleted => {
            let body = FaultBody::OauthError {
                error: "invalid_grant".to_owned(),
                description: Some("Account has been deleted".to_owned()),
                subtype: None,
            };
            vec![Fault::body(at, 400, body)]
        }
        CallResult::SessionControl => vec![Fault::invalid_rapt()],
        CallResult::AdminPolicy => {
            said(&["admin_policy_enforced", "org_internal", "access_not_configured"])
        }
        CallResult::ClientRefused => said(&["invalid_client"]),
        CallResult::ClientDeleted => said(&["deleted_client"]),
        CallResult::RequestRefused if row.call == Call::Exchange => {
            said(&["redirect_uri_mismatch", "invalid_request"])
        }
        CallResult::RequestRefused => said(&[
            "unauthorized_client",
            "invalid_request",
            "invalid_scope",
            "unsupported_grant_type",
        ]),
        CallResult::ApiNotEnabled => vec![api(403, "accessNotConfigured")],
        CallResult::Unauthorized => vec![api(401, "authError").times(1)],
        CallResult::UnauthorizedAgain => vec![api(401, "authError")],
        CallResult::ScopeMissing => vec![api(403, "insufficientPermissions")],
        CallResult::RateLimited if row.call == Call::Userinfo => {
            vec![Fault::status(at, 429).retry_after("90"), api(403, "userRateLimitExceeded")]
        }
        CallResult::RateLimited => vec![
            Fault::status(at, 429).retry_after("90"),
            Fault::status(at, 429).retry_after("Sun, 06 Nov 1994 08:49:37 GMT"),
            Fault::oauth_error(at, "rate_limit_exceeded"),
        ],
        CallResult::Unavailable => vec![
            Fault::status(at, 500),
            Fault::body(at, 503, FaultBody::Html),
            Fault::body(at, 503, json(r#"{"error":"invalid_grant"}"#)),
        ],
        CallResult::Unanswered => vec![
            Fault::new(at, InjectedFault::Hang),
            Fault::new(at, InjectedFault::DropBefore),
            Fault::new(at, InjectedFault::Truncated),
        ],
        // A revocation is done by its status alone.
        CallResult::NotAsDocumented if row.call == Call::Revoke => {
            vec![Fault::status(at, 302), Fault::body(at, 400, FaultBody::Html)]
        }
        CallResult::NotAsDocumented => vec![
            Fault::body(at, 200, FaultBody::Html),
            Fault::body(at, 200, FaultBody::MalformedJson),
            Fault::body(at, 200, json("{}")),
            Fault::body(at, 400, json(r#"{"error":"something_new"}"#)),
            Fault::status(at, 302),
        ],
    }
}

/// What Google asks for with a fault, in seconds.
fn asked_secs(fault: &Fault) -> i64 {
    let InjectedFault::Answer { headers, .. } = &fault.mishap else { return 0 };
    headers.get("retry-after").and_then(|text| text.parse().ok()).unwrap_or_default()
}

fn assert_paced(at: DateTime<Utc>, now: DateTime<Utc>, pace: Backoff, fault: &Fault) {
    let asked = Some(TimeDelta::seconds(asked_secs(fault)));
    let (soonest, latest) = (now + pace.wait(0, asked, 0), now + pace.wait(0, asked, u32::MAX));
    assert!((soonest..=latest).contains(&at), "{fault:?}: {at} is not in {soonest} to {latest}");
}

fn alert_of(call_result: CallResult) -> AlertKind {
    match call_result {
        CallResult::ClientRefused => AlertKind::ClientRefused,
        CallResult::ClientDeleted => AlertKind::ClientDeleted,
        CallResult::ApiNotEnabled => AlertKind::ApiNotEnabled,
        _ => AlertKind::RequestRefused,
    }
}

fn cause_of(call_result: CallResult) -> Cause {
    match call_result {
        CallResult::AccountDeleted => Cause::AccountDeleted,
        CallResult::SessionControl => Cause::SessionControl,
        CallResult::AdminPolicy => Cause::AdminPolicy,
        _ => Cause::GrantEnded,
    }
}

fn rows(call: Call) -> impl Iterator<Item = &'static Row> {
    OUTCOMES.iter().filter(move |row| row.call == call)
}

/// A sync that meets the fault, in a connection of its own.
async fn sync_meets(row: &Row, fault: Fault) {
    let stage = TestApp::start().await.connected().await;
    let asked_before = stage.world().calls(endpoint(row.call));
    stage.world().inject(fault.clone());
    let now = match row.call {
        Call::Refresh => stage.later(TimeDelta::hours(1)),
        _ => stage.clock.now(),
    };
    let report = stage.sync().await;
    let shown = stage.shown(stage.user).await;
    let asked = stage.world().calls(endpoint(row.call)) - asked_before;
    let what = format!("{row:?}: {fault:?}: {report:?}");
    match row.decision {
        Decision::Done => {
            assert_eq!((report.failure, shown.status), (None, Status::Active), "{what}")
        }
        Decision::RefreshOnce => {
            assert_eq!((report.failure, stage.refreshes(), asked), (None, 1, 2), "{what}");
        }
        Decision::NeedsReconnect => {
            assert_eq!(report.failure, Some(row.call_result.failure()), "{what}");
            let state = (shown.status, shown.cause);
            assert_eq!(state, (Status::NeedsReconnect, Some(cause_of(row.call_result))), "{what}");
            assert_eq!(stage.refreshes(), 1, "known at the first answer: {what}");
        }
        Decision::Retry | Decision::OperatorFault => {
            assert_eq!(report.failure, Some(row.call_result.failure()), "{what}");
            assert_eq!((shown.status, shown.cause), (Status::Active, None), "{what}");
            assert_eq!((stage.grant().await.failures, asked), (1, 1), "{what}");
            assert_paced(shown.next_sync_at, now, row.call_result.failure().backoff(), &fault);
            stage.world().clear_faults();
            assert_eq!(stage.sync().await.failure, None, "the tokens were kept: {what}");
            assert_eq!(stage.grant().await.failures, 0, "{what}");
        }
        Decision::Nothing => panic!("no sync ends so: {what}"),
    }
    if row.decision == Decision::OperatorFault {
        assert!(stage.alerts().await.contains(&alert_of(row.call_result)), "{what}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_outcome_of_a_refresh_happens_as_the_table_says() {
    for row in rows(Call::Refresh) {
        for fault in faults(row) {
            sync_meets(row, fault).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_outcome_of_userinfo_happens_as_the_table_says() {
    for row in rows(Call::Userinfo) {
        for fault in faults(row) {
            sync_meets(row, fault).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_outcome_of_an_exchange_happens_as_the_table_says() {
    for row in rows(Call::Exchange) {
        for fault in faults(row) {
            let stage = TestApp::start().await;
            stage.world().inject(fault.clone());
            if row.call_result == CallResult::IdentityRefused {
                stage.world().forge_id_token(IdTokenForge::header("kid", "nobody"), None);
            }
            let outcome = stage.connect(stage.user, TANYA).await;
            let is_linked = stage.store.find_grant(stage.user).await.unwrap().is_some();
            let what = format!("{row:?}: {fault:?}: {outcome:?}");
            match row.decision {
                Decision::Done => assert!(is_linked, "{what}"),
                Decision::Nothing => {
                    let is_said = matches!(outcome, Outcome::Rejected | Outcome::GoogleUnavailable);
                    assert!(is_said && !is_linked, "{what}");
                }
                Decision::OperatorFault => {
                    assert_eq!((&outcome, is_linked), (&Outcome::OperatorFault, false), "{what}");
                    assert!(stage.alerts().await.contains(&alert_of(row.call_result)), "{what}");
                }
                _ => panic!("no exchange ends so: {what}"),
            }
            assert_eq!(stage.world().calls(Endpoint::TokenCode), 1, "a code is sent once: {what}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_outcome_of_a_revocation_happens_as_the_table_says() {
    for row in rows(Call::Revoke) {
        let already_revoked = Fault::oauth_error(Endpoint::Revoke, "invalid_token");
        let also = (row.decision == Decision::Done).then_some(already_revoked);
        for fault in faults(row).into_iter().chain(also) {
            let stage = TestApp::start().await.connected().await;
            let process = stage.process().await;
            let jobs = stage.jobs(&process);
            assert_eq!(
                process.connections.disconnect(stage.user).await.unwrap(),
                Disconnected::Done
            );
            assert!(process.connections.discard_undo(stage.user, UndoKind::Undo).await.unwrap());
            stage.world().inject(fault.clone());
            let now = stage.clock.now();
            assert_eq!(jobs.run_due(JobKind::RevokeToken).await.unwrap(), 1);
            let state = stage.store.find_revocation(stage.user).await.unwrap().unwrap();
            let what = format!("{row:?}: {fault:?}: {state:?}");
            if row.decision == Decision::Done {
                assert!(state.done_at.is_some(), "{what}");
                continue;
            }
            assert_eq!((state.done_at, state.tries), (None, 1), "{what}");
            assert_paced(state.due_at, now, Backoff::REVOCATION, &fault);
            let is_alert = row.decision == Decision::OperatorFault;
            assert_eq!(!stage.alerts().await.is_empty(), is_alert, "{what}");
            stage.world().clear_faults();
            stage.later(TimeDelta::hours(1));
            assert_eq!(jobs.run_due(JobKind::RevokeToken).await.unwrap(), 1, "{what}");
            let state = stage.store.find_revocation(stage.user).await.unwrap().unwrap();
            assert!(state.done_at.is_some(), "{what}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn failures_in_a_row_wait_longer_and_longer() {
    let stage = TestApp::start().await.connected().await;
    stage.world().inject(Fault::status(Endpoint::Userinfo, 503));
    let mut waits = Vec::new();
    for _ in 0..14 {
        let now = stage.clock.now();
        stage.sync().await;
        waits.push(stage.shown(stage.user).await.next_sync_at - now);
    }
    assert!(waits[0] <= TimeDelta::seconds(2) && waits[13] >= TimeDelta::hours(1), "{waits:?}");
    assert!(waits[..12].is_sorted(), "{waits:?}");
    assert_eq!(stage.shown(stage.user).await.status, Status::Active, "an outage ends nothing");
}
