//! Google's own list of its addresses (OpenID Connect Discovery 1.0 section 4, docs/google-facts.md
//! 2.1).
//!
//! Only the issuer is configured; everything else is read here, so a stand-in needs one address.

use serde::Deserialize;
use url::Url;

use crate::Error;
use crate::cache::Fetched;
use crate::cache_control::fresh_for;
use crate::http_client::{self, HttpClient};
use crate::settings::Issuer;

/// The addresses that we use.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Metadata {
    issuer: String,
    pub(crate) authorization_endpoint: Url,
    pub(crate) token_endpoint: Url,
    pub(crate) revocation_endpoint: Url,
    pub(crate) userinfo_endpoint: Url,
    pub(crate) jwks_uri: Url,
}

impl Metadata {
    /// The document must speak of the issuer that was asked (section 4.3), over safe addresses.
    fn check(self, issuer: &Issuer) -> Result<Metadata, Error> {
        if self.issuer.trim_end_matches('/') != issuer.as_str() {
            return Err(Error::Protocol { what: "a discovery document of another issuer" });
        }
        let endpoints = [
            &self.authorization_endpoint,
            &self.token_endpoint,
            &self.revocation_endpoint,
            &self.userinfo_endpoint,
            &self.jwks_uri,
        ];
        if !endpoints.into_iter().all(|endpoint| issuer.is_allowed(endpoint)) {
            return Err(Error::Protocol { what: "a discovery document with an insecure address" });
        }
        Ok(self)
    }
}

pub(crate) async fn fetch(http: &HttpClient, issuer: &Issuer) -> Result<Fetched<Metadata>, Error> {
    let address = format!("{}/.well-known/openid-configuration", issuer.as_str());
    let address =
        Url::parse(&address).map_err(|_| Error::Protocol { what: "the issuer's address" })?;
    let response = http.get_document(&address).await?;
    let value = http_client::parse::<Metadata>(&response)?.check(issuer)?;
    Ok(Fetched { value, fresh_for: fresh_for(response.headers()) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(issuer: &str, changes: &[(&str, &str)]) -> Result<Metadata, Error> {
        let mut document = json!({
            "issuer": "https://accounts.google.com",
            "authorization_endpoint": "https://accounts.google.com/o/oauth2/v2/auth",
            "token_endpoint": "https://oauth2.googleapis.com/token",
            "userinfo_endpoint": "https://openidconnect.googleapis.com/v1/userinfo",
            "revocation_endpoint": "https://oauth2.googleapis.com/revoke",
            "jwks_uri": "https://www.googleapis.com/oauth2/v3/certs",
        });
        for (name, value) in changes {
            document[*name] = json!(value);
        }
        let issuer = Issuer::parse(&Url::parse(issuer).unwrap()).unwrap();
        serde_json::from_value::<Metadata>(document).unwrap().check(&issuer)
    }

    #[test]
    fn googles_own_document_passes() {
        let metadata = check("https://accounts.google.com", &[]).unwrap();
        assert_eq!(metadata.token_endpoint.as_str(), "https://oauth2.googleapis.com/token");
        check("https://accounts.google.com/", &[("issuer", "https://accounts.google.com/")])
            .unwrap();
    }

    #[test]
    fn another_issuer_is_refused() {
        for issuer in [
            "https://evil.example",
            "https://accounts.google.com.evil.example",
            "https://accounts.google.com/tenant",
            "http://accounts.google.com",
            "accounts.google.com",
            "https://ACCOUNTS.google.com",
            "",
        ] {
            let refused = check("https://accounts.google.com", &[("issuer", issuer)]);
            let what = "a discovery document of another issuer";
            assert_eq!(refused.unwrap_err(), Error::Protocol { what }, "{issuer}");
        }
    }

    #[test]
    fn secrets_only_travel_encrypted_or_stay_on_this_machine() {
        let stand_in = "http://127.0.0.1:9000";
        let what = "a discovery document with an insecure address";
        for (issuer, endpoint, is_safe) in [
            ("https://accounts.google.com", "http://oauth2.googleapis.com/token", false),
            ("https://accounts.google.com", "http://127.0.0.1/token", false),
            ("https://accounts.google.com", "https://me:pw@oauth2.googleapis.com/", false),
            ("https://accounts.google.com", "ftp://oauth2.googleapis.com/", false),
            (stand_in, "http://127.0.0.1:9001/token", true),
            (stand_in, "http://192.168.0.1/token", false),
        ] {
            let checked = check(issuer, &[("issuer", issuer), ("token_endpoint", endpoint)]);
            assert_eq!(checked.err(), (!is_safe).then_some(Error::Protocol { what }), "{endpoint}");
        }
    }
}
