//! Whoever asks, however many at once, in however many processes: Google is asked once.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use model::{SyncFailure, backoff};
use sandbox::{Endpoint, Fault};
use secrecy::ExposeSecret;
use testkit::soak;
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use crate::grants::call_failure::CallFailure;
use crate::tests::process::Process;
use crate::tests::test_app::{TestApp, until};

const PROCESSES: usize = 3;
const CALLERS: usize = 50;

/// What each of the callers in each of the processes was given, who all came at the same moment.
async fn everybody_asks(
    stage: &TestApp,
    processes: &[Process],
) -> Vec<Result<String, CallFailure>> {
    let mut callers = JoinSet::new();
    let start = Arc::new(Barrier::new(processes.len() * CALLERS));
    for process in processes {
        for _ in 0..CALLERS {
            let (process, user, start) = (process.clone(), stage.user, start.clone());
            callers.spawn(async move {
                let grant = process.context.store.find_grant(user).await.unwrap().unwrap();
                start.wait().await;
                let fresh = process.grants.fresh_access(grant).await.unwrap()?;
                assert!(fresh.grant.generation > 1);
                Ok(fresh.access.expose_secret().to_owned())
            });
        }
    }
    callers.join_all().await
}

async fn processes(stage: &TestApp) -> Vec<Process> {
    let mut processes = Vec::new();
    for _ in 0..PROCESSES {
        processes.push(stage.process().await);
    }
    processes
}

/// Rounds of 150 callers, each an hour after the one before; every other one rotates.
async fn ask_in_rounds(stage: &TestApp) {
    let processes = processes(stage).await;
    for round in 0..u64::from(soak::rounds(1_000, 50)) {
        stage.world().adjust(|google| google.rotate_refresh_tokens = round % 2 == 0);
        let now = stage.later(TimeDelta::hours(1));
        let given = everybody_asks(stage, &processes).await;
        assert_eq!(stage.refreshes(), round + 1, "token requests in round {round}");
        assert_eq!(given.len(), PROCESSES * CALLERS);
        assert!(given.iter().all(|token| token == &given[0] && token.is_ok()), "round {round}");
        assert!(stage.grant().await.access_expires_at > now + backoff::MARGIN);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_150_callers_in_three_processes_one_asks_google_on_sqlite() {
    ask_in_rounds(&TestApp::on_sqlite().await.connected().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_150_callers_in_three_processes_one_asks_google_on_postgres() {
    let Some(stage) = TestApp::on_postgres().await else { return };
    ask_in_rounds(&stage.connected().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_waited_shares_a_failure_too() {
    let stage = TestApp::start().await.connected().await;
    let processes = processes(&stage).await;
    // Long enough for everybody to be there before it fails.
    let unwell = Fault::status(Endpoint::TokenRefresh, 503);
    stage.world().inject(Fault { delay_ms: 300, ..unwell });
    stage.later(TimeDelta::hours(1));
    let given = everybody_asks(&stage, &processes).await;
    let unavailable =
        |call_failure: &CallFailure| call_failure.failure == SyncFailure::GoogleUnavailable;
    let failed = |token: &Result<String, CallFailure>| token.as_ref().is_err_and(unavailable);
    assert!(given.iter().all(failed), "{given:?}");
    assert_eq!(stage.refreshes(), 1);
    let outages = given.iter().filter(|token| token.as_ref().is_err_and(|s| s.is_outage));
    assert_eq!(outages.count(), 1, "one call is one outage");
    // Who comes later asks anew.
    stage.world().clear_faults();
    let grant = stage.grant().await;
    assert!(processes[0].grants.fresh_access(grant).await.unwrap().is_ok());
    assert_eq!(stage.refreshes(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_comes_in_the_middle_shares_a_failure_too() {
    let stage = TestApp::start().await.connected().await;
    let unwell = Fault::status(Endpoint::TokenRefresh, 503);
    stage.world().inject(Fault { delay_ms: 200, ..unwell });
    stage.later(TimeDelta::hours(1));
    let mut callers = JoinSet::new();
    for process in processes(&stage).await {
        let grant = stage.grant().await;
        callers.spawn(async move { process.grants.fresh_access(grant).await.unwrap().is_ok() });
        until(async || stage.refreshes() == 1).await;
    }
    assert_eq!(callers.join_all().await, [false; PROCESSES]);
    assert_eq!(stage.refreshes(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_call_begins_with_less_than_a_minute_left() {
    let stage = TestApp::start().await.connected().await;
    let process = stage.process().await;
    // From an hour to its very end, in steps of seven seconds.
    for _ in 0..700 {
        let now = stage.later(TimeDelta::seconds(7));
        let grant = stage.grant().await;
        assert!(process.grants.fresh_access(grant).await.unwrap().is_ok());
        assert!(stage.grant().await.access_expires_at - now >= TimeDelta::seconds(60));
    }
    assert!(stage.refreshes() >= 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_outage_that_ends_before_the_token_does_costs_nothing() {
    let stage = TestApp::start().await.connected().await;
    let process = stage.process().await;
    stage.world().inject(Fault::status(Endpoint::TokenRefresh, 503));
    let grant = stage.grant().await;
    let until_the_end = grant.access_expires_at - stage.clock.now();
    stage.later(until_the_end - TimeDelta::seconds(61));
    assert!(process.grants.fresh_access(grant.clone()).await.unwrap().is_ok());
    assert_eq!(stage.refreshes(), 1, "it was worth a try");
    stage.later(TimeDelta::seconds(2));
    assert!(process.grants.fresh_access(grant).await.unwrap().is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_that_grew_too_old_during_an_outage_is_not_used() {
    let stage = TestApp::start().await.connected().await;
    let unwell = Fault::status(Endpoint::TokenRefresh, 503);
    stage.world().inject(Fault { delay_ms: 200, ..unwell });
    let (process, grant) = (stage.process().await, stage.grant().await);
    let until_the_end = grant.access_expires_at - stage.clock.now();
    stage.later(until_the_end - TimeDelta::seconds(61));
    let asking =
        tokio::spawn(async move { process.grants.fresh_access(grant).await.unwrap().is_ok() });
    until(async || stage.refreshes() == 1).await;
    stage.later(TimeDelta::seconds(2));
    assert!(!asking.await.unwrap(), "59 seconds are too few");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_goes_away_in_the_middle_loses_no_token() {
    let stage = TestApp::start().await.connected().await;
    stage.world().adjust(|google| google.rotate_refresh_tokens = true);
    stage.world().inject(Fault::slow(Endpoint::TokenRefresh, Duration::from_millis(200)).times(1));
    stage.later(TimeDelta::hours(1));
    let (process, grant) = (stage.process().await, stage.grant().await);
    let leaving = tokio::spawn(async move { process.grants.fresh_access(grant).await.map(drop) });
    until(async || stage.refreshes() == 1).await;
    leaving.abort();
    assert!(leaving.await.unwrap_err().is_cancelled());
    until(async || stage.grant().await.generation == 2).await;
    stage.later(TimeDelta::hours(1));
    assert_eq!(stage.sync().await.failure, None, "the rotated token was stored");
}
