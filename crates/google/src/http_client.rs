//! The one way out: requests whose answers are bounded in size, in time and in where they come
//! from.
//!
//! No redirect is followed and no proxy of the environment is used, so an answer is the addressed
//! host's own; an endless, oversized or cut-off one ends in an [`Error`], never in memory.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use http::header::{ACCEPT, AUTHORIZATION, HeaderValue};
use http::{Request, Response, StatusCode};
use reqwest::ClientBuilder;
use reqwest::redirect::Policy;
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

/// An HTTP client that cannot be held up.
#[derive(Clone)]
pub(crate) struct HttpClient {
    client: reqwest::Client,
    longest_body_bytes: usize,
    /// What time Google last said it was.
    clock_skew: ClockSkew,
}

impl HttpClient {
    /// A client for JSON; every answer must be whole within `timeout`.
    pub(crate) fn for_json(issuer: &Issuer, timeout: Duration) -> Result<HttpClient, SetupError> {
        HttpClient::build(bounded(issuer, timeout), LONGEST_JSON_BYTES)
    }

    pub(crate) fn build(
        client: ClientBuilder,
        longest_body_bytes: usize,
    ) -> Result<HttpClient, SetupError> {
        let client = client.build().map_err(|_| SetupError::Tls)?;
        Ok(HttpClient { client, longest_body_bytes, clock_skew: ClockSkew::default() })
    }

    /// Sends a request and reads the whole answer, whatever its status.
    pub(crate) async fn send(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, Error> {
        let request = request
            .try_into()
            .map_err(|_| Error::Protocol { what: "an address that HTTP cannot reach" })?;
        let mut answer = self.client.execute(request).await.map_err(|e| unanswered(&e))?;
        self.clock_skew.heard(answer.headers());
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|e| unanswered(&e))? {
            if body.len() + chunk.len() > self.longest_body_bytes {
                return Err(Error::Protocol { what: "an oversized answer" });
            }
            body.extend_from_slice(&chunk);
        }
        let mut response = Response::new(body);
        *response.status_mut() = answer.status();
        std::mem::swap(response.headers_mut(), answer.headers_mut());
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

/// What every client of ours has in common.
///
/// A stand-in speaks plain http, so it is given no certificates: a demonstration must also start
/// on a machine that has none.
pub(crate) fn bounded(issuer: &Issuer, timeout: Duration) -> ClientBuilder {
    let client = reqwest::Client::builder()
        .user_agent(USER_AGENT)
        .redirect(Policy::none())
        .no_proxy()
        .referer(false)
        .timeout(timeout);
    if issuer.stand_in().is_some() { client.tls_certs_only([]) } else { client }
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

fn unanswered(error: &reqwest::Error) -> Error {
    if error.is_connect() {
        Error::Unavailable { what: "no connection" }
    } else if error.is_timeout() {
        Error::Unanswered { what: "no whole answer in time" }
    } else {
        Error::Unanswered { what: "the answer was cut off" }
    }
}
