//! Requests that should never have been sent: refused with a sentence, and nothing is changed.

use reqwest::Method;
use sandbox::Visit;
use testkit::users::{ANNA, TANYA};

use crate::site::Site;

#[tokio::test]
async fn a_post_from_another_site_changes_nothing() {
    let site = Site::start().await;
    let mut anna = site.registered(ANNA).await;
    site.connect(&mut anna, Visit::allow(TANYA)).await;
    for path in [
        "/gmail/connect/",
        "/gmail/sync/",
        "/gmail/sync/start/",
        "/gmail/sync/cancel/",
        "/gmail/disconnect/",
        "/logout/",
        "/login/",
        "/language/",
        "/dashboard/tokens/",
        "/dashboard/tokens/revoke/",
    ] {
        for headers in [
            [("sec-fetch-site", "cross-site"), ("accept", "text/html")],
            [("origin", "https://evil.example"), ("accept", "text/html")],
            [("origin", "null"), ("accept", "text/html")],
        ] {
            let page = anna.send(Method::POST, path, Some(String::new()), &headers).await;
            assert_eq!(page.status, 403, "{path} {headers:?}");
            assert!(page.body.contains("с другого сайта"), "{}", page.body);
        }
    }
    assert_eq!(anna.get("/dashboard/").await.state(), "active");
}

#[tokio::test]
async fn programs_get_problem_details() {
    let site = Site::start().await;
    let headers = [("sec-fetch-site", "cross-site"), ("accept", "application/json")];
    let page =
        site.browser().send(Method::POST, "/gmail/sync/", Some(String::new()), &headers).await;
    assert_eq!(page.headers["content-type"], "application/problem+json");
    let problem: serde_json::Value = serde_json::from_str(&page.body).unwrap();
    assert_eq!(problem["status"], 403);
}

#[tokio::test]
async fn nothing_changes_on_get() {
    let site = Site::start().await;
    let mut anna = site.registered(ANNA).await;
    site.connect(&mut anna, Visit::allow(TANYA)).await;
    for path in [
        "/gmail/connect/",
        "/gmail/sync/",
        "/gmail/disconnect/",
        "/logout/",
        "/language/?language=en",
    ] {
        let page = anna.get(path).await;
        assert!(page.status == 200 || page.status == 405, "{path}: {}", page.status);
    }
    let page = anna.get("/dashboard/").await;
    assert_eq!((page.status, page.state()), (200, "active"));
}

#[tokio::test]
async fn oversized_forms_are_refused_with_a_sentence() {
    let site = Site::start().await;
    let body = format!("email={}&password=x", "a".repeat(200_000));
    let headers = [("accept", "text/html")];
    let page = site.browser().send(Method::POST, "/login/", Some(body), &headers).await;
    assert_eq!(page.status, 413);
    assert!(page.body.contains("Слишком большой"), "{}", page.body);
}

#[tokio::test]
async fn malformed_forms_are_refused_as_what_they_lack() {
    let site = Site::start().await;
    let headers = [("accept", "text/html")];
    for body in
        ["", "%", "email", "email=%ff%fe&password=%00", "{\"email\":1}", "email=a@b.c;password"]
    {
        let page =
            site.browser().send(Method::POST, "/login/", Some(body.to_owned()), &headers).await;
        assert_eq!(page.status, 422, "{body}");
        assert!(page.body.contains("не подходит"), "{body}");
        let page =
            site.browser().send(Method::POST, "/register/", Some(body.to_owned()), &headers).await;
        assert_eq!(page.status, 422, "{body}");
    }
}

#[tokio::test]
async fn markup_in_a_form_comes_back_as_text() {
    let site = Site::start().await;
    let evil = "\"><script>alert(1)</script>@x";
    let page = site.browser().post("/login/", &[("email", evil), ("password", "x")]).await;
    assert!(!page.body.contains("<script>alert"), "{}", page.body);
}

#[tokio::test]
async fn forged_cookies_are_no_cookies() {
    let site = Site::start().await;
    let mut browser = site.browser();
    for value in ["x", "' or 1=1 --", "%00", &"a".repeat(5_000)] {
        browser.cookies.insert("selexia_session".to_owned(), value.to_owned());
        browser.cookies.insert("selexia_flash".to_owned(), value.to_owned());
        browser.cookies.insert("selexia_language".to_owned(), value.to_owned());
        let page = browser.get("/dashboard/").await;
        assert_eq!(page.location(), "/login/?next=/dashboard/", "{value}");
        assert_eq!(browser.get("/").await.status, 200);
    }
}
