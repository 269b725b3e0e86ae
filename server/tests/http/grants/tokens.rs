//! Tokens in use: refreshed before they end, after a 401, kept in trouble, and never seen.

use std::time::Duration;

use sandbox::{Endpoint, Fault, Visit};
use serde_json::Value;
use testkit::browser::Browser;
use testkit::users::{ANNA, TANYA};

use crate::site::Site;

async fn sync(browser: &mut Browser) -> (String, String) {
    let report = browser.post_for_json("/gmail/sync/").await;
    let report: Value = serde_json::from_str(&report.body).unwrap();
    let text = |name: &str| report[name].as_str().unwrap_or_default().to_owned();
    (text("outcome"), text("failure"))
}

fn outcome(outcome: &str, failure: &str) -> (String, String) {
    (outcome.to_owned(), failure.to_owned())
}

#[tokio::test]
async fn a_401_is_answered_by_one_refresh_and_one_more_try() {
    let site = Site::start().await;
    let mut anna = site.connected(ANNA).await;
    let world = site.google.world();
    let before = world.calls(Endpoint::Userinfo);
    world.inject(Fault::google_error(Endpoint::Userinfo, 401, "authError").times(1));
    assert_eq!(sync(&mut anna).await, outcome("unchanged", ""));
    assert_eq!(world.calls(Endpoint::TokenRefresh), 1);
    assert_eq!(world.calls(Endpoint::Userinfo) - before, 2);
    // The refresh answer had no refresh token; the one we have must have been kept.
    world.inject(Fault::google_error(Endpoint::Userinfo, 401, "authError").times(1));
    assert_eq!(sync(&mut anna).await, outcome("unchanged", ""));
}

#[tokio::test]
async fn an_access_token_that_google_ended_early_is_refreshed() {
    let site = Site::start().await;
    let mut anna = site.connected(ANNA).await;
    site.google.world().advance(Duration::from_secs(3_700));
    assert_eq!(sync(&mut anna).await, outcome("unchanged", ""));
    assert_eq!(site.google.world().calls(Endpoint::TokenRefresh), 1);
}

#[tokio::test]
async fn a_rotated_refresh_token_replaces_the_old_one() {
    let site = Site::start().await;
    let mut anna = site.connected(ANNA).await;
    site.google.world().adjust(|behaviour| behaviour.rotate_refresh_tokens = true);
    for _ in 0..3 {
        site.google.world().advance(Duration::from_secs(3_700));
        assert_eq!(sync(&mut anna).await, outcome("unchanged", ""));
    }
    assert_eq!(site.google.world().calls(Endpoint::TokenRefresh), 3);
}

#[tokio::test]
async fn access_withdrawn_at_google_is_a_state_with_a_way_out() {
    let site = Site::start().await;
    let mut anna = site.connected(ANNA).await;
    site.google.world().remove_access(TANYA);
    assert_eq!(sync(&mut anna).await, outcome("failed", "needs_reconnect"));
    let page = anna.get("/dashboard/").await;
    assert_eq!(page.state(), "reconnect");
    assert_eq!(page.field("first_name"), "Татьяна", "data is kept");
    let refreshes = site.google.world().calls(Endpoint::TokenRefresh);
    sync(&mut anna).await;
    assert_eq!(
        site.google.world().calls(Endpoint::TokenRefresh),
        refreshes,
        "Google is left alone"
    );
    assert_eq!(site.connect(&mut anna, Visit::allow(TANYA)).await.state(), "active");
}

#[tokio::test]
async fn trouble_at_google_or_with_our_client_never_ends_a_connection() {
    let site = Site::start().await;
    let mut anna = site.connected(ANNA).await;
    let refresh = Endpoint::TokenRefresh;
    for (fault, failure, state) in [
        (Fault::status(refresh, 503), "google_unavailable", "down"),
        (Fault::status(refresh, 429).retry_after("30"), "rate_limited", "down"),
        (Fault::oauth_error(refresh, "invalid_client"), "operator_fault", "trouble"),
    ] {
        site.google.world().advance(Duration::from_secs(3_700));
        site.google.world().inject(fault);
        assert_eq!(sync(&mut anna).await, outcome("failed", failure));
        assert_eq!(anna.get("/dashboard/").await.state(), state);
        site.google.world().clear_faults();
        assert_eq!(sync(&mut anna).await, outcome("unchanged", ""), "and it goes on afterwards");
    }
}

#[tokio::test]
async fn a_userinfo_answer_about_somebody_else_changes_nothing() {
    let site = Site::start().await;
    let mut anna = site.connected(ANNA).await;
    site.google.world().adjust(|behaviour| {
        behaviour.userinfo_overrides.insert("sub".to_owned(), "999".into());
        behaviour.userinfo_overrides.insert("given_name".to_owned(), "Чужая".into());
    });
    assert_eq!(sync(&mut anna).await, outcome("failed", "google_protocol"));
    assert_eq!(anna.get("/dashboard/").await.field("first_name"), "Татьяна");
}

#[tokio::test]
async fn a_renamed_google_account_is_the_same_account() {
    let site = Site::start().await;
    let mut anna = site.connected(ANNA).await;
    site.google
        .world()
        .edit_account(TANYA, |account| account.email = "tanya.new@gmail.com".to_owned());
    assert_eq!(sync(&mut anna).await, outcome("updated", ""));
    let page = anna.get("/dashboard/").await;
    assert_eq!(page.field("email"), "tanya.new@gmail.com");
    assert!(page.body.contains(ANNA), "the sign-in address stays");
}

#[tokio::test]
async fn no_token_ever_lies_in_the_database_in_clear() {
    let site = Site::start_in_files().await;
    let mut anna = site.connected(ANNA).await;
    site.google.world().advance(Duration::from_secs(3_700));
    sync(&mut anna).await;
    anna.post("/gmail/disconnect/", &[]).await;
    let issued = site.google.world().issued();
    assert!(issued.len() >= 5, "codes, access, refresh and ID tokens: {}", issued.len());
    let mut searched = 0;
    for entry in std::fs::read_dir(site.folder.path()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        searched += bytes.len();
        for token in &issued {
            let found = bytes.windows(token.len()).any(|window| window == token.as_bytes());
            assert!(!found, "a token lies in the database in clear");
        }
    }
    assert!(searched > 10_000, "the database was there to be searched: {searched} bytes");
}

#[tokio::test]
async fn programs_learn_that_there_is_nothing_to_sync() {
    let site = Site::start().await;
    let report = site.browser().post_for_json("/gmail/sync/").await;
    assert_eq!((report.status, report.body.as_str()), (401, r#"{"error":"signed_out"}"#));
    let mut anna = site.registered(ANNA).await;
    let report = anna.post_for_json("/gmail/sync/").await;
    assert_eq!((report.status, report.body.as_str()), (409, r#"{"error":"not_connected"}"#));
    assert_eq!(anna.post("/gmail/disconnect/", &[]).await.location(), "/dashboard/");
    assert_eq!(anna.get("/dashboard/").await.notice(), "not_connected");
}
