//! disconnect: everything from Google goes at once; Google is told half a minute later, so that
//! whoever pressed the wrong button can take it back.

use chrono::TimeDelta;
use model::{Receipt, Status, UndoKind, UserId};
use secrecy::ExposeSecret;
use store::{Grant, NewRevocation, Unlinked};

use crate::caller;
use crate::connections::Connections;
use crate::connections::undo_payload::UndoPayload;
use crate::error::{Error, Result};
use crate::sealing::{access_aad, refresh_aad};

/// For this long a disconnection can be taken back.
const UNDO: TimeDelta = TimeDelta::seconds(30);

/// What became of a disconnection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disconnected {
    /// The connection and all that came from it are gone.
    Done,
    NotConnected,
}

impl Connections {
    /// Forgets a user's connection and everything that came from it, and queues the revocation.
    /// For half a minute it can be taken back.
    pub async fn disconnect(&self, user: UserId) -> Result<Disconnected> {
        self.unlink(user, Some(UNDO)).await
    }

    /// Forgets a connection; with `undo_for`, what it was is kept sealed for that long.
    pub(crate) async fn unlink(
        &self,
        user: UserId,
        undo_for: Option<TimeDelta>,
    ) -> Result<Disconnected> {
        // The token may be refreshed in between; then the newer one is the one to revoke.
        for _ in 0..5 {
            let Some(grant) = self.context.store.find_grant(user).await? else {
                return Ok(Disconnected::NotConnected);
            };
            let now = self.context.clock.now();
            let revocation = self.revocation_of(&grant, undo_for).await?;
            let unlinked = self
                .context
                .store
                .unlink(
                    user,
                    grant.connection,
                    grant.generation,
                    revocation.as_ref(),
                    &caller::entry(now)?,
                    now,
                )
                .await?;
            match unlinked {
                Unlinked::Done => return Ok(Disconnected::Done),
                Unlinked::NotConnected => return Ok(Disconnected::NotConnected),
                Unlinked::Changed => {}
            }
        }
        Err(Error::Contention)
    }

    /// The revocation of a grant, with the way back and the receipt; `None` where its token
    /// cannot be opened, or is gone since Google told us that it is dead.
    async fn revocation_of(
        &self,
        grant: &Grant,
        undo_for: Option<TimeDelta>,
    ) -> Result<Option<NewRevocation>> {
        let row = grant.connection.to_string();
        // Revoking the refresh token ends the whole grant (docs/google-facts.md 1.7).
        let opened = match &grant.refresh {
            Some(sealed) => self.context.keys.open(sealed, refresh_aad(&row)),
            None => self.context.keys.open(&grant.access, access_aad(&row)),
        };
        let token = match opened {
            Ok(token) if token.expose_secret().is_empty() => return Ok(None),
            Ok(token) => token,
            Err(error) => {
                tracing::error!(connection = %grant.connection, %error,
                    "discarding a token that cannot be decrypted, without revoking it at Google");
                return Ok(None);
            }
        };
        let Some(snapshot) = self.context.store.find_snapshot(grant.user).await? else {
            return Ok(None);
        };
        let receipt = Receipt {
            connected_at: snapshot.connected_at(),
            granted: grant.granted.clone(),
            rollback: self.context.store.find_profile(grant.user).await?.rollback(),
        };
        // What needs its user anyway is better connected anew than taken back.
        let is_whole = grant.status != Status::NeedsReconnect && grant.refresh.is_some();
        let way_back = undo_for.filter(|_| is_whole).map(|undo_for| {
            (
                UndoKind::Undo,
                UndoPayload::of_grant(grant, snapshot),
                self.context.clock.now() + undo_for,
            )
        });
        self.grants.new_revocation(&grant.subject, &token, way_back, Some(receipt)).map(Some)
    }
}
