//! revoke: tell Google to forget, as often as it takes.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use model::{AlertKind, Backoff, Receipt, RevocationId, Subject, UndoKind};
use secrecy::{ExposeSecret, SecretString};
use store::{NewRevocation, PendingRevocation, SealedColumn, UndoWindow};
use vault::AssociatedData;

use crate::connections::Gmail;
use crate::connections::undo::{UndoPayload, kept_aad};
use crate::error::Result;
use crate::grants::call_failure::{retry_after, retry_at};
use crate::sealing::associated_data;
use crate::{caller, random};

/// How long a claim holds before another process may take it over.
const LEASE: TimeDelta = TimeDelta::minutes(2);
const BATCH: i64 = 20;

pub(crate) fn revocation_aad(row: &str) -> AssociatedData<'_> {
    associated_data(SealedColumn::Revocation, row)
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

    /// The errand to tell Google that it should forget a token, with what the token may still be
    /// wanted for, until when.
    pub(crate) fn new_revocation(
        &self,
        subject: &Subject,
        token: &SecretString,
        way_back: Option<(UndoKind, UndoPayload, DateTime<Utc>)>,
        receipt: Option<Receipt>,
    ) -> Result<NewRevocation> {
        let id = RevocationId(random::id(self.clock.now())?);
        let row = id.to_string();
        let undo = match way_back {
            Some((way_back, payload, until)) => {
                let kept = self.keys.seal(&payload.to_text()?, kept_aad(&row))?;
                Some(UndoWindow { way_back, kept, until })
            }
            None => None,
        };
        Ok(NewRevocation {
            id,
            token: self.keys.seal(token.expose_secret(), revocation_aad(&row))?,
            subject_hash: random::sha256(subject.as_str()),
            undo,
            receipt,
        })
    }

    async fn revoke(&self, revocation: &PendingRevocation) -> Result<()> {
        let row = revocation.id.to_string();
        let told = match self.keys.open(&revocation.token, revocation_aad(&row)) {
            Ok(token) => self.google.revoke(&token, self.clock.now()).await,
            Err(error) => {
                tracing::error!(revocation = %revocation.id, %error,
                    "decrypting a token to revoke failed");
                self.raise(AlertKind::KeyMissing).await;
                return self.later(revocation, None).await;
            }
        };
        match told {
            Ok(()) => {
                let now = self.clock.now();
                Ok(self
                    .store
                    .save_revoked(revocation.id, &caller::entry_of_google(now)?, now)
                    .await?)
            }
            Err(error) => {
                tracing::warn!(%error, "revocation request failed");
                self.raise_for(&error).await;
                self.later(revocation, retry_after(&error)).await
            }
        }
    }

    async fn later(&self, revocation: &PendingRevocation, asked: Option<Duration>) -> Result<()> {
        let at = retry_at(Backoff::REVOCATION, revocation.tries, asked, self.clock.now())?;
        Ok(self.store.save_revocation_retry(revocation.id, at).await?)
    }
}
