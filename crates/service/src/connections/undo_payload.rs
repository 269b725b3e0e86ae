//! What is kept of a connection or a consent, sealed beside its token, while it can still be
//! undone.

use chrono::{DateTime, Utc};
use google::{Consent, Tokens};
use model::{Identity, ScopeSet};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use store::{ConnectionSnapshot, Grant};

use crate::error::{Error, Result};

/// What is needed, besides the token, to make a connection of it. Google's values are in here, so
/// it is only ever stored sealed.
#[derive(Serialize, Deserialize)]
pub(crate) struct UndoPayload {
    pub(crate) identity: Identity,
    granted: ScopeSet,
    refresh_expires_at: Option<DateTime<Utc>>,
    /// What the connection was, where there was one.
    pub(crate) snapshot: Option<ConnectionSnapshot>,
}

impl UndoPayload {
    /// Of a connection that is being unlinked.
    pub(crate) fn of_grant(grant: &Grant, snapshot: ConnectionSnapshot) -> UndoPayload {
        UndoPayload {
            // The rest of the identity is in the snapshot.
            identity: Identity {
                subject: grant.subject.clone(),
                email: grant.email.clone(),
                email_verified: false,
                hosted_domain: None,
            },
            granted: grant.granted.clone(),
            refresh_expires_at: None,
            snapshot: Some(snapshot),
        }
    }

    /// Of a consent that did not become a connection.
    pub(crate) fn of_consent(consent: &Consent) -> UndoPayload {
        UndoPayload {
            identity: consent.identity.clone(),
            granted: consent.tokens.granted.clone(),
            refresh_expires_at: consent.tokens.refresh_expires_at,
            snapshot: None,
        }
    }

    pub(crate) fn to_text(&self) -> Result<String> {
        serde_json::to_string(self).map_err(|_| Error::Corrupt("way back"))
    }

    pub(crate) fn from_text(text: &str) -> Result<UndoPayload> {
        serde_json::from_str(text).map_err(|_| Error::Corrupt("way back"))
    }

    /// The consent that it came from, without an access token: the first use gets a new one.
    pub(crate) fn into_consent(self, refresh: SecretString, now: DateTime<Utc>) -> Consent {
        Consent {
            identity: self.identity,
            tokens: Tokens {
                access: SecretString::default(),
                access_expires_at: now,
                refresh: Some(refresh),
                refresh_expires_at: self.refresh_expires_at,
                granted: self.granted,
            },
        }
    }
}
