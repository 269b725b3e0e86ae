//! The token endpoint: how it is asked and what its answer must look like (RFC 6749 section 5.1).
//!
//! The `oauth2` crate writes the requests; refusals are classified before it sees them, because
//! its error type would drop the subtype and the headers.

use std::fmt;
use std::pin::Pin;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use model::ScopeSet;
use oauth2::basic::{
    BasicErrorResponse, BasicRevocationErrorResponse, BasicTokenIntrospectionResponse,
    BasicTokenType,
};
use oauth2::{
    AsyncHttpClient, AuthType, Client, ClientId, ClientSecret, EndpointNotSet, EndpointSet,
    ExtraTokenFields, HttpRequest, HttpResponse, RedirectUrl, RequestTokenError,
    StandardRevocableToken, StandardTokenResponse, TokenResponse, TokenUrl,
};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::discovery::Metadata;
use crate::error_response::EndpointKind;
use crate::http_client::HttpClient;
use crate::{Error, Settings};

/// Google's word for an hour is 3599 or 3920 seconds; used where it does not say.
const USUAL_LIFETIME: Duration = Duration::from_secs(3600);

/// No access token is believed to live longer.
const LONGEST_LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);

/// The fields that Google adds to RFC 6749 (docs/google-facts.md 1.5).
#[derive(Deserialize, Serialize)]
pub(crate) struct Extra {
    id_token: Option<String>,
    refresh_token_expires_in: Option<u32>,
}

impl ExtraTokenFields for Extra {}

impl fmt::Debug for Extra {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Extra")
    }
}

type Wanted = StandardTokenResponse<Extra, BasicTokenType>;

type OAuthClient = Client<
    BasicErrorResponse,
    Wanted,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointSet,
>;

/// The `oauth2` crate's client; the secret goes into the body (`client_secret_post`).
pub(crate) fn oauth_client(settings: &Settings, metadata: &Metadata) -> OAuthClient {
    Client::new(ClientId::new(settings.client_id.clone()))
        .set_client_secret(ClientSecret::new(settings.client_secret.expose_secret().to_owned()))
        .set_auth_type(AuthType::RequestBody)
        .set_redirect_uri(RedirectUrl::from_url(settings.redirect_uri.clone()))
        .set_token_uri(TokenUrl::from_url(metadata.token_endpoint.clone()))
}

/// What came back from the token endpoint, checked and in our own types.
pub(crate) struct TokenAnswer {
    pub(crate) access: SecretString,
    pub(crate) access_expires_at: DateTime<Utc>,
    pub(crate) refresh: Option<SecretString>,
    pub(crate) refresh_expires_at: Option<DateTime<Utc>>,
    pub(crate) granted: Option<ScopeSet>,
    pub(crate) id_token: Option<SecretString>,
}

impl TokenAnswer {
    /// Reads what one of oauth2's requests brought back; a refusal comes classified from the wire.
    pub(crate) fn read(
        answer: Result<Wanted, RequestTokenError<Error, BasicErrorResponse>>,
        now: DateTime<Utc>,
    ) -> Result<TokenAnswer, Error> {
        let answer = answer.map_err(|error| match error {
            RequestTokenError::Request(error) => error,
            _ => Error::Protocol { what: "a token answer that is not the documented JSON" },
        })?;
        if *answer.token_type() != BasicTokenType::Bearer {
            return Err(Error::Protocol { what: "a token that is not a bearer token" });
        }
        let lifetime = answer.expires_in().unwrap_or(USUAL_LIFETIME).min(LONGEST_LIFETIME);
        let refresh_lifetime = answer.extra_fields().refresh_token_expires_in;
        Ok(TokenAnswer {
            access: token(answer.access_token().secret())?,
            access_expires_at: now + lifetime,
            refresh: answer.refresh_token().map(|refresh| token(refresh.secret())).transpose()?,
            refresh_expires_at: refresh_lifetime.map(|s| now + TimeDelta::seconds(s.into())),
            granted: answer.scopes().map(|scopes| {
                let named = scopes.iter().filter(|scope| !scope.is_empty());
                named.map(|scope| model::Scope::parse(scope)).collect()
            }),
            id_token: answer.extra_fields().id_token.clone().map(SecretString::from),
        })
    }
}

/// A token is visible ASCII (RFC 6749 appendix A.12, A.17), so it fits into a header.
fn token(text: &str) -> Result<SecretString, Error> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Error::Protocol { what: "a token that is not visible ASCII" });
    }
    Ok(text.into())
}

/// The transport that the `oauth2` crate is given: only a 200 gets through to it.
impl<'c> AsyncHttpClient<'c> for HttpClient {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, Error>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.ask(EndpointKind::Token, request))
    }
}
