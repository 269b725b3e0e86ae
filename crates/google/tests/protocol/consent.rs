//! There and back: the authorization request, the callback, the code exchange.

use google::{AuthorizeRequest, Ended, Error, IdTokenFault, OperatorFault, Prompt, Verifier};
use model::{Scope, ScopeSet};
use sandbox::{Endpoint, Fault, FaultBody, Visit};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use crate::test_app::{NONCE, STATE, TATIANA, TestApp, ask, parameter, scopes, verifier};

#[tokio::test]
async fn the_request_carries_all_that_google_needs_and_nothing_more() {
    let stage = TestApp::new().await;
    let (verifier, scopes) = (verifier(), scopes());
    let url = stage.google.authorize_url(&ask(&verifier, &scopes), stage.now()).await.unwrap();
    let challenge = verifier.challenge();
    for (name, expected) in [
        ("response_type", Some("code")),
        ("client_id", Some(stage.sandbox.client_id())),
        ("redirect_uri", Some(crate::test_app::REDIRECT)),
        (
            "scope",
            Some(
                "openid https://www.googleapis.com/auth/calendar.settings.readonly email \
            https://www.googleapis.com/auth/gmail.readonly profile",
            ),
        ),
        ("state", Some(STATE)),
        ("nonce", Some(NONCE)),
        ("code_challenge", Some(&challenge)),
        ("code_challenge_method", Some("S256")),
        ("access_type", Some("offline")),
        ("hl", Some("ru")),
        ("prompt", None),
        ("login_hint", None),
        ("include_granted_scopes", None),
        ("client_secret", None),
        ("code_verifier", None),
    ] {
        assert_eq!(parameter(&url, name).as_deref(), expected, "{name}");
    }
}

#[tokio::test]
async fn consent_and_account_are_asked_for_on_demand() {
    let stage = TestApp::new().await;
    let (verifier, scopes) = (verifier(), scopes());
    let ask = AuthorizeRequest {
        prompt: Prompt::Consent,
        login_hint: Some(TATIANA),
        ..ask(&verifier, &scopes)
    };
    let url = stage.google.authorize_url(&ask, stage.now()).await.unwrap();
    assert_eq!(parameter(&url, "prompt").as_deref(), Some("consent"));
    assert_eq!(parameter(&url, "login_hint").as_deref(), Some(TATIANA));
}

#[tokio::test]
async fn a_consent_gives_an_identity_and_tokens() {
    let stage = TestApp::new().await;
    let before = stage.now();
    let consent = stage.consent().await;
    assert_eq!(consent.identity.subject.as_str(), TATIANA);
    assert_eq!(consent.identity.email.as_deref(), Some("tanran.an@gmail.com"));
    assert!(consent.identity.email_verified);
    assert_eq!(consent.identity.hosted_domain, None);
    assert_eq!(consent.tokens.granted, scopes());
    assert!(consent.tokens.refresh.is_some());
    assert_eq!(consent.tokens.refresh_expires_at, None);
    let lifetime = (consent.tokens.access_expires_at - before).num_seconds();
    assert!((3500..=3700).contains(&lifetime), "{lifetime}");
}

#[tokio::test]
async fn an_unticked_box_is_missing_from_what_was_granted() {
    let stage = TestApp::new().await;
    let code = stage.code_of(Prompt::Consent, Visit::allow_only(TATIANA, &[])).await;
    let consent = stage.google.exchange(&code, &verifier(), NONCE, stage.now()).await.unwrap();
    assert_eq!(consent.tokens.granted, ScopeSet::sign_in());
    assert!(!consent.tokens.granted.has(&Scope::gmail_readonly()));
}

#[tokio::test]
async fn a_later_trip_without_a_consent_screen_brings_no_refresh_token() {
    let stage = TestApp::new().await;
    stage.consent().await;
    let code = stage.code(Prompt::AsNeeded).await;
    let consent = stage.google.exchange(&code, &verifier(), NONCE, stage.now()).await.unwrap();
    assert!(consent.tokens.refresh.is_none());
    assert!(stage.consent().await.tokens.refresh.is_some(), "but with one it does");
}

#[tokio::test]
async fn a_refresh_token_that_will_end_says_when() {
    let stage = TestApp::new().await;
    stage.world().adjust(|behaviour| behaviour.testing_mode = true);
    let now = stage.now();
    let ends = stage.consent().await.tokens.refresh_expires_at.expect("an end");
    assert!((6..=7).contains(&(ends - now).num_days()), "{ends}");
}

#[tokio::test]
async fn a_code_works_once() {
    let stage = TestApp::new().await;
    let code = stage.code(Prompt::Consent).await;
    let verifier = verifier();
    let exchange = || stage.google.exchange(&code, &verifier, NONCE, stage.now());
    exchange().await.unwrap();
    assert_eq!(exchange().await.unwrap_err(), Error::Ended { reason: Ended::Revoked });
}

#[tokio::test]
async fn the_verifier_of_another_attempt_opens_nothing() {
    let stage = TestApp::new().await;
    let code = stage.code(Prompt::Consent).await;
    let other = Verifier::from_random(&[8; 32]);
    let refused = stage.google.exchange(&code, &other, NONCE, stage.now()).await;
    assert_eq!(refused.unwrap_err(), Error::Ended { reason: Ended::Revoked });
}

#[tokio::test]
async fn a_fault_of_ours_is_the_operators_business() {
    let stage = TestApp::new().await;
    for (error, code) in [
        ("invalid_client", OperatorFault::InvalidClient),
        ("redirect_uri_mismatch", OperatorFault::RedirectUriMismatch),
        ("unauthorized_client", OperatorFault::UnauthorizedClient),
    ] {
        stage.world().inject(Fault::oauth_error(Endpoint::TokenCode, error).times(1));
        assert_eq!(stage.try_consent().await.unwrap_err(), Error::Operator { code }, "{error}");
    }
}

#[tokio::test]
async fn an_answer_that_lacks_a_promised_part_is_refused() {
    let stage = TestApp::new().await;
    let whole = json!({
        "access_token": "ya29.x", "token_type": "Bearer", "expires_in": 3599,
        "scope": "openid", "id_token": "a.b.c",
    });
    let protocol = |what| Error::Protocol { what };
    let not_json = protocol("a token answer that is not the documented JSON");
    for (name, value, expected) in [
        ("access_token", Value::Null, not_json.clone()),
        ("access_token", json!(""), protocol("a token that is not visible ASCII")),
        ("access_token", json!("new\nline"), protocol("a token that is not visible ASCII")),
        ("refresh_token", json!("not one"), protocol("a token that is not visible ASCII")),
        ("token_type", json!("mac"), protocol("a token that is not a bearer token")),
        ("token_type", Value::Null, not_json.clone()),
        ("expires_in", json!(-1), not_json),
        ("scope", Value::Null, protocol("a token answer without scopes")),
        ("id_token", Value::Null, Error::Identity(IdTokenFault::Missing)),
        ("id_token", json!("a.b.c"), Error::Identity(IdTokenFault::Malformed)),
    ] {
        let mut answer = whole.clone();
        answer[name] = value.clone();
        let content_type = "application/json; charset=utf-8".to_owned();
        let body = FaultBody::Raw { content_type, text: answer.to_string() };
        stage.world().inject(Fault::body(Endpoint::TokenCode, 200, body).times(1));
        assert_eq!(stage.try_consent().await.unwrap_err(), expected, "{name} {value}");
    }
}

#[tokio::test]
async fn a_callback_of_another_issuer_is_refused() {
    let stage = TestApp::new().await;
    let issuer = stage.world().base().to_owned();
    let what = "a callback of another issuer";
    for (iss, expected) in [
        (None, Ok(())),
        (Some(issuer.as_str()), Ok(())),
        (Some("https://accounts.google.com"), Err(Error::Protocol { what })),
        (Some(&format!("{issuer}/")), Err(Error::Protocol { what })),
        (Some(""), Err(Error::Protocol { what })),
    ] {
        assert_eq!(stage.google.check_callback_issuer(iss), expected, "{iss:?}");
    }
}

#[tokio::test]
async fn no_token_prints_itself() {
    let stage = TestApp::new().await;
    let consent = stage.consent().await;
    let refresh = consent.tokens.refresh.clone().unwrap();
    let refreshed = stage.google.refresh(&refresh, stage.now()).await.unwrap();
    assert!(refreshed.access.expose_secret() != consent.tokens.access.expose_secret());
    let printed = format!("{consent:?} {refreshed:?} {:?} {:?}", stage.google, verifier());
    for secret in stage.world().issued() {
        assert!(!printed.contains(&secret), "{printed}");
    }
    assert!(!printed.contains(verifier().expose()), "{printed}");
}
