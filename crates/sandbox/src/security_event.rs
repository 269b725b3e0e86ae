//! Cross-Account Protection: the events Google pushes when something happens to an account.
//! The sandbox signs and sends them: once, twice, forged or in the wrong order
//! (docs/google-facts.md 5).

use aws_lc_rs::digest::{SHA512, digest};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::id_token::{IdTokenForge, overlay};
use crate::random;

/// What happened (docs/google-facts.md 5.5).
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EventKind {
    SessionsRevoked,
    TokensRevoked,
    TokenRevoked,
    AccountDisabled,
    AccountEnabled,
    AccountCredentialChangeRequired,
    Verification,
}

/// An event to sign.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SecurityEvent {
    pub kind: EventKind,
    /// The account, as an `iss-sub` subject.
    #[serde(default)]
    pub sub: Option<String>,
    /// Members of the event beside the subject (`reason`, `state`), or another `subject`.
    #[serde(default)]
    pub details: Map<String, Value>,
    /// Claims to put over the token's own: `jti`, `iss`, `aud`, `iat`; `null` removes one.
    #[serde(default)]
    pub claim_overrides: Map<String, Value>,
    /// What else to change, and how to sign the result.
    #[serde(default)]
    pub forge: IdTokenForge,
}

/// The two ways in which an event names a refresh token (docs/google-facts.md 5.4).
#[derive(Clone, Copy, Debug)]
pub enum Naming {
    /// Its first 16 characters.
    Prefix,
    /// SHA-512 of its SHA-512.
    Hash,
}

impl SecurityEvent {
    /// An event about nobody.
    pub fn new(kind: EventKind) -> SecurityEvent {
        SecurityEvent {
            kind,
            sub: None,
            details: Map::new(),
            claim_overrides: Map::new(),
            forge: IdTokenForge::default(),
        }
    }

    /// An event about an account.
    pub fn about(sub: &str, kind: EventKind) -> SecurityEvent {
        SecurityEvent { sub: Some(sub.to_owned()), ..SecurityEvent::new(kind) }
    }

    /// The end of one refresh token.
    pub fn token_revoked(token: &str, naming: Naming) -> SecurityEvent {
        let (algorithm, name) = match naming {
            Naming::Prefix => ("prefix", token.chars().take(16).collect()),
            Naming::Hash => {
                let once = digest(&SHA512, token.as_bytes());
                let twice = digest(&SHA512, once.as_ref());
                ("hash_base64_sha512_sha512", STANDARD.encode(twice))
            }
        };
        SecurityEvent::new(EventKind::TokenRevoked).with(
            "subject",
            json!({
                "subject_type": "oauth_token", "token_type": "refresh_token",
                "token_identifier_alg": algorithm, "token": name,
            }),
        )
    }

    /// The same event with one more member.
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> SecurityEvent {
        self.details.insert(name.to_owned(), value.into());
        self
    }

    /// The same event in a token with one claim replaced, or removed by `Value::Null`.
    pub fn with_claim(mut self, name: &str, value: impl Into<Value>) -> SecurityEvent {
        self.claim_overrides.insert(name.to_owned(), value.into());
        self
    }

    /// The same event in a forged token.
    pub fn forged(self, forge: IdTokenForge) -> SecurityEvent {
        SecurityEvent { forge, ..self }
    }

    pub(crate) fn claims(
        &self,
        base: &str,
        client_id: &str,
        now: DateTime<Utc>,
    ) -> Map<String, Value> {
        // Google's own sample has the slash that discovery has not.
        let issuer = format!("{base}/");
        let mut event = Map::new();
        if let Some(sub) = &self.sub {
            let subject = json!({ "subject_type": "iss-sub", "iss": issuer, "sub": sub });
            event.insert("subject".to_owned(), subject);
        }
        overlay(&mut event, &self.details);
        let mut claims = Map::from_iter([
            ("iss".to_owned(), json!(issuer)),
            ("aud".to_owned(), json!(client_id)),
            ("iat".to_owned(), json!(now.timestamp())),
            ("jti".to_owned(), json!(random::text(18))),
            ("events".to_owned(), json!({ self.kind.uri(): event })),
        ]);
        overlay(&mut claims, &self.claim_overrides);
        claims
    }
}

impl EventKind {
    pub(crate) const ALL: [EventKind; 7] = [
        EventKind::SessionsRevoked,
        EventKind::TokensRevoked,
        EventKind::TokenRevoked,
        EventKind::AccountDisabled,
        EventKind::AccountEnabled,
        EventKind::AccountCredentialChangeRequired,
        EventKind::Verification,
    ];

    /// The address of the type.
    pub(crate) fn uri(self) -> String {
        let (family, name) = match self {
            EventKind::SessionsRevoked => ("risc", "sessions-revoked"),
            EventKind::TokensRevoked => ("oauth", "tokens-revoked"),
            EventKind::TokenRevoked => ("oauth", "token-revoked"),
            EventKind::AccountDisabled => ("risc", "account-disabled"),
            EventKind::AccountEnabled => ("risc", "account-enabled"),
            EventKind::AccountCredentialChangeRequired => {
                ("risc", "account-credential-change-required")
            }
            EventKind::Verification => ("risc", "verification"),
        };
        format!("https://schemas.openid.net/secevent/{family}/event-type/{name}")
    }
}
