//! What an ID token must say to be believed (OpenID Connect Core section 3.1.3.7,
//! docs/google-facts.md 2.3).
//!
//! One pure function: no keys, no network, no clock.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use model::{Identity, Subject};
use serde::{Deserialize, Deserializer};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::IdTokenFault;

/// How far our clock and Google's may be apart.
const SKEW_SECS: i64 = 120;

/// Nobody takes longer than this from Google's signature to our check.
const LONGEST_AGE_SECS: i64 = 24 * 60 * 60;

/// What the token is held against.
#[derive(Clone, Copy)]
pub(crate) struct Expected<'a> {
    pub(crate) issuer: &'a str,
    pub(crate) issuer_without_scheme: &'a str,
    pub(crate) client_id: &'a str,
    pub(crate) nonce: &'a str,
    pub(crate) access_token: &'a str,
}

/// The claims as they stand in the token. A member that is missing fails its own check.
#[derive(Clone, Deserialize)]
pub(super) struct Claims {
    iss: Option<String>,
    aud: Option<Audience>,
    azp: Option<String>,
    sub: Option<String>,
    exp: Option<i64>,
    iat: Option<i64>,
    nbf: Option<i64>,
    nonce: Option<String>,
    at_hash: Option<String>,
    email: Option<String>,
    #[serde(default, deserialize_with = "verified")]
    email_verified: bool,
    hd: Option<String>,
}

/// `aud`: one client or several (RFC 7519 section 4.1.3).
#[derive(Clone, Deserialize)]
#[serde(untagged)]
pub(crate) enum Audience {
    One(String),
    Many(Vec<String>),
}

impl Audience {
    pub(crate) fn as_slice(&self) -> &[String] {
        match self {
            Audience::One(audience) => std::slice::from_ref(audience),
            Audience::Many(audiences) => audiences,
        }
    }
}

/// Google's samples print `"true"`, its tokens carry `true`; nothing else is true
/// (docs/google-facts.md 2.2).
pub(crate) fn verified<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    let value = serde_json::Value::deserialize(deserializer)?;
    Ok(value == serde_json::Value::Bool(true) || value == "true")
}

/// Who the token speaks of, if it is Google's, for us, of now, and of this attempt.
///
/// # Errors
/// The first check that fails, in the order of docs/google-facts.md 2.3.
pub(super) fn check_claims(
    claims: &Claims,
    expected: &Expected<'_>,
    now: DateTime<Utc>,
) -> Result<Identity, IdTokenFault> {
    check_issuer(claims, expected)?;
    check_audience(claims, expected)?;
    check_time(claims, now.timestamp())?;
    if !is_same(claims.nonce.as_deref(), expected.nonce) {
        return Err(IdTokenFault::Nonce);
    }
    if !is_same(claims.at_hash.as_deref(), &at_hash(expected.access_token)) {
        return Err(IdTokenFault::AccessTokenHash);
    }
    let subject = claims.sub.as_deref().ok_or(IdTokenFault::Subject)?;
    Ok(Identity {
        subject: Subject::parse(subject).map_err(|_| IdTokenFault::Subject)?,
        email: claims.email.clone(),
        email_verified: claims.email.is_some() && claims.email_verified,
        hosted_domain: claims.hd.clone(),
    })
}

fn check_issuer(claims: &Claims, expected: &Expected<'_>) -> Result<(), IdTokenFault> {
    let issuer = claims.iss.as_deref().ok_or(IdTokenFault::Issuer)?;
    let is_known = issuer == expected.issuer || issuer == expected.issuer_without_scheme;
    if is_known { Ok(()) } else { Err(IdTokenFault::Issuer) }
}

fn check_audience(claims: &Claims, expected: &Expected<'_>) -> Result<(), IdTokenFault> {
    let audiences = claims.aud.as_ref().map(Audience::as_slice).unwrap_or_default();
    if !audiences.iter().any(|audience| audience == expected.client_id) {
        return Err(IdTokenFault::Audience);
    }
    match claims.azp.as_deref() {
        Some(party) if party == expected.client_id => Ok(()),
        None if audiences.len() == 1 => Ok(()),
        _ => Err(IdTokenFault::AuthorizedParty),
    }
}

fn check_time(claims: &Claims, now: i64) -> Result<(), IdTokenFault> {
    let expires = claims.exp.ok_or(IdTokenFault::Expired)?;
    let issued = claims.iat.ok_or(IdTokenFault::IssuedInFuture)?;
    if expires.saturating_add(SKEW_SECS) <= now {
        return Err(IdTokenFault::Expired);
    }
    if issued > now + SKEW_SECS || claims.nbf.is_some_and(|nbf| nbf > now + SKEW_SECS) {
        return Err(IdTokenFault::IssuedInFuture);
    }
    if issued < now - LONGEST_AGE_SECS {
        return Err(IdTokenFault::IssuedTooLongAgo);
    }
    Ok(())
}

/// The left half of the access token's SHA-256 (OpenID Connect Core section 3.1.3.6).
fn at_hash(access_token: &str) -> String {
    let digest = Sha256::digest(access_token.as_bytes());
    BASE64_URL_SAFE_NO_PAD.encode(&digest[..digest.len() / 2])
}

fn is_same(claimed: Option<&str>, expected: &str) -> bool {
    claimed.is_some_and(|claimed| claimed.as_bytes().ct_eq(expected.as_bytes()).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use IdTokenFault::*;
    use serde_json::{Value, json};

    const NOW: i64 = 1_790_000_000;
    const DAY: i64 = 86_400;

    fn check(changes: &[(&str, Value)]) -> Result<Identity, IdTokenFault> {
        let mut claims = json!({
            "iss": "https://accounts.google.com", "aud": "me", "azp": "me", "sub": "1100",
            "iat": NOW, "exp": NOW + 3600, "nonce": "once",
            // docs/google-facts.md 2.2's fixture.
            "at_hash": "d5MGjSFB7oAveSSxNfo0Zg",
            "email": "ada@example.com", "email_verified": true, "hd": "example.com",
        });
        for (name, value) in changes {
            claims[*name] = value.clone();
        }
        let expected = Expected {
            issuer: "https://accounts.google.com",
            issuer_without_scheme: "accounts.google.com",
            client_id: "me",
            nonce: "once",
            access_token: "ya29.a0EXAMPLE",
        };
        let claims: Claims = serde_json::from_value(claims).map_err(|_| Malformed)?;
        check_claims(&claims, &expected, DateTime::from_timestamp(NOW, 0).unwrap())
    }

    #[test]
    fn a_good_token_names_its_user() {
        let identity = check(&[]).unwrap();
        assert_eq!(identity.subject.as_str(), "1100");
        assert_eq!(identity.email.as_deref(), Some("ada@example.com"));
        assert_eq!(identity.hosted_domain.as_deref(), Some("example.com"));
        assert!(identity.email_verified);
    }

    #[test]
    fn every_documented_variation_is_accepted() {
        for change in [
            ("iss", json!("accounts.google.com")),
            ("aud", json!(["me"])),
            ("aud", json!(["other", "me"])),
            ("azp", json!(null)),
            ("iat", json!(NOW + 120)),
            ("iat", json!(NOW - DAY)),
            ("exp", json!(NOW - 119)),
            ("nbf", json!(NOW + 120)),
            ("hd", json!(null)),
            ("email", json!(null)),
        ] {
            assert!(check(std::slice::from_ref(&change)).is_ok(), "{change:?}");
        }
    }

    #[test]
    fn every_other_one_fails_its_own_check() {
        for (name, value, fault) in [
            ("iss", json!(null), Issuer),
            ("iss", json!("https://accounts.google.com/"), Issuer),
            ("iss", json!("http://accounts.google.com"), Issuer),
            ("iss", json!("https://evil.example"), Issuer),
            ("aud", json!(null), Audience),
            ("aud", json!("other"), Audience),
            ("aud", json!([]), Audience),
            ("aud", json!("me "), Audience),
            ("aud", json!(7), Malformed),
            ("azp", json!("other"), AuthorizedParty),
            ("exp", json!(null), Expired),
            ("exp", json!(NOW - 120), Expired),
            ("exp", json!(i64::MIN), Expired),
            ("exp", json!("never"), Malformed),
            ("iat", json!(null), IssuedInFuture),
            ("iat", json!(NOW + 121), IssuedInFuture),
            ("iat", json!(i64::MAX), IssuedInFuture),
            ("nbf", json!(NOW + 121), IssuedInFuture),
            ("iat", json!(NOW - DAY - 1), IssuedTooLongAgo),
            ("iat", json!(1.5), Malformed),
            ("nonce", json!(null), Nonce),
            ("nonce", json!(""), Nonce),
            ("nonce", json!("Once"), Nonce),
            ("nonce", json!("once more"), Nonce),
            ("at_hash", json!(null), AccessTokenHash),
            ("at_hash", json!(""), AccessTokenHash),
            ("at_hash", json!("d5MGjSFB7oAveSSxNfo0Zh"), AccessTokenHash),
            ("sub", json!(null), Subject),
            ("sub", json!(""), Subject),
            ("sub", json!("я"), Subject),
            ("sub", json!("1".repeat(256)), Subject),
            ("sub", json!(1100), Malformed),
        ] {
            assert_eq!(check(&[(name, value.clone())]).unwrap_err(), fault, "{name} {value}");
        }
        let crowd = [("aud", json!(["me", "other"])), ("azp", json!(null))];
        assert_eq!(check(&crowd).unwrap_err(), AuthorizedParty);
    }

    #[test]
    fn only_true_is_true() {
        for (value, is_verified) in [
            (json!(true), true),
            (json!("true"), true),
            (json!(false), false),
            (json!("false"), false),
            (json!("True"), false),
            (json!("1"), false),
            (json!(1), false),
            (json!(null), false),
            (json!(["true"]), false),
        ] {
            let identity = check(&[("email_verified", value.clone())]).unwrap();
            assert_eq!(identity.email_verified, is_verified, "{value}");
        }
        assert!(!check(&[("email", json!(null))]).unwrap().email_verified);
    }
}
