//! How often a user wants to be synced, and whether they are here to see it.

use chrono::{DateTime, Utc};
use model::{SyncInterval, UserId};

use crate::engine::Store;
use crate::error::Result;

pub(crate) const SEEN: &str = "update users set seen_at = $2 where id = $1";
/// The user is back: resets what made their syncs rare while they were away.
pub(crate) const CATCH_UP: &str = "update connections set quiet_syncs = 0,
        next_sync_at = case when next_sync_at > $2 then $2 else next_sync_at end
    where user_id = $1 and status = 'active' and quiet_syncs > 0";

/// Notes that a user is here, and makes due what was put off while they were not. Both stand in
/// the user's row and their connection's because sessions end.
macro_rules! note_seen {
    ($tx:ident, $user:expr, $now:expr) => {
        for sql in [$crate::sync::preferences::SEEN, $crate::sync::preferences::CATCH_UP] {
            sqlx::query(sql).bind($user).bind($now).execute(&mut *$tx).await?;
        }
    };
}
pub(crate) use note_seen;

impl Store {
    /// Notes how often a user wants to be synced; `None` leaves it to the site. False where there
    /// is no connection.
    ///
    /// What fails is tried again by its own back-off, whatever the user wants.
    pub async fn save_interval(
        &self,
        user: UserId,
        chosen: Option<SyncInterval>,
        next_sync_at: DateTime<Utc>,
    ) -> Result<bool> {
        const SQL: &str = "update connections set sync_interval = $2, quiet_syncs = 0,
                next_sync_at = case when failures = 0 then $3 else next_sync_at end
            where user_id = $1";
        let saved = write!(self, |db| {
            sqlx::query(SQL)
                .bind(user.0)
                .bind(chosen.map(SyncInterval::as_str))
                .bind(next_sync_at)
                .execute(db)
                .await
                .map(|done| done.rows_affected())
        })?;
        Ok(saved == 1)
    }
}
