//! Accounts: registering, signing in, sessions, limits, and where one may be sent next.

use testkit::users::{ANNA, PASSWORD};

use crate::site::Site;

fn form<'a>(email: &'a str, password: &'a str) -> [(&'a str, &'a str); 2] {
    [("email", email), ("password", password)]
}

#[tokio::test]
async fn registering_signs_in_and_the_cabinet_opens() {
    let site = Site::start().await;
    let mut anna = site.registered(ANNA).await;
    let cabinet = anna.get("/dashboard/").await;
    assert_eq!((cabinet.status, cabinet.notice()), (200, "registered"));
    assert!(cabinet.body.contains(ANNA));
    assert_eq!(anna.get("/dashboard/").await.notice(), "", "a notice is said once");
}

#[tokio::test]
async fn signing_in_works_in_any_case_and_rotates_the_session() {
    let site = Site::start().await;
    let mut anna = site.registered("tanRan.an@yandex.ru").await;
    let before = anna.cookies["selexia_session"].clone();
    let mut stale = anna.clone();
    let page = anna.post("/login/", &form("TANRAN.AN@Yandex.ru", PASSWORD)).await;
    assert_eq!((page.status, page.location()), (303, "/dashboard/"));
    assert_ne!(anna.cookies["selexia_session"], before);
    let refused = stale.get("/dashboard/").await;
    assert_eq!(refused.location(), "/login/?next=/dashboard/", "the old token opens nothing");
}

#[tokio::test]
async fn signing_out_ends_the_session_on_the_server_too() {
    let site = Site::start().await;
    let mut anna = site.registered(ANNA).await;
    let mut stale = anna.clone();
    assert_eq!(anna.post("/logout/", &[]).await.location(), "/");
    assert_eq!(stale.get("/dashboard/").await.status, 303);
}

#[tokio::test]
async fn the_session_cookie_is_not_for_scripts_or_other_sites() {
    let site = Site::start().await;
    let mut browser = site.browser();
    let page = browser.post("/register/", &form(ANNA, PASSWORD)).await;
    let cookie = page.headers.get_all("set-cookie").iter().next().unwrap().to_str().unwrap();
    assert!(cookie.starts_with("selexia_session="), "{cookie}");
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
}

#[tokio::test]
async fn an_unknown_address_and_a_wrong_password_are_answered_alike() {
    let site = Site::start().await;
    site.registered(ANNA).await;
    let wrong = site.browser().post("/login/", &form(ANNA, "wrong password")).await;
    let unknown = site.browser().post("/login/", &form("nina@example.com", "wrong password")).await;
    assert_eq!((wrong.status, unknown.status), (422, 422));
    let neutral = |page: &testkit::browser::Page, email: &str| page.body.replace(email, "EMAIL");
    assert_eq!(neutral(&wrong, ANNA), neutral(&unknown, "nina@example.com"));
    assert!(wrong.body.contains("value=\"anna@example.com\""), "what was typed stays");
    assert!(!wrong.body.contains("wrong password"), "but not the password");
}

#[tokio::test]
async fn refused_registrations_say_why_and_keep_what_was_typed() {
    let site = Site::start().await;
    site.registered(ANNA).await;
    let long = "я".repeat(257);
    for (email, password, said) in [
        ("anna", PASSWORD, "не похоже на адрес"),
        ("ANNA@example.com", PASSWORD, "уже есть"),
        ("nina@example.com", "short", "слишком короткий"),
        ("nina@example.com", "password123", "подбирают первым"),
        ("nina@example.com", &long, "слишком длинный"),
    ] {
        let page = site.browser().post("/register/", &form(email, password)).await;
        assert_eq!(page.status, 422);
        assert!(page.body.contains(said), "{email} {said}");
        assert!(page.body.contains(&format!("value=\"{email}\"")), "{email}");
    }
}

#[tokio::test]
async fn guessing_is_slowed_down_and_says_for_how_long() {
    let site = Site::start().await;
    site.registered(ANNA).await;
    let mut guesser = site.browser();
    for _ in 0..10 {
        assert_eq!(guesser.post("/login/", &form(ANNA, "wrong password")).await.status, 422);
    }
    let page = guesser.post("/login/", &form(ANNA, PASSWORD)).await;
    assert_eq!(page.status, 429, "the right password comes too late");
    let wait: u64 = page.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=900).contains(&wait), "{wait}");
    assert!(page.body.contains("через 15 мин"), "{}", page.body);
    let other = guesser.post("/login/", &form("nina@example.com", "wrong password")).await;
    assert_eq!(other.status, 422, "another address is not held up");
}

#[tokio::test]
async fn a_right_password_never_counts_as_a_guess() {
    let site = Site::start().await;
    let mut anna = site.registered(ANNA).await;
    for _ in 0..12 {
        assert_eq!(anna.post("/login/", &form(ANNA, PASSWORD)).await.status, 303);
    }
}

#[tokio::test]
async fn strangers_sign_in_first_and_come_back_to_where_they_were_going() {
    let site = Site::start().await;
    site.registered(ANNA).await;
    let mut browser = site.browser();
    for (path, login) in [
        ("/dashboard/", "/login/?next=/dashboard/"),
        ("/dashboard", "/login/?next=/dashboard/"),
        ("/dashboard/tokens/", "/login/?next=/dashboard/tokens/"),
        ("/gmail/connect/", "/login/?next=/gmail/connect/"),
        ("/gmail/disconnect/", "/login/?next=/gmail/disconnect/"),
    ] {
        let page = browser.get(path).await;
        assert_eq!((page.status, page.location()), (303, login), "{path}");
    }
    let page = browser.get("/login/?next=/gmail/connect/").await;
    assert!(page.body.contains("name=\"next\" value=\"/gmail/connect/\""), "{}", page.body);
    let form = [("email", ANNA), ("password", PASSWORD), ("next", "/gmail/connect/")];
    assert_eq!(browser.post("/login/", &form).await.location(), "/gmail/connect/");
}

#[tokio::test]
async fn next_never_leads_away() {
    let site = Site::start().await;
    site.registered(ANNA).await;
    for evil in [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "/\t/evil",
    ] {
        let form = [("email", ANNA), ("password", PASSWORD), ("next", evil)];
        assert_eq!(site.browser().post("/login/", &form).await.location(), "/dashboard/", "{evil}");
        let encoded: String = url::form_urlencoded::byte_serialize(evil.as_bytes()).collect();
        let page = site.browser().get(&format!("/login/?next={encoded}")).await;
        // The one field left is the language form's, which comes back to this very page.
        assert_eq!(page.body.matches("name=\"next\"").count(), 1, "{evil}");
        assert!(page.body.contains("name=\"next\" value=\"/login/?next="), "{evil}");
        let language = [("language", "en"), ("next", evil)];
        assert_eq!(site.browser().post("/language/", &language).await.location(), "/", "{evil}");
    }
}
