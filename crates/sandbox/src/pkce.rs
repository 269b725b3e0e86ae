//! Proof Key for Code Exchange as an authorization server checks it (RFC 7636, docs/google-facts.md
//! 1.3). Both advertised methods work; a challenge once sent can never be left out of the exchange.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// What the authorization request committed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Challenge {
    Plain(String),
    S256(String),
}

impl Challenge {
    /// Reads the request's pair; `plain` is the default method (RFC 7636 section 4.3).
    pub(crate) fn parse(challenge: &str, method: Option<&str>) -> Result<Challenge, &'static str> {
        if !is_well_formed(challenge) {
            return Err("Invalid code_challenge");
        }
        match method.unwrap_or("plain") {
            "plain" => Ok(Challenge::Plain(challenge.to_owned())),
            "S256" => Ok(Challenge::S256(challenge.to_owned())),
            _ => Err("Invalid code_challenge_method"),
        }
    }

    pub(crate) fn admits(&self, verifier: &str) -> bool {
        let is_met = match self {
            Challenge::Plain(expected) => expected == verifier,
            Challenge::S256(expected) => {
                *expected == URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()))
            }
        };
        is_met && is_well_formed(verifier)
    }
}

/// 43 to 128 unreserved characters (RFC 7636 section 4.1).
fn is_well_formed(text: &str) -> bool {
    (43..=128).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vector_of_rfc_7636_is_met() {
        let challenge =
            Challenge::parse("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", Some("S256")).unwrap();
        assert!(challenge.admits("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"));
        assert!(!challenge.admits("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXK"));
    }
}
