//! The JSON control API: the same verbs as the library, over HTTP.

use crate::raw_http::*;
use sandbox::Sandbox;
use serde_json::{Value, json};

async fn send(sandbox: &Sandbox, method: &str, path: &str, body: &Value) -> (u16, Value) {
    let response = http()
        .request(method.parse().unwrap(), address(sandbox, &format!("/sandbox{path}")))
        .header("content-type", "application/json")
        .body(body.to_string())
        .send()
        .await
        .unwrap();
    let status = response.status().as_u16();
    let text = response.text().await.unwrap();
    (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
}

#[tokio::test]
async fn accounts_are_added_edited_and_reset() {
    let sandbox = start().await;
    let ada = json!({ "sub": "42", "email": "ada@gmail.com", "name": "Ada" });
    assert_eq!(send(&sandbox, "POST", "/accounts", &ada).await.0, 201);
    let changes = json!({ "email": "ada.l@gmail.com", "name": null });
    let (status, ada) = send(&sandbox, "PATCH", "/accounts/42", &changes).await;
    assert_eq!(
        (status, &ada["email"], &ada["name"]),
        (200, &json!("ada.l@gmail.com"), &Value::Null)
    );
    assert_eq!(send(&sandbox, "PATCH", "/accounts/42", &json!({ "sub": "43" })).await.0, 422);
    assert_eq!(send(&sandbox, "PATCH", "/accounts/0", &json!({})).await.0, 404);
    assert_eq!(send(&sandbox, "POST", "/reset", &Value::Null).await.0, 204);
    assert_eq!(
        send(&sandbox, "GET", "/accounts", &Value::Null).await.1.as_array().unwrap().len(),
        3
    );
}

#[tokio::test]
async fn faults_and_forgeries_are_plain_json() {
    let sandbox = start().await;
    for fault in [
        json!({ "endpoint": "token_refresh", "kind": "answer", "status": 429, "times": 1,
            "headers": { "retry-after": "7" },
            "body": { "shape": "oauth_error", "error": "rate_limit_exceeded" } }),
        json!({ "endpoint": "jwks", "kind": "slow", "delay_ms": 10 }),
        json!({ "endpoint": "userinfo", "kind": "drop_after", "times": 2 }),
        json!({ "endpoint": "picture", "kind": "oversized", "bytes": 9000000 }),
    ] {
        assert_eq!(send(&sandbox, "POST", "/faults", &fault).await.0, 201, "{fault}");
    }
    let (_, faults) = send(&sandbox, "GET", "/faults", &Value::Null).await;
    assert_eq!(faults[0]["endpoint"], "token_refresh");
    assert_eq!(send(&sandbox, "DELETE", "/faults", &Value::Null).await.0, 204);

    let forgery = json!({ "times": 1, "forge": {
        "header_overrides": { "kid": null },
        "claim_overrides": { "email_verified": "true", "name": null },
        "claim_shifts": { "iat": 60 },
        "signing": { "raw": "garbage" } } });
    assert_eq!(send(&sandbox, "POST", "/id-token-forges", &forgery).await.0, 201);
    assert_eq!(connect(&sandbox).await["id_token"], "garbage");
    let unknown = json!({ "forge": { "claim_override": {} } });
    assert_eq!(send(&sandbox, "POST", "/id-token-forges", &unknown).await.0, 422);
}

#[tokio::test]
async fn grants_tokens_and_calls_can_be_watched() {
    let sandbox = start().await;
    let body = connect(&sandbox).await;
    let token = text(&body, "refresh_token");
    let is_live = async || {
        let mut url = sandbox.issuer().join("/sandbox/tokens").unwrap();
        url.query_pairs_mut().append_pair("token", token);
        http().get(url).send().await.unwrap().json::<Value>().await.unwrap()["is_live"].clone()
    };
    assert_eq!(is_live().await, true);
    let (_, grants) = send(&sandbox, "GET", "/grants", &Value::Null).await;
    assert_eq!(grants[0]["sub"], TATIANA);
    assert_eq!(grants[0]["live_refresh_tokens"], 1);
    assert!(grants[0]["scopes"].as_array().unwrap().contains(&json!("gmail.readonly")));
    let (_, calls) = send(&sandbox, "GET", "/calls", &Value::Null).await;
    assert_eq!(calls["token_code"], 1);
    let (_, issued) = send(&sandbox, "GET", "/issued", &Value::Null).await;
    assert_eq!(issued["refresh_tokens"][0], token);

    let path = format!("/grants/{TATIANA}");
    assert_eq!(send(&sandbox, "DELETE", &path, &Value::Null).await.0, 204);
    assert_eq!(is_live().await, false);
}

#[tokio::test]
async fn clients_clock_keys_and_behaviour_are_settable() {
    let sandbox = start().await;
    let client = json!({ "client_id": "other", "client_secret": "s",
        "redirect_uris": ["https://app.example/cb"] });
    assert_eq!(send(&sandbox, "POST", "/clients", &client).await.0, 201);
    let before = sandbox.world().now();
    send(&sandbox, "POST", "/clock", &json!({ "advance_secs": 3600 })).await;
    assert!((sandbox.world().now() - before).num_seconds() >= 3600);
    assert_eq!(send(&sandbox, "POST", "/keys/rotate", &json!({ "keep_old": true })).await.0, 204);
    let (status, habits) =
        send(&sandbox, "PATCH", "/behaviour", &json!({ "rotate_refresh_tokens": true })).await;
    assert_eq!((status, &habits["rotate_refresh_tokens"]), (200, &json!(true)));
    assert_eq!(send(&sandbox, "PATCH", "/behaviour", &json!({ "typo": 1 })).await.0, 422);
    let added = json!({ "redirect_uri": "http://127.0.0.1:8080/back" });
    assert_eq!(send(&sandbox, "POST", "/redirect-uris", &added).await.0, 201);
}
