//! How a picture is fetched, wherever it may be fetched from.

use std::time::Duration;

use http_client::{Limits, Reach};
use url::Url;

use super::guard::{Guard, Place};
use crate::error_response::EndpointKind;
use crate::http_client::{HttpClient, get};
use crate::settings::Issuer;
use crate::{Error, Settings, SetupError};

const TIMEOUT: Duration = Duration::from_secs(5);
const LONGEST_BYTES: usize = 2 * 1024 * 1024;

/// The two ways to fetch: from the internet, guarded; from the stand-in on this machine.
pub(crate) struct Source {
    guard: Guard,
    public: HttpClient,
    stand_in: HttpClient,
}

impl Source {
    pub(crate) fn new(issuer: &Issuer, settings: &Settings) -> Result<Source, SetupError> {
        let timeout = settings.timeout.min(TIMEOUT);
        let limits = Limits { timeout, longest_body_bytes: LONGEST_BYTES };
        Ok(Source {
            guard: Guard::new(issuer, &settings.picture_hosts),
            public: HttpClient::new(limits, Reach::PublicInternet)?,
            stand_in: HttpClient::new(limits, Reach::WithoutTls)?,
        })
    }

    /// The file behind an address, if we may go there.
    pub(super) async fn fetch(&self, url: &str) -> Result<Vec<u8>, Error> {
        let (http, url): (&HttpClient, Url) = match self.guard.admit(url) {
            Some(Place::Public(url)) => (&self.public, url),
            Some(Place::StandIn(url)) => (&self.stand_in, url),
            None => return Err(Error::Protocol { what: "a picture from somewhere else" }),
        };
        let response = http.ask(EndpointKind::Document, get(&url, None)?).await?;
        Ok(response.into_body())
    }
}
