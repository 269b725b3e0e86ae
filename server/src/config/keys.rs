//! The keys that seal tokens.

use vault::KeyRing;

use super::{DatabaseConfig, Faults, Raw};

const FIX: &str =
    "make one with `selexia keys generate` and keep it safe and apart from the database";

/// What the exchange of keys needs: what is kept where, and what seals it.
#[derive(Debug)]
pub struct KeysConfig {
    /// Where things are kept.
    pub database: DatabaseConfig,
    /// What seals them.
    pub keys: KeyRing,
}

impl KeysConfig {
    /// Reads the settings of both and reports everything that is wrong with them at once.
    pub fn read(raw: &Raw) -> Result<KeysConfig, Faults> {
        let mut faults = Faults::default();
        let database = DatabaseConfig::read(raw, &mut faults);
        let keys = read(raw, &mut faults);
        match (database, keys) {
            (Some(database), Some(keys)) => Ok(KeysConfig { database, keys }),
            _ => Err(faults),
        }
    }
}

/// The ring, if there is a sound one.
pub fn key_ring(raw: &Raw) -> Option<KeyRing> {
    read(raw, &mut Faults::default())
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
