//! The keys that seal tokens.

use vault::KeyRing;

use super::{Faults, Raw};

const FIX: &str =
    "make one with `selexia keys generate` and keep it safe and apart from the database";

/// The ring alone, for commands that need no other settings.
pub fn key_ring(raw: &Raw) -> Result<KeyRing, Faults> {
    let mut faults = Faults::default();
    read(raw, &mut faults).ok_or(faults)
}

pub(super) fn read(raw: &Raw, faults: &mut Faults) -> Option<KeyRing> {
    let (setting, text) = match (raw.get("ENCRYPTION_KEYS"), raw.get("ENCRYPTION_KEYS_FILE")) {
        (Some(_), Some(_)) => {
            faults.add(
                "ENCRYPTION_KEYS",
                "and ENCRYPTION_KEYS_FILE are both given",
                "give one of the two",
            );
            return None;
        }
        (Some(keys), None) => ("ENCRYPTION_KEYS", keys.to_owned()),
        (None, Some(path)) => match std::fs::read_to_string(path) {
            Ok(keys) => ("ENCRYPTION_KEYS_FILE", keys),
            Err(error) => {
                faults.add(
                    "ENCRYPTION_KEYS_FILE",
                    format!("cannot be read: {error}"),
                    "name a file that this user may read",
                );
                return None;
            }
        },
        (None, None) => {
            faults.add("ENCRYPTION_KEYS", "is missing: without a key no token can be stored", FIX);
            return None;
        }
    };
    KeyRing::parse(&text).map_err(|fault| faults.add(setting, fault.to_string(), FIX)).ok()
}
