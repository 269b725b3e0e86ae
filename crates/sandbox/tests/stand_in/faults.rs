//! Each fault does on the wire what its name says, as often as asked, and then all is well again.

use std::time::{Duration, Instant};

use crate::raw_http::*;
use sandbox::{Endpoint, Fault, FaultBody, InjectedFault, Sandbox};
use serde_json::{Value, json};

const JWKS: &str = "/oauth2/v3/certs";

async fn jwks(sandbox: &Sandbox) -> reqwest::Result<reqwest::Response> {
    http().get(address(sandbox, JWKS)).timeout(Duration::from_millis(400)).send().await
}

#[tokio::test]
async fn a_false_answer_comes_as_often_as_asked() {
    let sandbox = start().await;
    sandbox.world().inject(Fault::status(Endpoint::Jwks, 429).retry_after("30").times(2));
    for _ in 0..2 {
        let response = jwks(&sandbox).await.unwrap();
        assert_eq!(response.status(), 429);
        assert_eq!(response.headers()["retry-after"], "30");
    }
    assert_eq!(jwks(&sandbox).await.unwrap().status(), 200);
    assert_eq!(sandbox.world().calls(Endpoint::Jwks), 3);

    sandbox.world().inject(Fault::status(Endpoint::Jwks, 503));
    for _ in 0..3 {
        assert_eq!(jwks(&sandbox).await.unwrap().status(), 503);
    }
    sandbox.world().clear_faults();
    assert_eq!(jwks(&sandbox).await.unwrap().status(), 200);
}

#[tokio::test]
async fn bodies_have_the_shape_they_are_named_after() {
    let sandbox = start().await;
    let answer = async |body: FaultBody| {
        sandbox.world().inject(Fault::body(Endpoint::Jwks, 200, body).times(1));
        jwks(&sandbox).await.unwrap().text().await.unwrap()
    };
    assert!(answer(FaultBody::Html).await.starts_with("<!doctype html>"));
    let cut = answer(FaultBody::MalformedJson).await;
    assert!(serde_json::from_str::<Value>(&cut).is_err());
    let google = FaultBody::GoogleError { reason: "userRateLimitExceeded".into(), message: None };
    let google: Value = serde_json::from_str(&answer(google).await).unwrap();
    assert_eq!(google["error"]["errors"][0]["reason"], "userRateLimitExceeded");
}

#[tokio::test]
async fn refresh_errors_leave_the_token_alive() {
    let sandbox = start().await;
    let token = connect(&sandbox).await;
    let token = text(&token, "refresh_token");
    for name in ["invalid_grant", "admin_policy_enforced", "invalid_client"] {
        sandbox.world().inject(Fault::oauth_error(Endpoint::TokenRefresh, name).times(1));
        let body: Value = refresh(&sandbox, token).await.json().await.unwrap();
        assert_eq!(body, json!({ "error": name }));
    }
    sandbox.world().inject(Fault::invalid_rapt().times(1));
    let body: Value = refresh(&sandbox, token).await.json().await.unwrap();
    assert_eq!(body["error_subtype"], "invalid_rapt");
    assert_eq!(refresh(&sandbox, token).await.status(), 200);
}

#[tokio::test]
async fn slow_is_late_and_hang_is_never() {
    let sandbox = start().await;
    sandbox.world().inject(Fault::slow(Endpoint::Jwks, Duration::from_millis(80)).times(1));
    let begun = Instant::now();
    assert_eq!(jwks(&sandbox).await.unwrap().status(), 200);
    assert!(begun.elapsed() >= Duration::from_millis(80));
    sandbox.world().inject(Fault::new(Endpoint::Jwks, InjectedFault::Hang).times(1));
    assert!(jwks(&sandbox).await.unwrap_err().is_timeout());
}

#[tokio::test]
async fn an_endless_body_begins_well_and_never_ends() {
    let sandbox = start().await;
    sandbox.world().inject(Fault::new(Endpoint::Jwks, InjectedFault::Endless).times(1));
    let mut response = jwks(&sandbox).await.unwrap();
    assert_eq!(response.status(), 200);
    assert!(response.chunk().await.unwrap().is_some());
    assert!(response.text().await.unwrap_err().is_timeout());
}

#[tokio::test]
async fn an_oversized_body_is_the_right_one_with_padding() {
    let sandbox = start().await;
    sandbox
        .world()
        .inject(Fault::new(Endpoint::Jwks, InjectedFault::Oversized { bytes: 300_000 }).times(1));
    let response = jwks(&sandbox).await.unwrap();
    assert_eq!(response.content_length(), None);
    let body = response.text().await.unwrap();
    assert!(body.len() > 300_000);
    assert!(serde_json::from_str::<Value>(&body).unwrap()["keys"].is_array());
}

#[tokio::test]
async fn a_truncated_body_breaks_off_after_the_headers() {
    let sandbox = start().await;
    sandbox.world().inject(Fault::new(Endpoint::Jwks, InjectedFault::Truncated).times(1));
    let response = jwks(&sandbox).await.unwrap();
    assert_eq!(response.status(), 200);
    assert!(response.text().await.is_err());
}

#[tokio::test]
async fn a_drop_before_does_nothing_and_a_drop_after_has_done_it() {
    let sandbox = start().await;
    let token = connect(&sandbox).await;
    let token = text(&token, "refresh_token");
    let revoke =
        async || http().post(address(&sandbox, "/revoke")).form(&[("token", token)]).send().await;
    sandbox.world().inject(Fault::new(Endpoint::Revoke, InjectedFault::DropBefore).times(1));
    assert!(revoke().await.is_err());
    assert!(sandbox.world().is_live(token));
    sandbox.world().inject(Fault::new(Endpoint::Revoke, InjectedFault::DropAfter).times(1));
    assert!(revoke().await.is_err());
    assert!(!sandbox.world().is_live(token));
    assert_eq!(sandbox.world().calls(Endpoint::Revoke), 2);
}

#[tokio::test]
async fn a_hang_after_has_done_it_and_never_says_so() {
    let sandbox = start().await;
    let token = connect(&sandbox).await;
    let token = text(&token, "refresh_token");
    let form = [("token", token)];
    let revoke = http().post(address(&sandbox, "/revoke")).form(&form);
    sandbox.world().inject(Fault::new(Endpoint::Revoke, InjectedFault::HangAfter).times(1));
    let unheard = revoke.timeout(Duration::from_millis(400)).send().await;
    assert!(unheard.unwrap_err().is_timeout());
    assert!(!sandbox.world().is_live(token));
}

#[tokio::test]
async fn code_exchange_and_refresh_fail_apart() {
    let sandbox = start().await;
    let token = connect(&sandbox).await;
    sandbox.world().inject(Fault::status(Endpoint::TokenCode, 503));
    assert_eq!(refresh(&sandbox, text(&token, "refresh_token")).await.status(), 200);
    assert_eq!(exchange_with(&sandbox, &[("code", "4/0Ax")]).await.status(), 503);
}
