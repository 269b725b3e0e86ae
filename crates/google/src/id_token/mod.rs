//! Who agreed: an ID token is believed after every check, and not one sooner (docs/google-facts.md
//! 2.3).
//!
//! Three ideas, a file each: the compact form, the signing keys, the claims.

mod claims;
pub(crate) mod compact;
mod keys;

use chrono::{DateTime, Utc};
use model::Identity;

pub(crate) use claims::{Audience, Expected, verified};
pub(crate) use keys::{Keys, fetch};

/// The check that an ID token did not pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdTokenFault {
    /// The token endpoint sent none.
    #[error("missing")]
    Missing,
    /// Not three segments of base64url JSON with the documented types, or too long.
    #[error("malformed")]
    Malformed,
    /// Not RS256, or with header extensions that must be understood (RFC 7515 section 4.1.11).
    #[error("algorithm not allowed")]
    Algorithm,
    /// No key id, or one that Google does not publish.
    #[error("unknown signing key")]
    UnknownKey,
    /// The signature is not that key's over this text.
    #[error("invalid signature")]
    Signature,
    /// `iss` is neither of Google's two spellings.
    #[error("wrong issuer")]
    Issuer,
    /// `aud` does not name our client.
    #[error("wrong audience")]
    Audience,
    /// `azp` is not our client, or is missing beside several audiences.
    #[error("wrong authorized party")]
    AuthorizedParty,
    /// `exp` is past or missing.
    #[error("expired")]
    Expired,
    /// `iat` or `nbf` lies ahead, beyond what clocks may differ, or `iat` is missing.
    #[error("issued in the future")]
    IssuedInFuture,
    /// `iat` is more than a day ago.
    #[error("issued too long ago")]
    IssuedTooLongAgo,
    /// `nonce` is missing or belongs to another attempt.
    #[error("nonce mismatch")]
    Nonce,
    /// `at_hash` is missing or belongs to another access token.
    #[error("access token hash mismatch")]
    AccessTokenHash,
    /// `sub` is missing or not a subject.
    #[error("invalid subject")]
    Subject,
}

/// Who a token speaks of, if one of these keys signed it and its claims are right.
pub(crate) fn identify(
    token: &compact::Compact<'_>,
    keys: &Keys,
    expected: &Expected<'_>,
    now: DateTime<Utc>,
) -> Result<Identity, IdTokenFault> {
    claims::check_claims(&keys.open(token)?, expected, now)
}
