//! What the cabinet shows of a connection.

use chrono::{DateTime, Utc};
use model::{ScopeSet, SyncInterval, UndoKind, UserId};
use store::Overview;

use crate::connections::Connections;
use crate::error::Result;

/// Newest events in the cabinet.
const EVENTS_SHOWN: i64 = 8;

/// The personal cabinet's contents.
#[derive(Clone, Debug)]
pub struct Cabinet {
    /// What is stored.
    pub dashboard: Overview,
    /// The permissions that the operator allows to be asked for.
    pub offered: ScopeSet,
    /// Until when a disconnection can be undone, while it can.
    pub undo_until: Option<DateTime<Utc>>,
    /// How often the user may have themselves synced.
    pub intervals: Vec<SyncInterval>,
}

impl Connections {
    /// Everything that the personal cabinet shows. Never asks Google.
    pub async fn cabinet(&self, user: UserId) -> Result<Cabinet> {
        let dashboard = self.context.store.find_overview(user, EVENTS_SHOWN).await?;
        let now = self.context.clock.now();
        let undo_until = dashboard.revocation.as_ref().and_then(|revocation| {
            let is_open = revocation.way_back == Some(UndoKind::Undo) && revocation.due_at > now;
            is_open.then_some(revocation.due_at)
        });
        let (offered, intervals) = ((*self.context.offered).clone(), self.syncs.intervals());
        Ok(Cabinet { dashboard, offered, undo_until, intervals })
    }

    /// A user's picture, if it is still the one with this hash.
    pub async fn avatar(&self, user: UserId, hash: &str) -> Result<Option<store::Avatar>> {
        Ok(self.context.store.find_avatar(user, hash).await?)
    }
}
