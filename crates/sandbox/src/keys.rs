//! The signing keys: two are always published, one of them signs (docs/google-facts.md 2.4).
//! Key material is made once a process, so that the hundredth sandbox of a test run starts at once.

use std::sync::OnceLock;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RsaEncoding};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

/// Key pairs in the process; rotations beyond that reuse material under a new key id.
const POOL_SIZE: usize = 6;
/// The last of the pool belongs to an attacker and is never published.
const FOREIGN: usize = POOL_SIZE - 1;
static SERVICE_ACCOUNT: OnceLock<KeyPair> = OnceLock::new();
static POOL: [OnceLock<KeyPair>; POOL_SIZE] = [const { OnceLock::new() }; POOL_SIZE];

/// A key pair under a key id.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    pub(crate) kid: String,
    pair: &'static KeyPair,
}

impl Key {
    fn numbered(serial: usize) -> Key {
        let slot = serial % FOREIGN;
        let mut seed = modulus(pair(slot));
        seed.extend(serial.to_be_bytes());
        let kid =
            digest(&SHA256, &seed).as_ref()[..20].iter().map(|b| format!("{b:02x}")).collect();
        Key { kid, pair: pair(slot) }
    }

    /// A key that Google never published, under a key id of the caller's choice.
    pub(crate) fn foreign(kid: &str) -> Key {
        Key { kid: kid.to_owned(), pair: pair(FOREIGN) }
    }

    /// The key of the demo project's service account.
    pub(crate) fn of_service_account() -> Key {
        Key { kid: "demo-service-account-key".to_owned(), pair: made(&SERVICE_ACCOUNT) }
    }

    pub(crate) fn sign(&self, message: &[u8], encoding: &'static dyn RsaEncoding) -> Vec<u8> {
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(encoding, &SystemRandom::new(), message, &mut signature)
            .expect("an RSA-2048 key signs any message");
        signature
    }

    pub(crate) fn jwk(&self) -> Value {
        let exponent = self.pair.public_key().exponent();
        json!({
            "kty": "RSA", "use": "sig", "alg": "RS256", "kid": self.kid,
            "n": URL_SAFE_NO_PAD.encode(modulus(self.pair)),
            "e": URL_SAFE_NO_PAD.encode(exponent.big_endian_without_leading_zero()),
        })
    }

    /// The public key as a PEM text, which a confused verifier takes for an HMAC secret.
    pub(crate) fn public_pem(&self) -> String {
        let der = self.pair.public_key().as_der().expect("a public key has a DER form");
        pem("PUBLIC KEY", der.as_ref())
    }

    /// The private key as a key file of Google's holds it (PKCS #8).
    pub(crate) fn private_pem(&self) -> String {
        let der: Pkcs8V1Der<'_> = self.pair.as_der().expect("a private key has a DER form");
        pem("PRIVATE KEY", der.as_ref())
    }

    /// The public key as a verifier takes it (PKCS #1).
    pub(crate) fn public_der(&self) -> &'static [u8] {
        self.pair.public_key().as_ref()
    }
}

fn pem(what: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let lines: Vec<&str> = text
        .as_bytes()
        .chunks(64)
        .map(|line| std::str::from_utf8(line).expect("base64 is ASCII"))
        .collect();
    format!("-----BEGIN {what}-----\n{}\n-----END {what}-----\n", lines.join("\n"))
}

/// The published pair.
pub(crate) struct KeyRing {
    pub(crate) current: Key,
    other: Key,
    made: usize,
}

impl KeyRing {
    pub(crate) fn new() -> KeyRing {
        KeyRing { current: Key::numbered(0), other: Key::numbered(1), made: 2 }
    }

    /// A key nobody has seen begins to sign; the old one stays published or is withdrawn.
    pub(crate) fn rotate(&mut self, keep_old: bool) {
        let fresh = self.fresh();
        let old = std::mem::replace(&mut self.current, fresh);
        self.other = if keep_old { old } else { self.fresh() };
    }

    pub(crate) fn jwks(&self) -> Value {
        json!({ "keys": [self.current.jwk(), self.other.jwk()] })
    }

    fn fresh(&mut self) -> Key {
        self.made += 1;
        Key::numbered(self.made - 1)
    }
}

fn pair(slot: usize) -> &'static KeyPair {
    made(&POOL[slot])
}

fn made(slot: &'static OnceLock<KeyPair>) -> &'static KeyPair {
    slot.get_or_init(|| KeyPair::generate(KeySize::Rsa2048).expect("key generation"))
}

fn modulus(pair: &KeyPair) -> Vec<u8> {
    pair.public_key().modulus().big_endian_without_leading_zero().to_vec()
}
