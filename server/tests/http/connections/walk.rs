//! The main walk: connect, filled profile, sync, disconnect, everything gone.

use chrono::TimeDelta;
use model::JobKind;
use sandbox::{Endpoint, Fault, Visit};
use serde_json::Value;
use testkit::users::{ANNA, TANYA};

use crate::site::Site;

const GOOGLES: [&str; 4] = ["Татьяна", "Ранова", "Татьяна Ранова", "tanran.an@gmail.com"];

#[tokio::test]
async fn connect_fills_the_profile_and_disconnect_empties_it_again() {
    let site = Site::start().await;
    let mut anna = site.registered(ANNA).await;
    let before = anna.get("/dashboard/").await;
    assert_eq!(before.state(), "none");

    let connected = site.connect(&mut anna, Visit::allow(TANYA)).await;
    assert_eq!((connected.notice(), connected.state()), ("connected", "active"));
    for (field, value) in
        ["first_name", "last_name", "display_name", "email"].into_iter().zip(GOOGLES)
    {
        assert_eq!(connected.field(field), value);
    }
    assert!(connected.body.contains(ANNA), "the sign-in address is still the user's own");
    let avatar = connected.body.split("src=\"/avatar/").nth(1).unwrap().split('"').next().unwrap();
    let picture = anna.get(&format!("/avatar/{avatar}")).await;
    assert_eq!(picture.headers["content-type"], "image/jpeg");
    assert_eq!(site.browser().get(&format!("/avatar/{avatar}")).await.status, 404);

    let asked = anna.get("/gmail/disconnect/").await;
    assert!(asked.body.contains("имя, фамилия, полное имя"), "names what will go");
    let done = anna.post("/gmail/disconnect/", &[]).await;
    assert_eq!((done.status, done.location()), (303, "/dashboard/"));
    let after = anna.get("/dashboard/").await;
    assert_eq!((after.notice(), after.state()), ("disconnected", "none"));
    for value in GOOGLES {
        assert!(!after.body.contains(value), "{value} is still there");
    }
    assert_eq!(anna.get(&format!("/avatar/{avatar}")).await.status, 404);
}

#[tokio::test]
async fn what_the_user_had_typed_comes_back() {
    let site = Site::start().await;
    let names = [Some("Таня"), Some("Р.")];
    site.services.accounts.create(ANNA, "testpass123", names, false).await.unwrap().unwrap();
    let mut anna = site.browser();
    anna.post("/login/", &[("email", ANNA), ("password", "testpass123")]).await;
    assert_eq!(anna.get("/dashboard/").await.field("first_name"), "Таня");
    let connected = site.connect(&mut anna, Visit::allow(TANYA)).await;
    assert_eq!(connected.field("first_name"), "Таня", "it waits for a choice");
    assert_eq!(connected.field("display_name"), "Татьяна Ранова", "what was empty is filled");
    anna.post("/dashboard/choices/", &[("first_name", "apply"), ("last_name", "keep")]).await;
    assert_eq!(anna.get("/dashboard/").await.field("first_name"), "Татьяна");
    anna.post("/gmail/disconnect/", &[]).await;
    let after = anna.get("/dashboard/").await;
    assert_eq!((after.field("first_name"), after.field("last_name")), ("Таня", "Р."));
}

#[tokio::test]
async fn a_sync_follows_google_for_forms_and_for_programs() {
    let site = Site::start().await;
    let mut anna = site.registered(ANNA).await;
    site.connect(&mut anna, Visit::allow(TANYA)).await;

    let report = anna.post_for_json("/gmail/sync/").await;
    assert_eq!(report.status, 200);
    let report: Value = serde_json::from_str(&report.body).unwrap();
    assert_eq!(report, serde_json::json!({"outcome": "unchanged", "changed": []}));

    site.google.world().edit_account(TANYA, |account| {
        account.family_name = Some("Соколова".to_owned());
    });
    let report: Value =
        serde_json::from_str(&anna.post_for_json("/gmail/sync").await.body).unwrap();
    assert_eq!(report["outcome"], "updated");
    let change = serde_json::json!({
        "field": "last_name", "old": "Ранова", "old_source": "google", "new": "Соколова",
    });
    assert!(report["changed"].as_array().unwrap().contains(&change), "{report}");

    site.google.world().edit_account(TANYA, |account| account.given_name = Some("Таня".to_owned()));
    let form = anna.post("/gmail/sync/", &[]).await;
    assert_eq!((form.status, form.location()), (303, "/dashboard/"));
    let page = anna.get("/dashboard/").await;
    assert!(page.notice().starts_with("synced.first_name"), "{}", page.notice());
    assert_eq!(page.field("first_name"), "Таня");
}

#[tokio::test]
async fn what_google_stops_sending_is_kept() {
    let site = Site::start().await;
    let mut anna = site.registered(ANNA).await;
    site.connect(&mut anna, Visit::allow(TANYA)).await;
    site.google.world().edit_account(TANYA, |account| {
        account.given_name = None;
        account.family_name = Some("  ".to_owned());
    });
    anna.post("/gmail/sync/", &[]).await;
    let page = anna.get("/dashboard/").await;
    assert_eq!((page.field("first_name"), page.field("last_name")), ("Татьяна", "Ранова"));
}

#[tokio::test]
async fn markup_in_a_name_is_text() {
    let site = Site::start().await;
    let mut anna = site.registered(ANNA).await;
    let evil = "<script>alert(1)</script>\u{202e}";
    site.google.world().edit_account(TANYA, |account| account.given_name = Some(evil.to_owned()));
    let page = site.connect(&mut anna, Visit::allow(TANYA)).await;
    assert!(!page.body.contains("<script>alert"), "{}", page.body);
    assert_eq!(page.field("first_name"), "&lt;script&gt;alert(1)&lt;/script&gt;");
}

/// T25: Google is down for two days, and then it is not.
#[tokio::test]
async fn the_token_is_revoked_even_after_two_days_without_google() {
    let site = Site::with_a_clock().await;
    let mut anna = site.registered(ANNA).await;
    site.connect(&mut anna, Visit::allow(TANYA)).await;
    let refresh_token = site.google.world().issued_by_kind().refresh_tokens[0].clone();
    site.google.world().inject(Fault::status(Endpoint::Revoke, 503));
    let done = anna.post("/gmail/disconnect/", &[]).await;
    assert_eq!(done.status, 303, "Google being down blocks nobody");
    site.revoke().await;
    assert!(anna.get("/dashboard/").await.body.contains("data-revocation=\"pending\""));
    assert_eq!(site.run_due(JobKind::RevokeToken).await, 0, "the next try waits");
    let mut tries = 1;
    for _ in 0..48 * 4 {
        site.clock.advance(TimeDelta::minutes(15));
        tries += site.run_due(JobKind::RevokeToken).await;
    }
    assert!((8..40).contains(&tries), "{tries} tries in two days are neither few nor a storm");
    assert!(site.google.world().is_live(&refresh_token));
    let waiting = anna.get("/dashboard/").await.body;
    assert!(waiting.contains("data-revocation=\"pending\""), "it says so all the while");

    site.google.world().clear_faults();
    site.clock.advance(TimeDelta::hours(8));
    assert_eq!(site.run_due(JobKind::RevokeToken).await, 1);
    assert!(!site.google.world().is_live(&refresh_token));
    let page = anna.get("/dashboard/").await.body;
    assert!(page.contains("data-revocation=\"done\""));
    assert!(page.contains("Что произошло с данными"), "with the receipt: {page}");
    assert_eq!(site.run_due(JobKind::RevokeToken).await, 0);
    site.assert_no_job_left().await;
}

#[tokio::test]
async fn disconnecting_revokes_the_refresh_token_at_google() {
    let site = Site::start().await;
    let mut anna = site.registered(ANNA).await;
    site.connect(&mut anna, Visit::allow(TANYA)).await;
    let refresh_token = site.google.world().issued_by_kind().refresh_tokens[0].clone();
    assert!(site.google.world().is_live(&refresh_token));
    anna.post("/gmail/disconnect/", &[]).await;
    site.revoke().await;
    assert!(!site.google.world().is_live(&refresh_token));
    assert!(anna.get("/dashboard/").await.body.contains("data-revocation=\"done\""));
    site.assert_no_job_left().await;
}

#[tokio::test]
async fn saying_no_at_google_is_calm_and_changes_nothing() {
    let site = Site::start().await;
    let mut anna = site.registered(ANNA).await;
    let page = site.connect(&mut anna, Visit::deny(TANYA)).await;
    assert_eq!((page.notice(), page.state()), ("cancelled", "none"));
    assert!(page.body.contains("flash--info"), "no red");
    assert!(page.body.contains("data-kind=\"connection.cancelled\""));
}

#[tokio::test]
async fn a_google_account_that_another_user_has_is_refused_without_saying_whose() {
    let site = Site::start().await;
    let mut anna = site.registered(ANNA).await;
    site.connect(&mut anna, Visit::allow(TANYA)).await;
    let mut nina = site.registered("nina@example.com").await;
    let page = site.connect(&mut nina, Visit::allow(TANYA)).await;
    assert_eq!((page.notice(), page.state()), ("taken", "none"));
    assert!(!page.body.contains(ANNA));
    site.revoke().await;
    let live = site.google.world().grants()[0].revoked_at.is_none();
    assert!(live, "the other user's connection goes on");
}

#[tokio::test]
async fn a_consent_without_a_refresh_token_is_shown_as_something_to_repair() {
    let site = Site::start().await;
    let mut anna = site.registered(ANNA).await;
    site.google.world().adjust(|behaviour| behaviour.withhold_refresh_token = true);
    let page = site.connect(&mut anna, Visit::allow(TANYA)).await;
    assert_eq!((page.notice(), page.state()), ("no_refresh_token", "reconnect"));
    assert!(page.body.contains("href=\"/gmail/connect/\""), "the repair is on the page");

    site.google.world().adjust(|behaviour| behaviour.withhold_refresh_token = false);
    let leaving = anna.post("/gmail/connect/", &[]).await;
    assert!(leaving.location().contains("prompt=consent"), "{}", leaving.location());
    let repaired = site.connect(&mut anna, Visit::allow(TANYA)).await;
    assert_eq!(repaired.state(), "active");
    assert_eq!(repaired.field("first_name"), "Татьяна");
}
