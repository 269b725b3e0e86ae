//! Cross-Account Protection: what Google pushes when something happens to an account, verified,
//! and the stream that it comes in, managed (RISC; RFC 8417, RFC 8935, docs/google-facts.md 5).
//!
//! The reading order: the `token` and its checks, the typed `event`, how one `names` a
//! refresh token; then the `stream` with the `service_account` that may manage it.

mod event;
mod issuer;
mod names;
mod service_account;
mod stream;
mod stream_error;
mod token;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use url::Url;

use crate::cache::{Cached, Fetched};
use crate::cache_control::fresh_for;
use crate::http_client::{self, HttpClient};
use crate::id_token::{Keys, compact, fetch as fetch_keys};
use crate::settings::Issuer;
use crate::{Error, Settings, SetupError};

pub use event::{EVENT_TYPES, SecurityEvent};
pub use names::{RefreshName, RefreshNames};
pub use service_account::{InvalidServiceAccount, ServiceAccount};
pub use stream::{EventStream, Stream};
pub use stream_error::{Forbidden, StreamError};
pub use token::{EventFault, EventToken};

/// Why a security event was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EventError {
    /// It proves nothing, and will not when it comes again.
    #[error("security event rejected: {0}")]
    Refused(#[from] EventFault),
    /// Google's keys cannot be had: it may come again.
    #[error("fetching the keys for security events failed: {0}")]
    Keys(#[from] Error),
}

/// Verifies security events. Cheap to clone; clones share one cache.
#[derive(Clone)]
pub struct EventVerifier {
    inner: Arc<Inner>,
}

struct Inner {
    issuer: Issuer,
    http: HttpClient,
    /// Every client id of ours: an event may be meant for any of them.
    client_ids: Vec<String>,
    configuration: Cached<Configuration>,
    keys: Cached<Keys>,
}

/// What we use of `/.well-known/risc-configuration` (docs/google-facts.md 5.2).
#[derive(Clone, Debug, Deserialize)]
struct Configuration {
    issuer: String,
    jwks_uri: Url,
}

impl Configuration {
    fn check(self, issuer: &Issuer) -> Result<Configuration, Error> {
        if !issuer::is_issuer(&self.issuer, issuer) {
            return Err(Error::Protocol { what: "a RISC configuration of another issuer" });
        }
        if !issuer.is_allowed(&self.jwks_uri) {
            return Err(Error::Protocol { what: "a RISC configuration with an insecure address" });
        }
        Ok(self)
    }
}

async fn fetch_configuration(
    http: &HttpClient,
    issuer: &Issuer,
) -> Result<Fetched<Configuration>, Error> {
    let address = format!("{}/.well-known/risc-configuration", issuer.as_str());
    let address =
        Url::parse(&address).map_err(|_| Error::Protocol { what: "the issuer's address" })?;
    let response = http.get_document(&address).await?;
    let value = http_client::parse::<Configuration>(&response)?.check(issuer)?;
    Ok(Fetched { value, fresh_for: fresh_for(response.headers()) })
}

impl EventVerifier {
    /// A verifier of events for the client of the settings, and for others of the same project.
    ///
    /// # Errors
    /// [`SetupError`] names the setting that cannot be right.
    pub fn new(settings: &Settings, other_clients: &[String]) -> Result<EventVerifier, SetupError> {
        let issuer = settings.check()?;
        let client_ids = [&settings.client_id].into_iter().chain(other_clients).cloned().collect();
        let http = HttpClient::for_json(&issuer, settings.timeout)?;
        let (configuration, keys) = (Cached::empty(), Cached::empty());
        Ok(EventVerifier {
            inner: Arc::new(Inner { issuer, http, client_ids, configuration, keys }),
        })
    }

    /// Checks a token from end to end: form, algorithm, key, signature, claims.
    ///
    /// A key id that is not at hand makes us ask Google for its keys again, at most once a minute;
    /// what has not even the form of a token makes us ask nobody.
    ///
    /// # Errors
    /// [`EventError::Refused`] for a token that is none of Google's to us, [`EventError::Keys`]
    /// where that cannot be told now.
    pub async fn verify(&self, text: &str, now: DateTime<Utc>) -> Result<EventToken, EventError> {
        let inner = &self.inner;
        let token = compact::parse(text).map_err(EventFault::from)?;
        let mut keys = inner.keys.get(now, inner.fetch(now)).await?;
        if !keys.has(&token.kid) {
            keys = inner.keys.renew(now, inner.fetch(now)).await?;
        }
        let claims = keys.open(&token).map_err(EventFault::from)?;
        Ok(token::check(claims, &inner.issuer, &inner.client_ids, now)?)
    }
}

impl Inner {
    /// Polled only when the keys are needed.
    async fn fetch(&self, now: DateTime<Utc>) -> Result<Fetched<Keys>, Error> {
        let configuration =
            self.configuration.get(now, fetch_configuration(&self.http, &self.issuer)).await?;
        fetch_keys(&self.http, &configuration.jwks_uri).await
    }
}

impl std::fmt::Debug for EventVerifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EventVerifier")
            .field("issuer", &self.inner.issuer.as_str())
            .finish_non_exhaustive()
    }
}
