//! Who agreed: an ID token is believed after every check, and not one sooner (GOOGLE.md 2.3).
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
    #[error("there is none")]
    Missing,
    /// Not three segments of base64url JSON with the documented types, or too long.
    #[error("it is malformed")]
    Malformed,
    /// Not RS256, or with header extensions that must be understood (RFC 7515 section 4.1.11).
    #[error("its algorithm is not allowed")]
    Algorithm,
    /// No key id, or one that Google does not publish.
    #[error("its key is unknown")]
    UnknownKey,
    /// The signature is not that key's over this text.
    #[error("its signature is wrong")]
    Signature,
    /// `iss` is neither of Google's two spellings.
    #[error("it comes from another issuer")]
    Issuer,
    /// `aud` does not name our client.
    #[error("it is meant for another client")]
    Audience,
    /// `azp` is not our client, or is missing beside several audiences.
    #[error("it was given to another client")]
    AuthorizedParty,
    /// `exp` is past or missing.
    #[error("it has expired")]
    Expired,
    /// `iat` or `nbf` lies ahead, beyond what clocks may differ, or `iat` is missing.
    #[error("it is from the future")]
    IssuedInFuture,
    /// `iat` is more than a day ago.
    #[error("it was issued too long ago")]
    IssuedTooLongAgo,
    /// `nonce` is missing or belongs to another attempt.
    #[error("it belongs to another attempt")]
    Nonce,
    /// `at_hash` is missing or belongs to another access token.
    #[error("it belongs to another access token")]
    AccessTokenHash,
    /// `sub` is missing or not a subject.
    #[error("its subject is not valid")]
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
