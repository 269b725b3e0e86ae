//! The compact form of a signed token (RFC 7515 section 7.1), taken apart but not yet believed.
//!
//! Only `alg`, `kid` and `crit` are read from the header. Members that would bring their own key
//! (`jwk`, `jku`, `x5c`, `x5u`) are not even parsed.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::IdTokenFault;

/// Longest token that is looked at; Google's have about a tenth of it.
const LONGEST_BYTES: usize = 16 * 1024;

/// The one algorithm that Google announces (docs/google-facts.md 2.1).
const ALGORITHM: &str = "RS256";

/// A token whose header has passed. Its payload is not to be used before the signature has.
#[derive(Debug)]
pub(crate) struct Compact<'a> {
    pub(crate) kid: String,
    /// Header and payload as they were signed.
    pub(crate) signed: &'a str,
    /// The payload alone, still encoded.
    pub(crate) payload: &'a str,
    pub(crate) signature: &'a str,
}

#[derive(Deserialize)]
struct Header {
    alg: Option<String>,
    kid: Option<String>,
    crit: Option<IgnoredAny>,
}

/// Splits a token and checks its header: form, then algorithm, then key id.
pub(crate) fn parse(text: &str) -> Result<Compact<'_>, IdTokenFault> {
    if text.len() > LONGEST_BYTES {
        return Err(IdTokenFault::Malformed);
    }
    let (signed, signature) = text.rsplit_once('.').ok_or(IdTokenFault::Malformed)?;
    let (header, payload) = signed.split_once('.').ok_or(IdTokenFault::Malformed)?;
    if payload.contains('.') {
        return Err(IdTokenFault::Malformed);
    }
    let header = decode(header)?;
    let header: Header = serde_json::from_slice(&header).map_err(|_| IdTokenFault::Malformed)?;
    if header.alg.as_deref() != Some(ALGORITHM) || header.crit.is_some() {
        return Err(IdTokenFault::Algorithm);
    }
    let kid = header.kid.filter(|kid| !kid.is_empty()).ok_or(IdTokenFault::UnknownKey)?;
    Ok(Compact { kid, signed, payload, signature })
}

/// Base64url without padding (RFC 7515 section 2); anything else is malformed.
pub(crate) fn decode(segment: &str) -> Result<Vec<u8>, IdTokenFault> {
    BASE64_URL_SAFE_NO_PAD.decode(segment).map_err(|_| IdTokenFault::Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_header(header: &str) -> String {
        format!("{}.e30.c2ln", BASE64_URL_SAFE_NO_PAD.encode(header))
    }

    #[test]
    fn the_header_decides_before_anything_else() {
        for (header, expected) in [
            (r#"{"alg":"RS256","kid":"a"}"#, None),
            (r#"{"alg":"RS256","kid":"a","typ":"JWT","jku":"https://evil.example"}"#, None),
            (r#"{"alg":"none","kid":"a"}"#, Some(IdTokenFault::Algorithm)),
            (r#"{"alg":"HS256","kid":"a"}"#, Some(IdTokenFault::Algorithm)),
            (r#"{"alg":"rs256","kid":"a"}"#, Some(IdTokenFault::Algorithm)),
            (r#"{"alg":"RS512","kid":"a"}"#, Some(IdTokenFault::Algorithm)),
            (r#"{"kid":"a"}"#, Some(IdTokenFault::Algorithm)),
            (r#"{"alg":"RS256","kid":"a","crit":["b64"]}"#, Some(IdTokenFault::Algorithm)),
            (r#"{"alg":"RS256"}"#, Some(IdTokenFault::UnknownKey)),
            (r#"{"alg":"RS256","kid":""}"#, Some(IdTokenFault::UnknownKey)),
            (r#"{"alg":"RS256","kid":7}"#, Some(IdTokenFault::Malformed)),
            (r#"{"alg":"RS256","alg":"none","kid":"a"}"#, Some(IdTokenFault::Malformed)),
            ("[]", Some(IdTokenFault::Malformed)),
            ("", Some(IdTokenFault::Malformed)),
        ] {
            assert_eq!(parse(&with_header(header)).err(), expected, "{header}");
        }
    }

    #[test]
    fn three_segments_no_more_no_less() {
        let good = with_header(r#"{"alg":"RS256","kid":"a"}"#);
        let long = format!("{good}{}", "A".repeat(LONGEST_BYTES));
        for text in
            ["", "..", "a.b", &format!("{good}.x"), &format!("{good}="), &format!("={good}"), &long]
        {
            let parsed = parse(text).and_then(|token| decode(token.signature));
            assert_eq!(parsed.unwrap_err(), IdTokenFault::Malformed, "{text}");
        }
    }
}
