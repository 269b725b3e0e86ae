//! A new access token for an old grant (RFC 6749 section 6, docs/google-facts.md 1.6).

use chrono::{DateTime, Utc};
use model::ScopeSet;
use oauth2::RefreshToken;
use secrecy::{ExposeSecret, SecretString};

use crate::token_answer::{TokenAnswer, oauth_client};
use crate::{Error, Google};

/// What a refresh gave us.
#[derive(Clone, Debug)]
pub struct Refreshed {
    /// The new access token.
    pub access: SecretString,
    /// When it stops working by Google's own word.
    pub access_expires_at: DateTime<Utc>,
    /// A new refresh token that replaces the old one; `None` keeps the old one.
    pub refresh: Option<SecretString>,
    /// When the refresh token ends, if Google said so this time.
    pub refresh_expires_at: Option<DateTime<Utc>>,
    /// What the grant covers now, if Google said so.
    pub granted: Option<ScopeSet>,
}

impl Google {
    /// Asks for a new access token. Never ask twice at once for one grant.
    ///
    /// # Errors
    /// [`Error::Ended`] alone means that the refresh token is dead; keep it on every other one.
    pub async fn refresh(
        &self,
        refresh_token: &SecretString,
        now: DateTime<Utc>,
    ) -> Result<Refreshed, Error> {
        let metadata = self.inner.metadata(now).await.map_err(Error::into_unavailable)?;
        let client = oauth_client(&self.inner.settings, &metadata);
        let answer = client
            .exchange_refresh_token(&RefreshToken::new(refresh_token.expose_secret().to_owned()))
            .request_async(&self.inner.http)
            .await;
        let answer = TokenAnswer::read(answer, now)?;
        Ok(Refreshed {
            access: answer.access,
            access_expires_at: answer.access_expires_at,
            refresh: answer.refresh,
            refresh_expires_at: answer.refresh_expires_at,
            granted: answer.granted,
        })
    }
}
