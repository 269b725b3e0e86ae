//! Questions whether security events arrive, answered by the events that they ask for.

use chrono::{DateTime, Utc};

use crate::engine::Store;
use crate::error::Result;

/// When a question whether events arrive was asked, and answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx_macros::FromRow)]
pub struct StreamCheck {
    pub asked_at: DateTime<Utc>,
    /// When the answer came, if it did.
    pub answered_at: Option<DateTime<Utc>>,
}

impl Store {
    /// Notes that we asked whether events arrive.
    pub async fn add_stream_check(&self, state: &str, now: DateTime<Utc>) -> Result<()> {
        const SQL: &str = "insert into stream_checks (state, asked_at) values ($1, $2)";
        write!(self, |db| sqlx::query(SQL).bind(state).bind(now).execute(db).await.map(drop))?;
        Ok(())
    }

    /// Notes the answer. False when nobody asked so.
    pub async fn save_stream_check_answered(
        &self,
        state: &str,
        now: DateTime<Utc>,
    ) -> Result<bool> {
        const SQL: &str = "update stream_checks set answered_at = coalesce(answered_at, $2)
            where state = $1";
        let answered = write!(self, |db| {
            sqlx::query(SQL).bind(state).bind(now).execute(db).await.map(|d| d.rows_affected())
        })?;
        Ok(answered == 1)
    }

    /// The newest question whether events arrive.
    pub async fn find_stream_check(&self) -> Result<Option<StreamCheck>> {
        const SQL: &str = "select asked_at, answered_at from stream_checks
            order by asked_at desc limit 1";
        let check = read!(self, |db| sqlx::query_as(SQL).fetch_optional(db).await)?;
        Ok(check)
    }

    /// Forgets questions from before `before`, but for the newest.
    pub async fn purge_stream_checks(&self, before: DateTime<Utc>) -> Result<u64> {
        const SQL: &str = "delete from stream_checks where asked_at < $1
            and asked_at < (select max(asked_at) from stream_checks)";
        let purged = write!(self, |db| {
            sqlx::query(SQL).bind(before).execute(db).await.map(|done| done.rows_affected())
        })?;
        Ok(purged)
    }
}
