//! Google's signing keys (RFC 7517, docs/google-facts.md 2.4) and the one way to open a token with
//! them.
//!
//! The key never chooses the algorithm: whatever a key claims to be, it is used for RS256 alone.

use std::collections::HashMap;

use jsonwebtoken::{Algorithm, DecodingKey, crypto};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use url::Url;

use super::IdTokenFault;
use super::compact::{Compact, decode};
use crate::Error;
use crate::cache::Fetched;
use crate::cache_control::fresh_for;
use crate::http_client::{self, HttpClient};

/// Shortest modulus that is trusted (RFC 7518 section 3.3).
const SHORTEST_MODULUS_BITS: usize = 2048;

/// The published keys by their id.
pub(crate) struct Keys(HashMap<String, DecodingKey>);

#[derive(Deserialize)]
struct KeySet {
    keys: Vec<Key>,
}

#[derive(Deserialize)]
struct Key {
    kty: Option<String>,
    #[serde(rename = "use")]
    usage: Option<String>,
    alg: Option<String>,
    kid: Option<String>,
    n: Option<String>,
    e: Option<String>,
}

impl Keys {
    /// Whether a key of this id is published.
    pub(crate) fn has(&self, kid: &str) -> bool {
        self.0.contains_key(kid)
    }

    /// Verifies the signature, then and only then reads the claims.
    pub(crate) fn open<T: DeserializeOwned>(&self, token: &Compact<'_>) -> Result<T, IdTokenFault> {
        let key = self.0.get(&token.kid).ok_or(IdTokenFault::UnknownKey)?;
        decode(token.signature)?;
        let verdict =
            crypto::verify(token.signature, token.signed.as_bytes(), key, Algorithm::RS256);
        if !matches!(verdict, Ok(true)) {
            return Err(IdTokenFault::Signature);
        }
        serde_json::from_slice(&decode(token.payload)?).map_err(|_| IdTokenFault::Malformed)
    }

    /// Keeps the keys that can sign ID tokens and leaves the rest, as section 5 of the RFC asks.
    fn usable(set: KeySet) -> Result<Keys, Error> {
        let keys: HashMap<_, _> = set.keys.into_iter().filter_map(Key::into_decoding_key).collect();
        if keys.is_empty() {
            return Err(Error::Protocol { what: "a key set without a usable key" });
        }
        Ok(Keys(keys))
    }
}

impl Key {
    fn into_decoding_key(self) -> Option<(String, DecodingKey)> {
        let is_rsa = self.kty.as_deref() == Some("RSA");
        let is_for_signatures = self.usage.is_none_or(|usage| usage == "sig");
        let is_rs256 = self.alg.is_none_or(|alg| alg == "RS256");
        let modulus = decode(&self.n?).ok()?;
        let exponent = decode(&self.e?).ok()?;
        let is_long = bits(&modulus) >= SHORTEST_MODULUS_BITS;
        (is_rsa && is_for_signatures && is_rs256 && is_long)
            .then(|| DecodingKey::from_rsa_raw_components(&modulus, &exponent))
            .and_then(|key| Some((self.kid?, key)))
    }
}

fn bits(number: &[u8]) -> usize {
    let zeros: usize = number.iter().take_while(|byte| **byte == 0).count();
    number[zeros..]
        .first()
        .map_or(0, |first| (number.len() - zeros) * 8 - first.leading_zeros() as usize)
}

pub(crate) async fn fetch(http: &HttpClient, address: &Url) -> Result<Fetched<Keys>, Error> {
    let response = http.get_document(address).await?;
    let value = Keys::usable(http_client::parse(&response)?)?;
    Ok(Fetched { value, fresh_for: fresh_for(response.headers()) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine;
    use base64::prelude::BASE64_URL_SAFE_NO_PAD;
    use serde_json::json;

    #[test]
    fn only_long_rsa_signing_keys_are_kept() {
        let modulus = |bytes: usize| BASE64_URL_SAFE_NO_PAD.encode(vec![0x80; bytes]);
        let padded = BASE64_URL_SAFE_NO_PAD.encode([vec![0; 128], vec![0x80; 128]].concat());
        let good =
            json!({"kty":"RSA","alg":"RS256","use":"sig","kid":"k","n":modulus(256),"e":"AQAB"});
        for (name, value, is_kept) in [
            ("kid", json!("k"), true),
            ("alg", json!(null), true),
            ("use", json!(null), true),
            ("n", json!(modulus(512)), true),
            ("n", json!(modulus(255)), false),
            ("n", json!(padded), false),
            ("n", json!("not base64!"), false),
            ("n", json!(null), false),
            ("e", json!(null), false),
            ("kid", json!(null), false),
            ("kty", json!("oct"), false),
            ("use", json!("enc"), false),
            ("alg", json!("RS512"), false),
        ] {
            let mut key = good.clone();
            key[name] = value.clone();
            let set = serde_json::from_value(json!({"keys": [key]})).unwrap();
            assert_eq!(Keys::usable(set).is_ok(), is_kept, "{name} {value}");
        }
    }

    #[test]
    fn a_strange_key_does_not_spoil_the_set() {
        let set = json!({"keys": [
            {"kty": "EC", "crv": "P-256", "kid": "ec"},
            {"kty":"RSA","kid":"k","n":BASE64_URL_SAFE_NO_PAD.encode([0xff; 256]),"e":"AQAB"},
        ]});
        let keys = Keys::usable(serde_json::from_value(set).unwrap()).unwrap();
        assert!(keys.has("k") && !keys.has("ec"));
    }
}
