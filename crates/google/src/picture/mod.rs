//! The user's picture, copied here so that no page of ours sends a browser to Google.
//!
//! The address comes from outside, so this is where server-side request forgery would happen:
//! [`guard`] decides where we may go, [`public`] whom a name may lead to, [`media`] what we keep.

mod guard;
mod media;
mod public;

use std::time::Duration;

use url::Url;

use crate::error_response::EndpointKind;
use crate::http_client::{self, HttpClient};
use crate::settings::Issuer;
use crate::{Error, Google, Settings, SetupError};
use guard::{Guard, Place};

const TIMEOUT: Duration = Duration::from_secs(5);
const LONGEST_BYTES: usize = 2 * 1024 * 1024;

/// A picture whose first bytes say that it is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// One of `image/png`, `image/jpeg`, `image/webp`, `image/gif`, from the bytes themselves.
    pub media_type: &'static str,
    /// The picture, at most 2 MiB.
    pub bytes: Vec<u8>,
}

/// The two ways to fetch: from the internet, guarded; from the stand-in on this machine.
pub(crate) struct Source {
    guard: Guard,
    public: HttpClient,
    stand_in: HttpClient,
}

impl Source {
    pub(crate) fn new(issuer: &Issuer, settings: &Settings) -> Result<Source, SetupError> {
        let bounded = || http_client::bounded(issuer, settings.timeout.min(TIMEOUT));
        let public = bounded().https_only(true).dns_resolver(public::OnlyPublic);
        Ok(Source {
            guard: Guard::new(issuer, &settings.picture_hosts),
            public: HttpClient::build(public, LONGEST_BYTES)?,
            stand_in: HttpClient::build(bounded(), LONGEST_BYTES)?,
        })
    }

    async fn fetch(&self, url: &str) -> Result<Vec<u8>, Error> {
        let (http, url): (&HttpClient, Url) = match self.guard.admit(url) {
            Some(Place::Public(url)) => (&self.public, url),
            Some(Place::StandIn(url)) => (&self.stand_in, url),
            None => return Err(Error::Protocol { what: "a picture from somewhere else" }),
        };
        let response = http.ask(EndpointKind::Document, http_client::get(&url, None)?).await?;
        Ok(response.into_body())
    }
}

impl Google {
    /// Downloads a picture from the address that [`Userinfo`](crate::Userinfo) gave.
    ///
    /// # Errors
    /// [`Error::Protocol`] for an address that is neither Google's nor the operator's, for more
    /// than 2 MiB and for anything that is not a PNG, JPEG, WebP or GIF.
    pub async fn picture(&self, url: &str) -> Result<Picture, Error> {
        let bytes = self.inner.pictures.fetch(url).await?;
        let media_type = media::sniff(&bytes)
            .ok_or(Error::Protocol { what: "a picture in none of the known formats" })?;
        Ok(Picture { media_type, bytes })
    }
}
