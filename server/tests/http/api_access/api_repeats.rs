//! Idempotency keys: the effect once, the answer as often as it is asked for.

use reqwest::Method;
use sandbox::Endpoint;
use serde_json::json;
use testkit::browser::Page;
use tokio::task::JoinSet;

use crate::program::{ALL_SCOPES, Program, connected};

async fn keyed(program: &Program, method: Method, path: &str, body: &str, key: &str) -> Page {
    let headers = [("idempotency-key", key)];
    program.send(method, path, Some(body.to_owned()), &headers).await
}

#[tokio::test]
async fn a_repeated_change_is_answered_again_and_not_done_again() {
    let (_site, mut anna, program) = connected().await;
    let patch = async |name: &str, key: &str| {
        let body = json!({"first_name": name}).to_string();
        keyed(&program, Method::PATCH, "/api/v1/profile", &body, key).await
    };
    let first = patch("Таня", "\"8e03978e-40d5\"").await;
    assert_eq!((first.status, first.header("idempotency-replayed")), (200, ""));
    patch("Танечка", "another").await;
    let again = patch("Таня", "8e03978e-40d5").await;
    assert_eq!((again.status, again.header("idempotency-replayed")), (200, "true"));
    assert_eq!(
        (again.body, again.headers["content-type"].clone()),
        (first.body, "application/json".parse().unwrap())
    );
    assert_eq!(anna.get("/dashboard/").await.field("first_name"), "Танечка", "not done again");
    let history = program.get("/api/v1/history?filter=profile").await.json();
    let edits = history["lines"].as_array().unwrap().iter();
    assert_eq!(edits.filter(|line| line["event"] == "profile.edited").count(), 2);

    let other = patch("Т. Р.", "8e03978e-40d5").await;
    assert_eq!(
        (other.status, &other.json()["type"]),
        (422, &json!("/api/#idempotency-key-reused"))
    );
    let other = keyed(&program, Method::POST, "/api/v1/sync", "", "8e03978e-40d5").await;
    assert_eq!(other.status, 422, "another address is another request");
    for bad in ["", "a b", &"k".repeat(256)] {
        assert_eq!(patch("x", bad).await.status, 400, "{bad}");
    }
}

#[tokio::test]
async fn a_refusal_is_answered_again_too() {
    let (_site, _, program) = connected().await;
    let body = json!({"email": "nobody"}).to_string();
    let ask = async || keyed(&program, Method::PATCH, "/api/v1/profile", &body, "k").await;
    let (first, again) = (ask().await, ask().await);
    assert_eq!((first.status, again.status), (422, 422));
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(again.header("content-type"), "application/problem+json");
    assert_eq!(first.body, again.body);
}

#[tokio::test]
async fn of_many_at_once_one_asks_google() {
    let (site, _, program) = connected().await;
    let before = site.google.world().calls(Endpoint::Userinfo);
    let asked: JoinSet<_> = (0..20)
        .map(|_| {
            let program = program.clone();
            async move { keyed(&program, Method::POST, "/api/v1/sync", "{}", "k").await }
        })
        .collect();
    let pages = asked.join_all().await;
    assert_eq!(site.google.world().calls(Endpoint::Userinfo) - before, 1);
    let first =
        pages.iter().filter(|p| p.status == 200 && p.header("idempotency-replayed").is_empty());
    assert_eq!(first.count(), 1);
    for page in &pages {
        let is_waiting = page.status == 409 && !page.header("retry-after").is_empty();
        assert!(page.status == 200 || is_waiting, "{} {}", page.status, page.body);
    }
    let after = keyed(&program, Method::POST, "/api/v1/sync", "{}", "k").await;
    assert_eq!((after.status, after.header("idempotency-replayed")), (200, "true"));
}

#[tokio::test]
async fn keys_of_two_users_never_meet() {
    let (site, _, program) = connected().await;
    let mut boris = site.registered("boris@example.com").await;
    let his = Program::of(&site, &mut boris, &ALL_SCOPES).await;
    let body = json!({"first_name": "Борис"}).to_string();
    keyed(&program, Method::PATCH, "/api/v1/profile", &json!({}).to_string(), "k").await;
    let page = keyed(&his, Method::PATCH, "/api/v1/profile", &body, "k").await;
    assert_eq!((page.status, page.header("idempotency-replayed")), (200, ""));
    assert!(!page.body.contains("Татьяна"));
}

#[tokio::test]
async fn after_a_disconnection_kept_answers_are_forgotten_but_not_that_they_were_given() {
    let (_site, _, program) = connected().await;
    let body = json!({"timezone": "Asia/Kamchatka"}).to_string();
    let patch = async || keyed(&program, Method::PATCH, "/api/v1/profile", &body, "k").await;
    assert!(patch().await.body.contains("Татьяна"), "a value of Google's");
    let leave = async || keyed(&program, Method::POST, "/api/v1/disconnect", "", "d").await;
    assert_eq!(leave().await.status, 204);
    let again = leave().await;
    assert_eq!((again.status, again.header("idempotency-replayed")), (204, "true"));
    let forgotten = patch().await;
    assert_eq!(
        (forgotten.status, &forgotten.json()["type"]),
        (410, &json!("/api/#answer-forgotten"))
    );
}
