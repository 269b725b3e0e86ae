//! Answers that never arrive: the process dies, the connection breaks, the database says no.
//!
//! The connection recovers, or its user is told why not. Never is it active with a dead token.

use chrono::TimeDelta;
use model::{Cause, Identity, Status, SyncFailure};
use sandbox::{Endpoint, Fault, InjectedFault};
use store::{Lease, Link, Linked, Renewal};

use crate::Outcome;
use crate::sealing::{access_aad, refresh_aad};
use crate::tests::test_app::{TANYA, TestApp, until};

/// A refresh that Google carries out in a process that dies before it hears of it.
async fn die_within_a_refresh(stage: &TestApp) {
    stage.world().inject(Fault::new(Endpoint::TokenRefresh, InjectedFault::HangAfter).times(1));
    let issued = stage.world().issued_by_kind().access_tokens.len();
    let process =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let (plan, grant) = (stage.plan(), stage.grant().await);
    process.spawn(async move { plan.start().await.grants.fresh_access(grant).await.map(drop) });
    until(async || stage.world().issued_by_kind().access_tokens.len() > issued).await;
    process.shutdown_background();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_costs_nothing_where_google_does_not_rotate() {
    let stage = TestApp::start().await.connected().await;
    stage.later(TimeDelta::hours(1));
    die_within_a_refresh(&stage).await;
    assert!(stage.grant().await.refreshing_until.is_some(), "the lease is still held");
    stage.later(TimeDelta::seconds(30));
    assert_eq!(stage.sync().await.failure, None);
    assert!(!stage.grant().await.is_answer_lost, "all is well again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_that_lost_a_rotated_token_is_told_as_that() {
    let stage = TestApp::start().await.connected().await;
    stage.world().adjust(|google| google.rotate_refresh_tokens = true);
    stage.later(TimeDelta::hours(1));
    die_within_a_refresh(&stage).await;
    stage.later(TimeDelta::seconds(30));
    assert_eq!(stage.sync().await.failure, Some(SyncFailure::NeedsReconnect));
    let shown = stage.shown(stage.user).await;
    assert_eq!((shown.status, shown.cause), (Status::NeedsReconnect, Some(Cause::RotationLost)));
    assert!(matches!(stage.connect(stage.user, TANYA).await, Outcome::Connected(_)));
    assert_eq!(stage.shown(stage.user).await.status, Status::Active);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_comes_while_a_dead_process_holds_the_lease_waits_for_its_end() {
    let stage = TestApp::start().await.connected().await;
    stage.later(TimeDelta::hours(1));
    die_within_a_refresh(&stage).await;
    let (process, grant) = (stage.process().await, stage.grant().await);
    let mut waiting =
        tokio::spawn(async move { process.grants.fresh_access(grant).await.unwrap().is_ok() });
    let patience = std::time::Duration::from_millis(300);
    assert!(tokio::time::timeout(patience, &mut waiting).await.is_err(), "it did not wait");
    assert_eq!(stage.refreshes(), 1);
    stage.later(TimeDelta::seconds(30));
    assert!(waiting.await.unwrap());
    assert_eq!(stage.refreshes(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_broke_after_a_rotation_is_told_as_that() {
    for mishap in [InjectedFault::DropAfter, InjectedFault::HangAfter, InjectedFault::Truncated] {
        let stage = TestApp::start().await.connected().await;
        stage.world().adjust(|google| google.rotate_refresh_tokens = true);
        stage.world().inject(Fault::new(Endpoint::TokenRefresh, mishap.clone()).times(1));
        stage.later(TimeDelta::hours(1));
        let first = stage.sync().await.failure;
        assert_eq!(first, Some(SyncFailure::GoogleUnavailable), "{mishap:?}");
        assert_eq!(stage.shown(stage.user).await.status, Status::Active, "nobody knows yet");
        assert_eq!(stage.sync().await.failure, Some(SyncFailure::NeedsReconnect), "{mishap:?}");
        assert_eq!(stage.shown(stage.user).await.cause, Some(Cause::RotationLost), "{mishap:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_broke_before_the_work_costs_nothing() {
    let stage = TestApp::start().await.connected().await;
    stage.world().adjust(|google| google.rotate_refresh_tokens = true);
    stage.world().inject(Fault::new(Endpoint::TokenRefresh, InjectedFault::DropBefore).times(1));
    stage.later(TimeDelta::hours(1));
    assert_eq!(stage.sync().await.failure, Some(SyncFailure::GoogleUnavailable));
    assert_eq!(stage.sync().await.failure, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rotated_token_outlives_a_consent_that_kept_the_old_one() {
    let stage = TestApp::start().await.connected().await;
    stage.world().adjust(|google| google.rotate_refresh_tokens = true);
    let wait = std::time::Duration::from_millis(200);
    stage.world().inject(Fault::slow(Endpoint::TokenRefresh, wait).times(1));
    let now = stage.later(TimeDelta::hours(1));
    let (process, grant) = (stage.process().await, stage.grant().await);
    let asked = grant.clone();
    let asking =
        tokio::spawn(async move { process.grants.fresh_access(asked).await.unwrap().is_ok() });
    until(async || stage.refreshes() == 1).await;
    // In another tab the user agrees again, and Google gives no new refresh token.
    let link = Link {
        id: grant.connection,
        user: grant.user,
        identity: Identity {
            subject: grant.subject,
            email: None,
            email_verified: false,
            hosted_domain: None,
        },
        subject_hash: [0; 32],
        is_return: false,
        status: Status::Active,
        cause: None,
        granted: grant.granted,
        access: grant.access,
        access_expires_at: now,
        refresh: None,
        marks: None,
        keeps_refresh: true,
        refresh_expires_at: None,
        next_sync_at: now,
        entry: crate::caller::entry(now).unwrap(),
    };
    assert_eq!(stage.store.link(&link, now).await.unwrap(), Linked::Again);
    assert!(asking.await.unwrap());
    assert_eq!(stage.grant().await.generation, 3);
    stage.later(TimeDelta::hours(1));
    assert_eq!(stage.sync().await.failure, None, "the rotated token was stored");
}

/// What another process stores while ours waits for Google's no.
async fn rotate_behind_our_back(stage: &TestApp, lease: Lease) {
    let process = stage.process().await;
    let grant = stage.grant().await;
    let row = grant.connection.to_string();
    let held =
        process.context.keys.open(grant.refresh.as_ref().unwrap(), refresh_aad(&row)).unwrap();
    let rotated = process.context.google.refresh(&held, stage.clock.now()).await.unwrap();
    let seal = |token: &secrecy::SecretString, place| {
        process.context.keys.seal(secrecy::ExposeSecret::expose_secret(token), place).unwrap()
    };
    let renewal = Renewal {
        connection: grant.connection,
        generation: grant.generation,
        fence: lease.fence,
        renewed_at: stage.clock.now(),
        access: seal(&rotated.access, access_aad(&row)),
        access_expires_at: rotated.access_expires_at,
        refresh: rotated.refresh.as_ref().map(|token| seal(token, refresh_aad(&row))),
        marks: None,
        refresh_expires_at: None,
        granted: rotated.granted,
    };
    assert!(stage.store.save_renewal(&renewal).await.unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_no_to_a_token_that_a_sibling_has_rotated_does_not_count() {
    let stage = TestApp::start().await.connected().await;
    stage.world().adjust(|google| google.rotate_refresh_tokens = true);
    let now = stage.later(TimeDelta::hours(1));
    // A sibling that was held up: its lease is over, its work is not.
    let grant = stage.grant().await;
    let over = now - TimeDelta::seconds(1);
    let late = stage.store.claim_refresh(grant.connection, 1, now, over).await.unwrap().unwrap();
    let no = Fault::oauth_error(Endpoint::TokenRefresh, "invalid_grant").times(1);
    stage.world().inject(Fault { delay_ms: 300, ..no });
    let process = stage.process().await;
    let asking = tokio::spawn(async move { process.grants.fresh_access(grant).await.unwrap() });
    until(async || stage.refreshes() == 1).await;
    rotate_behind_our_back(&stage, late).await;
    let fresh = asking.await.unwrap().unwrap();
    assert_eq!(fresh.grant.generation, 2, "the sibling's");
    let shown = stage.shown(stage.user).await;
    assert_eq!((shown.status, shown.cause), (Status::Active, None));
    assert_eq!(stage.grant().await.refreshing_until, None, "nobody has to wait for us");
    stage.later(TimeDelta::hours(1));
    assert_eq!(stage.sync().await.failure, None);
}
