//! Who may manage the stream: a service account, and the tokens that it signs for itself
//! (docs/google-facts.md 5.1). No token endpoint is asked: the signed JWT is the bearer token.

use std::fmt;

use chrono::{DateTime, Utc};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

/// How long a token of its own is good, as Google's guide has it.
const LIFETIME_SECS: i64 = 3_600;

/// A service account's key, as the JSON file from Google's console holds it.
#[derive(Clone)]
pub struct ServiceAccount {
    email: String,
    project: String,
    key_id: String,
    key: EncodingKey,
}

/// Why a file is not the key of a service account. Never repeats the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidServiceAccount {
    /// Not JSON, or without `client_email`, `private_key_id`, `private_key` or `project_id`.
    #[error("is not the JSON key of a service account")]
    Form,
    /// The private key is not an RSA key in PEM.
    #[error("holds a private key that cannot be read")]
    Key,
}

#[derive(Deserialize)]
struct KeyFile {
    client_email: String,
    project_id: String,
    private_key_id: String,
    private_key: SecretPem,
}

/// The PEM text, wiped when it has been read.
#[derive(Deserialize)]
#[serde(transparent)]
struct SecretPem(String);

impl Drop for SecretPem {
    fn drop(&mut self) {
        use secrecy::zeroize::Zeroize;
        self.0.zeroize();
    }
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a str,
    iat: i64,
    exp: i64,
}

impl ServiceAccount {
    /// Reads the JSON of a key file.
    ///
    /// # Errors
    /// [`InvalidServiceAccount`] when it is another file, or its key is not one.
    pub fn parse(json: &str) -> Result<ServiceAccount, InvalidServiceAccount> {
        let file: KeyFile = serde_json::from_str(json).map_err(|_| InvalidServiceAccount::Form)?;
        let key = EncodingKey::from_rsa_pem(file.private_key.0.as_bytes())
            .map_err(|_| InvalidServiceAccount::Key)?;
        let KeyFile { client_email, project_id, private_key_id, .. } = file;
        Ok(ServiceAccount { email: client_email, project: project_id, key_id: private_key_id, key })
    }

    /// Its address, which operators give roles to.
    pub fn email(&self) -> &str {
        &self.email
    }

    /// The project that it belongs to. Must be the one of the OAuth client.
    pub fn project(&self) -> &str {
        &self.project
    }

    /// A bearer token for `audience` and for an hour. None when the key cannot sign.
    pub(super) fn token(&self, audience: &str, now: DateTime<Utc>) -> Option<SecretString> {
        let iat = now.timestamp();
        let claims = Claims {
            iss: &self.email,
            sub: &self.email,
            aud: audience,
            iat,
            exp: iat + LIFETIME_SECS,
        };
        let header = Header { kid: Some(self.key_id.clone()), ..Header::new(Algorithm::RS256) };
        jsonwebtoken::encode(&header, &claims, &self.key).ok().map(SecretString::from)
    }
}

impl fmt::Debug for ServiceAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ServiceAccount({})", self.email)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_file_is_refused_and_its_key_not_repeated() {
        let json = |key: &str| {
            format!(
                r#"{{"client_email":"a@b","project_id":"p","private_key_id":"k","private_key":"{key}"}}"#
            )
        };
        for (text, fault) in [
            ("", InvalidServiceAccount::Form),
            (r#"{"web":{"client_id":"a","client_secret":"s3cret"}}"#, InvalidServiceAccount::Form),
            (r#"{"client_email":"a@b","private_key":"s3cret"}"#, InvalidServiceAccount::Form),
            (&json("s3cret"), InvalidServiceAccount::Key),
            (&json("-----BEGIN PUBLIC KEY-----"), InvalidServiceAccount::Key),
        ] {
            let refused = ServiceAccount::parse(text).unwrap_err();
            assert_eq!(refused, fault, "{text}");
            assert!(!format!("{refused} {refused:?}").contains("s3cret"));
        }
    }
}
