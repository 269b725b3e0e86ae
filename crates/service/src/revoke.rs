//! revoke: tell Google to forget, as often as it takes.

use std::time::Duration;

use crate::places::place;
use crate::setback::{retry_after, retry_at};
use crate::{Gmail, Result, random};
use chrono::TimeDelta;
use model::{AlarmKind, Pace};
use store::{PendingRevocation, SealedColumn};
use vault::Place;

/// How long a claim holds before another process may take it over.
const LEASE: TimeDelta = TimeDelta::minutes(2);
const BATCH: i64 = 20;

pub(crate) fn revocation_place(row: &str) -> Place<'_> {
    place(SealedColumn::Revocation, row)
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
            Ok(token) => self.google.revoke(&token, self.clock.now()).await,
            Err(error) => {
                tracing::error!(revocation = %revocation.id, %error,
                    "a token to revoke cannot be opened");
                self.raise(AlarmKind::KeyMissing).await;
                return self.later(revocation, None).await;
            }
        };
        match told {
            Ok(()) => {
                let now = self.clock.now();
                Ok(self.store.save_revoked(revocation.id, random::id(now)?, now).await?)
            }
            Err(error) => {
                tracing::warn!(%error, "Google could not be told to revoke");
                self.raise_for(&error).await;
                self.later(revocation, retry_after(&error)).await
            }
        }
    }

    async fn later(&self, revocation: &PendingRevocation, asked: Option<Duration>) -> Result<()> {
        let at = retry_at(Pace::REVOCATION, revocation.tries, asked, self.clock.now())?;
        Ok(self.store.save_revocation_retry(revocation.id, at).await?)
    }
}
