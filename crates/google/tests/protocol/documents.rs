//! Discovery and signing keys: fetched once, refreshed in time, kept when Google is away.

use std::time::Duration;

use google::{Error, IdTokenFault};
use sandbox::{Endpoint, Fault, FaultBody};
use serde_json::json;

use crate::test_app::TestApp;

const DAY: Duration = Duration::from_secs(24 * 60 * 60 + 1);

#[tokio::test]
async fn many_callers_ask_for_the_addresses_once() {
    let stage = TestApp::new().await;
    assert_eq!(stage.google.authorization_origin(), None, "nothing is known yet");
    let mut callers = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let (google, now) = (stage.google.clone(), stage.now());
        callers.spawn(async move { google.warm_up(now).await });
    }
    while let Some(warm) = callers.join_next().await {
        warm.unwrap().unwrap();
    }
    assert_eq!(stage.world().calls(Endpoint::Discovery), 1);
    assert_eq!(stage.world().calls(Endpoint::Jwks), 1);
    assert_eq!(stage.google.authorization_origin().as_deref(), Some(stage.world().base()));
}

#[tokio::test]
async fn a_document_of_another_issuer_is_refused() {
    let stage = TestApp::new().await;
    let base = stage.world().base().to_owned();
    let document = |issuer: &str, token_endpoint: &str| {
        let text = json!({
            "issuer": issuer,
            "authorization_endpoint": format!("{base}/o/oauth2/v2/auth"),
            "token_endpoint": token_endpoint,
            "revocation_endpoint": format!("{base}/revoke"),
            "userinfo_endpoint": format!("{base}/userinfo"),
            "jwks_uri": format!("{base}/certs"),
        });
        let content_type = "application/json".to_owned();
        let body = FaultBody::Raw { content_type, text: text.to_string() };
        Fault::body(Endpoint::Discovery, 200, body).times(1)
    };
    let token_endpoint = format!("{base}/token");
    for (fault, what) in [
        (
            document("https://evil.example", &token_endpoint),
            "a discovery document of another issuer",
        ),
        (
            document(&base, "http://evil.example/token"),
            "a discovery document with an insecure address",
        ),
    ] {
        stage.world().inject(fault);
        let refused = stage.google.warm_up(stage.now()).await;
        assert_eq!(refused.unwrap_err(), Error::Protocol { what });
    }
    assert!(stage.google.warm_up(stage.now()).await.is_ok(), "nothing wrong was remembered");
}

#[tokio::test]
async fn old_documents_are_fetched_again_and_kept_when_that_fails() {
    let stage = TestApp::new().await;
    stage.consent().await;
    stage.world().advance(DAY);
    stage.consent().await;
    assert_eq!(stage.world().calls(Endpoint::Discovery), 2);
    assert_eq!(stage.world().calls(Endpoint::Jwks), 2);

    stage.world().advance(DAY);
    stage.world().inject(Fault::status(Endpoint::Discovery, 503));
    stage.world().inject(Fault::body(Endpoint::Jwks, 200, FaultBody::Html));
    stage.consent().await;
    stage.consent().await;
    assert_eq!(stage.world().calls(Endpoint::Discovery), 3, "left alone for a minute");
    assert_eq!(stage.world().calls(Endpoint::Jwks), 3, "left alone for a minute");
}

#[tokio::test]
async fn a_new_key_is_fetched_at_most_once_a_minute() {
    let stage = TestApp::new().await;
    let unknown = Error::Identity(IdTokenFault::UnknownKey);
    let fetches = || stage.world().calls(Endpoint::Jwks);
    stage.consent().await;
    assert_eq!(fetches(), 1);

    stage.world().rotate_keys(false);
    stage.consent().await;
    assert_eq!(fetches(), 2, "an unknown key id is a reason to ask");

    stage.world().rotate_keys(false);
    assert_eq!(stage.try_consent().await.unwrap_err(), unknown);
    assert_eq!(stage.try_consent().await.unwrap_err(), unknown);
    assert_eq!(fetches(), 2, "but not again within the minute");

    stage.world().advance(Duration::from_secs(61));
    stage.consent().await;
    assert_eq!(fetches(), 3);
}

#[tokio::test]
async fn keys_at_hand_outlive_a_failed_refetch() {
    let stage = TestApp::new().await;
    stage.consent().await;
    stage.world().inject(Fault::status(Endpoint::Jwks, 503));
    let forge = sandbox::IdTokenForge::header("kid", "nobody");
    stage.world().forge_id_token(forge, Some(1));
    let what = "Google answered that it is unwell";
    assert_eq!(stage.try_consent().await.unwrap_err(), Error::Unavailable { what });
    stage.consent().await;
}
