//! The way to Google: the guarded client, what Google's answers mean, and what time it says it is.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use http::header::{ACCEPT, AUTHORIZATION, HeaderValue};
use http::{Request, Response, StatusCode};
use http_client::{Limits, Reach, SendError};
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use url::Url;

use crate::clock_skew::ClockSkew;
use crate::error_response::{self, EndpointKind};
use crate::settings::Issuer;
use crate::{Error, SetupError};

/// Most that is read of a JSON answer.
const LONGEST_JSON_BYTES: usize = 256 * 1024;
/// Google compresses only for clients whose name says that they can read it (docs/google-facts.md
/// 6).
const USER_AGENT: &str = concat!("selexia/", env!("CARGO_PKG_VERSION"), " (gzip)");

/// A client that knows Google's errors.
#[derive(Clone)]
pub(crate) struct HttpClient {
    client: http_client::HttpClient,
    /// What time Google last said it was.
    clock_skew: ClockSkew,
}

impl HttpClient {
    /// A client for JSON; every answer must be whole within `timeout`.
    pub(crate) fn for_json(issuer: &Issuer, timeout: Duration) -> Result<HttpClient, SetupError> {
        let reach = if issuer.stand_in().is_some() { Reach::WithoutTls } else { Reach::Anywhere };
        HttpClient::new(Limits { timeout, longest_body_bytes: LONGEST_JSON_BYTES }, reach)
    }

    pub(crate) fn new(limits: Limits, reach: Reach) -> Result<HttpClient, SetupError> {
        let client = http_client::HttpClient::new(USER_AGENT, limits, reach)
            .map_err(|http_client::SetupError| SetupError::Tls)?;
        Ok(HttpClient { client, clock_skew: ClockSkew::default() })
    }

    /// Sends a request and reads the whole answer, whatever its status.
    pub(crate) async fn send(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, Error> {
        let response = self.client.send(request).await?;
        self.clock_skew.observe(response.headers());
        Ok(response)
    }

    /// Sends a request and accepts 200 alone; anything else is classified.
    pub(crate) async fn ask(
        &self,
        asked: EndpointKind,
        request: Request<Vec<u8>>,
    ) -> Result<Response<Vec<u8>>, Error> {
        let response = self.send(request).await?;
        if response.status() == StatusCode::OK {
            return Ok(response);
        }
        Err(error_response::classify(asked, &response))
    }

    /// How far Google's clock is ahead of `now`, by its last answer.
    pub(crate) fn clock_skew(&self, now: DateTime<Utc>) -> Option<TimeDelta> {
        self.clock_skew.skew(now)
    }

    /// Reads a public document.
    pub(crate) async fn get_document(&self, url: &Url) -> Result<Response<Vec<u8>>, Error> {
        self.ask(EndpointKind::Document, get(url, None)?).await
    }

    /// Reads an API's JSON with a bearer token in the header, never in the address (RFC 6750 2.1).
    pub(crate) async fn get_api<T: DeserializeOwned>(
        &self,
        url: &Url,
        access: &SecretString,
    ) -> Result<T, Error> {
        parse(&self.ask(EndpointKind::Api, get(url, Some(access))?).await?)
    }
}

/// A GET request.
pub(crate) fn get(url: &Url, access: Option<&SecretString>) -> Result<Request<Vec<u8>>, Error> {
    let mut request = Request::get(url.as_str()).header(ACCEPT, "application/json");
    if let Some(access) = access {
        let mut bearer = HeaderValue::try_from(format!("Bearer {}", access.expose_secret()))
            .map_err(|_| Error::Unauthorized)?;
        bearer.set_sensitive(true);
        request = request.header(AUTHORIZATION, bearer);
    }
    request
        .body(Vec::new())
        .map_err(|_| Error::Protocol { what: "an address that HTTP cannot reach" })
}

/// Reads a JSON body; an HTML page with status 200 ends here.
pub(crate) fn parse<T: DeserializeOwned>(response: &Response<Vec<u8>>) -> Result<T, Error> {
    serde_json::from_slice(response.body())
        .map_err(|_| Error::Protocol { what: "an answer that is not the documented JSON" })
}

impl From<SendError> for Error {
    fn from(error: SendError) -> Error {
        match error {
            SendError::BadAddress => Error::Protocol { what: "an address that HTTP cannot reach" },
            SendError::Oversized => Error::Protocol { what: "an oversized answer" },
            SendError::NoConnection => Error::Unavailable { what: "no connection" },
            SendError::TimedOut => Error::Unanswered { what: "no whole answer in time" },
            SendError::CutOff => Error::Unanswered { what: "the answer was cut off" },
        }
    }
}
