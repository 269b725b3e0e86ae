//! Security events of Google's: kept once, acted on until it is done, forgotten in time.
//!
//! A row says that something happened to a user's account, never to which account at Google.

use chrono::{DateTime, Utc};
use model::{
    Cause, ConnectionId, DisabledReason, EventKind, Job, SecurityKind, SecurityOutcome, Status,
    Subject, UserId,
};
use uuid::Uuid;
use vault::Mark;

use crate::engine::Store;
use crate::error::{Error, Result};
use crate::history::events::{NewHistoryEvent, add_event};
use crate::jobs::queue::enqueue;
use crate::jobs::{ClaimedJob, JobLease};

/// Whom an event is about: one of our users, through one connection of theirs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SecurityTarget {
    pub user: UserId,
    pub connection: ConnectionId,
}

/// An event as it came.
#[derive(Clone, Debug)]
pub struct NewSecurityEvent {
    /// SHA-256 of what makes it unlike any other.
    pub id: [u8; 32],
    pub kind: SecurityKind,
    /// Why, for a closed account.
    pub reason: Option<DisabledReason>,
    /// To whom, if it is somebody here.
    pub target: Option<SecurityTarget>,
    /// What became of it, where that is known at once.
    pub outcome: Option<SecurityOutcome>,
    /// When Google signed it.
    pub issued_at: DateTime<Utc>,
    /// By whom and until when it is acted on, where something is left to be done.
    pub lease: JobLease,
}

/// What became of keeping an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecurityEventAdded {
    /// It was here already, and nothing was done.
    Known,
    /// It is kept, and nothing is to be done.
    Settled,
    /// It is kept, and its job is claimed as its lease says.
    Claimed(ClaimedJob),
}

/// An event that is to be acted on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingSecurityEvent {
    pub id: [u8; 32],
    pub kind: SecurityKind,
    /// Why, for a closed account.
    pub reason: Option<DisabledReason>,
    /// To whom, if it is somebody here.
    pub user: Option<UserId>,
    /// Their connection, unless they have disconnected meanwhile.
    pub connection: Option<ConnectionId>,
    /// When Google signed it.
    pub issued_at: DateTime<Utc>,
}

/// A connection as an event finds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SecurityView {
    /// What it can do.
    pub status: Status,
    /// Why it cannot, if so.
    pub cause: Option<Cause>,
    /// When the user last agreed at Google; not known of connections from before that was noted.
    pub consented_at: Option<DateTime<Utc>>,
    /// The generation of its tokens.
    pub generation: i64,
}

#[derive(sqlx_macros::FromRow)]
struct Row {
    id: Vec<u8>,
    kind: String,
    reason: Option<String>,
    user_id: Option<Uuid>,
    connection_id: Option<Uuid>,
    issued_at: DateTime<Utc>,
}

impl TryFrom<Row> for PendingSecurityEvent {
    type Error = Error;

    fn try_from(row: Row) -> Result<PendingSecurityEvent> {
        let bad = |column| Error::bad_row("security_events", column);
        let reason = row.reason.map(|w| DisabledReason::parse(&w).ok_or_else(|| bad("reason")));
        Ok(PendingSecurityEvent {
            id: row.id.try_into().map_err(|_| bad("id"))?,
            kind: SecurityKind::parse(&row.kind).ok_or_else(|| bad("kind"))?,
            reason: reason.transpose()?,
            user: row.user_id.map(UserId),
            connection: row.connection_id.map(ConnectionId),
            issued_at: row.issued_at,
        })
    }
}

#[derive(sqlx_macros::FromRow)]
struct ViewRow {
    status: String,
    cause: Option<String>,
    consented_at: Option<DateTime<Utc>>,
    generation: i64,
}

impl Store {
    /// Keeps an event once, with the job to act on it where its outcome is open.
    pub async fn add_security_event(
        &self,
        event: &NewSecurityEvent,
        now: DateTime<Utc>,
    ) -> Result<SecurityEventAdded> {
        const SQL: &str = "insert into security_events (id, kind, reason, user_id, connection_id,
                outcome, due_at, issued_at, received_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $7) on conflict (id) do nothing";
        Ok(transact!(self, |tx| {
            let added = sqlx::query(SQL)
                .bind(&event.id[..])
                .bind(event.kind.as_str())
                .bind(event.reason.map(DisabledReason::as_str))
                .bind(event.target.map(|target| target.user.0))
                .bind(event.target.map(|target| target.connection.0))
                .bind(event.outcome.map(SecurityOutcome::as_str))
                .bind(now)
                .bind(event.issued_at)
                .execute(&mut *tx)
                .await?;
            if added.rows_affected() == 0 {
                return Ok(SecurityEventAdded::Known);
            }
            if event.outcome.is_some() {
                SecurityEventAdded::Settled
            } else {
                let (job, lease) = (Job::ApplySecurityEvent(event.id), &event.lease);
                let id = enqueue!(tx, job, now, Some(lease), now);
                SecurityEventAdded::Claimed(ClaimedJob { id, job, attempts: 0, claim: lease.claim })
            }
        }))
    }

    /// An event that has yet to be acted on. None once it has been.
    pub async fn find_pending_security_event(
        &self,
        id: &[u8; 32],
    ) -> Result<Option<PendingSecurityEvent>> {
        const SQL: &str = "select id, kind, reason, user_id, connection_id, issued_at
            from security_events where id = $1 and outcome is null";
        let row: Option<Row> =
            read!(self, |db| sqlx::query_as(SQL).bind(&id[..]).fetch_optional(db).await)?;
        row.map(PendingSecurityEvent::try_from).transpose()
    }

    /// Notes what became of an event, with its line in the user's history. Only the first to say
    /// so is heard.
    pub async fn save_security_event_done(
        &self,
        id: &[u8; 32],
        outcome: SecurityOutcome,
        line: Option<(UserId, EventKind, NewHistoryEvent)>,
        now: DateTime<Utc>,
    ) -> Result<()> {
        const SQL: &str = "update security_events set outcome = $2
            where id = $1 and outcome is null";
        transact!(self, |tx| {
            let done =
                sqlx::query(SQL).bind(&id[..]).bind(outcome.as_str()).execute(&mut *tx).await?;
            if done.rows_affected() == 0 {
                return Ok(());
            }
            if let Some((user, kind, entry)) = &line {
                add_event!(tx, entry, user, *kind, None, now);
            }
        });
        Ok(())
    }

    /// Whether something newer is known of the account's being open or closed.
    pub async fn is_security_event_overtaken(
        &self,
        user: UserId,
        issued_at: DateTime<Utc>,
    ) -> Result<bool> {
        const SQL: &str = "select count(*) from security_events where user_id = $1
            and issued_at > $2 and kind in ('account_disabled', 'account_enabled')";
        let newer: i64 = read!(self, |db| {
            sqlx::query_scalar(SQL).bind(user.0).bind(issued_at).fetch_one(db).await
        })?;
        Ok(newer > 0)
    }

    /// Whose connection to this Google account there is.
    pub async fn find_security_target(&self, subject: &Subject) -> Result<Option<SecurityTarget>> {
        const SQL: &str = "select user_id, id from connections where subject = $1";
        let row: Option<(Uuid, Uuid)> = read!(self, |db| {
            sqlx::query_as(SQL).bind(subject.as_str()).fetch_optional(db).await
        })?;
        Ok(row.map(target_of))
    }

    /// Whose refresh token begins so. None as well where several do: a prefix is a hint, and the
    /// wrong connection must not pay for it.
    pub async fn find_target_of_refresh_prefix(
        &self,
        mark: &Mark,
    ) -> Result<Option<SecurityTarget>> {
        const SQL: &str = "select c.user_id, c.id
            from grants g join connections c on c.id = g.connection_id
            where g.refresh_prefix_mark = $1 limit 2";
        self.find_marked(SQL, mark).await
    }

    /// Whose refresh token has this hash.
    pub async fn find_target_of_refresh_hash(&self, mark: &Mark) -> Result<Option<SecurityTarget>> {
        const SQL: &str = "select c.user_id, c.id
            from grants g join connections c on c.id = g.connection_id
            where g.refresh_hash_mark = $1 limit 2";
        self.find_marked(SQL, mark).await
    }

    async fn find_marked(&self, sql: &'static str, mark: &Mark) -> Result<Option<SecurityTarget>> {
        let rows: Vec<(Uuid, Uuid)> =
            read!(self, |db| sqlx::query_as(sql).bind(&mark[..]).fetch_all(db).await)?;
        Ok(match rows[..] {
            [row] => Some(target_of(row)),
            _ => None,
        })
    }

    /// A connection as an event finds it, if it is still there.
    pub async fn find_security_view(
        &self,
        connection: ConnectionId,
    ) -> Result<Option<SecurityView>> {
        const SQL: &str = "select c.status, c.cause, g.consented_at, g.generation
            from connections c join grants g on g.connection_id = c.id where c.id = $1";
        let row: Option<ViewRow> =
            read!(self, |db| sqlx::query_as(SQL).bind(connection.0).fetch_optional(db).await)?;
        let bad = |column| Error::bad_row("connections", column);
        row.map(|row| {
            let cause = row.cause.map(|word| Cause::parse(&word).ok_or_else(|| bad("cause")));
            Ok(SecurityView {
                status: Status::parse(&row.status).ok_or_else(|| bad("status"))?,
                cause: cause.transpose()?,
                consented_at: row.consented_at,
                generation: row.generation,
            })
        })
        .transpose()
    }

    /// When the newest event came.
    pub async fn find_last_security_event(&self) -> Result<Option<DateTime<Utc>>> {
        const SQL: &str =
            "select received_at from security_events order by received_at desc limit 1";
        let last = read!(self, |db| sqlx::query_scalar(SQL).fetch_optional(db).await)?;
        Ok(last)
    }

    /// Forgets what came before `before`, but for what is still to be acted on.
    pub async fn purge_security_events(&self, before: DateTime<Utc>) -> Result<u64> {
        const SQL: &str =
            "delete from security_events where received_at < $1 and outcome is not null";
        let purged = write!(self, |db| {
            sqlx::query(SQL).bind(before).execute(db).await.map(|done| done.rows_affected())
        })?;
        Ok(purged)
    }
}

fn target_of((user, connection): (Uuid, Uuid)) -> SecurityTarget {
    SecurityTarget { user: UserId(user), connection: ConnectionId(connection) }
}
