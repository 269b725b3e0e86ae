//! ID tokens, good ones against the published keys with a foreign library, and forged ones.

use std::collections::BTreeSet;

use crate::raw_http::*;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use sandbox::{IdTokenForge, Sandbox, Signing, Visit, hostile_id_tokens};
use serde_json::{Map, Value};

async fn id_token(sandbox: &Sandbox) -> String {
    text(&connect(sandbox).await, "id_token").to_owned()
}

/// The claims, if a published key signed them with RS256.
async fn verified(sandbox: &Sandbox, token: &str) -> Option<Map<String, Value>> {
    let kid = decode_header(token).ok()?.kid?;
    let jwks: Value = get(sandbox, "/oauth2/v3/certs", "").await.json().await.unwrap();
    let key = jwks["keys"].as_array().unwrap().iter().find(|key| key["kid"] == *kid)?;
    let key = DecodingKey::from_rsa_components(text(key, "n"), text(key, "e")).unwrap();
    let mut validation = Validation::new(Algorithm::RS256);
    validation.set_audience(&[sandbox.client_id()]);
    validation.set_issuer(&[sandbox.world().base()]);
    decode::<Map<String, Value>>(token, &key, &validation).ok().map(|data| data.claims)
}

#[tokio::test]
async fn a_good_token_verifies_and_says_what_was_granted() {
    let sandbox = start().await;
    let claims = verified(&sandbox, &id_token(&sandbox).await).await.unwrap();
    assert_eq!(claims["sub"], TATIANA);
    assert_eq!(claims["nonce"], "n-1");
    assert_eq!(claims["email"], "tanran.an@gmail.com");
    assert_eq!(claims["email_verified"], true);
    assert_eq!(claims["name"], "Татьяна Ранова");
    assert_eq!(claims["locale"], "ru");
    assert_eq!(claims["azp"], sandbox.client_id());
    assert!(claims.contains_key("at_hash") && !claims.contains_key("hd"));

    let changes = [("scope", "openid email"), ("prompt", "consent")];
    let code = code(&sandbox, &changes, Visit::allow(ANNA)).await;
    let body = exchange(&sandbox, &code).await;
    let claims = verified(&sandbox, text(&body, "id_token")).await.unwrap();
    assert_eq!(claims["hd"], "travel.example");
    assert!(!claims.contains_key("name"));
}

#[tokio::test]
async fn two_keys_are_published_and_rotation_brings_an_unseen_one() {
    let sandbox = start().await;
    let before = id_token(&sandbox).await;
    sandbox.world().rotate_keys(true);
    let after = id_token(&sandbox).await;
    assert_ne!(decode_header(&before).unwrap().kid, decode_header(&after).unwrap().kid);
    assert!(verified(&sandbox, &before).await.is_some(), "the old key is still published");
    assert!(verified(&sandbox, &after).await.is_some());
    sandbox.world().rotate_keys(false);
    assert!(verified(&sandbox, &after).await.is_none(), "the old key is withdrawn");
    assert!(verified(&sandbox, &id_token(&sandbox).await).await.is_some());
}

#[tokio::test]
async fn a_forgery_lasts_as_often_as_asked() {
    let sandbox = start().await;
    let world = sandbox.world();
    world.forge_id_token(IdTokenForge::signed(Signing::ForeignKey), Some(1));
    world.forge_id_token(IdTokenForge::claim("name", Value::Null), Some(2));
    assert!(verified(&sandbox, &id_token(&sandbox).await).await.is_none());
    for _ in 0..2 {
        let claims = verified(&sandbox, &id_token(&sandbox).await).await.unwrap();
        assert!(!claims.contains_key("name"));
    }
    let claims = verified(&sandbox, &id_token(&sandbox).await).await.unwrap();
    assert!(claims.contains_key("name"));
}

#[tokio::test]
async fn every_way_of_signing_but_the_good_one_fails_to_verify() {
    let sandbox = start().await;
    for signing in [
        Signing::None,
        Signing::Missing,
        Signing::Hs256WithSecret,
        Signing::Hs256WithPublicKey,
        Signing::Rs384,
        Signing::Rs512,
        Signing::Ps256,
        Signing::ForeignKey,
        Signing::EmbeddedKey,
        Signing::CorruptSignature,
        Signing::ExtraSegment,
        Signing::Raw("garbage".into()),
    ] {
        sandbox.world().forge_id_token(IdTokenForge::signed(signing.clone()), Some(1));
        assert!(verified(&sandbox, &id_token(&sandbox).await).await.is_none(), "{signing:?}");
    }
}

#[tokio::test]
async fn forged_algorithms_are_what_they_claim() {
    let sandbox = start().await;
    sandbox.world().forge_id_token(IdTokenForge::signed(Signing::Hs256WithSecret), Some(1));
    let token = id_token(&sandbox).await;
    let mut validation = Validation::new(Algorithm::HS256);
    validation.set_audience(&[sandbox.client_id()]);
    let secret = DecodingKey::from_secret(sandbox.client_secret().as_bytes());
    assert!(decode::<Map<String, Value>>(&token, &secret, &validation).is_ok());
}

#[tokio::test]
async fn the_hostile_corpus_is_issued_under_distinct_names() {
    let sandbox = start().await;
    let corpus = hostile_id_tokens(sandbox.client_id());
    let names: BTreeSet<_> = corpus.iter().map(|hostile| hostile.name).collect();
    assert!(names.len() == corpus.len() && corpus.len() > 45);
    for hostile in corpus {
        sandbox.world().forge_id_token(hostile.forge, Some(1));
        let good = id_token(&sandbox).await;
        assert!(sandbox.world().issued().contains(&good), "{}", hostile.name);
    }
    assert!(verified(&sandbox, &id_token(&sandbox).await).await.is_some(), "all are used up");
}
