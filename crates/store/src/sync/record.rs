//! What every sync is recorded as, however it ends.

use chrono::{DateTime, Utc};
use model::{ConnectionId, SyncId, Trigger, UserId};

use crate::history::events::NewHistoryEvent;

/// A sync to be recorded.
#[derive(Clone, Debug)]
pub struct SyncRecord {
    pub id: SyncId,
    /// The connection that was synced.
    pub connection: ConnectionId,
    pub user: UserId,
    /// What set it going.
    pub trigger: Trigger,
    pub started_at: DateTime<Utc>,
    /// When the next one is due where this one changes nothing.
    pub next_sync_at: DateTime<Utc>,
    /// When it is where this one changes something.
    pub next_after_change_at: DateTime<Utc>,
    /// Quiet syncs in a row, this one included, where it changes nothing.
    pub quiet_syncs: i64,
    /// The id of the event that records it.
    pub entry: NewHistoryEvent,
}
