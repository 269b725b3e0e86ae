//! Unguessable texts in the shapes that Google's tokens have (docs/google-facts.md 1.4, 1.5).

use aws_lc_rs::rand;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Contains a slash on purpose: a client that decodes twice, or not at all, must fail.
pub(crate) fn code() -> String {
    format!("{CODE_PREFIX}{}", text(48))
}

/// How every code begins.
pub(crate) const CODE_PREFIX: &str = "4/0A";

pub(crate) fn access_token() -> String {
    format!("ya29.a0{}", text(120))
}

pub(crate) fn refresh_token() -> String {
    format!("{REFRESH_PREFIX}0g{}", text(66))
}

/// How every refresh token begins.
pub(crate) const REFRESH_PREFIX: &str = "1//";

pub(crate) fn text(bytes: usize) -> String {
    let mut buffer = vec![0; bytes];
    rand::fill(&mut buffer).expect("the system has randomness");
    URL_SAFE_NO_PAD.encode(buffer)
}
