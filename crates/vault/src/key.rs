//! One key and its name.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use secrecy::zeroize::Zeroizing;

/// Names a key in every envelope that it sealed, so that keys can be exchanged.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyId(String);

impl KeyId {
    /// 1 to 32 letters, digits, `-` or `_`.
    pub fn parse(text: &str) -> Result<KeyId, InvalidKey> {
        let sound = (1..=32).contains(&text.len())
            && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
        if sound { Ok(KeyId(text.to_owned())) } else { Err(InvalidKey::Id) }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A named 256-bit key. Prints only its name.
#[derive(Clone)]
pub struct Key {
    pub(crate) id: KeyId,
    pub(crate) bytes: Zeroizing<[u8; 32]>,
}

/// What is wrong with a key. Never repeats the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidKey {
    /// No `id:` before the key.
    #[error("a key has the form id:base64")]
    Form,
    /// The name is empty, too long or has other characters.
    #[error("a key's id is 1 to 32 letters, digits, - or _")]
    Id,
    /// Not base64, or not 32 bytes.
    #[error("a key is the base64 of exactly 32 bytes")]
    Bytes,
}

impl Key {
    /// Reads `id:base64`, the form of the ENCRYPTION_KEYS setting.
    pub fn parse(text: &str) -> Result<Key, InvalidKey> {
        let (id, encoded) = text.split_once(':').ok_or(InvalidKey::Form)?;
        let id = KeyId::parse(id)?;
        let decoded = Zeroizing::new(STANDARD.decode(encoded).map_err(|_| InvalidKey::Bytes)?);
        let bytes: [u8; 32] = decoded.as_slice().try_into().map_err(|_| InvalidKey::Bytes)?;
        Ok(Key { id, bytes: Zeroizing::new(bytes) })
    }

    /// Draws a new key from the system's randomness.
    pub fn generate(id: KeyId) -> Result<Key, getrandom::Error> {
        let mut bytes = Zeroizing::new([0; 32]);
        getrandom::fill(bytes.as_mut_slice())?;
        Ok(Key { id, bytes })
    }

    /// The form for a settings file. The caller shows it to the operator once.
    pub fn expose(&self) -> Zeroizing<String> {
        Zeroizing::new(format!("{}:{}", self.id.as_str(), STANDARD.encode(self.bytes.as_slice())))
    }

    /// The key's name.
    pub fn id(&self) -> &KeyId {
        &self.id
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({})", self.id.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_generated_key_reads_back() {
        let key = Key::generate(KeyId::parse("k1").unwrap()).unwrap();
        let again = Key::parse(&key.expose()).unwrap();
        assert_eq!((again.id, again.bytes), (key.id, key.bytes));
    }

    #[test]
    fn what_is_wrong_with_a_key_is_named_and_the_key_is_not() {
        for (text, fault) in [
            ("AAAA", InvalidKey::Form),
            (":AAAA", InvalidKey::Id),
            ("a b:AAAA", InvalidKey::Id),
            ("k1:AAAA", InvalidKey::Bytes),
            ("k1:not base64", InvalidKey::Bytes),
        ] {
            assert_eq!(Key::parse(text).unwrap_err(), fault, "{text}");
            assert!(!fault.to_string().contains("AAAA"));
        }
    }

    #[test]
    fn debug_shows_the_name_alone() {
        let key = Key::generate(KeyId::parse("k1").unwrap()).unwrap();
        assert_eq!(format!("{key:?}"), "Key(k1)");
    }
}
