//! Userinfo, Gmail, pictures and metadata: what an access token opens, and what it does not.

use crate::raw_http::*;
use sandbox::{Endpoint, EventKind, SecurityEvent, Visit};
use serde_json::Value;

#[tokio::test]
async fn discovery_names_itself_and_may_be_cached() {
    let sandbox = start().await;
    let response = get(&sandbox, "/.well-known/openid-configuration", "").await;
    assert_eq!(response.headers()["cache-control"], "public, max-age=3600");
    let document: Value = response.json().await.unwrap();
    assert_eq!(document["issuer"], sandbox.world().base());
    for name in ["authorization_endpoint", "token_endpoint", "revocation_endpoint", "jwks_uri"] {
        assert!(text(&document, name).starts_with(sandbox.world().base()));
    }
    sandbox.world().adjust(|google| google.jwks_max_age_secs = 5);
    let jwks = get(&sandbox, "/oauth2/v3/certs", "").await;
    assert!(jwks.headers()["cache-control"].to_str().unwrap().contains("max-age=5"));
    assert_eq!(jwks.json::<Value>().await.unwrap()["keys"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn userinfo_says_only_what_was_granted() {
    let sandbox = start().await;
    let changes = [("scope", "openid email")];
    let code = code(&sandbox, &changes, Visit::allow(TATIANA)).await;
    let token = exchange(&sandbox, &code).await;
    let token = text(&token, "access_token");
    let claims: Value = get(&sandbox, "/v1/userinfo", token).await.json().await.unwrap();
    assert_eq!(claims["sub"], TATIANA);
    assert_eq!(claims["email_verified"], true);
    assert!(claims.get("name").is_none());
    let legacy: Value = get(&sandbox, "/oauth2/v2/userinfo", token).await.json().await.unwrap();
    assert_eq!(legacy["id"], TATIANA);
    assert_eq!(legacy["verified_email"], true);
    assert!(legacy.get("sub").is_none());
}

#[tokio::test]
async fn an_edit_shows_in_the_next_userinfo_and_overrides_win() {
    let sandbox = start().await;
    let token = connect(&sandbox).await;
    let token = text(&token, "access_token");
    let picture = |claims: &Value| text(claims, "picture").to_owned();
    let before: Value = get(&sandbox, "/v1/userinfo", token).await.json().await.unwrap();
    sandbox.world().edit_account(TATIANA, |account| account.picture = Some(2));
    sandbox.world().adjust(|google| {
        google.userinfo_overrides.insert("sub".into(), "another".into());
        google.userinfo_overrides.insert("name".into(), Value::Null);
    });
    let after: Value = get(&sandbox, "/v1/userinfo", token).await.json().await.unwrap();
    assert_ne!(picture(&before), picture(&after));
    assert_eq!(after["sub"], "another");
    assert!(after.get("name").is_none());
}

#[tokio::test]
async fn a_dead_token_gets_401_with_a_challenge() {
    let sandbox = start().await;
    for path in ["/v1/userinfo", "/gmail/v1/users/me/profile"] {
        let response = get(&sandbox, path, "ya29.nothing").await;
        assert_eq!(response.status(), 401);
        assert!(response.headers()["www-authenticate"].to_str().unwrap().starts_with("Bearer"));
    }
}

#[tokio::test]
async fn gmail_needs_its_permission_and_counts_what_must_not_be_read() {
    let sandbox = start().await;
    let world = sandbox.world();
    let whole = connect(&sandbox).await;
    let whole = text(&whole, "access_token");
    let profile: Value =
        get(&sandbox, "/gmail/v1/users/me/profile", whole).await.json().await.unwrap();
    assert_eq!(profile["emailAddress"], "tanran.an@gmail.com");
    let language: Value =
        get(&sandbox, "/gmail/v1/users/me/settings/language", whole).await.json().await.unwrap();
    assert_eq!(language["displayLanguage"], "ru");

    let partial = code(&sandbox, &[("prompt", "consent")], Visit::allow_only(TATIANA, &[])).await;
    let partial = exchange(&sandbox, &partial).await;
    let refused = get(&sandbox, "/gmail/v1/users/me/profile", text(&partial, "access_token")).await;
    assert_eq!(refused.status(), 403);
    let body: Value = refused.json().await.unwrap();
    assert_eq!(body["error"]["errors"][0]["reason"], "insufficientPermissions");
    assert_eq!(body["error"]["details"][0]["reason"], "ACCESS_TOKEN_SCOPE_INSUFFICIENT");

    assert_eq!(world.calls(Endpoint::GmailOther), 0);
    assert_eq!(get(&sandbox, "/gmail/v1/users/me/messages", whole).await.status(), 404);
    assert_eq!(world.calls(Endpoint::GmailOther), 1);
    assert_eq!(world.calls(Endpoint::GmailProfile), 2);
}

#[tokio::test]
async fn pictures_are_drawn_and_change_with_their_version() {
    let sandbox = start().await;
    let path = format!("/avatar/{TATIANA}.png?v=");
    let one = get(&sandbox, &format!("{path}1"), "").await;
    assert_eq!(one.headers()["content-type"], "image/png");
    let one = one.bytes().await.unwrap();
    assert!(one.starts_with(b"\x89PNG"));
    assert_ne!(one, get(&sandbox, &format!("{path}2"), "").await.bytes().await.unwrap());
    let without = get(&sandbox, "/avatar/110000000000000000002.png", "").await;
    assert_eq!(without.status(), 404);
}

#[tokio::test]
async fn security_events_are_signed_and_name_their_subject() {
    let sandbox = start().await;
    let token =
        sandbox.world().sign_event(&SecurityEvent::about(TATIANA, EventKind::TokensRevoked));
    assert_eq!(token.split('.').count(), 3);
    let document: Value =
        get(&sandbox, "/.well-known/risc-configuration", "").await.json().await.unwrap();
    assert!(text(&document, "jwks_uri").ends_with("/oauth2/v3/certs"));
}
