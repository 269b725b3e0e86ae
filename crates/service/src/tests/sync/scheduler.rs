//! The stream of syncs by the clock: as many as allowed, none while Google is down, and nothing
//! lost when a process stops.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use model::{EventKind, SyncFailure, SyncInterval, SyncOutcome, Trigger, UserId};
use sandbox::{Endpoint, Fault, InjectedFault};
use tokio_util::sync::CancellationToken;

use crate::tests::process::Process;
use crate::tests::test_app::{TANYA, TestApp, until};
use crate::{CancelOutcome, Schedule};

/// Runs a rule on SQLite and on PostgreSQL.
macro_rules! on_both_engines {
    ($($rule:ident),* $(,)?) => {
        mod on_sqlite {$(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $rule() {
                super::$rule(&super::TestApp::on_sqlite().await).await;
            }
        )*}
        mod on_postgres {$(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $rule() {
                if let Some(stage) = super::TestApp::on_postgres().await {
                    super::$rule(&stage).await;
                }
            }
        )*}
    };
}

on_both_engines! {
    three_processes_begin_no_more_in_a_minute_than_allowed,
    a_sync_by_hand_counts_where_there_is_a_limit,
    an_outage_opens_the_circuit_breaker_and_its_end_brings_no_storm,
    a_sync_by_hand_is_let_through_and_closes_the_circuit_breaker,
    a_user_who_is_slowed_down_is_not_an_outage,
    a_process_that_stops_gives_back_what_it_has_not_finished,
    the_stream_refills_as_syncs_end,
    a_sync_of_the_schedule_can_be_stopped_from_elsewhere,
    the_same_answer_is_not_looked_at_for_a_week,
}

async fn processes(stage: &TestApp, schedule: Schedule) -> Vec<Process> {
    let mut processes = Vec::new();
    for _ in 0..3 {
        processes.push(stage.process().await.scheduled(schedule));
    }
    processes
}

fn asked(stage: &TestApp) -> u64 {
    stage.world().calls(Endpoint::Userinfo)
}

/// How many syncs of the schedule a user's connection had, by their ends.
async fn syncs_of(stage: &TestApp, user: UserId) -> usize {
    let kinds = [EventKind::Synced, EventKind::Updated];
    stage.store.list_history(user, &kinds, 0, 99).await.unwrap().len()
}

async fn three_processes_begin_no_more_in_a_minute_than_allowed(stage: &TestApp) {
    let schedule = Schedule { at_once: 4, per_minute: Some(20), ..Schedule::default() };
    let processes = processes(stage, schedule).await;
    let users = stage.crowd(60).await;
    // What Google is asked in each second of four minutes.
    let mut by_second = Vec::new();
    for _ in 0..240 {
        let before = asked(stage);
        let (a, b, c) = tokio::join!(
            processes[0].syncs.sync_due(),
            processes[1].syncs.sync_due(),
            processes[2].syncs.sync_due(),
        );
        assert_eq!(asked(stage) - before, (a.unwrap() + b.unwrap() + c.unwrap()) as u64);
        by_second.push(asked(stage) - before);
        stage.later(TimeDelta::seconds(1));
    }
    let busiest = by_second.windows(60).map(|minute| minute.iter().sum::<u64>()).max();
    assert_eq!(busiest, Some(20), "{by_second:?}");
    assert_eq!(by_second.iter().sum::<u64>(), 60, "and all were synced, each once");
    for user in users {
        assert_eq!(syncs_of(stage, user).await, 1);
    }
}

async fn a_sync_by_hand_counts_where_there_is_a_limit(stage: &TestApp) {
    let users = stage.crowd(1).await;
    for (per_minute, starts) in [(None, 0), (Some(9), 1)] {
        let process =
            stage.process().await.scheduled(Schedule { per_minute, ..Schedule::default() });
        process.syncs.sync(users[0], Trigger::Button).await.unwrap().unwrap();
        assert_eq!(process.syncs.schedule_state().await.unwrap().starts, starts, "{per_minute:?}");
    }
}

async fn an_outage_opens_the_circuit_breaker_and_its_end_brings_no_storm(stage: &TestApp) {
    let schedule = Schedule { at_once: 4, per_minute: None, ..Schedule::default() };
    let processes = processes(stage, schedule).await;
    let users = stage.crowd(60).await;
    stage.world().inject(Fault::status(Endpoint::Userinfo, 503));
    let round = async || {
        let (a, b, c) = tokio::join!(
            processes[0].syncs.sync_due(),
            processes[1].syncs.sync_due(),
            processes[2].syncs.sync_due(),
        );
        a.unwrap() + b.unwrap() + c.unwrap()
    };
    while round().await > 0 {}
    assert!((10..=20).contains(&asked(stage)), "{} failures opened it", asked(stage));
    assert!(stage.store.find_circuit_breaker().await.unwrap().opened_at.is_some());
    // Google stays down for twenty minutes: it is asked by one sync at a time, less and less often.
    let before = asked(stage);
    let mut tries = 0;
    for _ in 0..120 {
        stage.later(TimeDelta::seconds(10));
        let in_this_round = round().await;
        assert!(in_this_round <= 1, "one at a time");
        tries += in_this_round;
    }
    assert_eq!(asked(stage) - before, tries as u64);
    assert!((3..=6).contains(&tries), "{tries} tries in twenty minutes");
    stage.world().clear_faults();
    let before = asked(stage);
    for _ in 0..120 {
        stage.later(TimeDelta::seconds(10));
        while round().await > 0 {}
    }
    assert_eq!(stage.store.find_circuit_breaker().await.unwrap().opened_at, None);
    assert_eq!(asked(stage) - before, 60, "each is asked for once, and no more");
    for user in users {
        assert_eq!(syncs_of(stage, user).await, 1);
        assert_eq!(stage.shown(user).await.last_failure, None);
    }
}

async fn a_sync_by_hand_is_let_through_and_closes_the_circuit_breaker(stage: &TestApp) {
    let process = stage.process().await.scheduled(Schedule { at_once: 10, ..Schedule::default() });
    let users = stage.crowd(20).await;
    stage.world().inject(Fault::status(Endpoint::Userinfo, 503));
    assert_eq!(process.syncs.sync_due().await.unwrap(), 10);
    assert_eq!(process.syncs.sync_due().await.unwrap(), 0);
    // By hand it is tried, and its failure makes nothing worse.
    let breaker = stage.store.find_circuit_breaker().await.unwrap();
    let report = process.syncs.sync(users[0], Trigger::Button).await.unwrap().unwrap();
    assert_eq!(report.failure, Some(SyncFailure::GoogleUnavailable));
    assert_eq!(stage.store.find_circuit_breaker().await.unwrap(), breaker);
    stage.world().clear_faults();
    stage.later(TimeDelta::seconds(1));
    let elsewhere = stage.process().await;
    let report = elsewhere.syncs.sync(users[0], Trigger::Button).await.unwrap().unwrap();
    assert_ne!(report.outcome, SyncOutcome::Failed);
    until(async || stage.store.find_circuit_breaker().await.unwrap().opened_at.is_none()).await;
    assert_eq!(process.syncs.sync_due().await.unwrap(), 10);
}

async fn a_user_who_is_slowed_down_is_not_an_outage(stage: &TestApp) {
    let process = stage.process().await;
    stage.crowd(16).await;
    stage.world().inject(Fault::status(Endpoint::Userinfo, 429));
    assert_eq!(process.syncs.sync_due().await.unwrap(), 16);
    assert!(!stage.store.find_circuit_breaker().await.unwrap().is_troubled());
}

async fn a_process_that_stops_gives_back_what_it_has_not_finished(stage: &TestApp) {
    let process = stage.process_with(Duration::from_secs(60)).await;
    let users = stage.crowd(3).await;
    stage.world().inject(Fault::new(Endpoint::Userinfo, InjectedFault::Hang).times(3));
    let stop = CancellationToken::new();
    let stream = tokio::spawn({
        let (process, stop) = (process.clone(), stop.clone());
        async move {
            process.syncs.run_scheduler(&stop).await;
            process.syncs.stop_runs().await;
        }
    });
    until(async || asked(stage) == 3).await;
    stop.cancel();
    let began = Instant::now();
    stream.await.unwrap();
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    let next = stage.process().await;
    assert_eq!(next.syncs.sync_due().await.unwrap(), 3, "another process takes them at once");
    for user in users {
        assert_eq!(syncs_of(stage, user).await, 1);
    }
}

async fn the_stream_refills_as_syncs_end(stage: &TestApp) {
    let schedule = Schedule { at_once: 4, ..Schedule::default() };
    let process = stage.process_with(Duration::from_secs(60)).await.scheduled(schedule);
    let users = stage.crowd(12).await;
    // One is slow: the other three slots go on without it.
    stage.world().inject(Fault::new(Endpoint::Userinfo, InjectedFault::Hang).times(1));
    let stop = CancellationToken::new();
    let stream = tokio::spawn({
        let (process, stop) = (process.clone(), stop.clone());
        async move { process.syncs.run_scheduler(&stop).await }
    });
    until(async || {
        let mut synced = 0;
        for user in &users {
            synced += syncs_of(stage, *user).await;
        }
        synced == 11
    })
    .await;
    stop.cancel();
    stream.await.unwrap();
    assert_eq!(asked(stage), 12);
}

async fn a_sync_of_the_schedule_can_be_stopped_from_elsewhere(stage: &TestApp) {
    let process = stage.process_with(Duration::from_secs(60)).await;
    let elsewhere = stage.process().await;
    let users = stage.crowd(1).await;
    stage.world().inject(Fault::new(Endpoint::Userinfo, InjectedFault::Hang).times(1));
    let syncing = tokio::spawn(async move { process.syncs.sync_due().await.unwrap() });
    until(async || asked(stage) == 1).await;
    assert_eq!(elsewhere.syncs.cancel_sync(users[0]).await.unwrap(), CancelOutcome::Done);
    assert_eq!(syncing.await.unwrap(), 1);
    let kinds = [EventKind::SyncCancelled];
    assert_eq!(stage.store.list_history(users[0], &kinds, 0, 9).await.unwrap().len(), 1);
    assert_eq!(syncs_of(stage, users[0]).await, 0);
}

async fn the_same_answer_is_not_looked_at_for_a_week(stage: &TestApp) {
    stage.connect(stage.user, TANYA).await;
    let process = stage.process().await;
    // Else the syncs of a user who was never seen would grow rare.
    process.syncs.choose_interval(stage.user, Some(SyncInterval::Daily)).await.unwrap();
    let pictures = || stage.world().calls(Endpoint::Picture);
    let after = async |time| {
        stage.later_everywhere(time);
        assert_eq!(process.syncs.sync_due().await.unwrap(), 1);
        assert_eq!(stage.shown(stage.user).await.last_failure, None);
        syncs_of(stage, stage.user).await
    };
    let (before, seen) = (syncs_of(stage, stage.user).await, pictures());
    let mut looks = 0;
    for day in 1..=14 {
        let pictures_before = pictures();
        assert_eq!(after(TimeDelta::days(7)).await, before + day);
        looks += pictures() - pictures_before;
    }
    assert_eq!(looks, 14, "once a week, and every week");
    for day in 15..=20 {
        assert_eq!(after(TimeDelta::days(2)).await, before + day);
    }
    assert!(pictures() - seen - looks <= 2, "in twelve days twice at most");
    let unlooked = pictures();
    for press in 1..=3 {
        assert_eq!(stage.sync().await.outcome, SyncOutcome::Unchanged);
        assert_eq!(pictures() - unlooked, press, "whoever presses the button wants it looked at");
    }
    stage.world().edit_account(TANYA, |account| account.given_name = Some("Таня".to_owned()));
    after(TimeDelta::days(2)).await;
    let profile = stage.store.find_profile(stage.user).await.unwrap();
    assert_eq!(profile.get(model::Field::FirstName), Some("Таня"));
}
