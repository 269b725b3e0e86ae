//! What Google says about an account, limited to what was granted (docs/google-facts.md 2.2, 2.5).
//! Absent values are absent members, never nulls.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use crate::world::account::Account;
use crate::world::permission::{Permission, Permissions};

/// Lifetime of an ID token.
const LIFETIME_SECS: i64 = 3600;

/// Everything an ID token speaks about.
pub(crate) struct Assertion<'a> {
    pub(crate) issuer: &'a str,
    pub(crate) client_id: &'a str,
    pub(crate) account: &'a Account,
    pub(crate) scopes: &'a Permissions,
    pub(crate) nonce: Option<&'a str>,
    pub(crate) access_token: &'a str,
    pub(crate) now: DateTime<Utc>,
}

impl Assertion<'_> {
    pub(crate) fn claims(&self) -> Map<String, Value> {
        let mut claims = person_claims(self.account, self.scopes, self.issuer);
        let issued_at = self.now.timestamp();
        claims.insert("iss".to_owned(), json!(self.issuer));
        claims.insert("azp".to_owned(), json!(self.client_id));
        claims.insert("aud".to_owned(), json!(self.client_id));
        claims.insert("at_hash".to_owned(), json!(at_hash(self.access_token)));
        claims.insert("iat".to_owned(), json!(issued_at));
        claims.insert("exp".to_owned(), json!(issued_at + LIFETIME_SECS));
        if let Some(nonce) = self.nonce {
            claims.insert("nonce".to_owned(), json!(nonce));
        }
        claims
    }
}

/// The subject, and the members that `email` and `profile` open.
pub(crate) fn person_claims(
    account: &Account,
    scopes: &Permissions,
    base: &str,
) -> Map<String, Value> {
    let mut claims = Map::new();
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            claims.insert(name.to_owned(), value);
        }
    };
    put("sub", Some(json!(account.sub)));
    if scopes.contains(&Permission::Email) {
        put("email", Some(json!(account.email)));
        put("email_verified", Some(json!(account.email_verified)));
    }
    if scopes.contains(&Permission::Profile) {
        put("name", account.name.as_ref().map(|text| json!(text)));
        put("given_name", account.given_name.as_ref().map(|text| json!(text)));
        put("family_name", account.family_name.as_ref().map(|text| json!(text)));
        put("picture", account.picture.map(|version| json!(picture_url(base, account, version))));
        put("locale", account.locale.as_ref().map(|text| json!(text)));
    }
    put("hd", account.hd.as_ref().map(|text| json!(text)));
    claims
}

fn picture_url(base: &str, account: &Account, version: u32) -> String {
    format!("{base}/avatar/{}.png?v={version}", account.sub)
}

/// The left half of SHA-256 over the access token, base64url (docs/google-facts.md 2.2).
fn at_hash(access_token: &str) -> String {
    URL_SAFE_NO_PAD.encode(&digest(&SHA256, access_token.as_bytes()).as_ref()[..16])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_hash_meets_the_fixture() {
        assert_eq!(at_hash("ya29.a0EXAMPLE"), "d5MGjSFB7oAveSSxNfo0Zg");
    }
}
