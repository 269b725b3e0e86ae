//! Where Google is and who we are to it.
//!
//! The only Google addresses of the product stand here, as defaults; a stand-in replaces them.

use std::time::Duration;

use secrecy::SecretString;
use url::{Host, Url};

/// Google's issuer; every other address but the APIs' follows from its discovery document.
pub const DEFAULT_ISSUER: &str = "https://accounts.google.com";

/// Where Gmail's API lives (docs/google-facts.md 4).
pub const DEFAULT_API_URL: &str = "https://gmail.googleapis.com";

/// Where Calendar's API lives (docs/google-facts.md 4).
pub const DEFAULT_CALENDAR_URL: &str = "https://www.googleapis.com";

/// Where the stream of security events is managed (docs/google-facts.md 5.1).
pub const DEFAULT_RISC_URL: &str = "https://risc.googleapis.com";

/// Where people see and withdraw the access that they gave (docs/google-facts.md 1.1).
pub const PERMISSIONS_PAGE: &str = "https://myaccount.google.com/permissions";

/// How long a whole answer may take.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);

/// Everything that [`Google`](crate::Google) has to be told.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The OpenID Connect issuer, usually [`DEFAULT_ISSUER`]. Plain http only on loopback.
    pub issuer: Url,
    /// The root of Gmail's API, usually [`DEFAULT_API_URL`].
    pub api_url: Url,
    /// The root of Calendar's API, usually [`DEFAULT_CALENDAR_URL`].
    pub calendar_url: Url,
    /// The OAuth client's id.
    pub client_id: String,
    /// The OAuth client's secret.
    pub client_secret: SecretString,
    /// Our callback, exactly as registered at Google (docs/google-facts.md 1.11).
    pub redirect_uri: Url,
    /// Hosts that pictures may come from besides Google's own, by name.
    pub picture_hosts: Vec<String>,
    /// How long a whole answer may take, body included; [`DEFAULT_TIMEOUT`] is a good value.
    pub timeout: Duration,
}

/// Why no client can be built from the settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SetupError {
    /// OpenID Connect Discovery 1.0 section 3: https, no query, no fragment.
    #[error("the issuer must be an https address (or http on loopback) without query or fragment")]
    Issuer,
    /// An API's address is insecure or not an address.
    #[error(
        "the addresses of the APIs must be https (or http on loopback, with a loopback issuer)"
    )]
    ApiUrl,
    /// RFC 6749 section 3.1.2: absolute, without fragment; docs/google-facts.md 1.11: without
    /// credentials.
    #[error("the redirect URI must be an http(s) address without fragment or credentials")]
    RedirectUri,
    /// There is no client id or no secret.
    #[error("the client id and the client secret must not be empty")]
    Client,
    /// The system offers no usable TLS.
    #[error("building the HTTP client failed: is the system's certificate store in place?")]
    Tls,
}

/// A checked issuer: the text to compare with, and whether it is a stand-in on this machine.
#[derive(Clone, Debug)]
pub(crate) struct Issuer {
    text: String,
    stand_in: Option<Url>,
}

impl Issuer {
    pub(crate) fn parse(url: &Url) -> Result<Issuer, SetupError> {
        let stand_in = is_loopback_http(url);
        if !is_plain(url) || !(stand_in || url.scheme() == "https") {
            return Err(SetupError::Issuer);
        }
        Ok(Issuer {
            text: url.as_str().trim_end_matches('/').to_owned(),
            stand_in: stand_in.then(|| url.clone()),
        })
    }

    /// The issuer without a trailing slash, the way Google writes it.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// Google's older spelling, without the scheme (docs/google-facts.md 2.2).
    pub(crate) fn without_scheme(&self) -> &str {
        self.text.split_once("://").map_or(&self.text, |(_, rest)| rest)
    }

    /// The stand-in's address, when the issuer is one.
    pub(crate) fn stand_in(&self) -> Option<&Url> {
        self.stand_in.as_ref()
    }

    /// Whether secrets may be sent there: https, or this machine when the issuer is on it too.
    pub(crate) fn is_allowed(&self, endpoint: &Url) -> bool {
        let has_credentials = !endpoint.username().is_empty() || endpoint.password().is_some();
        let stand_in = self.stand_in.is_some() && is_loopback_http(endpoint);
        !has_credentials && endpoint.has_host() && (endpoint.scheme() == "https" || stand_in)
    }
}

impl Settings {
    pub(crate) fn check(&self) -> Result<Issuer, SetupError> {
        use secrecy::ExposeSecret;

        let issuer = Issuer::parse(&self.issuer)?;
        for api in [&self.api_url, &self.calendar_url] {
            if !is_plain(api) || !issuer.is_allowed(api) {
                return Err(SetupError::ApiUrl);
            }
        }
        let redirect = &self.redirect_uri;
        let is_web = matches!(redirect.scheme(), "https" | "http") && redirect.has_host();
        let is_clean = redirect.fragment().is_none() && redirect.username().is_empty();
        if !is_web || !is_clean || redirect.password().is_some() {
            return Err(SetupError::RedirectUri);
        }
        if self.client_id.is_empty() || self.client_secret.expose_secret().is_empty() {
            return Err(SetupError::Client);
        }
        Ok(issuer)
    }
}

pub(crate) fn is_plain(url: &Url) -> bool {
    let anonymous = url.username().is_empty() && url.password().is_none();
    anonymous && url.has_host() && url.query().is_none() && url.fragment().is_none()
}

fn is_loopback_http(url: &Url) -> bool {
    let loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    url.scheme() == "http" && loopback
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    fn settings(issuer: &str, api: &str) -> Settings {
        Settings {
            issuer: url(issuer),
            api_url: url(api),
            calendar_url: url(DEFAULT_CALENDAR_URL),
            client_id: "client".to_owned(),
            client_secret: "secret".into(),
            redirect_uri: url("https://app.example/gmail/callback/"),
            picture_hosts: Vec::new(),
            timeout: DEFAULT_TIMEOUT,
        }
    }

    #[test]
    fn plain_http_is_for_this_machine_alone() {
        for (issuer, api, expected) in [
            (DEFAULT_ISSUER, DEFAULT_API_URL, None),
            ("http://127.0.0.1:9000", "http://127.0.0.1:9000", None),
            ("http://localhost:9000", "http://[::1]:9001", None),
            ("http://accounts.google.com", DEFAULT_API_URL, Some(SetupError::Issuer)),
            ("https://accounts.google.com/?x=1", DEFAULT_API_URL, Some(SetupError::Issuer)),
            ("https://me@accounts.google.com", DEFAULT_API_URL, Some(SetupError::Issuer)),
            ("http://127.0.0.1.evil.example", DEFAULT_API_URL, Some(SetupError::Issuer)),
            (DEFAULT_ISSUER, "http://127.0.0.1:9000", Some(SetupError::ApiUrl)),
            ("http://127.0.0.1:9000", "http://10.0.0.1", Some(SetupError::ApiUrl)),
        ] {
            assert_eq!(settings(issuer, api).check().err(), expected, "{issuer} {api}");
        }
    }

    #[test]
    fn who_we_are_must_be_said() {
        let good = settings(DEFAULT_ISSUER, DEFAULT_API_URL);
        let nameless = Settings { client_id: String::new(), ..good.clone() };
        let secretless = Settings { client_secret: "".into(), ..good.clone() };
        let fragment = Settings { redirect_uri: url("https://app.example/#x"), ..good };
        assert_eq!(nameless.check().err(), Some(SetupError::Client));
        assert_eq!(secretless.check().err(), Some(SetupError::Client));
        assert_eq!(fragment.check().err(), Some(SetupError::RedirectUri));
    }

    #[test]
    fn the_issuer_has_two_spellings_and_no_slash() {
        let issuer = Issuer::parse(&url(DEFAULT_ISSUER)).unwrap();
        assert_eq!(issuer.as_str(), "https://accounts.google.com");
        assert_eq!(issuer.without_scheme(), "accounts.google.com");
    }

    #[test]
    fn the_secret_never_prints_itself() {
        let printed = format!("{:?}", settings(DEFAULT_ISSUER, DEFAULT_API_URL));
        assert!(!printed.contains("\"secret\""), "{printed}");
    }
}
