//! Why a grant ended, as its user is told: Google has one code for most of it.

use chrono::TimeDelta;
use model::{AlertKind, Cause, Status, SyncFailure};
use sandbox::{Endpoint, Fault};

use crate::Outcome;
use crate::tests::test_app::{IVAN, TANYA, TestApp};

async fn ended(stage: &TestApp) -> Option<Cause> {
    let report = stage.sync().await;
    assert_eq!(report.failure, Some(SyncFailure::NeedsReconnect));
    let shown = stage.shown(stage.user).await;
    assert_eq!(shown.status, Status::NeedsReconnect);
    shown.cause
}

async fn on_sign_in() -> TestApp {
    TestApp::start().await.connected().await
}

async fn on_gmail() -> TestApp {
    TestApp::start().await.asking_for_gmail().connected().await
}

#[tokio::test]
async fn withdrawn_at_google() {
    let stage = on_sign_in().await;
    stage.world().remove_access(TANYA);
    assert_eq!(ended(&stage).await, Some(Cause::GrantEnded));
    assert_eq!(stage.alerts().await, []);
}

#[tokio::test]
async fn a_new_password_where_the_grant_reaches_gmail() {
    let stage = on_gmail().await;
    stage.world().change_password(TANYA);
    stage.later(TimeDelta::hours(1));
    assert_eq!(ended(&stage).await, Some(Cause::PasswordOrWithdrawn));
}

#[tokio::test]
async fn half_a_year_without_use() {
    let stage = on_sign_in().await;
    stage.later_everywhere(TimeDelta::days(184));
    assert_eq!(ended(&stage).await, Some(Cause::Idle));
}

#[tokio::test]
async fn a_project_in_testing_whose_end_google_announced() {
    let stage = TestApp::start().await.asking_for_gmail();
    stage.world().adjust(|google| google.testing_mode = true);
    let stage = stage.connected().await;
    stage.later_everywhere(TimeDelta::days(7));
    assert_eq!(ended(&stage).await, Some(Cause::TestingEnded));
    assert!(stage.alerts().await.contains(&AlertKind::ProjectInTesting));
}

#[tokio::test]
async fn two_grants_that_ended_a_week_after_consent_are_one_alert() {
    let stage = on_gmail().await;
    let boris = stage.add_user("boris@example.com").await;
    assert!(matches!(stage.connect(boris, IVAN).await, Outcome::Connected(_)));
    stage.later_everywhere(TimeDelta::days(7));
    for account in [TANYA, IVAN] {
        stage.world().remove_access(account);
    }
    assert_eq!(ended(&stage).await, Some(Cause::PasswordOrWithdrawn), "one may be chance");
    assert!(!stage.alerts().await.contains(&AlertKind::ProjectInTesting));
    stage.sync_of(boris).await;
    assert_eq!(stage.shown(boris).await.cause, Some(Cause::TestingEnded));
    let alerts = stage.alerts().await;
    let testing = alerts.iter().filter(|kind| **kind == AlertKind::ProjectInTesting);
    assert_eq!(testing.count(), 1);
}

#[tokio::test]
async fn a_deleted_account() {
    let stage = on_sign_in().await;
    stage.world().edit_account(TANYA, |account| account.is_disabled = true);
    stage.later(TimeDelta::hours(1));
    assert_eq!(ended(&stage).await, Some(Cause::AccountDeleted));
}

#[tokio::test]
async fn a_hundred_tokens_given_to_others() {
    let stage = on_sign_in().await;
    let boris = stage.add_user("boris@example.com").await;
    stage.world().adjust(|google| google.boxes_start_ticked = true);
    assert_eq!(stage.connect(boris, TANYA).await, Outcome::TakenByAnother);
    assert_eq!(stage.grant().await.newer_tokens, 1, "each of them counts");
    for _ in 0..99 {
        stage.store.add_newer_token(&stage.grant().await.subject).await.unwrap();
    }
    stage.world().inject(Fault::oauth_error(Endpoint::TokenRefresh, "invalid_grant"));
    stage.later(TimeDelta::hours(1));
    assert_eq!(ended(&stage).await, Some(Cause::TooManyTokens));
}

#[tokio::test]
async fn a_clock_that_is_wrong_is_the_operators_and_said_once() {
    let stage = on_sign_in().await;
    assert_eq!(stage.alerts().await, []);
    for _ in 0..3 {
        stage.later(TimeDelta::hours(1));
        assert_eq!(stage.sync().await.failure, None, "a refreshed token works all the same");
    }
    let alerts = stage.process().await.alerts.list().await.unwrap();
    let noted: Vec<_> = alerts.iter().map(|alert| (alert.kind, alert.times)).collect();
    assert_eq!(noted, [(AlertKind::ClockSkew, 3)]);
}

#[tokio::test]
async fn a_changed_secret_is_one_alert_for_every_connection() {
    let stage = on_sign_in().await;
    let boris = stage.add_user("boris@example.com").await;
    assert!(matches!(stage.connect(boris, IVAN).await, Outcome::Connected(_)));
    stage.world().inject(Fault::oauth_error(Endpoint::TokenRefresh, "invalid_client"));
    stage.later(TimeDelta::hours(1));
    for user in [stage.user, boris] {
        assert_eq!(stage.sync_of(user).await.failure, Some(SyncFailure::OperatorFault));
        assert_eq!(stage.shown(user).await.status, Status::Active);
    }
    assert_eq!(stage.alerts().await, [AlertKind::ClientRefused]);
}
