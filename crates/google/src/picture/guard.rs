//! Where a picture may come from: Google's picture hosts, the operator's, or the stand-in.

use url::{Host, Origin, Url};

use crate::settings::Issuer;

/// Google serves pictures from numbered hosts under this name.
const GOOGLE: &str = ".googleusercontent.com";

/// An address that may be fetched, and with what care.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// On the internet, over https.
    Public(Url),
    /// On this machine, beside the stand-in issuer.
    StandIn(Url),
}

/// The rule, made once from the settings.
pub(super) struct Guard {
    hosts: Vec<String>,
    stand_in: Option<Origin>,
}

impl Guard {
    pub(super) fn new(issuer: &Issuer, hosts: &[String]) -> Guard {
        Guard {
            hosts: hosts.iter().map(|host| host.to_ascii_lowercase()).collect(),
            stand_in: issuer.stand_in().map(Url::origin),
        }
    }

    /// The address, if a picture may come from there.
    pub(super) fn admit(&self, text: &str) -> Option<Place> {
        let url = Url::parse(text).ok()?;
        if !url.username().is_empty() || url.password().is_some() {
            return None;
        }
        if self.stand_in.as_ref() == Some(&url.origin()) {
            return Some(Place::StandIn(url));
        }
        let is_known = match url.host()? {
            Host::Domain(name) => {
                name.ends_with(GOOGLE) || self.hosts.iter().any(|host| host == name)
            }
            // An address instead of a name would pass by the resolver that keeps us out of here.
            Host::Ipv4(_) | Host::Ipv6(_) => false,
        };
        let is_default_port = url.port().is_none();
        (url.scheme() == "https" && is_default_port && is_known).then_some(Place::Public(url))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guard(issuer: &str) -> Guard {
        let issuer = Issuer::parse(&Url::parse(issuer).unwrap()).unwrap();
        Guard::new(&issuer, &["Pictures.example.org".to_owned(), "10.0.0.7".to_owned()])
    }

    #[test]
    fn googles_hosts_and_the_operators_are_admitted() {
        let guard = guard("https://accounts.google.com");
        for text in [
            "https://lh3.googleusercontent.com/a/EXAMPLE=s96-c",
            "https://LH3.googleusercontent.com:443/a/EXAMPLE",
            "https://pictures.example.org/me.png",
        ] {
            assert!(matches!(guard.admit(text), Some(Place::Public(_))), "{text}");
        }
    }

    #[test]
    fn everywhere_else_is_out_of_bounds() {
        let guard = guard("https://accounts.google.com");
        for text in [
            "http://lh3.googleusercontent.com/a",
            "https://googleusercontent.com/a",
            "https://evilgoogleusercontent.com/a",
            "https://lh3.googleusercontent.com.evil.example/a",
            "https://lh3.googleusercontent.com./a",
            "https://lh3.googleusercontent.com:8443/a",
            "https://me:pw@lh3.googleusercontent.com/a",
            "https://lh3.googleusercontent.com@evil.example/a",
            "https://evil.example/.googleusercontent.com",
            "https://evil.example#.googleusercontent.com",
            "https://evil.example\\.googleusercontent.com/a",
            "https://sub.pictures.example.org/me.png",
            "https://10.0.0.7/me.png",
            "https://127.0.0.1/a",
            "https://[::1]/a",
            "https://2130706433/a",
            "http://127.0.0.1:9000/a",
            "file:///etc/passwd",
            "data:image/png;base64,AAAA",
            "gopher://lh3.googleusercontent.com/a",
            "//lh3.googleusercontent.com/a",
            "",
        ] {
            assert_eq!(guard.admit(text), None, "{text}");
        }
    }

    #[test]
    fn a_stand_in_serves_its_own_pictures_and_nobody_elses() {
        let guard = guard("http://127.0.0.1:9000");
        assert!(matches!(guard.admit("http://127.0.0.1:9000/p.png"), Some(Place::StandIn(_))));
        for text in [
            "http://127.0.0.1:9001/p.png",
            "http://localhost:9000/p.png",
            "https://127.0.0.1:9000/p.png",
            "http://me@127.0.0.1:9000/p.png",
        ] {
            assert_eq!(guard.admit(text), None, "{text}");
        }
    }
}
