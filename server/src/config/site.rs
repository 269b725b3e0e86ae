//! The site's own settings: database, addresses, log.

use std::net::SocketAddr;
use std::path::PathBuf;

use model::{Contact, Email};
use url::{Host, Url};

use super::{Faults, Raw};

/// Where things are kept.
#[derive(Clone, Debug)]
pub struct DatabaseConfig {
    /// `sqlite:` or `postgres:` address. May hold a password: never log it.
    pub url: String,
    pub max_connections: u32,
}

impl DatabaseConfig {
    /// Reads the database's settings.
    pub fn read(raw: &Raw, faults: &mut Faults) -> Option<DatabaseConfig> {
        let url = raw.get_or_default("DATABASE_URL").to_owned();
        let known = ["sqlite:", "postgres:", "postgresql:"].iter().any(|p| url.starts_with(p));
        if !known {
            faults.add(
                "DATABASE_URL",
                "is of no database that we know",
                "write sqlite://selexia.db, or postgres://user:password@host/database",
            );
        }
        let connections = raw.get_or_default("DATABASE_MAX_CONNECTIONS").parse().ok();
        let connections = connections.filter(|n| (1..=1_000).contains(n));
        if connections.is_none() {
            faults.add(
                "DATABASE_MAX_CONNECTIONS",
                "is not a number from 1 to 1000",
                "write a number, such as 8",
            );
        }
        Some(DatabaseConfig { url, max_connections: connections? }).filter(|_| known)
    }
}

/// The site and its address.
#[derive(Clone, Debug)]
pub struct SiteConfig {
    /// The address as browsers see it, without a path.
    pub base_url: Url,
    pub listen: SocketAddr,
    /// The built client, where it is not in the program.
    pub site_root: Option<PathBuf>,
    /// Proxies of ours in front.
    pub trusted_proxies: usize,
    /// Where users get help.
    pub contact: Option<Contact>,
}

impl SiteConfig {
    /// Reads the site's settings.
    pub fn read(raw: &Raw, faults: &mut Faults) -> Option<SiteConfig> {
        let base_url = match Url::parse(raw.get_or_default("SELEXIA_BASE_URL")) {
            Ok(url) if url.path() == "/" && url.query().is_none() && url.host().is_some() => {
                if url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url)) {
                    Some(url)
                } else {
                    faults.add(
                        "SELEXIA_BASE_URL",
                        "is neither https nor on loopback",
                        "serve the site over https: cookies and Google both need it",
                    );
                    None
                }
            }
            _ => {
                faults.add(
                    "SELEXIA_BASE_URL",
                    "is not an address without a path",
                    "write scheme and host, such as https://travel.example",
                );
                None
            }
        };
        let listen = raw.get_or_default("SELEXIA_LISTEN").parse().ok();
        if listen.is_none() {
            faults.add(
                "SELEXIA_LISTEN",
                "is not an address and port",
                "write both, such as 127.0.0.1:3000 or [::]:3000",
            );
        }
        let trusted_proxies = raw.get_or_default("SELEXIA_TRUSTED_PROXIES").parse().ok();
        if trusted_proxies.is_none() {
            faults.add(
                "SELEXIA_TRUSTED_PROXIES",
                "is not a number",
                "write how many proxies of yours stand in front, or 0",
            );
        }
        let contact = raw.get("SELEXIA_CONTACT").map(contact);
        if contact == Some(None) {
            faults.add(
                "SELEXIA_CONTACT",
                "is neither a mail address nor a page",
                "write one, such as help@travel.example or https://travel.example/help/",
            );
        }
        Some(SiteConfig {
            base_url: base_url?,
            listen: listen?,
            site_root: raw.get("SELEXIA_SITE_ROOT").map(PathBuf::from),
            trusted_proxies: trusted_proxies?,
            contact: contact.flatten(),
        })
    }

    /// Stands in for settings that were wrong, so that the others can still be judged.
    pub(super) fn fallback() -> SiteConfig {
        SiteConfig {
            base_url: Url::parse("http://localhost:3000").expect("a constant that parses"),
            listen: SocketAddr::from(([127, 0, 0, 1], 3000)),
            site_root: None,
            trusted_proxies: 0,
            contact: None,
        }
    }

    /// Where Google sends the browser back to. Must be registered there, letter for letter.
    pub fn callback(&self) -> Url {
        self.base_url.join("/gmail/callback/").expect("a constant path joins any base")
    }

    /// Where Google pushes security events to.
    pub fn events(&self) -> Url {
        self.base_url.join("/gmail/events/").expect("a constant path joins any base")
    }
}

fn contact(text: &str) -> Option<Contact> {
    let href = match (Email::parse(text), Url::parse(text)) {
        (Ok(email), _) => format!("mailto:{email}"),
        (_, Ok(page)) if page.scheme() == "https" => page.to_string(),
        _ => return None,
    };
    Some(Contact { href, text: text.to_owned() })
}

pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogConfig {
    /// A tracing filter.
    pub filter: String,
    /// For people or for machines.
    pub format: LogFormat,
}

/// For people or for machines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// Lines.
    Text,
    /// One JSON object a line.
    Json,
}

impl LogConfig {
    /// Reads the log's settings.
    pub fn read(raw: &Raw) -> Result<LogConfig, Faults> {
        let mut faults = Faults::default();
        let filter = raw.get_or_default("SELEXIA_LOG").to_owned();
        if filter.parse::<tracing_subscriber::EnvFilter>().is_err() {
            faults.add("SELEXIA_LOG", "is not a tracing filter", "write a level, such as info");
        }
        let format = match raw.get_or_default("SELEXIA_LOG_FORMAT") {
            "json" => LogFormat::Json,
            "text" => LogFormat::Text,
            _ => {
                faults.add("SELEXIA_LOG_FORMAT", "is neither text nor json", "write one of them");
                LogFormat::Text
            }
        };
        if faults.is_empty() { Ok(LogConfig { filter, format }) } else { Err(faults) }
    }
}
