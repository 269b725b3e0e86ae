//! Cross-Account Protection: the events Google pushes when something happens to an account.
//! The sandbox signs them; a test posts them, once, twice or in the wrong order (GOOGLE.md 5).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::id_token::overlay;
use crate::random;

/// What happened (GOOGLE.md 5.5).
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the names are those of the event types")]
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
    /// What happened.
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
}

impl SecurityEvent {
    /// An event about an account.
    pub fn about(sub: &str, kind: EventKind) -> SecurityEvent {
        SecurityEvent {
            kind,
            sub: Some(sub.to_owned()),
            details: Map::new(),
            claim_overrides: Map::new(),
        }
    }

    pub(crate) fn claims(&self, base: &str, client_id: &str, now: DateTime<Utc>) -> Value {
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
        Value::Object(claims)
    }
}

impl EventKind {
    fn uri(self) -> String {
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
