//! How an event names a refresh token without telling it: by its first characters, or by a hash
//! of a hash of it (docs/google-facts.md 5.4).

use base64::Engine;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use base64::prelude::BASE64_STANDARD;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use sha2::{Digest, Sha512};

/// Characters of a token that a prefix has.
const PREFIX_CHARS: usize = 16;

/// A name that an event gives to a token. What it is spelled in is settled: two names of one token
/// are equal.
#[derive(Clone, PartialEq, Eq)]
pub enum RefreshName {
    /// The first 16 characters.
    Prefix(String),
    /// SHA-512 of the raw SHA-512, in standard base64 with padding.
    Hash(String),
}

/// Both names of a token that we hold, to be marked and stored.
pub struct RefreshNames {
    /// The first 16 characters.
    pub prefix: String,
    /// SHA-512 of the raw SHA-512, in standard base64 with padding.
    pub hash: String,
}

impl RefreshNames {
    /// The names of a token.
    pub fn of(token: &SecretString) -> RefreshNames {
        let token = token.expose_secret();
        let once = Sha512::digest(token.as_bytes());
        RefreshNames {
            prefix: token.chars().take(PREFIX_CHARS).collect(),
            hash: BASE64_STANDARD.encode(Sha512::digest(once)),
        }
    }
}

impl RefreshName {
    /// Reads an `oauth_token` subject; none where it is another, or names nothing.
    pub(super) fn read(subject: &Value) -> Option<RefreshName> {
        let is_refresh = subject["subject_type"] == "oauth_token"
            // Google documents no other; where it is left out, it can be no other.
            && matches!(subject["token_type"].as_str(), Some("refresh_token") | None);
        let text = subject["token"].as_str().filter(|_| is_refresh)?;
        match subject["token_identifier_alg"].as_str()? {
            // A shorter one could name half the world.
            "prefix" => {
                (text.chars().count() == PREFIX_CHARS).then(|| RefreshName::Prefix(text.to_owned()))
            }
            "hash_base64_sha512_sha512" => Some(RefreshName::Hash(standard(text)?)),
            _ => None,
        }
    }
}

/// The same 64 bytes in standard base64: the document does not say which alphabet it means.
fn standard(text: &str) -> Option<String> {
    const EITHER_PADDING: GeneralPurposeConfig =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let engine = GeneralPurpose::new(&base64::alphabet::STANDARD, EITHER_PADDING);
    let bytes = engine.decode(text.replace('-', "+").replace('_', "/")).ok()?;
    (bytes.len() == 64).then(|| BASE64_STANDARD.encode(bytes))
}

/// A prefix is a quarter of a secret.
impl std::fmt::Debug for RefreshName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RefreshName")
    }
}

impl std::fmt::Debug for RefreshNames {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RefreshNames")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// The fixture of docs/google-facts.md 5.4.
    const TOKEN: &str = "1//0gEXAMPLE-refresh-token-for-fixtures";
    const PREFIX: &str = "1//0gEXAMPLE-ref";
    const HASH: &str = "rw9e68XEN1xC6GsSYGYizIdebqHupJZa8djRow9mZpyiP3L6PTO+PXtK4qEEb0fqulJY7xRh\
        83PNKrWMQDErrw==";

    fn named(algorithm: &str, token: &str) -> Option<RefreshName> {
        RefreshName::read(&json!({
            "subject_type": "oauth_token", "token_type": "refresh_token",
            "token_identifier_alg": algorithm, "token": token,
        }))
    }

    #[test]
    fn the_fixture_comes_out() {
        let names = RefreshNames::of(&TOKEN.into());
        assert_eq!((names.prefix.as_str(), names.hash.as_str()), (PREFIX, HASH));
    }

    #[test]
    fn a_token_is_known_by_either_name_however_it_is_spelled() {
        assert_eq!(named("prefix", PREFIX), Some(RefreshName::Prefix(PREFIX.to_owned())));
        let algorithm = "hash_base64_sha512_sha512";
        let url = HASH.replace('+', "-").replace('/', "_");
        for spelled in [HASH, HASH.trim_end_matches('='), &url, url.trim_end_matches('=')] {
            let name = Some(RefreshName::Hash(HASH.to_owned()));
            assert_eq!(named(algorithm, spelled), name, "{spelled}");
        }
    }

    #[test]
    fn what_names_nothing_is_no_name() {
        assert_eq!(named("prefix", "1//0g"), None);
        assert_eq!(named("prefix", TOKEN), None);
        assert_eq!(named("prefix", ""), None);
        assert_eq!(named("hash_base64_sha512_sha512", "c2hvcnQ="), None);
        assert_eq!(named("hash_base64_sha512_sha512", "not base64"), None);
        assert_eq!(named("plain", TOKEN), None);
        let access = json!({"subject_type": "oauth_token", "token_type": "access_token",
            "token_identifier_alg": "prefix", "token": PREFIX});
        assert_eq!(RefreshName::read(&access), None);
        assert_eq!(RefreshName::read(&json!({"subject_type": "iss-sub"})), None);
        assert_eq!(RefreshName::read(&Value::Null), None);
    }

    #[test]
    fn no_name_prints_itself() {
        let printed = format!("{:?}{:?}", named("prefix", PREFIX), RefreshNames::of(&TOKEN.into()));
        assert!(!printed.contains("EXAMPLE"), "{printed}");
    }
}
