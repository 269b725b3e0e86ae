//! The stream that events come in: where Google sends them, which ones, and whether it does
//! (docs/google-facts.md 5.1). For operators at their command line; no request of a user's comes
//! here.

use chrono::{DateTime, Utc};
use http::Request;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use secrecy::ExposeSecret;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use url::Url;

use super::event::EVENT_TYPES;
use super::service_account::ServiceAccount;
use super::stream_error::{StreamError, refusal};
use crate::http_client::HttpClient;
use crate::settings::{Issuer, is_plain};
use crate::{Error, Settings, SetupError};

/// The service that tokens for the management API are meant for.
const SERVICE: &str = "google.identity.risc.v1beta.RiscManagementService";
/// Pushed over HTTP (RFC 8935), by its address in the standard.
const PUSH: &str = "https://schemas.openid.net/secevent/risc/delivery-method/push";

/// Manages the stream of one project.
pub struct EventStream {
    http: HttpClient,
    /// The API's root, without a slash at the end.
    root: String,
    account: ServiceAccount,
}

/// A stream as Google has it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Stream {
    delivery: Delivery,
    #[serde(default)]
    events_requested: Vec<String>,
    events_delivered: Option<Vec<String>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
struct Delivery {
    url: String,
}

#[derive(Deserialize)]
struct Status {
    status: String,
}

impl Stream {
    /// Where Google sends events.
    pub fn url(&self) -> &str {
        &self.delivery.url
    }

    /// The types that it sends.
    pub fn types(&self) -> &[String] {
        self.events_delivered.as_deref().unwrap_or(&self.events_requested)
    }

    /// The types that we want and Google does not send: it drops what it does not know without a
    /// word.
    pub fn dropped(&self) -> Vec<&'static str> {
        let is_sent = |wanted: &&str| self.types().iter().any(|sent| sent == wanted);
        EVENT_TYPES.into_iter().filter(|wanted| !is_sent(wanted)).collect()
    }
}

impl EventStream {
    /// The stream of the project that the service account is of, managed at `api`.
    ///
    /// # Errors
    /// [`SetupError::ApiUrl`] when a token must not be sent to that address.
    pub fn new(
        settings: &Settings,
        api: &Url,
        account: ServiceAccount,
    ) -> Result<EventStream, SetupError> {
        let issuer: Issuer = settings.check()?;
        if !is_plain(api) || !issuer.is_allowed(api) {
            return Err(SetupError::ApiUrl);
        }
        let http = HttpClient::for_json(&issuer, settings.timeout)?;
        let root = api.as_str().trim_end_matches('/').to_owned();
        Ok(EventStream { http, root, account })
    }

    /// The stream as it is.
    ///
    /// # Errors
    /// [`StreamError::NotRegistered`] where there is none yet; the others as Google answers.
    pub async fn find(&self, now: DateTime<Utc>) -> Result<Stream, StreamError> {
        self.get("stream", now).await
    }

    /// Asks Google to send every type that we know to `url`, from now on.
    ///
    /// # Errors
    /// As Google answers; [`StreamError::Forbidden`] names what is missing in the project.
    pub async fn register(&self, url: &Url, now: DateTime<Utc>) -> Result<(), StreamError> {
        let body = json!({
            "delivery": { "delivery_method": PUSH, "url": url },
            "events_requested": EVENT_TYPES,
        });
        self.post("stream:update", &body, now).await?;
        // What was switched off stays off over an update.
        self.post("stream/status:update", &json!({ "status": "enabled" }), now).await
    }

    /// Whether Google sends: `enabled` or `disabled`, in its own word.
    ///
    /// # Errors
    /// As for [`find`](EventStream::find).
    pub async fn status(&self, now: DateTime<Utc>) -> Result<String, StreamError> {
        Ok(self.get::<Status>("stream/status", now).await?.status)
    }

    /// Asks Google to send a verification event that carries `state`.
    ///
    /// # Errors
    /// As for [`find`](EventStream::find).
    pub async fn verify(&self, state: &str, now: DateTime<Utc>) -> Result<(), StreamError> {
        self.post("stream:verify", &json!({ "state": state }), now).await
    }

    async fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        now: DateTime<Utc>,
    ) -> Result<T, StreamError> {
        let body = self.ask("GET", path, Vec::new(), now).await?;
        serde_json::from_slice(&body).map_err(|_| StreamError::Protocol)
    }

    async fn post(&self, path: &str, body: &Value, now: DateTime<Utc>) -> Result<(), StreamError> {
        self.ask("POST", path, body.to_string().into_bytes(), now).await.map(drop)
    }

    async fn ask(
        &self,
        method: &str,
        path: &str,
        body: Vec<u8>,
        now: DateTime<Utc>,
    ) -> Result<Vec<u8>, StreamError> {
        let audience = format!("{}/{SERVICE}", self.root);
        let token = self.account.token(&audience, now).ok_or(StreamError::Unsigned)?;
        let mut bearer = HeaderValue::try_from(format!("Bearer {}", token.expose_secret()))
            .map_err(|_| StreamError::Unsigned)?;
        bearer.set_sensitive(true);
        let request = Request::builder()
            .method(method)
            .uri(format!("{}/v1beta/{path}", self.root))
            .header(AUTHORIZATION, bearer)
            .header(CONTENT_TYPE, "application/json")
            .body(body)
            .map_err(|_| StreamError::Protocol)?;
        let response = self.http.send(request).await.map_err(|error| match error {
            Error::Unavailable { what } => StreamError::Unavailable { what },
            _ => StreamError::Protocol,
        })?;
        if response.status() == http::StatusCode::OK {
            return Ok(response.into_body());
        }
        Err(refusal(&response))
    }
}

impl std::fmt::Debug for EventStream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EventStream").field("account", &self.account).finish_non_exhaustive()
    }
}
