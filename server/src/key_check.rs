//! Whether the ring of keys still fits what is stored: said in the log at every start.
//!
//! A missing key takes some connections out of use and nothing else, so the site starts without
//! it; but nobody should have to find that out from a user.

use service::{Keys, Role};

/// Logs each key that stored values need but the settings lack, and each that could be retired.
pub async fn run(keys: Keys) {
    let uses = match keys.uses().await {
        Ok(uses) => uses,
        Err(error) => {
            tracing::warn!(%error, "checking ENCRYPTION_KEYS against the stored values failed");
            return;
        }
    };
    for of in uses.iter().filter(|of| of.total() > 0) {
        let values = of.total();
        match (of.role, &of.key) {
            (Role::Seals, _) => {}
            (Role::Opens, Some(key)) => tracing::warn!(
                key = key.as_str(),
                values,
                "values are encrypted with an old key: run `selexia keys rotate`"
            ),
            (Role::Missing, Some(key)) => tracing::error!(
                key = key.as_str(),
                values,
                "ENCRYPTION_KEYS lacks a key that values need: put it back, after the first, \
                 and restart; until then the connections they belong to cannot be used"
            ),
            (Role::Opens | Role::Missing, None) => {
                tracing::error!(values, "values are corrupt: `selexia keys verify` lists the rows")
            }
        }
    }
}
