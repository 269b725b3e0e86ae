//! Marks: how a secret that is held sealed is found again by somebody who names it.
//!
//! A sealed value differs each time and cannot be searched. Its mark is the same each time, and
//! says nothing to who has the database and not the keys.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::{Key, KeyRing};

/// A mark: HMAC-SHA256 under a key that is used for nothing else.
pub type Mark = [u8; 32];

/// What the marking key is derived by (NIST SP 800-108: one key, one use).
const MARKING: &[u8] = b"selexia marking key, version 1";

impl KeyRing {
    /// The mark of a value under the key that seals now. `kind` keeps marks of different things
    /// apart.
    pub fn mark(&self, kind: &str, value: &str) -> Mark {
        mark(self.sealing(), kind, value)
    }

    /// The marks of a value under every key of the ring, the newest first.
    ///
    /// A value may have been marked before keys were exchanged: look for all of them.
    pub fn marks(&self, kind: &str, value: &str) -> Vec<Mark> {
        self.all().iter().map(|key| mark(key, kind, value)).collect()
    }
}

fn mark(key: &Key, kind: &str, value: &str) -> Mark {
    let marking_key = hmac(key.bytes.as_slice(), &[MARKING]);
    // The kind is preceded by its length, so that no two pairs read alike.
    hmac(&marking_key, &[&(kind.len() as u64).to_be_bytes(), kind.as_bytes(), value.as_bytes()])
}

fn hmac(key: &[u8], parts: &[&[u8]]) -> Mark {
    let mut hmac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    for part in parts {
        hmac.update(part);
    }
    hmac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const OLD: &str = "old:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    const NEW: &str = "new:AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";

    fn ring(keys: &str) -> KeyRing {
        KeyRing::parse(keys).unwrap()
    }

    #[test]
    fn a_mark_is_found_again_as_long_as_its_key_is_in_the_ring() {
        let marked = ring(OLD).mark("prefix", "1//0gEXAMPLE-ref");
        let both = ring(&format!("{NEW},{OLD}"));
        assert_eq!(both.marks("prefix", "1//0gEXAMPLE-ref")[1], marked);
        assert_eq!(both.mark("prefix", "x"), ring(NEW).mark("prefix", "x"), "the newest marks");
        assert!(!ring(NEW).marks("prefix", "1//0gEXAMPLE-ref").contains(&marked));
    }

    #[test]
    fn another_key_kind_or_value_is_another_mark() {
        let marks = [
            ring(OLD).mark("prefix", "value"),
            ring(NEW).mark("prefix", "value"),
            ring(OLD).mark("prefix", "Value"),
            ring(OLD).mark("hash", "value"),
            ring(OLD).mark("prefixv", "alue"),
        ];
        assert_eq!(marks.iter().collect::<BTreeSet<_>>().len(), marks.len());
    }
}
