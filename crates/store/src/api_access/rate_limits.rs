//! Counted tries, so that guessing is slow on every instance alike.

use chrono::{DateTime, Utc};

use crate::engine::Store;
use crate::error::Result;

/// How often something was tried in the window that is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx_macros::FromRow)]
pub struct Throttle {
    /// Tries so far.
    pub tries: i64,
    /// When the count begins anew.
    pub window_ends_at: DateTime<Utc>,
}

pub(crate) const ADD_TRY: &str =
    "insert into throttles as t (key, tries, window_ends_at) values ($1, 1, $3)
    on conflict (key) do update set
        tries = case when t.window_ends_at <= $2 then 1 else t.tries + 1 end,
        window_ends_at = case when t.window_ends_at <= $2 then $3 else t.window_ends_at end
    returning tries, window_ends_at";

impl Store {
    /// Counts one more try; the first one, or the first after the window's end, opens a window.
    pub async fn add_try(
        &self,
        key: &[u8; 32],
        now: DateTime<Utc>,
        window_ends_at: DateTime<Utc>,
    ) -> Result<Throttle> {
        let throttle = write!(self, |db| {
            sqlx::query_as(ADD_TRY)
                .bind(&key[..])
                .bind(now)
                .bind(window_ends_at)
                .fetch_one(db)
                .await
        })?;
        Ok(throttle)
    }

    /// The count that is open, if there is one. Counts nothing itself.
    pub async fn find_throttle(
        &self,
        key: &[u8; 32],
        now: DateTime<Utc>,
    ) -> Result<Option<Throttle>> {
        const SQL: &str =
            "select tries, window_ends_at from throttles where key = $1 and window_ends_at > $2";
        let throttle = read!(self, |db| {
            sqlx::query_as(SQL).bind(&key[..]).bind(now).fetch_optional(db).await
        })?;
        Ok(throttle)
    }

    /// Takes one try back: it turned out not to be a guess.
    pub async fn forgive_try(&self, key: &[u8; 32]) -> Result<()> {
        const SQL: &str = "update throttles set tries = tries - 1 where key = $1 and tries > 0";
        write!(self, |db| sqlx::query(SQL).bind(&key[..]).execute(db).await.map(drop))?;
        Ok(())
    }

    /// Forgets counts whose window is over.
    pub async fn purge_throttles(&self, now: DateTime<Utc>) -> Result<u64> {
        const SQL: &str = "delete from throttles where window_ends_at <= $1";
        let purged = write!(self, |db| {
            sqlx::query(SQL).bind(now).execute(db).await.map(|done| done.rows_affected())
        })?;
        Ok(purged)
    }
}
