//! A forgery as data: what to change in a good ID token, and how to sign the result.
//! Plain JSON, so that a corpus of hostile tokens is a table and not code.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Changes to the next ID tokens. The default changes nothing.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct IdTokenForge {
    /// Header members to put; `null` removes one.
    pub header_overrides: Map<String, Value>,
    /// Claims to put; `null` removes one.
    pub claim_overrides: Map<String, Value>,
    /// Seconds to add to numeric claims: `{"iat": 60}`.
    pub claim_shifts: BTreeMap<String, i64>,
    /// Claims written a second time at the end of the payload, as JSON allows.
    pub duplicate_claims: Map<String, Value>,
    /// Who signs, and how well.
    pub signing: Signing,
}

impl IdTokenForge {
    /// One claim replaced, or removed by `Value::Null`.
    pub fn claim(name: &str, value: impl Into<Value>) -> IdTokenForge {
        IdTokenForge {
            claim_overrides: Map::from_iter([(name.to_owned(), value.into())]),
            ..IdTokenForge::default()
        }
    }

    /// One numeric claim moved by seconds.
    pub fn shift(name: &str, secs: i64) -> IdTokenForge {
        IdTokenForge {
            claim_shifts: BTreeMap::from([(name.to_owned(), secs)]),
            ..IdTokenForge::default()
        }
    }

    /// One header member replaced, or removed by `Value::Null`.
    pub fn header(name: &str, value: impl Into<Value>) -> IdTokenForge {
        IdTokenForge {
            header_overrides: Map::from_iter([(name.to_owned(), value.into())]),
            ..IdTokenForge::default()
        }
    }

    /// Good claims, another way of signing.
    pub fn signed(signing: Signing) -> IdTokenForge {
        IdTokenForge { signing, ..IdTokenForge::default() }
    }

    /// The same forgery with one more claim replaced or removed.
    pub fn with_claim(mut self, name: &str, value: impl Into<Value>) -> IdTokenForge {
        self.claim_overrides.insert(name.to_owned(), value.into());
        self
    }
}

/// How a token is signed. The header's `alg` follows, unless overridden.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Signing {
    /// RS256 with the published key.
    #[default]
    Good,
    /// `alg` none and an empty signature.
    None,
    /// An empty signature under a header that says RS256.
    Missing,
    /// HMAC with the client's secret.
    Hs256WithSecret,
    /// HMAC with the public key's PEM text as the secret.
    Hs256WithPublicKey,
    /// RS384 with the published key.
    Rs384,
    /// RS512 with the published key.
    Rs512,
    /// PS256 with the published key.
    Ps256,
    /// A key that was never published, under a published key id.
    ForeignKey,
    /// The same, with the foreign public key in the header's `jwk`.
    EmbeddedKey,
    /// One bit of a good signature is wrong.
    CorruptSignature,
    /// The good claims were signed; the changed ones are sent.
    TamperedPayload,
    /// A good token with a fourth segment.
    ExtraSegment,
    /// This text instead of a token.
    Raw(String),
}
