//! The bytes of a sealed secret: version, key id, nonce, ciphertext and tag.

use std::fmt;

use crate::KeyId;

/// The first byte of every envelope; another layout would carry another number.
const VERSION: u8 = 1;
/// AES-GCM's nonce (NIST SP 800-38D section 8.2.2: random, 96 bits).
pub(crate) const NONCE_BYTES: usize = 12;

/// A secret that only the vault can open. Safe to store; worthless without the key and its place.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed(Vec<u8>);

pub(crate) struct Parts<'a> {
    pub(crate) key_id: KeyId,
    pub(crate) nonce: [u8; NONCE_BYTES],
    pub(crate) ciphertext: &'a [u8],
}

impl Sealed {
    /// Takes bytes from storage. Whether they open is the vault's to say.
    pub fn from_bytes(bytes: Vec<u8>) -> Sealed {
        Sealed(bytes)
    }

    /// The bytes to store.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    pub(crate) fn join(key_id: &KeyId, nonce: [u8; NONCE_BYTES], ciphertext: &[u8]) -> Sealed {
        Sealed([&*key_id.header(), &nonce, ciphertext].concat())
    }

    pub(crate) fn parts(&self) -> Option<Parts<'_>> {
        let (key_id, rest) = split_header(&self.0)?;
        let (nonce, ciphertext) = rest.split_first_chunk::<NONCE_BYTES>()?;
        Some(Parts { key_id, nonce: *nonce, ciphertext })
    }
}

impl KeyId {
    /// What everything sealed with this key begins with, and nothing sealed with another does: a
    /// byte of the version, a byte of the name's length, the name. So a database can tell who
    /// needs which key, and open nothing.
    pub fn header(&self) -> Vec<u8> {
        let id = self.as_str().as_bytes();
        let id_length = u8::try_from(id.len()).expect("a key id has at most 32 bytes");
        [&[VERSION, id_length], id].concat()
    }

    /// The key that a sealed value names, from its first bytes; `None` where it is no envelope.
    /// Says nothing about whether the key opens it.
    pub fn of_header(bytes: &[u8]) -> Option<KeyId> {
        split_header(bytes).map(|(key_id, _)| key_id)
    }
}

fn split_header(bytes: &[u8]) -> Option<(KeyId, &[u8])> {
    let (&[version, id_length], rest) = bytes.split_first_chunk::<2>()?;
    if version != VERSION {
        return None;
    }
    let (id, rest) = rest.split_at_checked(usize::from(id_length))?;
    let key_id = KeyId::parse(std::str::from_utf8(id).ok()?).ok()?;
    Some((key_id, rest))
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealed")
    }
}
