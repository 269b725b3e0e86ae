//! How well the schedule keeps its promise, in numbers for the operator.

use chrono::{DateTime, Utc};

use crate::engine::Store;
use crate::error::Result;

/// Connections that sync by themselves, counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx_macros::FromRow)]
pub struct Staleness {
    /// All of them.
    pub active: i64,
    /// Those whose sync is due.
    pub due: i64,
    /// Those whose data is older than promised.
    pub overdue: i64,
    /// Those that a process is syncing now.
    pub claimed: i64,
    /// When Google's answer last arrived whole for the one with the oldest data.
    pub oldest_at: Option<DateTime<Utc>>,
}

impl Store {
    /// Counts what is due, what is being synced and what is older than `promised_since`. Reads
    /// every connection: for operators, not for every minute.
    pub async fn find_staleness(
        &self,
        promised_since: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<Staleness> {
        const SQL: &str = "select count(*) as active,
                count(case when next_sync_at <= $1 then 1 end) as due,
                count(case when coalesce(synced_at, connected_at) < $2 then 1 end) as overdue,
                count(case when claimed_until > $1 then 1 end) as claimed,
                min(coalesce(synced_at, connected_at)) as oldest_at
            from connections where status = 'active'";
        let staleness = read!(self, |db| {
            sqlx::query_as(SQL).bind(now).bind(promised_since).fetch_one(db).await
        })?;
        Ok(staleness)
    }
}
