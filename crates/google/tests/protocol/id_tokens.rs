//! Hostile ID tokens through the real exchange: each refused, and for the reason that it deserves.

use google::{Error, IdTokenFault};
use sandbox::{IdTokenForge, hostile_id_tokens};
use serde_json::{Value, json};

use crate::test_app::{TATIANA, TestApp};

use IdTokenFault::*;

/// The verdict on each token of the stand-in's corpus, by its name there.
const VERDICTS: &[(&str, IdTokenFault)] = &[
    ("alg none", Algorithm),
    ("alg None in capitals", Algorithm),
    ("alg HS256 keyed by the secret", Algorithm),
    ("alg HS256 keyed by the public key", Algorithm),
    ("alg RS384", Algorithm),
    ("alg RS512", Algorithm),
    ("alg PS256", Algorithm),
    ("alg ES256 over an RSA signature", Algorithm),
    ("no alg", Algorithm),
    ("signature left out", Signature),
    ("one wrong bit in the signature", Signature),
    ("payload changed after signing", Signature),
    ("foreign key under a known kid", Signature),
    ("foreign key in the jwk header", Signature),
    ("foreign key behind a jku header", Signature),
    ("foreign key behind an x5u header", Signature),
    ("unknown kid", UnknownKey),
    ("no kid", UnknownKey),
    ("kid that climbs paths", UnknownKey),
    ("unknown critical header", Algorithm),
    ("four segments", Malformed),
    ("empty text", Malformed),
    ("not a token", Malformed),
    ("two dots", Malformed),
    ("JSON that is no object", Malformed),
    ("foreign iss", Issuer),
    ("iss with a path", Issuer),
    ("no iss", Issuer),
    ("wrong aud", Audience),
    ("no aud", Audience),
    ("empty aud list", Audience),
    ("two aud, azp of another", AuthorizedParty),
    ("two aud, no azp", AuthorizedParty),
    ("aud in another case", Audience),
    ("azp of another client", AuthorizedParty),
    ("expired yesterday", Expired),
    ("no exp", Expired),
    ("exp as text", Malformed),
    ("no iat", IssuedInFuture),
    ("issued in an hour", IssuedInFuture),
    ("wrong nonce", Nonce),
    ("no nonce", Nonce),
    ("nonce as a list", Malformed),
    ("wrong at_hash", AccessTokenHash),
    ("no sub", Subject),
    ("empty sub", Subject),
    ("sub of 256 letters", Subject),
    ("sub outside ASCII", Subject),
    ("sub as a number", Malformed),
    ("sub twice", Malformed),
];

/// Longer than any answer that is read, so the token itself is never looked at.
const OVERSIZED: &str = "megabyte of one letter";

#[tokio::test]
async fn every_hostile_token_is_refused_for_its_own_fault() {
    let stage = TestApp::new().await;
    let corpus = hostile_id_tokens(stage.sandbox.client_id());
    assert!(corpus.len() >= 30, "{}", corpus.len());
    for hostile in corpus {
        let verdict = VERDICTS.iter().find(|(name, _)| *name == hostile.name);
        let expected = match verdict {
            Some((_, fault)) => Error::Identity(*fault),
            None if hostile.name == OVERSIZED => Error::Protocol { what: "an oversized answer" },
            None => panic!("{:?} needs a verdict", hostile.name),
        };
        stage.world().forge_id_token(hostile.forge, Some(1));
        assert_eq!(stage.try_consent().await.unwrap_err(), expected, "{}", hostile.name);
    }
}

#[tokio::test]
async fn these_are_refused_as_well() {
    let stage = TestApp::new().await;
    let issuer = stage.world().base().to_owned();
    for (name, value, fault) in [
        ("iss", json!(format!("{issuer}/")), Issuer),
        ("iss", json!(issuer.to_uppercase()), Issuer),
        ("iss", json!("accounts.google.com"), Issuer),
        ("iss", json!([issuer]), Malformed),
        ("at_hash", Value::Null, AccessTokenHash),
        ("at_hash", json!(""), AccessTokenHash),
        ("sub", json!("1 2"), Subject),
        ("iat", json!(0), IssuedTooLongAgo),
        ("nbf", json!(i64::MAX), IssuedInFuture),
        ("exp", json!(1), Expired),
        ("azp", json!(""), AuthorizedParty),
    ] {
        stage.world().forge_id_token(IdTokenForge::claim(name, value.clone()), Some(1));
        let refused = stage.try_consent().await.unwrap_err();
        assert_eq!(refused, Error::Identity(fault), "{name} {value}");
    }
}

#[tokio::test]
async fn what_google_is_known_to_send_is_accepted() {
    let stage = TestApp::new().await;
    let without_scheme = stage.world().base().trim_start_matches("http://").to_owned();
    let me = stage.sandbox.client_id().to_owned();
    for (what, forge) in [
        ("a good token", IdTokenForge::default()),
        ("iss without scheme", IdTokenForge::claim("iss", without_scheme)),
        ("iat 60 s ahead", IdTokenForge::shift("iat", 60)),
        ("exp 60 s ago", IdTokenForge::shift("exp", -3660)),
        ("email_verified as text", IdTokenForge::claim("email_verified", "true")),
        ("a list of one aud", IdTokenForge::claim("aud", json!([me]))),
        ("two aud and our azp", IdTokenForge::claim("aud", json!([me, "other"]))),
        ("no azp", IdTokenForge::claim("azp", Value::Null)),
        ("a claim that nobody knows", IdTokenForge::claim("new", json!({"a": [1]}))),
        ("a header that nobody knows", IdTokenForge::header("new", "x")),
    ] {
        stage.world().forge_id_token(forge, Some(1));
        let consent = stage.try_consent().await.unwrap_or_else(|error| panic!("{what}: {error}"));
        assert_eq!(consent.identity.subject.as_str(), TATIANA, "{what}");
        assert!(consent.identity.email_verified, "{what}");
    }
}

#[tokio::test]
async fn an_unverified_address_is_no_fault_but_no_proof() {
    let stage = TestApp::new().await;
    for value in [json!(false), json!("false"), json!("TRUE"), Value::Null] {
        stage.world().forge_id_token(IdTokenForge::claim("email_verified", value.clone()), Some(1));
        assert!(!stage.consent().await.identity.email_verified, "{value}");
    }
}
