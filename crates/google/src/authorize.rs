//! The way to Google: the address that the browser is sent to (docs/google-facts.md 1.2, 1.3).
//!
//! And one check on the way back: that the answer comes from Google and from nobody else.

use chrono::{DateTime, Utc};
use model::ScopeSet;
use oauth2::{AuthUrl, CsrfToken, Scope};
use url::Url;

use crate::token_answer::oauth_client;
use crate::{Error, Google, Verifier};

/// One trip to Google, as asked for.
#[derive(Clone, Copy, Debug)]
pub struct AuthorizeRequest<'a> {
    /// Comes back unchanged and finds the attempt again (RFC 6749 section 10.12).
    pub state: &'a str,
    /// Comes back inside the ID token and ties it to this attempt.
    pub nonce: &'a str,
    /// Stays here; only its challenge leaves.
    pub verifier: &'a Verifier,
    /// What is asked for. Google wants `openid` among it (docs/google-facts.md 1.2).
    pub scopes: &'a ScopeSet,
    /// Whether to show a consent screen that Google would skip.
    pub prompt: Prompt,
    /// An address or a subject that chooses the account, where we know it.
    pub login_hint: Option<&'a str>,
    /// The language of Google's screens, a BCP 47 tag.
    pub language: &'a str,
}

/// Whether Google must ask the user although it knows the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prompt {
    /// Google decides: it asks the first time and when something new is wanted.
    AsNeeded,
    /// Ask again. The only way to a new refresh token once one was given out (docs/google-facts.md
    /// 1.5).
    Consent,
}

impl Google {
    /// The address to send the browser to.
    ///
    /// `offline` always, so that a first consent brings a refresh token. Earlier grants are never
    /// folded in (`include_granted_scopes`): revoking would then take them down as well.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Protocol`] when the discovery document cannot be had.
    pub async fn authorize_url(
        &self,
        ask: &AuthorizeRequest<'_>,
        now: DateTime<Utc>,
    ) -> Result<Url, Error> {
        let metadata = self.inner.metadata(now).await?;
        let client = oauth_client(&self.inner.settings, &metadata)
            .set_auth_uri(AuthUrl::from_url(metadata.authorization_endpoint.clone()));
        let scopes = ask.scopes.wire();
        let mut request = client
            .authorize_url(|| CsrfToken::new(ask.state.to_owned()))
            .add_scopes(scopes.split(' ').map(|scope| Scope::new(scope.to_owned())))
            .set_pkce_challenge(ask.verifier.pkce_challenge())
            .add_extra_param("nonce", ask.nonce)
            .add_extra_param("access_type", "offline")
            .add_extra_param("hl", ask.language);
        if ask.prompt == Prompt::Consent {
            request = request.add_extra_param("prompt", "consent");
        }
        if let Some(hint) = ask.login_hint {
            request = request.add_extra_param("login_hint", hint);
        }
        let (url, _) = request.url();
        Ok(url)
    }

    /// Compares the callback's `iss` with the issuer that was asked (RFC 9207 section 2.4).
    ///
    /// Google sends it to some and does not announce it (docs/google-facts.md 1.4), so absence is
    /// fine.
    ///
    /// # Errors
    /// [`Error::Protocol`] when another server claims to have answered: do not use the code.
    pub fn check_callback_issuer(&self, iss: Option<&str>) -> Result<(), Error> {
        match iss {
            Some(iss) if iss != self.inner.issuer.as_str() => {
                Err(Error::Protocol { what: "a callback of another issuer" })
            }
            _ => Ok(()),
        }
    }
}
