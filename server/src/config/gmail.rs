//! Who we are to Google, and where Google is.

use google::{DEFAULT_TIMEOUT, Settings};
use model::{Scope, ScopeSet};
use secrecy::SecretString;
use serde::Deserialize;
use url::Url;

use super::site::is_loopback;
use super::{Faults, Raw, SiteConfig};

#[derive(Clone, Debug)]
pub struct GmailConfig {
    /// For the client.
    pub google: Settings,
    /// The permissions that may be asked for: those of sign-in at every connection, the others when
    /// a user presses their button.
    pub scopes: ScopeSet,
}

const CONSOLE: &str = "copy it from the OAuth client of type «Web application» in Google's console";

/// The console's JSON (docs/google-facts.md 1.12).
#[derive(Deserialize)]
struct CredentialsFile {
    web: Option<Credentials>,
    installed: Option<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
struct Credentials {
    client_id: String,
    client_secret: String,
}

impl GmailConfig {
    pub fn read(raw: &Raw, site: &SiteConfig, faults: &mut Faults) -> Option<GmailConfig> {
        let credentials = credentials(raw, faults);
        let issuer = address(raw, "GMAIL_ISSUER", faults);
        let api_url = address(raw, "GMAIL_API_URL", faults);
        let calendar_url = address(raw, "GMAIL_CALENDAR_URL", faults);
        let scopes = ScopeSet::parse(raw.get_or_default("GMAIL_SCOPES"));
        if !scopes.has(&Scope::openid()) {
            faults.add(
                "GMAIL_SCOPES",
                "lacks openid, without which Google names no account",
                "write openid email profile",
            );
        }
        let Credentials { client_id, client_secret } = credentials?;
        let google = Settings {
            issuer: issuer?,
            api_url: api_url?,
            calendar_url: calendar_url?,
            client_id,
            client_secret: SecretString::from(client_secret),
            redirect_uri: site.callback(),
            picture_hosts: list(raw.get_or_default("GMAIL_PICTURE_HOSTS")),
            timeout: DEFAULT_TIMEOUT,
        };
        Some(GmailConfig { google, scopes })
    }

    /// What the operator should know before users do.
    pub fn warnings(&self) -> Vec<String> {
        self.scopes
            .iter()
            .filter(|scope| !ScopeSet::sign_in().has(scope))
            .map(|scope| {
                format!(
                    "GMAIL_SCOPES asks for {}: Google reviews such permissions before it lets more \
                     than 100 users grant them (docs/google-facts.md 4)",
                    scope.as_str()
                )
            })
            .collect()
    }
}

pub(super) fn list(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

pub(super) fn address(raw: &Raw, name: &'static str, faults: &mut Faults) -> Option<Url> {
    let url = Url::parse(raw.get_or_default(name)).ok().filter(|url| {
        url.query().is_none()
            && url.fragment().is_none()
            && (url.scheme() == "https" || (url.scheme() == "http" && is_loopback(url)))
    });
    if url.is_none() {
        faults.add(
            name,
            "is not an https address (or http on loopback, for a stand-in)",
            "leave it out to use the real Google",
        );
    }
    url
}

fn credentials(raw: &Raw, faults: &mut Faults) -> Option<Credentials> {
    let (id, secret) = (raw.get("GMAIL_CLIENT_ID"), raw.get("GMAIL_CLIENT_SECRET"));
    if let Some(path) = raw.get("GMAIL_CREDENTIALS_FILE") {
        if id.is_some() || secret.is_some() {
            faults.add(
                "GMAIL_CREDENTIALS_FILE",
                "is given besides GMAIL_CLIENT_ID or GMAIL_CLIENT_SECRET",
                "give either the file or the two",
            );
        }
        return credentials_file(path, faults);
    }
    if id.is_none() {
        faults.add("GMAIL_CLIENT_ID", "is missing", CONSOLE);
    }
    if secret.is_none() {
        faults.add("GMAIL_CLIENT_SECRET", "is missing", CONSOLE);
    }
    Some(Credentials { client_id: id?.to_owned(), client_secret: secret?.to_owned() })
}

fn credentials_file(path: &str, faults: &mut Faults) -> Option<Credentials> {
    const SETTING: &str = "GMAIL_CREDENTIALS_FILE";
    const FIX: &str = "download the JSON of a «Web application» client from Google's console";
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) => {
            faults.add(
                SETTING,
                format!("cannot be read: {error}"),
                "name a file that this user may read",
            );
            return None;
        }
    };
    match serde_json::from_str(&text) {
        Ok(CredentialsFile { web: Some(credentials), .. }) => Some(credentials),
        Ok(CredentialsFile { installed: Some(_), .. }) => {
            faults.add(
                SETTING,
                "is of a desktop client, which cannot send browsers back to a site",
                FIX,
            );
            None
        }
        _ => {
            faults.add(SETTING, "is not the JSON of a web client", FIX);
            None
        }
    }
}
