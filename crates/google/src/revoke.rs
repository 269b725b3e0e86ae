//! Telling Google to forget a grant (RFC 7009, docs/google-facts.md 1.7).
//!
//! Written by hand: the `oauth2` crate refuses plain http here, even to a stand-in on loopback.

use chrono::{DateTime, Utc};
use http::header::CONTENT_TYPE;
use http::{Request, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use url::form_urlencoded;

use crate::error_response::{self, EndpointKind};
use crate::{Error, Google};

impl Google {
    /// Ends the whole grant behind a token; give the refresh token, it outlives the access token.
    ///
    /// A token that Google no longer knows counts as revoked, so this can be repeated.
    ///
    /// # Errors
    /// Anything else than those two answers: keep the token and try again.
    pub async fn revoke(&self, token: &SecretString, now: DateTime<Utc>) -> Result<(), Error> {
        let metadata = self.inner.metadata(now).await.map_err(Error::into_unavailable)?;
        let form = form_urlencoded::Serializer::new(String::new())
            .append_pair("token", token.expose_secret())
            .finish();
        let request = Request::post(metadata.revocation_endpoint.as_str())
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(form.into_bytes())
            .map_err(|_| Error::Protocol { what: "an address that HTTP cannot reach" })?;
        let response = self.inner.http.send(request).await?;
        if response.status() == StatusCode::OK || error_response::is_already_revoked(&response) {
            return Ok(());
        }
        Err(error_response::classify(EndpointKind::Token, &response))
    }
}
