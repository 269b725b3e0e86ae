//! Every write of a connection's status: one state machine, each transition with its guard.
//!
//! | from | to | by |
//! |---|---|---|
//! | none | active, or needs reconnect where no refresh token came | `LINK_FIRST` |
//! | any | the same | `LINK_AGAIN`, over the same account |
//! | none | what it was | `RESTORE`, when a disconnection is undone |
//! | active | paused, without a cause | the user: `save_paused` |
//! | paused without a cause | active | the user: `save_resumed` |
//! | active | paused, with a cause | Google closed the account: `suspend_by_google` |
//! | paused for this cause | active | Google opened it again: `resume_by_google` |
//! | any but needs reconnect | needs reconnect | the grant is over: `save_needs_reconnect` |
//!
//! A guard is part of the statement, so that of two writers at once the second one finds what the
//! first one left.

use chrono::{DateTime, Utc};
use model::{Cause, ConnectionId, EventKind, MailKind, UserId};

use crate::engine::Store;
use crate::error::Result;
use crate::history::events::{NewHistoryEvent, add_event};
use crate::notifications::mails::{QueuedMail, add_mail};

/// A first connection. Its status is what the consent allows.
pub(crate) const LINK_FIRST: &str =
    "insert into connections (id, user_id, subject, email, email_verified,
        hosted_domain, status, cause, connected_at, next_sync_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict do nothing";
/// The same account connected again: whatever was wrong is over.
pub(crate) const LINK_AGAIN: &str = "update connections set email = $2, email_verified = $3,
        hosted_domain = $4, status = $5, cause = $6, last_failure = null,
        next_sync_at = $7, claimed_until = null, failures = 0, answer_hash = null
    where id = $1";
/// A disconnection undone: as it was.
pub(crate) const RESTORE: &str = "update connections set status = $2, mailbox = $3,
        last_failure = $4, connected_at = $5, synced_at = $6, profile_updated_at = $7,
        next_sync_at = $8, email_verified = $9, hosted_domain = $10, cause = $11,
        sync_interval = $12
    where id = $1";

impl Store {
    /// Stops the syncs that come by themselves. False when there is no healthy connection.
    pub async fn save_paused(
        &self,
        user: UserId,
        entry: &NewHistoryEvent,
        now: DateTime<Utc>,
    ) -> Result<bool> {
        const SQL: &str = "update connections set status = 'paused', claimed_until = null
            where user_id = $1 and status = 'active'";
        Ok(transact!(self, |tx| {
            let paused = sqlx::query(SQL).bind(user.0).execute(&mut *tx).await?;
            if paused.rows_affected() == 0 {
                return Ok(false);
            }
            add_event!(tx, entry, user, EventKind::Paused, None, now);
            true
        }))
    }

    /// Lets syncs come again, the first one at once. False when the user has paused nothing: what
    /// Google closed is not for them to open.
    pub async fn save_resumed(
        &self,
        user: UserId,
        entry: &NewHistoryEvent,
        now: DateTime<Utc>,
    ) -> Result<bool> {
        const SQL: &str = "update connections set status = 'active', next_sync_at = $2
            where user_id = $1 and status = 'paused' and cause is null";
        Ok(transact!(self, |tx| {
            let resumed = sqlx::query(SQL).bind(user.0).bind(now).execute(&mut *tx).await?;
            if resumed.rows_affected() == 0 {
                return Ok(false);
            }
            add_event!(tx, entry, user, EventKind::Resumed, None, now);
            true
        }))
    }

    /// Lets a working connection rest: the account is closed at Google. False when it did not work
    /// or its user has paused it.
    pub async fn suspend_by_google(&self, connection: ConnectionId, cause: Cause) -> Result<bool> {
        const SQL: &str = "update connections set status = 'paused', cause = $2,
            claimed_until = null where id = $1 and status = 'active'";
        let paused = write!(self, |db| {
            sqlx::query(SQL)
                .bind(connection.0)
                .bind(cause.as_str())
                .execute(db)
                .await
                .map(|done| done.rows_affected())
        })?;
        Ok(paused == 1)
    }

    /// Wakes a connection that rests for this cause and makes its sync due. False when none does;
    /// what its user paused has no cause and stays so.
    pub async fn resume_by_google(
        &self,
        connection: ConnectionId,
        cause: Cause,
        next_sync_at: DateTime<Utc>,
    ) -> Result<bool> {
        const SQL: &str = "update connections set status = 'active', cause = null,
            last_failure = null, next_sync_at = $3
            where id = $1 and status = 'paused' and cause = $2";
        let resumed = write!(self, |db| {
            sqlx::query(SQL)
                .bind(connection.0)
                .bind(cause.as_str())
                .bind(next_sync_at)
                .execute(db)
                .await
                .map(|done| done.rows_affected())
        })?;
        Ok(resumed == 1)
    }

    /// Marks a connection as waiting for its user, queues the one mail about it, and destroys its
    /// refresh token where that is dead anyway.
    ///
    /// False, and nothing done, when the tokens were written since `generation` was read: what
    /// failed was then an older token than the one we hold.
    pub async fn save_needs_reconnect(
        &self,
        connection: ConnectionId,
        user: UserId,
        generation: i64,
        cause: Cause,
        entry: &NewHistoryEvent,
        now: DateTime<Utc>,
    ) -> Result<bool> {
        const TOUCH: &str = "update connections set status = 'needs_reconnect', cause = $2,
            claimed_until = null where id = $1 and status <> 'needs_reconnect'";
        // Written even where nothing changes: so it waits for a token being written, and sees it.
        const TOKENS: &str = "update grants set
                refreshing_until = null,
                refresh_token = case when $3 then null else refresh_token end,
                generation = case when $3 then generation + 1 else generation end
            where connection_id = $1 and generation = $2";
        // What several ends say together must not wait for a second transaction.
        const END: &str = "insert into grant_ends (id, cause, consented_at, ended_at)
            select $1, $2, consented_at, $3 from grants where connection_id = $4";
        transact!(self, |tx| {
            let touched = sqlx::query(TOUCH)
                .bind(connection.0)
                .bind(cause.as_str())
                .execute(&mut *tx)
                .await?;
            if touched.rows_affected() == 0 {
                return Ok(false);
            }
            let tokens = sqlx::query(TOKENS)
                .bind(connection.0)
                .bind(generation)
                .bind(cause.is_final())
                .execute(&mut *tx)
                .await?;
            if tokens.rows_affected() == 0 {
                return Ok(false);
            }
            sqlx::query(END)
                .bind(entry.id)
                .bind(cause.as_str())
                .bind(now)
                .bind(connection.0)
                .execute(&mut *tx)
                .await?;
            add_event!(tx, entry, user, EventKind::NeedsReconnect, None, now);
            let mail = QueuedMail::about(entry.id, MailKind::NeedsReconnect, user);
            add_mail!(self, tx, &mail, now);
        });
        Ok(true)
    }
}
