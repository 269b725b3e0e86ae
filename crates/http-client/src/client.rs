//! One client, made once and bounded for its whole life.

use std::time::Duration;

use http::{Request, Response};
use reqwest::redirect::Policy;

use crate::public::OnlyPublic;

/// What an answer may cost.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The whole answer must be there within this time.
    pub timeout: Duration,
    /// No longer body is read.
    pub longest_body_bytes: usize,
}

/// Where a client may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Wherever it is sent: the address is the operator's own.
    Anywhere,
    /// The same, with no certificate to check: a stand-in on this machine speaks plain http, and
    /// must also start where there are no certificates.
    WithoutTls,
    /// Names of the public internet, over https. A literal address is not asked of a resolver:
    /// check it with [`is_public`](crate::is_public) before.
    PublicInternet,
}

/// An HTTP client that cannot be held up. Cheap to clone.
#[derive(Clone, Debug)]
pub struct HttpClient {
    client: reqwest::Client,
    longest_body_bytes: usize,
}

/// The machine's TLS cannot be set up.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("TLS cannot be set up")]
pub struct SetupError;

/// Why there is no whole answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// HTTP cannot reach such an address: nothing was sent.
    #[error("an address that HTTP cannot reach")]
    BadAddress,
    /// No connection: nothing was sent.
    #[error("no connection")]
    NoConnection,
    /// The request may have been carried out.
    #[error("no whole answer in time")]
    TimedOut,
    /// The request may have been carried out.
    #[error("the answer was cut off")]
    CutOff,
    /// The answer is longer than its limit.
    #[error("an oversized answer")]
    Oversized,
}

impl HttpClient {
    /// A client that calls itself `user_agent`.
    ///
    /// # Errors
    /// [`SetupError`] where the machine has no certificates to trust.
    pub fn new(user_agent: &str, limits: Limits, reach: Reach) -> Result<HttpClient, SetupError> {
        let client = reqwest::Client::builder()
            .user_agent(user_agent)
            .redirect(Policy::none())
            .no_proxy()
            .referer(false)
            .timeout(limits.timeout);
        let client = match reach {
            Reach::Anywhere => client,
            Reach::WithoutTls => client.tls_certs_only([]),
            Reach::PublicInternet => client.https_only(true).dns_resolver(OnlyPublic),
        };
        let client = client.build().map_err(|_| SetupError)?;
        Ok(HttpClient { client, longest_body_bytes: limits.longest_body_bytes })
    }

    /// Sends a request and reads the whole answer, whatever its status.
    ///
    /// # Errors
    /// [`SendError`], which says whether the request may have been carried out.
    pub async fn send(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, SendError> {
        let request = request.try_into().map_err(|_| SendError::BadAddress)?;
        let mut answer = self.client.execute(request).await.map_err(|e| unanswered(&e))?;
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|e| unanswered(&e))? {
            if body.len() + chunk.len() > self.longest_body_bytes {
                return Err(SendError::Oversized);
            }
            body.extend_from_slice(&chunk);
        }
        let mut response = Response::new(body);
        *response.status_mut() = answer.status();
        std::mem::swap(response.headers_mut(), answer.headers_mut());
        Ok(response)
    }
}

fn unanswered(error: &reqwest::Error) -> SendError {
    if error.is_connect() {
        SendError::NoConnection
    } else if error.is_timeout() {
        SendError::TimedOut
    } else {
        SendError::CutOff
    }
}
