//! Pages as such: addresses, languages, headers, probes.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use reqwest::Method;
use sha2::{Digest, Sha256};

use crate::site::Site;

#[tokio::test]
async fn every_page_answers_with_and_without_its_last_slash() {
    let site = Site::start().await;
    let mut anna = site.registered("anna@example.com").await;
    for path in [
        "/",
        "/login",
        "/register",
        "/dashboard",
        "/dashboard/account",
        "/dashboard/profile",
        "/dashboard/history",
        "/dashboard/tokens",
        "/gmail/connect",
        "/gmail/disconnect",
        "/api",
        "/healthz",
        "/readyz",
    ] {
        let bare = anna.get(path).await;
        let slashed = anna.get(&format!("{}/", path.trim_end_matches('/'))).await;
        assert_eq!((bare.status, slashed.status), (200, 200), "{path}");
    }
    assert_eq!(anna.get("/readyz").await.body, "ok");
}

#[tokio::test]
async fn the_language_is_the_browsers_until_one_is_chosen() {
    let site = Site::start().await;
    let mut browser = site.browser();
    let headers = [("accept", "text/html"), ("accept-language", "en-GB,en;q=0.9")];
    let english = browser.send(Method::GET, "/login/", None, &headers).await;
    assert!(english.body.contains("<html lang=\"en\""), "{}", english.body);
    assert!(english.body.contains("Welcome back"));
    let chosen = browser.post("/language/", &[("language", "ru"), ("next", "/login/")]).await;
    assert_eq!((chosen.status, chosen.location()), (303, "/login/"));
    let russian = browser.send(Method::GET, "/login/", None, &headers).await;
    assert!(russian.body.contains("С возвращением"));
}

#[tokio::test]
async fn the_language_is_chosen_for_the_page_that_one_is_on() {
    let site = Site::start().await;
    for path in ["/", "/login/", "/login/?next=%2Fdashboard%2F"] {
        let page = site.browser().get(path).await;
        let next = format!("name=\"next\" value=\"{path}\"");
        assert!(page.body.contains(&next), "{path}: {}", page.body);
    }
}

#[tokio::test]
async fn a_button_opened_as_a_page_says_that_it_is_none() {
    let site = Site::start().await;
    let mut anna = site.registered("anna@example.com").await;
    let page = anna.get("/gmail/sync/").await;
    assert_eq!(page.status, 405);
    assert!(page.body.contains("Эту страницу так не открыть"), "{}", page.body);
    assert!(page.body.contains("anna@example.com"), "the site's own frame");
}

#[tokio::test]
async fn an_unknown_page_is_a_404_in_the_sites_own_frame() {
    let site = Site::start().await;
    let page = site.browser().get("/no/such/page/").await;
    assert_eq!(page.status, 404);
    assert!(page.body.contains("Такой страницы нет") && page.body.contains("SELEXIA"));
}

#[tokio::test]
async fn every_answer_carries_the_headers_that_keep_it_ours() {
    let site = Site::start().await;
    for path in ["/", "/login/", "/no-such-page", "/healthz", "/pkg/0/x.js"] {
        let page = site.browser().get(path).await;
        for name in [
            "content-security-policy",
            "x-content-type-options",
            "x-frame-options",
            "referrer-policy",
            "permissions-policy",
            "cross-origin-opener-policy",
            "x-request-id",
        ] {
            assert!(page.headers.contains_key(name), "{path} lacks {name}");
        }
    }
    let page = site.browser().get("/").await;
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("img-src 'self';"), "no picture comes from elsewhere: {policy}");
    assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe-inline"));
    let script = page.body.split_once("<script type=\"module\">").unwrap().1;
    let hash = Sha256::digest(script.split_once("</script>").unwrap().0);
    let hash = format!("'sha256-{}'", BASE64_STANDARD.encode(hash));
    assert!(policy.contains(&hash), "the policy names the loader, the only script: {policy}");
    assert_eq!(page.body.matches("<script").count(), 1);
    assert_eq!(page.headers["cache-control"], "no-store");
}

#[tokio::test]
async fn pages_carry_no_secret() {
    let site = Site::start().await;
    let mut anna = site.registered("anna@example.com").await;
    let session = anna.cookies["selexia_session"].clone();
    for path in [
        "/",
        "/dashboard/",
        "/dashboard/account/",
        "/dashboard/tokens/",
        "/gmail/connect/",
        "/gmail/disconnect/",
        "/api/",
    ] {
        let page = anna.get(path).await;
        for secret in [site.google.client_secret(), session.as_str(), "argon2"] {
            assert!(!page.body.contains(secret), "{path}");
        }
    }
}
