//! A form whose session has ended loses nothing of what was typed into it.

use chrono::TimeDelta;
use testkit::browser::{Browser, Page};
use testkit::users::{ANNA, PASSWORD};

use crate::site::Site;

const TYPED: [(&str, &str); 3] =
    [("first_name", "Анна \"Ася\""), ("email", "asya@example.com"), ("timezone", "Asia/Omsk")];

/// Sends the page's form that asks for the password, as a browser would.
async fn prove(browser: &mut Browser, page: &Page, path: &str, password: &str) -> Page {
    let mut form = page.inputs();
    for (name, value) in &mut form {
        match name.as_str() {
            "email" => *value = ANNA.to_owned(),
            "password" => *value = password.to_owned(),
            _ => {}
        }
    }
    // The language form at the foot of the page is another one.
    form.retain(|(name, value)| name != "next" || value.starts_with("/dashboard/"));
    let form: Vec<_> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    browser.post(path, &form).await
}

fn assert_filled_in(page: &Page) {
    assert_eq!(page.status, 200, "{}", page.body);
    assert_eq!(page.notice(), "not_saved");
    assert!(page.body.contains("action=\"/dashboard/profile/\""), "{}", page.body);
    for (name, value) in TYPED {
        let found = page.inputs().into_iter().find(|(key, _)| key == name).unwrap().1;
        assert_eq!(found, value, "{name}");
    }
}

#[tokio::test]
async fn a_profile_sent_after_the_session_ended_comes_back_filled_in() {
    let site = Site::start().await;
    let mut anna = site.registered(ANNA).await;
    anna.cookies.clear();
    let login = anna.post("/dashboard/profile/", &TYPED).await;
    assert_eq!((login.status, login.notice()), (403, "draft_kept"));
    assert!(login.body.contains("action=\"/login/\""), "{}", login.body);

    let wrong = prove(&mut anna, &login, "/login/", "wrong password").await;
    assert_eq!(wrong.status, 422);
    let page = prove(&mut anna, &wrong, "/login/", PASSWORD).await;
    assert_filled_in(&page);
    assert!(page.body.contains(ANNA), "signed in");

    let before = anna.get("/dashboard/profile/").await;
    assert!(!before.body.contains("asya@example.com"), "nothing was saved by signing in");
    anna.post("/dashboard/profile/", &TYPED).await;
    let after = anna.get("/dashboard/").await;
    assert_eq!((after.notice(), after.field("email")), ("saved", "asya@example.com"));
}

#[tokio::test]
async fn with_a_session_the_same_form_is_saved_at_once() {
    let site = Site::start().await;
    let mut anna = site.registered(ANNA).await;
    let saved = anna.post("/dashboard/profile/", &TYPED).await;
    assert_eq!((saved.status, saved.location()), (303, "/dashboard/"));
    assert_eq!(anna.get("/dashboard/").await.field("email"), "asya@example.com");
}

#[tokio::test]
async fn an_address_comes_back_after_signing_in_and_after_confirming() {
    let site = Site::with_a_clock().await;
    let mut anna = site.registered(ANNA).await;
    let wish = [("email", "anna.new@example.com")];
    let assert_back = |page: &Page| {
        assert_eq!((page.status, page.notice()), (200, "not_saved"), "{}", page.body);
        assert!(page.body.contains("action=\"/dashboard/account/address/\""));
        assert!(page.body.contains("value=\"anna.new@example.com\""));
        assert!(!page.body.contains("data-pending"), "and asked for nothing yet");
    };
    site.pass(TimeDelta::minutes(10));
    let asked = anna.post("/dashboard/account/address/", &wish).await;
    assert_eq!(asked.status, 403);
    let token = anna.cookies["selexia_session"].clone();
    assert_back(&prove(&mut anna, &asked, "/confirm/", PASSWORD).await);
    assert_ne!(anna.cookies["selexia_session"], token);

    anna.cookies.clear();
    let asked = anna.post("/dashboard/account/address/", &wish).await;
    assert_eq!((asked.status, asked.notice()), (403, "draft_kept"));
    assert_back(&prove(&mut anna, &asked, "/login/", PASSWORD).await);
}

#[tokio::test]
async fn only_the_fields_of_our_own_forms_are_carried_and_none_is_endless() {
    let site = Site::start().await;
    let endless = "x".repeat(2_000);
    let form = [
        ("first_name", "Анна"),
        ("last_name", endless.as_str()),
        ("password", "a secret"),
        ("token", "another secret"),
    ];
    let page = site.browser().post("/dashboard/profile/", &form).await;
    assert!(page.body.contains("name=\"draft.first_name\" value=\"Анна\""), "{}", page.body);
    for lost in ["a secret", "another secret", "draft.last_name", &endless] {
        assert!(!page.body.contains(lost), "{lost}");
    }
    // Other forms are not on the list: they lead to the sign-in as ever.
    let other = site.browser().post("/dashboard/choices/", &[("first_name", "apply")]).await;
    assert_eq!((other.status, other.location()), (303, "/login/?next=/dashboard/"));
}

#[tokio::test]
async fn markup_in_a_draft_is_text() {
    let site = Site::start().await;
    let evil = "\"><script>alert(1)</script>";
    let page = site.browser().post("/dashboard/profile/", &[("first_name", evil)]).await;
    assert!(!page.body.contains("<script>alert"), "{}", page.body);
}

#[tokio::test]
async fn a_forged_draft_is_shown_and_does_nothing() {
    let site = Site::start().await;
    let mut anna = site.registered(ANNA).await;
    for draft in ["profile", "address", "admin", ""] {
        let form = [
            ("email", ANNA),
            ("password", PASSWORD),
            ("draft", draft),
            ("draft.email", "evil@example.com"),
        ];
        let page = anna.post("/login/", &form).await;
        assert!(matches!(page.status, 200 | 303), "{draft}");
    }
    assert!(!anna.get("/dashboard/").await.body.contains("evil@example.com"));
    assert!(!anna.get("/dashboard/account/").await.body.contains("data-pending"));
}
