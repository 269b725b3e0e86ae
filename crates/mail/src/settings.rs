//! Where mail is handed over, and from whom it is.

use std::fmt;

use lettre::message::Mailbox;
use percent_encoding::percent_decode_str;
use secrecy::SecretString;
use url::{Host, Url};

/// The mail server, and the sender.
#[derive(Clone)]
pub struct Settings {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) security: Security,
    pub(crate) credentials: Option<(String, SecretString)>,
    pub(crate) from: Mailbox,
}

/// How the connection is kept from being read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Security {
    /// TLS from the first byte (RFC 8314).
    Tls,
    /// STARTTLS before anything else, or nothing is sent.
    StartTls,
    /// Not at all: it does not leave the machine.
    Loopback,
}

/// What is wrong with the settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSettings {
    /// Not an address of a mail server.
    #[error("is not smtp:// or smtps:// with a host")]
    Server,
    /// A user without a password, or a password without a user.
    #[error("has a user or a password, but not both")]
    Credentials,
    /// Not a sender.
    #[error("is not a mail address")]
    From,
}

impl Settings {
    /// Reads the address of a server, `smtps://user:password@host:port` or `smtp://…`, and a
    /// sender, `Name <address>` or an address.
    ///
    /// Behind `smtp:` the server must offer STARTTLS, unless it is on this machine. User and
    /// password may be percent-encoded.
    pub fn parse(server: &str, from: &str) -> Result<Settings, InvalidSettings> {
        let url = Url::parse(server).map_err(|_| InvalidSettings::Server)?;
        let host = url.host().ok_or(InvalidSettings::Server)?;
        let is_bare = matches!(url.path(), "" | "/") && url.query().is_none();
        let (security, port) = match url.scheme() {
            "smtps" if is_bare => (Security::Tls, 465),
            "smtp" if is_bare && is_loopback(&host) => (Security::Loopback, 25),
            "smtp" if is_bare => (Security::StartTls, 587),
            _ => return Err(InvalidSettings::Server),
        };
        let decode = |text| percent_decode_str(text).decode_utf8().map(String::from);
        let credentials = match (url.username(), url.password()) {
            ("", None) => None,
            ("", Some(_)) | (_, None) => return Err(InvalidSettings::Credentials),
            (user, Some(password)) => {
                let [user, password] = [user, password].map(decode);
                let password = password.map_err(|_| InvalidSettings::Credentials)?;
                let user = user.map_err(|_| InvalidSettings::Credentials)?;
                Some((user, SecretString::from(password)))
            }
        };
        Ok(Settings {
            host: host.to_string().trim_matches(['[', ']']).to_owned(),
            port: url.port().unwrap_or(port),
            security,
            credentials,
            from: from.parse().map_err(|_| InvalidSettings::From)?,
        })
    }
}

/// Whether the server is this machine. Of schemes that are not the web's own, the parser takes an
/// address for a name.
fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => {
            let address = name.parse::<std::net::IpAddr>();
            *name == "localhost" || address.is_ok_and(|address| address.is_loopback())
        }
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Settings({}:{}, {:?})", self.host, self.port, self.security)
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    const FROM: &str = "SELEXIA Travel <noreply@travel.example>";

    #[test]
    fn a_servers_address_says_how_it_is_spoken_to() {
        for (server, host, port, security) in [
            ("smtps://mail.example", "mail.example", 465, Security::Tls),
            ("smtps://127.0.0.1", "127.0.0.1", 465, Security::Tls),
            ("smtp://mail.example", "mail.example", 587, Security::StartTls),
            ("smtp://mail.example:25/", "mail.example", 25, Security::StartTls),
            ("smtp://10.0.0.1:25", "10.0.0.1", 25, Security::StartTls),
            ("smtp://127.0.0.1:2525", "127.0.0.1", 2525, Security::Loopback),
            ("smtp://[::1]:2525", "::1", 2525, Security::Loopback),
            ("smtp://localhost", "localhost", 25, Security::Loopback),
            ("smtp://localhost.evil.example", "localhost.evil.example", 587, Security::StartTls),
        ] {
            let settings = Settings::parse(server, FROM).unwrap();
            assert_eq!(
                (settings.host.as_str(), settings.port, settings.security),
                (host, port, security),
                "{server}"
            );
        }
    }

    #[test]
    fn a_password_may_hold_anything_and_is_never_printed() {
        let server = "smtps://anna%40travel.example:p%3A%2F%40ss@mail.example";
        let settings = Settings::parse(server, FROM).unwrap();
        let (user, password) = settings.credentials.clone().unwrap();
        assert_eq!((user.as_str(), password.expose_secret()), ("anna@travel.example", "p:/@ss"));
        assert_eq!(format!("{settings:?}"), "Settings(mail.example:465, Tls)");
    }

    #[test]
    fn what_is_no_server_or_no_sender_is_refused() {
        for server in ["", "mail.example", "https://mail.example", "smtp://", "smtp://a/path"] {
            assert_eq!(Settings::parse(server, FROM).unwrap_err(), InvalidSettings::Server);
        }
        for server in ["smtp://anna@mail.example", "smtp://:secret@mail.example"] {
            assert_eq!(Settings::parse(server, FROM).unwrap_err(), InvalidSettings::Credentials);
        }
        for from in ["", "anna", "Anna <anna>"] {
            let refused = Settings::parse("smtp://localhost", from).unwrap_err();
            assert_eq!(refused, InvalidSettings::From, "{from}");
        }
    }
}
