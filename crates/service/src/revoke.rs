//! revoke: tell Google to forget, as often as it takes.

use chrono::TimeDelta;
use store::PendingRevocation;
use vault::Place;

use crate::{Gmail, Result, random};

/// How long a claim holds before another process may take it over.
const LEASE: TimeDelta = TimeDelta::minutes(2);
const BATCH: i64 = 20;
/// The first wait after a failure; each further one doubles it.
const FIRST_WAIT: TimeDelta = TimeDelta::seconds(30);
/// The longest wait between two tries.
const LONGEST_WAIT: TimeDelta = TimeDelta::hours(6);

pub(crate) fn revocation_place(row: &str) -> Place<'_> {
    Place { table: "revocations", column: "token", row }
}

impl Gmail {
    /// Tells Google about tokens that are to be forgotten, and says how many were due.
    pub async fn revoke_due(&self) -> Result<usize> {
        let now = self.clock.now();
        let due = self.store.claim_revocations(now, now + LEASE, BATCH).await?;
        for revocation in &due {
            self.revoke(revocation).await?;
        }
        Ok(due.len())
    }

    async fn revoke(&self, revocation: &PendingRevocation) -> Result<()> {
        let row = revocation.id.to_string();
        let told = match self.keys.open(&revocation.token, revocation_place(&row)) {
            Ok(token) => self
                .google
                .revoke(&token, self.clock.now())
                .await
                .inspect_err(|error| tracing::warn!(%error, "Google could not be told to revoke"))
                .is_ok(),
            Err(error) => {
                tracing::error!(revocation = %revocation.id, %error,
                    "a token to revoke cannot be opened; is a key missing from ENCRYPTION_KEYS?");
                false
            }
        };
        let now = self.clock.now();
        if told {
            return Ok(self.store.save_revoked(revocation.id, random::id(now)?, now).await?);
        }
        Ok(self.store.save_revocation_retry(revocation.id, now + wait(revocation.tries)).await?)
    }
}

/// Doubles with every failure, up to the longest wait.
pub(crate) fn wait(failures: i64) -> TimeDelta {
    let doublings = u32::try_from(failures).unwrap_or(u32::MAX).min(16);
    (FIRST_WAIT * 2_i32.pow(doublings)).min(LONGEST_WAIT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_and_stay_bounded() {
        let waits: Vec<_> = [0, 1, 2, 9, 10, 10_000].map(|n| wait(n).num_seconds()).into();
        assert_eq!(waits, [30, 60, 120, 15_360, 21_600, 21_600]);
    }
}
