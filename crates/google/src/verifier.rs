//! The PKCE verifier: what ties the code that Google hands out to the attempt that asked for it.
//!
//! Kept sealed between the two halves of a consent, so it can be opened and sealed, never printed.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use oauth2::{PkceCodeChallenge, PkceCodeVerifier};
use secrecy::{ExposeSecret, SecretString};

/// A secret of one attempt (RFC 7636 section 4.1).
#[derive(Clone, Debug)]
pub struct Verifier(SecretString);

/// A text that RFC 7636 does not allow as a verifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a verifier is 43 to 128 unreserved characters")]
pub struct InvalidVerifier;

impl Verifier {
    /// A verifier of 43 characters from 32 random bytes, as section 4.1 recommends.
    pub fn from_random(bytes: &[u8; 32]) -> Verifier {
        Verifier(BASE64_URL_SAFE_NO_PAD.encode(bytes).into())
    }

    /// Takes back what [`expose`](Verifier::expose) gave out to be sealed.
    ///
    /// # Errors
    /// [`InvalidVerifier`] when the text cannot have come from there.
    pub fn from_sealed(text: String) -> Result<Verifier, InvalidVerifier> {
        let unreserved =
            |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~');
        let sound = (43..=128).contains(&text.len()) && text.bytes().all(unreserved);
        if sound { Ok(Verifier(text.into())) } else { Err(InvalidVerifier) }
    }

    /// The S256 challenge, base64url: the only half that leaves with the browser (section 4.2).
    pub fn challenge(&self) -> String {
        self.pkce_challenge().as_str().to_owned()
    }

    /// The verifier itself, to be sealed.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    pub(crate) fn pkce_challenge(&self) -> PkceCodeChallenge {
        PkceCodeChallenge::from_code_verifier_sha256(&self.pkce_verifier())
    }

    pub(crate) fn pkce_verifier(&self) -> PkceCodeVerifier {
        PkceCodeVerifier::new(self.expose().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7636 appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    #[test]
    fn the_rfcs_own_example_comes_out() {
        assert_eq!(Verifier::from_sealed(VERIFIER.to_owned()).unwrap().challenge(), CHALLENGE);
    }

    #[test]
    fn random_bytes_survive_sealing() {
        let verifier = Verifier::from_random(&[0xff; 32]);
        assert_eq!(verifier.expose().len(), 43);
        let back = Verifier::from_sealed(verifier.expose().to_owned()).unwrap();
        assert_eq!(back.challenge(), verifier.challenge());
    }

    #[test]
    fn what_the_rfc_forbids_is_refused() {
        for text in
            [String::new(), "a".repeat(42), "a".repeat(129), format!("{VERIFIER}="), "я".repeat(30)]
        {
            assert_eq!(Verifier::from_sealed(text.clone()).unwrap_err(), InvalidVerifier, "{text}");
        }
    }

    #[test]
    fn a_verifier_never_prints_itself() {
        let printed = format!("{:?}", Verifier::from_sealed(VERIFIER.to_owned()).unwrap());
        assert!(!printed.contains(VERIFIER), "{printed}");
    }
}
