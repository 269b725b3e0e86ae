//! Secrets and ids: drawn from the system, stored only as hashes where they are secrets.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// 256 bits from the system, as 43 characters that fit into a cookie or an address.
pub(crate) fn token() -> Result<String, getrandom::Error> {
    Ok(URL_SAFE_NO_PAD.encode(bytes::<32>()?))
}

/// A short name for a request, to find it in the log by. Not a secret.
pub fn request_reference() -> String {
    bytes::<6>().map_or_else(|_| "unnumbered".to_owned(), |bytes| URL_SAFE_NO_PAD.encode(bytes))
}

/// A password for somebody who gave none: 96 bits.
pub fn generated_password() -> Result<String, getrandom::Error> {
    Ok(URL_SAFE_NO_PAD.encode(bytes::<12>()?))
}

pub(crate) fn bytes<const N: usize>() -> Result<[u8; N], getrandom::Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}

/// An id that sorts by time (UUID version 7, RFC 9562 section 5.7).
pub(crate) fn id(now: DateTime<Utc>) -> Result<Uuid, getrandom::Error> {
    let millis = u64::try_from(now.timestamp_millis()).unwrap_or_default();
    Ok(uuid::Builder::from_unix_timestamp_millis(millis, &bytes::<10>()?).into_uuid())
}

pub(crate) fn sha256(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

/// The secret in a browser's attempt cookie, which ties authorization flows to that browser.
///
/// One secret serves all authorization flows of a browser, so that two tabs do not spoil each
/// other; state, nonce and verifier are fresh for each.
#[derive(Clone, PartialEq, Eq)]
pub struct BrowserSecret(String);

impl BrowserSecret {
    /// Draws a new one.
    pub fn generate() -> Result<BrowserSecret, getrandom::Error> {
        token().map(BrowserSecret)
    }

    /// Takes a cookie's value, if it has the form of one that we drew.
    pub fn from_cookie(value: &str) -> Option<BrowserSecret> {
        let bytes = URL_SAFE_NO_PAD.decode(value).ok()?;
        (bytes.len() == 32).then(|| BrowserSecret(value.to_owned()))
    }

    /// The cookie's value.
    pub fn expose(&self) -> &str {
        &self.0
    }

    pub(crate) fn hash(&self) -> [u8; 32] {
        sha256(&self.0)
    }
}

impl std::fmt::Debug for BrowserSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("BrowserSecret")
    }
}
