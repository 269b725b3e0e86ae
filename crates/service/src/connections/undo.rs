//! Ways back from a token that is to be revoked: undo a disconnection, or switch to the account
//! that was chosen by the way.
//!
//! The token waits in its revocation and nowhere else. What besides it is needed is sealed beside
//! it, and destroyed with the way back.

use chrono::{DateTime, TimeDelta, Utc};
use google::Consent;
use model::{Profile, UndoKind, UserId};
use secrecy::ExposeSecret;
use store::{ClaimedUndo, Linked};

use crate::connections::Connections;
use crate::connections::callback::{Outcome, Stored};
use crate::connections::undo_payload::UndoPayload;
use crate::error::{Error, Result};
use crate::sealing::{kept_aad, revocation_aad};

/// While the user's decision is carried out, nobody else may act on the token.
const LEASE: TimeDelta = TimeDelta::minutes(1);

/// What became of undoing a disconnection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UndoOutcome {
    /// Everything is as it was.
    Done,
    /// The time is over, or nothing was disconnected: only connecting anew helps.
    TooLate,
    /// Something is connected by now, here or for another user.
    Taken,
}

/// Two accounts between which the user has to decide, by their addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountConflict {
    pub connected: Option<String>,
    /// The one that was chosen at Google.
    pub chosen: Option<String>,
    /// Until when the chosen one can be had.
    pub until: DateTime<Utc>,
    /// For the page's time zone.
    pub profile: Profile,
}

impl Connections {
    /// Takes a disconnection back, if it was within the last half minute.
    pub async fn undo_disconnect(&self, user: UserId) -> Result<UndoOutcome> {
        let Some((held, mut payload)) = self.hold(user, UndoKind::Undo).await? else {
            return Ok(UndoOutcome::TooLate);
        };
        let snapshot = payload.snapshot.take().ok_or(Error::Corrupt("way back"))?;
        if self.context.store.find_grant(user).await?.is_some() {
            self.discard_undo(user, UndoKind::Undo).await?;
            return Ok(UndoOutcome::Taken);
        }
        let consent = self.consent_of(&held, payload)?;
        match self.store_link(user, &consent, true).await? {
            Stored { linked: Linked::New, connection, .. } => {
                self.context.store.restore(connection, &snapshot).await?;
                Ok(UndoOutcome::Done)
            }
            _ => {
                self.discard_undo(user, UndoKind::Undo).await?;
                Ok(UndoOutcome::Taken)
            }
        }
    }

    /// Gives up a way back: Google is told now. False when there was none.
    pub async fn discard_undo(&self, user: UserId, way_back: UndoKind) -> Result<bool> {
        Ok(self.context.store.end_undo(user, way_back, self.context.clock.now()).await?)
    }

    /// The two accounts that the user has to decide between, while there is something to decide.
    pub async fn account_conflict(&self, user: UserId) -> Result<Option<AccountConflict>> {
        let now = self.context.clock.now();
        let found = self.context.store.find_undo(user, UndoKind::Switch, now).await?;
        let (Some(found), Some(grant)) = (found, self.context.store.find_grant(user).await?) else {
            return Ok(None);
        };
        let kept = self.context.keys.open(&found.kept, kept_aad(&found.id.to_string()))?;
        let chosen = UndoPayload::from_text(kept.expose_secret())?.identity.email;
        let profile = self.context.store.find_profile(user).await?;
        Ok(Some(AccountConflict { connected: grant.email, chosen, until: found.until, profile }))
    }

    /// Leaves the connected account for the one that was chosen at Google, and syncs. `None` when
    /// there is nothing to switch to any more.
    pub async fn switch_account(&self, user: UserId) -> Result<Option<Outcome>> {
        let Some((held, payload)) = self.hold(user, UndoKind::Switch).await? else {
            return Ok(None);
        };
        let consent = self.consent_of(&held, payload)?;
        if self.context.store.is_subject_linked(&consent.identity.subject).await? {
            // Somebody else was faster; revoking would now end their connection.
            self.context.store.drop_revocation(held.id).await?;
            return Ok(Some(Outcome::TakenByAnother));
        }
        // Disconnected in another tab meanwhile: then there is just nothing to leave.
        self.unlink(user, None).await?;
        self.link(user, consent).await.map(Some)
    }

    async fn hold(
        &self,
        user: UserId,
        way_back: UndoKind,
    ) -> Result<Option<(ClaimedUndo, UndoPayload)>> {
        let now = self.context.clock.now();
        let held = self.context.store.claim_undo(user, way_back, now, now + LEASE).await?;
        let Some(held) = held else { return Ok(None) };
        let kept = self.context.keys.open(&held.kept, kept_aad(&held.id.to_string()))?;
        let payload = UndoPayload::from_text(kept.expose_secret())?;
        Ok(Some((held, payload)))
    }

    fn consent_of(&self, held: &ClaimedUndo, payload: UndoPayload) -> Result<Consent> {
        let refresh = self.context.keys.open(&held.token, revocation_aad(&held.id.to_string()))?;
        Ok(payload.into_consent(refresh, self.context.clock.now()))
    }
}
