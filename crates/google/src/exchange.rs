//! The way back: a code becomes an identity that Google vouches for, and tokens
//! (docs/google-facts.md 1.5).

use chrono::{DateTime, Utc};
use model::{Identity, ScopeSet};
use oauth2::AuthorizationCode;
use secrecy::{ExposeSecret, SecretString};

use crate::id_token::{Expected, compact, identify};
use crate::token_answer::{TokenAnswer, oauth_client};
use crate::{Error, Google, IdTokenFault, Verifier};

/// What the user's consent gave us.
#[derive(Clone, Debug)]
pub struct Consent {
    /// Who agreed, from the verified ID token.
    pub identity: Identity,
    /// What they agreed to, and the means to use it.
    pub tokens: Tokens,
}

/// The tokens of a grant, open: in memory only, never in a log.
#[derive(Clone, Debug)]
pub struct Tokens {
    /// For the APIs.
    pub access: SecretString,
    /// When [`access`](Tokens::access) stops working by Google's own word; handle 401 as well.
    pub access_expires_at: DateTime<Utc>,
    /// For new access tokens. Only after a consent screen (docs/google-facts.md 1.5); never erase
    /// one that is stored because this is `None`.
    pub refresh: Option<SecretString>,
    /// When the refresh token ends, if Google limits it: time-based access, projects in Testing.
    pub refresh_expires_at: Option<DateTime<Utc>>,
    /// What was granted, which may be less than was asked (docs/google-facts.md 1.10).
    pub granted: ScopeSet,
}

impl Google {
    /// Trades the callback's code for tokens and a verified identity.
    ///
    /// The code is single use: after any error the user must start again.
    ///
    /// # Errors
    /// [`Error::Ended`] for a code that is used, old or unknown, or a verifier of another attempt;
    /// [`Error::Identity`] when the ID token does not prove that this user answered this attempt.
    pub async fn exchange(
        &self,
        code: &str,
        verifier: &Verifier,
        nonce: &str,
        now: DateTime<Utc>,
    ) -> Result<Consent, Error> {
        let inner = &self.inner;
        let metadata = inner.metadata(now).await.map_err(Error::into_unavailable)?;
        let client = oauth_client(&inner.settings, &metadata);
        let answer = client
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .set_pkce_verifier(verifier.pkce_verifier())
            .request_async(&inner.http)
            .await;
        let answer = TokenAnswer::read(answer, now)?;

        let id_token = answer.id_token.ok_or(Error::Identity(IdTokenFault::Missing))?;
        let granted =
            answer.granted.ok_or(Error::Protocol { what: "a token answer without scopes" })?;
        let expected = Expected {
            issuer: inner.issuer.as_str(),
            issuer_without_scheme: inner.issuer.without_scheme(),
            client_id: &inner.settings.client_id,
            nonce,
            access_token: answer.access.expose_secret(),
        };
        let identity = self.verify(id_token.expose_secret(), &expected, now).await?;
        let tokens = Tokens {
            access: answer.access,
            access_expires_at: answer.access_expires_at,
            refresh: answer.refresh,
            refresh_expires_at: answer.refresh_expires_at,
            granted,
        };
        Ok(Consent { identity, tokens })
    }

    /// Checks an ID token from end to end: form, algorithm, key, signature, claims.
    ///
    /// A key id that is not at hand makes us ask Google for its keys again, at most once a minute.
    async fn verify(
        &self,
        id_token: &str,
        expected: &Expected<'_>,
        now: DateTime<Utc>,
    ) -> Result<Identity, Error> {
        let token = compact::parse(id_token)?;
        let mut keys = self.inner.keys(now).await?;
        if !keys.has(&token.kid) {
            keys = self.inner.renew_keys(now).await?;
        }
        Ok(identify(&token, &keys, expected, now)?)
    }
}
