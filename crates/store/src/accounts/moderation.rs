//! Accounts that an operator closes: for a while, or for good.

use chrono::{DateTime, Utc};
use model::{EventKind, UserId};
use uuid::Uuid;

use crate::engine::{Engine, Store};
use crate::error::Result;
use crate::grants::revocations::revoke_now;
use crate::history::events::{NewHistoryEvent, add_event};

/// What became of the wish to remove an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removed {
    /// It is gone, with everything that belonged to it.
    Done,
    /// It has a connection, whose token would be lost without Google's being told.
    Connected,
    NoSuchUser,
}

/// Whether a user is there and not shut out.
pub(crate) const IS_OPEN: &str = "select blocked_at is null from users where id = $1";
/// The same, and whoever wants to shut them out or remove them waits. SQLite has one writer, and
/// needs no lock.
pub(crate) const HOLD_OPEN: &str = "select blocked_at is null from users where id = $1 for share";

/// Ends a user's sessions and their programs' tokens, inside a running transaction of either
/// engine.
macro_rules! end_access {
    ($tx:ident, $user:expr) => {
        for sql in
            ["delete from sessions where user_id = $1", "delete from api_tokens where user_id = $1"]
        {
            sqlx::query(sql).bind($user.0).execute(&mut *$tx).await?;
        }
    };
}

impl Store {
    /// Shuts a user out: their sessions and their programs' tokens end, and what is made from now
    /// on opens nothing and connects nobody. False when they are shut out already, or there is no
    /// such user.
    pub async fn save_blocked(
        &self,
        user: UserId,
        entry: &NewHistoryEvent,
        now: DateTime<Utc>,
    ) -> Result<bool> {
        const BLOCK: &str = "update users set blocked_at = $2 where id = $1 and blocked_at is null";
        Ok(transact!(self, |tx| {
            // Before the user, as everywhere, so that no two transactions wait for each other.
            end_access!(tx, user);
            let blocked = sqlx::query(BLOCK).bind(user.0).bind(now).execute(&mut *tx).await?;
            if blocked.rows_affected() == 0 {
                return Ok(false);
            }
            add_event!(tx, entry, user, EventKind::Blocked, None, now);
            true
        }))
    }

    /// Lets a user in again, with a new session: what was being opened as they were shut out ends
    /// with it. False when they are not shut out.
    pub async fn save_unblocked(
        &self,
        user: UserId,
        entry: &NewHistoryEvent,
        now: DateTime<Utc>,
    ) -> Result<bool> {
        const UNBLOCK: &str =
            "update users set blocked_at = null where id = $1 and blocked_at is not null";
        Ok(transact!(self, |tx| {
            end_access!(tx, user);
            let unblocked = sqlx::query(UNBLOCK).bind(user.0).execute(&mut *tx).await?;
            if unblocked.rows_affected() == 0 {
                return Ok(false);
            }
            add_event!(tx, entry, user, EventKind::Unblocked, None, now);
            true
        }))
    }

    /// Some of those who are shut out and have a connection nevertheless: the process that shut
    /// them out died half-way. In no order, since one of them may be past mending.
    pub async fn list_blocked_and_connected(&self, limit: i64) -> Result<Vec<UserId>> {
        const SQL: &str = "select u.id from users u join connections c on c.user_id = u.id
            where u.blocked_at is not null order by random() limit $1 + 0";
        let users: Vec<Uuid> =
            read!(self, |db| sqlx::query_scalar(SQL).bind(limit).fetch_all(db).await)?;
        Ok(users.into_iter().map(UserId).collect())
    }

    /// Removes an account that is not connected, with everything that belongs to it. Only what
    /// Google has yet to be told stays, without a word of whose it was, and is due now.
    pub async fn remove_user(&self, user: UserId, now: DateTime<Utc>) -> Result<Removed> {
        const FORGET_DONE: &str =
            "delete from revocations where user_id = $1 and done_at is not null";
        const FORGET: &str = "update revocations set receipt = null where user_id = $1";
        const END_WAYS_BACK: &str = "update revocations set kept = null, way_back = null
            where user_id = $1 and way_back is not null returning id";
        // A connection that is being made at this moment must be seen, not swept away with the
        // account. SQLite has one writer, and this is it.
        const LOCK: &str = "select 1 from users where id = $1 for update";
        const CONNECTED: &str = "select count(*) from connections where user_id = $1";
        const REMOVE: &str = "delete from users where id = $1";
        Ok(transact!(self, |tx| {
            // Before the user, as whoever confirms a revocation does.
            sqlx::query(FORGET_DONE).bind(user.0).execute(&mut *tx).await?;
            sqlx::query(FORGET).bind(user.0).execute(&mut *tx).await?;
            let ended: Vec<Uuid> =
                sqlx::query_scalar(END_WAYS_BACK).bind(user.0).fetch_all(&mut *tx).await?;
            revoke_now!(tx, ended, now);
            if matches!(self.engine, Engine::Postgres(_)) {
                sqlx::query(LOCK).bind(user.0).fetch_optional(&mut *tx).await?;
            }
            let connected: i64 =
                sqlx::query_scalar(CONNECTED).bind(user.0).fetch_one(&mut *tx).await?;
            if connected > 0 {
                return Ok(Removed::Connected);
            }
            let removed = sqlx::query(REMOVE).bind(user.0).execute(&mut *tx).await?;
            if removed.rows_affected() == 0 { Removed::NoSuchUser } else { Removed::Done }
        }))
    }
}
