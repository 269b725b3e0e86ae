//! Security events: hostile ones refused, each for its own fault; good ones read; the stream that
//! they come in managed by a service account and by nobody else.

use google::{
    EVENT_TYPES, EventError, EventFault, EventStream, EventVerifier, Forbidden, RefreshName,
    SecurityEvent, ServiceAccount, SetupError, StreamError,
};
use model::DisabledReason;
use sandbox::{
    Endpoint, EventKind, Fault, FaultBody, IdTokenForge, Naming, SecurityEvent as Sent, Signing,
};
use serde_json::{Value, json};
use url::Url;

use crate::test_app::{TATIANA, TestApp, settings};

use EventFault::*;

fn verifier(stage: &TestApp) -> EventVerifier {
    EventVerifier::new(&settings(&stage.sandbox), &["the-app".to_owned()]).expect("a verifier")
}

fn sent() -> Sent {
    Sent::about(TATIANA, EventKind::TokensRevoked)
}

async fn told(
    verifier: &EventVerifier,
    stage: &TestApp,
    event: &Sent,
) -> Result<SecurityEvent, EventError> {
    let text = stage.world().sign_event(event);
    let token = verifier.verify(&text, stage.now()).await?;
    let [(_, event)] = &token.events[..] else { panic!("{token:?}") };
    Ok(event.clone())
}

#[tokio::test]
async fn every_hostile_token_is_refused_for_its_own_fault() {
    let stage = TestApp::new().await;
    let verifier = verifier(&stage);
    let now = stage.now().timestamp();
    let signed = |signing| sent().forged(IdTokenForge::signed(signing));
    let header = |name, value: Value| sent().forged(IdTokenForge::header(name, value));
    let claim = |name, value: Value| sent().with_claim(name, value);
    let corpus = [
        ("alg none", signed(Signing::None), Algorithm),
        ("HS256 keyed by the secret", signed(Signing::Hs256WithSecret), Algorithm),
        ("HS256 keyed by the public key", signed(Signing::Hs256WithPublicKey), Algorithm),
        ("RS384", signed(Signing::Rs384), Algorithm),
        ("RS512", signed(Signing::Rs512), Algorithm),
        ("PS256", signed(Signing::Ps256), Algorithm),
        ("a critical header", header("crit", json!(["exp2"])), Algorithm),
        ("no alg", header("alg", Value::Null), Algorithm),
        ("no signature", signed(Signing::Missing), Signature),
        ("a wrong bit", signed(Signing::CorruptSignature), Signature),
        ("a foreign key under a known id", signed(Signing::ForeignKey), Signature),
        ("a foreign key in the header", signed(Signing::EmbeddedKey), Signature),
        (
            "a foreign key behind a jku",
            sent().forged(IdTokenForge {
                signing: Signing::ForeignKey,
                ..IdTokenForge::header("jku", "http://127.0.0.1:1/keys")
            }),
            Signature,
        ),
        (
            "another account after signing",
            sent().forged(IdTokenForge {
                signing: Signing::TamperedPayload,
                ..IdTokenForge::claim("jti", "other")
            }),
            Signature,
        ),
        ("an unknown key", header("kid", json!("nobody")), UnknownKey),
        ("no key id", header("kid", Value::Null), UnknownKey),
        ("four segments", signed(Signing::ExtraSegment), Malformed),
        ("no token", signed(Signing::Raw("not.a.token".to_owned())), Malformed),
        ("nothing", signed(Signing::Raw(String::new())), Malformed),
        ("a megabyte", signed(Signing::Raw("A".repeat(1 << 20))), Malformed),
        ("another issuer", claim("iss", json!("https://evil.example/")), Issuer),
        ("an issuer with a path", claim("iss", json!("https://accounts.google.com/x")), Issuer),
        ("no issuer", claim("iss", Value::Null), Issuer),
        ("another audience", claim("aud", json!("someone-else")), Audience),
        ("no audience", claim("aud", Value::Null), Audience),
        ("audiences of others", claim("aud", json!(["a", "b"])), Audience),
        ("over a week old", claim("iat", json!(now - 605_000)), IssuedAt),
        ("from the future", claim("iat", json!(now + 600)), IssuedAt),
        ("no iat", claim("iat", Value::Null), IssuedAt),
        ("no jti", claim("jti", Value::Null), Jti),
        ("an endless jti", claim("jti", json!("x".repeat(2_000))), Jti),
        ("no events", claim("events", Value::Null), Events),
        ("empty events", claim("events", json!({})), Events),
        ("events in a list", claim("events", json!([{}])), Malformed),
    ];
    for (name, event, fault) in corpus {
        let refused = told(&verifier, &stage, &event).await.unwrap_err();
        assert_eq!(refused, EventError::Refused(fault), "{name}");
    }
    // An ID token is signed by the same keys, for the same audience, and is no event.
    stage.consent().await;
    let id_token = stage.world().issued_by_kind().id_tokens.pop().unwrap();
    let refused = verifier.verify(&id_token, stage.now()).await.unwrap_err();
    assert_eq!(refused, EventError::Refused(Jti));
}

#[tokio::test]
async fn what_google_sends_is_read() {
    let stage = TestApp::new().await;
    let verifier = verifier(&stage);
    let subject = Some(model::Subject::parse(TATIANA).unwrap());
    let about = |kind| Sent::about(TATIANA, kind);
    for (event, expected) in [
        (about(EventKind::SessionsRevoked), SecurityEvent::SessionsRevoked(subject.clone())),
        (about(EventKind::TokensRevoked), SecurityEvent::TokensRevoked(subject.clone())),
        (about(EventKind::AccountEnabled), SecurityEvent::AccountEnabled(subject.clone())),
        (
            about(EventKind::AccountDisabled).with("reason", "hijacking"),
            SecurityEvent::AccountDisabled {
                account: subject.clone(),
                reason: Some(DisabledReason::Hijacking),
            },
        ),
        (
            about(EventKind::AccountCredentialChangeRequired),
            SecurityEvent::CredentialChangeRequired(subject),
        ),
        (
            Sent::token_revoked("1//0gEXAMPLE-refresh-token-for-fixtures", Naming::Prefix),
            SecurityEvent::TokenRevoked {
                token: Some(RefreshName::Prefix("1//0gEXAMPLE-ref".to_owned())),
                owner: None,
            },
        ),
        (
            Sent::token_revoked("1//0gEXAMPLE-refresh-token-for-fixtures", Naming::Hash),
            SecurityEvent::TokenRevoked {
                token: Some(RefreshName::Hash(
                    "rw9e68XEN1xC6GsSYGYizIdebqHupJZa8djRow9mZpyiP3L6PTO+PXtK4qEEb0fqulJY7xRh83\
                     PNKrWMQDErrw=="
                        .to_owned(),
                )),
                owner: None,
            },
        ),
        (
            Sent::new(EventKind::Verification).with("state", "check-2026-10-11"),
            SecurityEvent::Verification { state: Some("check-2026-10-11".to_owned()) },
        ),
    ] {
        assert_eq!(told(&verifier, &stage, &event).await, Ok(expected), "{event:?}");
    }
    for event in [
        sent().with_claim("aud", "the-app"),
        sent().with_claim("aud", json!(["other", stage.sandbox.client_id()])),
        sent().with_claim("iss", stage.world().base()),
        sent().with_claim("exp", 1),
        sent().forged(IdTokenForge::header("typ", "anything")),
    ] {
        assert!(told(&verifier, &stage, &event).await.is_ok(), "{event:?}");
    }
}

#[tokio::test]
async fn keys_are_fetched_once_again_for_a_new_one_and_never_doubted_into_a_refusal() {
    let stage = TestApp::new().await;
    let verifier = verifier(&stage);
    let fetches = || stage.world().calls(Endpoint::Jwks);
    assert!(told(&verifier, &stage, &sent()).await.is_ok());
    assert!(told(&verifier, &stage, &sent()).await.is_ok());
    assert_eq!((fetches(), stage.world().calls(Endpoint::RiscConfiguration)), (1, 1));

    stage.world().rotate_keys(true);
    stage.world().inject(Fault::status(Endpoint::Jwks, 503).times(1));
    for _ in 0..2 {
        // Not refused: Google would not send it again, and the key may well be a new one.
        let refused = told(&verifier, &stage, &sent()).await.unwrap_err();
        assert!(matches!(refused, EventError::Keys(_)), "{refused}");
    }
    assert_eq!(fetches(), 2, "and Google's keys are left alone for a minute");
    stage.world().advance(std::time::Duration::from_secs(61));
    assert!(told(&verifier, &stage, &sent()).await.is_ok());
    assert_eq!(fetches(), 3);
}

#[tokio::test]
async fn a_configuration_of_another_issuer_or_place_is_refused() {
    let stage = TestApp::new().await;
    let base = stage.world().base().to_owned();
    for document in [
        json!({ "issuer": "https://evil.example", "jwks_uri": format!("{base}/oauth2/v3/certs") }),
        json!({ "issuer": base, "jwks_uri": "http://evil.example/certs" }),
        json!({ "issuer": base }),
    ] {
        let content_type = "application/json".to_owned();
        let body = FaultBody::Raw { content_type, text: document.to_string() };
        stage.world().inject(Fault::body(Endpoint::RiscConfiguration, 200, body).times(1));
        let refused = told(&verifier(&stage), &stage, &sent()).await.unwrap_err();
        assert!(matches!(refused, EventError::Keys(google::Error::Protocol { .. })), "{document}");
    }
}

fn stream(stage: &TestApp, key_file: &str) -> EventStream {
    let account = ServiceAccount::parse(key_file).expect("a key file");
    EventStream::new(&settings(&stage.sandbox), &stage.sandbox.issuer(), account).expect("a stream")
}

#[tokio::test]
async fn a_stream_is_registered_looked_at_and_verified() {
    let stage = TestApp::new().await;
    let stream = stream(&stage, &stage.world().service_account());
    assert_eq!(stream.find(stage.now()).await, Err(StreamError::NotRegistered));
    let url = Url::parse("https://app.example/gmail/events/").unwrap();
    stream.register(&url, stage.now()).await.unwrap();
    let found = stream.find(stage.now()).await.unwrap();
    assert_eq!((found.url(), found.dropped()), (url.as_str(), vec![]));
    assert_eq!(found.types(), EVENT_TYPES);
    assert_eq!(stream.status(stage.now()).await.unwrap(), "enabled");
    stream.verify("state", stage.now()).await.unwrap();
}

#[tokio::test]
async fn every_refusal_of_the_management_names_its_remedy() {
    let stage = TestApp::new().await;
    let stream = stream(&stage, &stage.world().service_account());
    let plain = Url::parse("http://app.example/gmail/events/").unwrap();
    let refused = stream.register(&plain, stage.now()).await.unwrap_err();
    assert_eq!(refused, StreamError::Forbidden(Forbidden::NotHttps));
    assert!(refused.to_string().contains("SELEXIA_BASE_URL"), "{refused}");

    let says = |status, message: &str| {
        let message = Some(message.to_owned());
        let body = FaultBody::GoogleError { reason: "forbidden".to_owned(), message };
        Fault::body(Endpoint::RiscManagement, status, body).times(1)
    };
    for (fault, expected) in [
        (
            says(403, "The service account lacks permission."),
            StreamError::Forbidden(Forbidden::NoPermission),
        ),
        (says(403, "No OAuth client in the project."), StreamError::Forbidden(Forbidden::NoClient)),
        (says(403, "?"), StreamError::Forbidden(Forbidden::Unknown)),
        (says(400, "Stream configuration must contain x field."), StreamError::Incomplete),
        (says(503, ""), StreamError::Unavailable { what: "it answered that it is unwell" }),
        (
            Fault::body(Endpoint::RiscManagement, 200, FaultBody::Html).times(1),
            StreamError::Protocol,
        ),
    ] {
        stage.world().inject(fault.clone());
        assert_eq!(stream.find(stage.now()).await.unwrap_err(), expected, "{fault:?}");
    }
}

#[tokio::test]
async fn only_the_service_account_manages_and_only_with_a_fresh_token() {
    let stage = TestApp::new().await;
    let good = stage.world().service_account();
    let mut other: Value = serde_json::from_str(&good).unwrap();
    other["client_email"] = json!("somebody@else.iam.gserviceaccount.com");
    let other = stream(&stage, &other.to_string());
    assert_eq!(other.find(stage.now()).await, Err(StreamError::Unauthorized));
    let good = stream(&stage, &good);
    assert_eq!(good.find(stage.now()).await, Err(StreamError::NotRegistered));
    // As with a clock that is two hours behind, or ahead.
    for hours in [-2, 2] {
        let now = stage.now() + chrono::TimeDelta::hours(hours);
        assert_eq!(good.find(now).await, Err(StreamError::Unauthorized), "{hours}");
    }
    let elsewhere = Url::parse("http://risc.example").unwrap();
    let account = ServiceAccount::parse(&stage.world().service_account()).unwrap();
    let refused = EventStream::new(&settings(&stage.sandbox), &elsewhere, account).unwrap_err();
    assert_eq!(refused, SetupError::ApiUrl);
}

#[tokio::test]
async fn a_service_account_prints_its_address_and_not_its_key() {
    let stage = TestApp::new().await;
    let account = ServiceAccount::parse(&stage.world().service_account()).unwrap();
    let printed = format!("{account:?}");
    assert_eq!(printed, format!("ServiceAccount({})", account.email()));
    assert_eq!(account.project(), "selexia-demo");
}
