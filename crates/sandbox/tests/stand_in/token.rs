//! The token endpoint: single use, exact redirect, PKCE, the refresh-token rule, lifetimes.

use std::time::Duration;

use crate::raw_http::*;
use sandbox::{Endpoint, Visit};
use serde_json::Value;

const DAY: Duration = Duration::from_secs(86_400);

#[tokio::test]
async fn an_exchange_answers_as_google_does() {
    let sandbox = start().await;
    let code = code(&sandbox, &[], Visit::allow(TATIANA)).await;
    let response = exchange_with(&sandbox, &[("code", &code)]).await;
    assert_eq!(response.headers()["cache-control"], "no-store");
    let body: Value = response.json().await.unwrap();
    assert_eq!(body["expires_in"], 3599);
    assert_eq!(body["token_type"], "Bearer");
    assert!(text(&body, "access_token").starts_with("ya29."));
    assert!(text(&body, "refresh_token").starts_with("1//"));
    assert!(!text(&body, "scope").starts_with("openid"), "the order differs from the request");
    assert!(text(&body, "scope").contains("https://www.googleapis.com/auth/userinfo.profile"));
    assert_eq!(sandbox.world().calls(Endpoint::TokenCode), 1);
    let issued = sandbox.world().issued();
    for name in ["access_token", "refresh_token", "id_token"] {
        assert!(issued.iter().any(|token| token == text(&body, name)), "{name} is on record");
    }
}

#[tokio::test]
async fn a_code_works_once_and_for_ten_minutes() {
    let sandbox = start().await;
    let used = code(&sandbox, &[], Visit::allow(TATIANA)).await;
    exchange(&sandbox, &used).await;
    let dead = (400, "invalid_grant".to_owned(), "Bad Request".to_owned());
    assert_eq!(error(exchange_with(&sandbox, &[("code", &used)]).await).await, dead);
    let late = code(&sandbox, &[], Visit::allow(TATIANA)).await;
    sandbox.world().advance(Duration::from_secs(601));
    assert_eq!(error(exchange_with(&sandbox, &[("code", &late)]).await).await, dead);
}

#[tokio::test]
async fn every_wrong_exchange_has_its_own_error() {
    let sandbox = start().await;
    let refuse = |status: u16, error: &str, text: &str| (status, error.to_owned(), text.to_owned());
    for (change, expected) in [
        (("code", "4%2F0Adouble"), refuse(400, "invalid_grant", "Malformed auth code.")),
        (("code", "4/0Aunknown"), refuse(400, "invalid_grant", "Bad Request")),
        (
            ("redirect_uri", "http://127.0.0.1:3000/gmail/callback"),
            refuse(400, "redirect_uri_mismatch", "Bad Request"),
        ),
        (("code_verifier", ""), refuse(400, "invalid_grant", "Missing code verifier.")),
        (
            ("code_verifier", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXK"),
            refuse(400, "invalid_grant", "Invalid code verifier."),
        ),
        (("client_id", "nobody"), refuse(401, "invalid_client", "The OAuth client was not found.")),
        (("client_secret", "wrong"), refuse(401, "invalid_client", "Unauthorized")),
        (("client_secret", ""), refuse(400, "invalid_request", "client_secret is missing.")),
        (
            ("grant_type", "password"),
            refuse(400, "unsupported_grant_type", "Invalid grant_type: password"),
        ),
        (
            ("grant_type", ""),
            refuse(400, "invalid_request", "Missing required parameter: grant_type"),
        ),
    ] {
        let fresh = code(&sandbox, &[], Visit::allow(TATIANA)).await;
        let mut changes = vec![("code", fresh.as_str())];
        changes.push(change);
        assert_eq!(error(exchange_with(&sandbox, &changes).await).await, expected, "{change:?}");
    }
}

#[tokio::test]
async fn a_verifier_without_a_challenge_is_refused() {
    let sandbox = start().await;
    let changes = [("code_challenge", ""), ("code_challenge_method", "")];
    let bare = code(&sandbox, &changes, Visit::allow(TATIANA)).await;
    let (_, _, reason) = error(exchange_with(&sandbox, &[("code", &bare)]).await).await;
    assert_eq!(reason, "Invalid code verifier.");
}

#[tokio::test]
async fn only_forms_are_read_and_basic_works_too() {
    let sandbox = start().await;
    let token = connect(&sandbox).await;
    let token = text(&token, "refresh_token");
    let json = serde_json::json!({ "grant_type": "refresh_token", "refresh_token": token });
    let request = http().post(address(&sandbox, "/token"));
    let response = request
        .header("content-type", "application/json")
        .body(json.to_string())
        .send()
        .await
        .unwrap();
    assert_eq!(error(response).await.1, "invalid_request");
    let response = http()
        .post(address(&sandbox, "/token"))
        .basic_auth(sandbox.client_id(), Some(sandbox.client_secret()))
        .form(&[("grant_type", "refresh_token"), ("refresh_token", token)])
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 200);
}

#[tokio::test]
async fn a_refresh_token_needs_offline_and_a_shown_consent() {
    let sandbox = start().await;
    for (changes, expected) in [
        (vec![("access_type", "online")], false),
        (vec![("access_type", "offline")], false), // granted above, so no consent was shown
        (vec![("access_type", "online"), ("prompt", "consent")], false),
        (vec![("access_type", "offline"), ("prompt", "consent")], true),
    ] {
        let code = code(&sandbox, &changes, Visit::allow(TATIANA)).await;
        let body = exchange(&sandbox, &code).await;
        assert_eq!(body.get("refresh_token").is_some(), expected, "{changes:?}");
    }
}

#[tokio::test]
async fn a_refresh_keeps_the_token_unless_rotation_is_on() {
    let sandbox = start().await;
    let first = connect(&sandbox).await;
    let first = text(&first, "refresh_token");
    let body: Value = refresh(&sandbox, first).await.json().await.unwrap();
    assert!(body.get("refresh_token").is_none());
    assert!(body.get("id_token").is_none());

    sandbox.world().adjust(|google| google.rotate_refresh_tokens = true);
    let body: Value = refresh(&sandbox, first).await.json().await.unwrap();
    let second = text(&body, "refresh_token");
    assert_eq!(refresh(&sandbox, first).await.status(), 400);
    assert_eq!(refresh(&sandbox, second).await.status(), 200);
}

#[tokio::test]
async fn the_hundred_and_first_refresh_token_kills_the_first() {
    let sandbox = start().await;
    let first = connect(&sandbox).await;
    let second = connect(&sandbox).await;
    for _ in 2..101 {
        connect(&sandbox).await;
    }
    assert!(!sandbox.world().is_live(text(&first, "refresh_token")));
    assert!(sandbox.world().is_live(text(&second, "refresh_token")));
    assert_eq!(sandbox.world().grants()[0].live_refresh_tokens, 100);
}

#[tokio::test]
async fn tokens_die_by_the_sandbox_clock() {
    let sandbox = start().await;
    let body = connect(&sandbox).await;
    sandbox.world().advance(Duration::from_secs(3601));
    assert_eq!(get(&sandbox, "/v1/userinfo", text(&body, "access_token")).await.status(), 401);
    sandbox.world().advance(DAY * 150);
    assert_eq!(refresh(&sandbox, text(&body, "refresh_token")).await.status(), 200);
    sandbox.world().advance(DAY * 150);
    assert_eq!(refresh(&sandbox, text(&body, "refresh_token")).await.status(), 200);
    sandbox.world().advance(DAY * 190);
    let (_, code, reason) = error(refresh(&sandbox, text(&body, "refresh_token")).await).await;
    assert_eq!(
        (code.as_str(), reason.as_str()),
        ("invalid_grant", "Token has been expired or revoked.")
    );
}

#[tokio::test]
async fn a_project_in_testing_gives_seven_days_except_for_sign_in() {
    let sandbox = start().await;
    sandbox.world().adjust(|google| google.testing_mode = true);
    let short = connect(&sandbox).await;
    assert_eq!(short["refresh_token_expires_in"], 604_799);
    let changes = [("scope", SIGN_IN), ("prompt", "consent")];
    let code = code(&sandbox, &changes, Visit::allow(TATIANA)).await;
    let long = exchange(&sandbox, &code).await;
    sandbox.world().advance(DAY * 7);
    assert_eq!(refresh(&sandbox, text(&short, "refresh_token")).await.status(), 400);
    assert_eq!(refresh(&sandbox, text(&long, "refresh_token")).await.status(), 200);
}

#[tokio::test]
async fn revoking_any_token_kills_the_whole_grant_once() {
    let sandbox = start().await;
    let first = connect(&sandbox).await;
    let second = connect(&sandbox).await;
    let access = text(&first, "access_token");
    assert_eq!(post(&sandbox, "/revoke", &[("token", access)]).await.status(), 200);
    assert_eq!(refresh(&sandbox, text(&second, "refresh_token")).await.status(), 400);
    assert_eq!(get(&sandbox, "/v1/userinfo", text(&second, "access_token")).await.status(), 401);
    let (status, code, reason) = error(post(&sandbox, "/revoke", &[("token", access)]).await).await;
    assert_eq!((status, code.as_str()), (400, "invalid_token"));
    assert_eq!(reason, "Token expired or revoked");
    let grants = sandbox.world().grants();
    assert!(grants[0].revoked_at.is_some() && grants[0].live_refresh_tokens == 0);

    let anew = connect(&sandbox).await;
    sandbox.world().remove_access(TATIANA);
    assert_eq!(refresh(&sandbox, text(&anew, "refresh_token")).await.status(), 400);
}

#[tokio::test]
async fn a_changed_password_ends_gmail_tokens_and_a_deleted_account_ends_all() {
    let sandbox = start().await;
    let gmail = connect(&sandbox).await;
    let changes = [("scope", SIGN_IN), ("prompt", "consent")];
    let code = code(&sandbox, &changes, Visit::allow(TATIANA)).await;
    let sign_in = exchange(&sandbox, &code).await;
    sandbox.world().change_password(TATIANA);
    assert_eq!(refresh(&sandbox, text(&gmail, "refresh_token")).await.status(), 400);
    assert_eq!(refresh(&sandbox, text(&sign_in, "refresh_token")).await.status(), 200);
    sandbox.world().edit_account(TATIANA, |account| account.is_disabled = true);
    let (_, _, reason) = error(refresh(&sandbox, text(&sign_in, "refresh_token")).await).await;
    assert_eq!(reason, "Account has been deleted");
}
