//! The ring of keys: the first one seals, all of them open.

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use secrecy::SecretString;
use secrecy::zeroize::Zeroizing;

use crate::envelope::NONCE_BYTES;
use crate::{InvalidKey, Key, KeyId, Sealed};

/// Where a secret lies. Bound into the ciphertext, so that it cannot be moved to another row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AssociatedData<'a> {
    /// Table name.
    pub table: &'a str,
    /// Column name.
    pub column: &'a str,
    /// The row's key, as text.
    pub row: &'a str,
}

impl AssociatedData<'_> {
    /// Each part is preceded by its length, so that no two places read alike.
    fn associated_data(&self, key_id: &KeyId) -> Vec<u8> {
        [self.table, self.column, self.row, key_id.as_str()]
            .iter()
            .flat_map(|part| [&(part.len() as u64).to_be_bytes(), part.as_bytes()].concat())
            .collect()
    }
}

/// Why a sealed secret does not open. None of them says anything about the secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// Not an envelope of ours, or cut short.
    #[error("not an envelope")]
    Malformed,
    /// Sealed with a key that is not in the ring: add it to ENCRYPTION_KEYS again.
    #[error("encrypted with key {}, which is not in the key ring", .0.as_str())]
    UnknownKey(KeyId),
    /// Altered, moved from another place, or sealed with another key of the same name.
    #[error("altered, moved, or encrypted with another key of the same id")]
    Rejected,
}

/// What is wrong with a ring of keys.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidRing {
    /// No key at all.
    #[error("no key given")]
    Empty,
    /// The n-th key, counted from one, is not a key.
    #[error("key {0}: {1}")]
    Key(usize, InvalidKey),
    /// Two keys with one name.
    #[error("two keys have the id {}", .0.as_str())]
    Repeated(KeyId),
}

/// Keys by name; the first one seals.
#[derive(Clone, Debug)]
pub struct KeyRing {
    keys: Vec<Key>,
}

impl KeyRing {
    /// Reads keys separated by commas or white space, `id:base64` each.
    pub fn parse(text: &str) -> Result<KeyRing, InvalidRing> {
        let mut keys: Vec<Key> = Vec::new();
        let written = text.split([',', ' ', '\t', '\r', '\n']).filter(|part| !part.is_empty());
        for (index, part) in written.enumerate() {
            let key = Key::parse(part).map_err(|fault| InvalidRing::Key(index + 1, fault))?;
            if keys.iter().any(|known| known.id == key.id) {
                return Err(InvalidRing::Repeated(key.id));
            }
            keys.push(key);
        }
        if keys.is_empty() { Err(InvalidRing::Empty) } else { Ok(KeyRing { keys }) }
    }

    /// The names of the keys; the first one's key seals.
    pub fn ids(&self) -> impl Iterator<Item = &KeyId> {
        self.keys.iter().map(Key::id)
    }

    /// The name of the key that seals.
    pub fn sealing_id(&self) -> &KeyId {
        &self.sealing().id
    }

    /// The key that seals.
    pub(crate) fn sealing(&self) -> &Key {
        &self.keys[0]
    }

    /// Every key, the sealing one first.
    pub(crate) fn all(&self) -> &[Key] {
        &self.keys
    }

    /// Seals a secret for one place, with the first key and a fresh random nonce.
    ///
    /// # Errors
    /// Only when the system has no randomness to give.
    pub fn seal(
        &self,
        secret: &str,
        place: AssociatedData<'_>,
    ) -> Result<Sealed, getrandom::Error> {
        let key = self.sealing();
        let mut nonce = [0; NONCE_BYTES];
        getrandom::fill(&mut nonce)?;
        let aad = place.associated_data(&key.id);
        let ciphertext = cipher(key)
            .encrypt(&Nonce::from(nonce), Payload { msg: secret.as_bytes(), aad: &aad })
            .expect("AES-GCM refuses only messages of over 64 GiB");
        Ok(Sealed::join(&key.id, nonce, &ciphertext))
    }

    /// Opens what was sealed for this very place.
    pub fn open(
        &self,
        sealed: &Sealed,
        place: AssociatedData<'_>,
    ) -> Result<SecretString, OpenError> {
        let parts = sealed.parts().ok_or(OpenError::Malformed)?;
        let key = self
            .keys
            .iter()
            .find(|key| key.id == parts.key_id)
            .ok_or_else(|| OpenError::UnknownKey(parts.key_id.clone()))?;
        let aad = place.associated_data(&key.id);
        let payload = Payload { msg: parts.ciphertext, aad: &aad };
        let opened = cipher(key)
            .decrypt(&Nonce::from(parts.nonce), payload)
            .map(Zeroizing::new)
            .map_err(|_| OpenError::Rejected)?;
        let text = std::str::from_utf8(&opened).map_err(|_| OpenError::Rejected)?;
        Ok(SecretString::from(text))
    }
}

fn cipher(key: &Key) -> Aes256Gcm {
    Aes256Gcm::new(&(*key.bytes).into())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use secrecy::ExposeSecret;

    use super::*;

    const PLACE: AssociatedData<'static> =
        AssociatedData { table: "grants", column: "refresh_token", row: "7" };
    const SECRET: &str = "1//0gEXAMPLE-refresh-token-for-fixtures";

    fn key(id: &str) -> String {
        Key::generate(KeyId::parse(id).unwrap()).unwrap().expose().to_string()
    }

    #[test]
    fn what_is_sealed_opens_in_its_place_and_nowhere_else() {
        let ring = KeyRing::parse(&key("k1")).unwrap();
        let sealed = ring.seal(SECRET, PLACE).unwrap();
        assert_eq!(ring.open(&sealed, PLACE).unwrap().expose_secret(), SECRET);
        for moved in [
            AssociatedData { row: "8", ..PLACE },
            AssociatedData { column: "access_token", ..PLACE },
            AssociatedData { table: "revocations", ..PLACE },
            AssociatedData { table: "grantsrefresh", column: "_token", row: "7" },
        ] {
            assert_eq!(ring.open(&sealed, moved).unwrap_err(), OpenError::Rejected, "{moved:?}");
        }
    }

    #[test]
    fn the_first_key_seals_and_all_open() {
        let (old, new) = (key("old"), key("new"));
        let sealed = KeyRing::parse(&old).unwrap().seal(SECRET, PLACE).unwrap();
        let both = KeyRing::parse(&format!("{new},{old}")).unwrap();
        assert!(both.open(&sealed, PLACE).is_ok());
        let resealed = both.seal(SECRET, PLACE).unwrap();
        let unknown = OpenError::UnknownKey(KeyId::parse("new").unwrap());
        assert_eq!(KeyRing::parse(&old).unwrap().open(&resealed, PLACE).unwrap_err(), unknown);
    }

    #[test]
    fn another_key_of_the_same_name_does_not_open() {
        let sealed = KeyRing::parse(&key("k1")).unwrap().seal(SECRET, PLACE).unwrap();
        let other = KeyRing::parse(&key("k1")).unwrap();
        assert_eq!(other.open(&sealed, PLACE).unwrap_err(), OpenError::Rejected);
    }

    #[test]
    fn a_sealed_value_begins_with_its_keys_name_and_is_bound_to_it() {
        let text = key("k1");
        let (_, bytes) = text.split_once(':').unwrap();
        // One key under two names: only the associated data tells them apart.
        let ring = KeyRing::parse(&format!("k1:{bytes},k2:{bytes}")).unwrap();
        assert_eq!(ring.sealing_id().as_str(), "k1");
        let sealed = ring.seal(SECRET, PLACE).unwrap();
        let [k1, k2] = ["k1", "k2"].map(|id| KeyId::parse(id).unwrap());
        assert_eq!(KeyId::of_header(sealed.as_bytes()), Some(k1.clone()));
        assert_eq!(KeyId::of_header(&k1.header()), Some(k1.clone()));
        let rest = sealed.as_bytes().strip_prefix(&*k1.header()).unwrap();
        let renamed = Sealed::from_bytes([&k2.header(), rest].concat());
        assert_eq!(ring.open(&renamed, PLACE).unwrap_err(), OpenError::Rejected);
    }

    #[test]
    fn what_is_no_envelope_names_no_key() {
        for bytes in [&b""[..], b"\x01", b"\x02\x02k1", b"\x01\x03k1", b"\x01\x00", b"\x01\x01 "] {
            assert_eq!(KeyId::of_header(bytes), None, "{bytes:?}");
        }
        // `k1` must not be taken for a key whose name only begins so.
        let [short, long] = ["k1", "k10"].map(|id| KeyId::parse(id).unwrap().header());
        assert!(!long.starts_with(&short));
    }

    #[test]
    fn two_seals_of_one_secret_share_nothing_to_compare() {
        let ring = KeyRing::parse(&key("k1")).unwrap();
        assert_ne!(ring.seal(SECRET, PLACE).unwrap(), ring.seal(SECRET, PLACE).unwrap());
    }

    #[test]
    fn neither_ring_nor_envelope_prints_a_secret() {
        let text = key("k1");
        let ring = KeyRing::parse(&text).unwrap();
        let sealed = ring.seal(SECRET, PLACE).unwrap();
        assert_eq!(format!("{ring:?} {sealed:?}"), "KeyRing { keys: [Key(k1)] } Sealed");
    }

    #[test]
    fn a_bad_ring_says_which_key_is_wrong() {
        let good = key("k1");
        assert_eq!(KeyRing::parse(" \n").unwrap_err(), InvalidRing::Empty);
        let second = KeyRing::parse(&format!("{good}\nk2:short")).unwrap_err();
        assert_eq!(second, InvalidRing::Key(2, InvalidKey::Bytes));
        let twice = KeyRing::parse(&format!("{good},{good}")).unwrap_err();
        assert_eq!(twice, InvalidRing::Repeated(KeyId::parse("k1").unwrap()));
    }

    proptest! {
        #[test]
        fn any_flipped_bit_and_any_cut_fails_closed(secret in ".{0,80}", at in any::<prop::sample::Index>(), bit in 0..8u8) {
            let ring = KeyRing::parse(&key("k1")).unwrap();
            let sealed = ring.seal(&secret, PLACE).unwrap();
            let mut flipped = sealed.as_bytes().to_vec();
            let index = at.index(flipped.len());
            flipped[index] ^= 1 << bit;
            prop_assert!(ring.open(&Sealed::from_bytes(flipped), PLACE).is_err());
            let cut = sealed.as_bytes()[..index].to_vec();
            prop_assert!(ring.open(&Sealed::from_bytes(cut), PLACE).is_err());
        }
    }
}
