//! What matters asks for the password again, unless it was given within ten minutes.

use chrono::TimeDelta;
use sandbox::Visit;
use testkit::browser::Browser;
use testkit::users::{ANNA, PASSWORD, TANYA};

use crate::site::Site;

/// A browser whose session is older than what matters accepts.
async fn grown_cold(site: &Site) -> Browser {
    let anna = site.registered(ANNA).await;
    site.pass(TimeDelta::minutes(10));
    anna
}

async fn confirm(browser: &mut Browser, next: &str) {
    let form = [("password", PASSWORD), ("next", next)];
    let confirmed = browser.post("/confirm/", &form).await;
    assert_eq!((confirmed.status, confirmed.location()), (303, next), "{}", confirmed.body);
}

#[tokio::test]
async fn connecting_asks_and_goes_on_where_one_was() {
    let site = Site::with_a_clock().await;
    let mut anna = grown_cold(&site).await;
    for asked in [anna.get("/gmail/connect/").await, anna.post("/gmail/connect/", &[]).await] {
        assert_eq!((asked.status, asked.location()), (303, "/confirm/?next=/gmail/connect/"));
    }
    assert!(!anna.cookies.contains_key("selexia_attempt"), "no trip has begun");
    let page = anna.get("/confirm/?next=/gmail/connect/").await;
    assert!(page.body.contains("name=\"next\" value=\"/gmail/connect/\""), "{}", page.body);
    assert!(page.body.contains(&format!("value=\"{ANNA}\"")), "says whose password");
    confirm(&mut anna, "/gmail/connect/").await;
    assert_eq!(anna.get("/gmail/connect/").await.status, 200);
    assert_eq!(site.connect(&mut anna, Visit::allow(TANYA)).await.state(), "active");
}

#[tokio::test]
async fn disconnecting_asks_and_leaves_everything_until_then() {
    let site = Site::with_a_clock().await;
    let mut anna = site.registered(ANNA).await;
    site.connect(&mut anna, Visit::allow(TANYA)).await;
    site.pass(TimeDelta::minutes(10));
    for asked in [anna.get("/gmail/disconnect/").await, anna.post("/gmail/disconnect/", &[]).await]
    {
        assert_eq!((asked.status, asked.location()), (303, "/confirm/?next=/gmail/disconnect/"));
    }
    assert_eq!(anna.get("/dashboard/").await.state(), "active");
    confirm(&mut anna, "/gmail/disconnect/").await;
    assert_eq!(anna.post("/gmail/disconnect/", &[]).await.location(), "/dashboard/");
    assert_eq!(anna.get("/dashboard/").await.state(), "none");
}

#[tokio::test]
async fn programs_are_told_what_is_missing() {
    let site = Site::with_a_clock().await;
    let mut anna = grown_cold(&site).await;
    for path in ["/gmail/connect/", "/gmail/disconnect/"] {
        let refused = anna.post_for_json(path).await;
        assert_eq!((refused.status, refused.body.as_str()), (403, r#"{"error":"not_recent"}"#));
    }
}

#[tokio::test]
async fn a_key_for_a_program_and_another_account_ask_too() {
    let site = Site::with_a_clock().await;
    let mut anna = grown_cold(&site).await;
    let tokens = anna.get("/dashboard/tokens/").await;
    assert_eq!((tokens.status, tokens.location()), (303, "/confirm/?next=/dashboard/tokens/"));
    let switch = anna.get("/gmail/switch/").await;
    assert_eq!((switch.status, switch.location()), (303, "/confirm/?next=/gmail/switch/"));
    let form = [("name", "mine"), ("scope", "profile:read"), ("lifetime", "month")];
    for (path, form) in [("/dashboard/tokens/", &form[..]), ("/gmail/switch/", &[])] {
        let refused = anna.post(path, form).await;
        assert_eq!((refused.status, refused.location()), (303, "/confirm/?next=/dashboard/"));
    }
    confirm(&mut anna, "/dashboard/tokens/").await;
    assert_eq!(anna.get("/dashboard/tokens/").await.status, 200);
}

#[tokio::test]
async fn what_does_not_matter_asks_for_nothing() {
    let site = Site::with_a_clock().await;
    let mut anna = site.registered(ANNA).await;
    site.connect(&mut anna, Visit::allow(TANYA)).await;
    site.pass(TimeDelta::minutes(10));
    assert_eq!(anna.post("/gmail/sync/", &[]).await.location(), "/dashboard/");
    assert_eq!(
        anna.post("/dashboard/account/cancel/", &[]).await.location(),
        "/dashboard/account/"
    );
    for path in ["/dashboard/", "/dashboard/profile/", "/dashboard/account/"] {
        assert_eq!(anna.get(path).await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn a_sign_in_counts_for_ten_minutes_to_the_second() {
    let site = Site::with_a_clock().await;
    let mut anna = site.registered(ANNA).await;
    site.pass(TimeDelta::seconds(599));
    assert_eq!(anna.get("/gmail/connect/").await.status, 200);
    site.pass(TimeDelta::seconds(1));
    assert_eq!(anna.get("/gmail/connect/").await.status, 303);
    // Being seen is no proof.
    anna.get("/dashboard/").await;
    assert_eq!(anna.get("/gmail/connect/").await.status, 303);
}

#[tokio::test]
async fn the_old_token_opens_nothing_once_its_user_is_confirmed() {
    let site = Site::with_a_clock().await;
    let mut anna = grown_cold(&site).await;
    let mut stolen = anna.clone();
    confirm(&mut anna, "/gmail/connect/").await;
    assert_ne!(anna.cookies["selexia_session"], stolen.cookies["selexia_session"]);
    assert_eq!(stolen.get("/dashboard/").await.location(), "/login/?next=/dashboard/");
    assert_eq!(anna.get("/dashboard/").await.status, 200);
    let history = anna.get("/dashboard/history/").await.body;
    assert_eq!(history.matches("user.signed_in").count(), 1, "it is the same session");
}

#[tokio::test]
async fn a_wrong_password_confirms_nothing_and_guessing_is_slowed_down() {
    let site = Site::with_a_clock().await;
    let mut anna = grown_cold(&site).await;
    let wrong = [("password", "wrong password"), ("next", "/gmail/connect/")];
    for _ in 0..10 {
        let page = anna.post("/confirm/", &wrong).await;
        assert_eq!(page.status, 422);
        assert!(page.body.contains("Пароль не подходит"), "{}", page.body);
        assert!(page.body.contains("name=\"next\" value=\"/gmail/connect/\""), "{}", page.body);
        assert!(!page.body.contains("wrong password"));
    }
    let late = anna.post("/confirm/", &[("password", PASSWORD)]).await;
    assert_eq!(late.status, 429);
    assert_eq!(late.headers["retry-after"], "900");
    assert_eq!(anna.get("/gmail/connect/").await.status, 303);
    // One count with the sign-in: a stolen session gives no second set of guesses.
    let login = site.browser().post("/login/", &[("email", ANNA), ("password", PASSWORD)]).await;
    assert_eq!(login.status, 429);
}

#[tokio::test]
async fn who_was_confirmed_lately_or_not_at_all_is_not_asked() {
    let site = Site::start().await;
    let mut anna = site.registered(ANNA).await;
    assert_eq!(anna.get("/confirm/?next=/gmail/connect/").await.location(), "/gmail/connect/");
    assert_eq!(anna.get("/confirm/?next=//evil.example").await.location(), "/dashboard/");
    let mut stranger = site.browser();
    let page = stranger.get("/confirm/?next=/gmail/connect/").await;
    assert_eq!(page.location(), "/login/?next=/confirm/?next=/gmail/connect/");
    let form =
        [("email", ANNA), ("password", PASSWORD), ("next", "/confirm/?next=/gmail/connect/")];
    assert_eq!(stranger.post("/login/", &form).await.location(), "/confirm/?next=/gmail/connect/");
    assert_eq!(
        stranger.post("/confirm/", &[("password", PASSWORD)]).await.location(),
        "/dashboard/"
    );
    assert_eq!(site.browser().post("/confirm/", &[]).await.location(), "/login/?next=/dashboard/");
}

#[tokio::test]
async fn confirming_never_leads_away() {
    let site = Site::with_a_clock().await;
    let mut anna = grown_cold(&site).await;
    for evil in ["https://evil.example/", "//evil.example", "/\\evil.example"] {
        let form = [("password", PASSWORD), ("next", evil)];
        assert_eq!(anna.post("/confirm/", &form).await.location(), "/dashboard/", "{evil}");
    }
}
