//! The demo project's service account: the key file that an operator would download, and the check
//! of the tokens that it signs for itself (docs/google-facts.md 5.1).

use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::json;

use crate::keys::Key;

const EMAIL: &str = "risc-manager@selexia-demo.iam.gserviceaccount.com";
const PROJECT: &str = "selexia-demo";
/// The service behind the management API, which its tokens are meant for.
const SERVICE: &str = "google.identity.risc.v1beta.RiscManagementService";
/// Longest life of such a token.
const LONGEST_SECS: i64 = 3_600;
const SKEW_SECS: i64 = 60;

/// The JSON of its key file.
pub(crate) fn key_file() -> String {
    let key = Key::of_service_account();
    json!({
        "type": "service_account",
        "project_id": PROJECT,
        "private_key_id": key.kid,
        "private_key": key.private_pem(),
        "client_email": EMAIL,
        "client_id": "100000000000000000099",
    })
    .to_string()
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: String,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: String,
    iat: i64,
    exp: i64,
}

/// Whether this bearer token is the service account's own, for this API and for now.
pub(crate) fn is_its_own(token: &str, base: &str, now: DateTime<Utc>) -> bool {
    let parts: Vec<_> = token.split('.').collect();
    let [header, claims, signature] = parts[..] else { return false };
    let key = Key::of_service_account();
    let Some(Header { alg, kid }) = read(header) else { return false };
    let Some(signature) = URL_SAFE_NO_PAD.decode(signature).ok() else { return false };
    let public = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key.public_der());
    let signed = &token[..header.len() + 1 + claims.len()];
    if alg != "RS256" || kid != key.kid || public.verify(signed.as_bytes(), &signature).is_err() {
        return false;
    }
    let Some(Claims { iss, sub, aud, iat, exp }) = read(claims) else { return false };
    let now = now.timestamp();
    let is_now = iat <= now + SKEW_SECS && now < exp && exp - iat <= LONGEST_SECS;
    iss == EMAIL && sub == EMAIL && aud == format!("{base}/{SERVICE}") && is_now
}

fn read<T: for<'de> Deserialize<'de>>(segment: &str) -> Option<T> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(segment).ok()?).ok()
}
