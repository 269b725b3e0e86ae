//! Writes compact JSON web signatures, good ones and forged ones.
//! The signing is done by hand because a proper library refuses to do it wrong.

use aws_lc_rs::hmac;
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RSA_PSS_SHA256};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use super::forge::{IdTokenForge, Signing};
use crate::keys::Key;

/// The ID token for the claims, changed by the forgery.
pub(crate) fn mint(
    claims: Map<String, Value>,
    key: &Key,
    client_secret: &str,
    forge: &IdTokenForge,
) -> String {
    let header = header(key, forge);
    let good_payload = Value::Object(claims.clone()).to_string();
    let payload = payload(claims, forge);
    let message = message(&header, &payload);
    let foreign = Key::foreign(&key.kid);
    let signature = match &forge.signing {
        Signing::Raw(text) => return text.clone(),
        Signing::Good => key.sign(message.as_bytes(), &RSA_PKCS1_SHA256),
        Signing::None | Signing::Missing => Vec::new(),
        Signing::Hs256WithSecret => hs256(client_secret, &message),
        Signing::Hs256WithPublicKey => hs256(&key.public_pem(), &message),
        Signing::Rs384 => key.sign(message.as_bytes(), &RSA_PKCS1_SHA384),
        Signing::Rs512 => key.sign(message.as_bytes(), &RSA_PKCS1_SHA512),
        Signing::Ps256 => key.sign(message.as_bytes(), &RSA_PSS_SHA256),
        Signing::ForeignKey | Signing::EmbeddedKey => {
            foreign.sign(message.as_bytes(), &RSA_PKCS1_SHA256)
        }
        Signing::CorruptSignature => {
            let mut signature = key.sign(message.as_bytes(), &RSA_PKCS1_SHA256);
            signature[0] ^= 1;
            signature
        }
        Signing::TamperedPayload => {
            key.sign(self::message(&header, &good_payload).as_bytes(), &RSA_PKCS1_SHA256)
        }
        Signing::ExtraSegment => {
            let signature = key.sign(message.as_bytes(), &RSA_PKCS1_SHA256);
            return format!("{message}.{}.e30", URL_SAFE_NO_PAD.encode(signature));
        }
    };
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn header(key: &Key, forge: &IdTokenForge) -> String {
    let alg = match forge.signing {
        Signing::None => "none",
        Signing::Hs256WithSecret | Signing::Hs256WithPublicKey => "HS256",
        Signing::Rs384 => "RS384",
        Signing::Rs512 => "RS512",
        Signing::Ps256 => "PS256",
        _ => "RS256",
    };
    let mut header = Map::new();
    header.insert("alg".to_owned(), json!(alg));
    header.insert("kid".to_owned(), json!(key.kid));
    header.insert("typ".to_owned(), json!("JWT"));
    if forge.signing == Signing::EmbeddedKey {
        header.insert("jwk".to_owned(), Key::foreign(&key.kid).jwk());
    }
    overlay(&mut header, &forge.header_overrides);
    Value::Object(header).to_string()
}

fn payload(mut claims: Map<String, Value>, forge: &IdTokenForge) -> String {
    overlay(&mut claims, &forge.claim_overrides);
    for (name, secs) in &forge.claim_shifts {
        if let Some(moment) = claims.get(name).and_then(Value::as_i64) {
            claims.insert(name.clone(), json!(moment + secs));
        }
    }
    let mut text = Value::Object(claims).to_string();
    for (name, value) in &forge.duplicate_claims {
        text.pop();
        text.push_str(&format!(",{}:{value}}}", Value::String(name.clone())));
    }
    text
}

/// Puts the members over the object; `null` removes one.
pub(crate) fn overlay(object: &mut Map<String, Value>, changes: &Map<String, Value>) {
    for (name, value) in changes {
        if value.is_null() {
            object.remove(name);
        } else {
            object.insert(name.clone(), value.clone());
        }
    }
}

fn message(header: &str, payload: &str) -> String {
    format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload))
}

fn hs256(secret: &str, message: &str) -> Vec<u8> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    hmac::sign(&key, message.as_bytes()).as_ref().to_vec()
}
