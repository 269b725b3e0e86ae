//! The handle that everything hangs on: settings, connections and the two caches.
//!
//! Its verbs stand in files of their own, each beside what it sends and what it expects.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use crate::cache::Cached;
use crate::discovery::{self, Metadata};
use crate::http_client::HttpClient;
use crate::id_token::{self, Keys};
use crate::settings::Issuer;
use crate::{Error, Settings, SetupError, picture};

/// A client of Google, cheap to clone. All clones share one cache and one pool of connections.
#[derive(Clone)]
pub struct Google {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) settings: Settings,
    pub(crate) issuer: Issuer,
    pub(crate) http: HttpClient,
    pub(crate) pictures: picture::Source,
    pub(crate) metadata: Cached<Metadata>,
    pub(crate) keys: Cached<Keys>,
}

impl Google {
    /// Checks the settings; asks nothing of the network.
    ///
    /// # Errors
    /// [`SetupError`] names the setting that cannot be right.
    pub fn new(settings: Settings) -> Result<Google, SetupError> {
        let issuer = settings.check()?;
        let inner = Inner {
            http: HttpClient::for_json(&issuer, settings.timeout)?,
            pictures: picture::Source::new(&issuer, &settings)?,
            metadata: Cached::empty(),
            keys: Cached::empty(),
            issuer,
            settings,
        };
        Ok(Google { inner: Arc::new(inner) })
    }

    /// Fetches the discovery document and the signing keys, so that the first user need not wait.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Protocol`]; every other call tries again by itself.
    pub async fn warm_up(&self, now: DateTime<Utc>) -> Result<(), Error> {
        self.inner.keys(now).await.map(drop)
    }

    /// Where a consent form's submission ends up, for the page's Content-Security-Policy.
    ///
    /// From memory: `None` until something else, such as [`warm_up`](Google::warm_up), has
    /// fetched the discovery document.
    pub fn authorization_origin(&self) -> Option<String> {
        let metadata = self.inner.metadata.peek()?;
        Some(metadata.authorization_endpoint.origin().ascii_serialization())
    }

    /// How far Google's clock is ahead of ours, by its last answer to any call of ours.
    pub fn clock_skew(&self, now: DateTime<Utc>) -> Option<TimeDelta> {
        self.inner.http.clock_skew(now)
    }
}

impl Inner {
    /// Google's addresses, from memory while they are fresh.
    pub(crate) async fn metadata(&self, now: DateTime<Utc>) -> Result<Arc<Metadata>, Error> {
        self.metadata.get(now, discovery::fetch(&self.http, &self.issuer)).await
    }

    /// The signing keys, from memory while they are fresh.
    pub(crate) async fn keys(&self, now: DateTime<Utc>) -> Result<Arc<Keys>, Error> {
        let metadata = self.metadata(now).await?;
        self.keys.get(now, id_token::fetch(&self.http, &metadata.jwks_uri)).await
    }

    /// The keys after asking again, or from memory if that was done less than a minute ago.
    pub(crate) async fn renew_keys(&self, now: DateTime<Utc>) -> Result<Arc<Keys>, Error> {
        let metadata = self.metadata(now).await?;
        self.keys.renew(now, id_token::fetch(&self.http, &metadata.jwks_uri)).await
    }
}

impl fmt::Debug for Google {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Google")
            .field("issuer", &self.inner.issuer.as_str())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DEFAULT_TIMEOUT, Verifier};
    use url::Url;

    /// A check by the compiler, which no run can fail: handlers and workers move between threads
    /// while they wait, and this does not compile where a call cannot.
    #[test]
    fn every_call_can_be_awaited_on_any_thread() {
        fn any_thread(_: impl Send) {}
        let stand_in = Url::parse("http://127.0.0.1:1").unwrap();
        let google = Google::new(Settings {
            issuer: stand_in.clone(),
            api_url: stand_in.clone(),
            calendar_url: stand_in.clone(),
            client_id: "client".to_owned(),
            client_secret: "secret".into(),
            redirect_uri: stand_in,
            picture_hosts: Vec::new(),
            timeout: DEFAULT_TIMEOUT,
        })
        .unwrap();
        let (now, token, verifier) =
            (DateTime::UNIX_EPOCH, "token".into(), Verifier::from_random(&[0; 32]));
        any_thread(google.exchange("code", &verifier, "nonce", now));
        any_thread(google.refresh(&token, now));
        any_thread(google.revoke(&token, now));
        any_thread(google.mailbox(&token));
        any_thread(google.picture("https://lh3.googleusercontent.com/a"));
    }
}
