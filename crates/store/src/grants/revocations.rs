//! The outbox of tokens that Google has yet to be told to forget.

use chrono::{DateTime, Utc};
use model::{EventKind, Receipt, RevocationId, UndoKind, UserId};
use sqlx::types::Json;
use uuid::Uuid;
use vault::Sealed;

use crate::engine::Store;
use crate::error::{Error, Result};
use crate::history::events::{NewHistoryEvent, add_event};

/// A token to be revoked.
#[derive(Clone, Debug)]
pub struct NewRevocation {
    /// The outbox row, which is also what the token is sealed for.
    pub id: RevocationId,
    pub token: Sealed,
    /// SHA-256 of the subject whose access is to end.
    pub subject_hash: [u8; 32],
    /// What the token may still be wanted for, until Google is told.
    pub undo: Option<UndoWindow>,
    /// What the user is told of their disconnection.
    pub receipt: Option<Receipt>,
}

/// The time in which a token that is to be revoked may still be wanted.
#[derive(Clone, Debug)]
pub struct UndoWindow {
    pub way_back: UndoKind,
    /// What is needed for it, sealed for the outbox row.
    pub kept: Sealed,
    /// Google is told no sooner than this.
    pub until: DateTime<Utc>,
}

/// A reprieve that its user may make use of.
#[derive(Clone, Debug)]
pub struct PendingUndo {
    /// The outbox row.
    pub id: RevocationId,
    pub kept: Sealed,
    /// Google is told no sooner than this.
    pub until: DateTime<Utc>,
}

/// A reprieve that its user makes use of. Nobody else can until the lease ends.
#[derive(Clone, Debug)]
pub struct ClaimedUndo {
    /// The outbox row.
    pub id: RevocationId,
    pub token: Sealed,
    pub kept: Sealed,
}

/// Queues a revocation inside a running transaction of either engine.
macro_rules! add_revocation {
    ($tx:ident, $user:expr, $revocation:expr, $now:expr) => {{
        const ADD: &str = "insert into revocations (id, user_id, token, due_at, created_at,
                subject_hash, way_back, kept, receipt)
            values ($1, (select id from users where id = $2), $3, $4, $5, $6, $7, $8, $9)";
        let (revocation, now) = ($revocation, $now);
        let undo = revocation.undo.as_ref();
        sqlx::query(ADD)
            .bind(revocation.id.0)
            .bind($user.0)
            .bind(revocation.token.as_bytes())
            .bind(undo.map_or(now, |undo| undo.until))
            .bind(now)
            .bind(&revocation.subject_hash[..])
            .bind(undo.map(|undo| undo.way_back.as_str()))
            .bind(undo.map(|undo| undo.kept.as_bytes()))
            .bind(revocation.receipt.as_ref().map(sqlx::types::Json))
            .execute(&mut *$tx)
            .await?;
    }};
}
pub(crate) use add_revocation;

/// A token to be revoked, claimed by this process.
#[derive(Clone, Debug)]
pub struct PendingRevocation {
    /// The outbox row, which is also what the token is sealed for.
    pub id: RevocationId,
    pub token: Sealed,
    /// Failed tries so far.
    pub tries: i64,
}

/// The newest revocation of a user, for them to see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevocationState {
    /// When the user disconnected.
    pub created_at: DateTime<Utc>,
    /// Failed tries so far.
    pub tries: i64,
    /// When the next try is due.
    pub due_at: DateTime<Utc>,
    /// When Google confirmed.
    pub done_at: Option<DateTime<Utc>>,
    /// What the token may still be wanted for, until `due_at`.
    pub way_back: Option<UndoKind>,
    /// What the user is told.
    pub receipt: Option<Receipt>,
}

#[derive(sqlx::FromRow)]
struct StateRow {
    created_at: DateTime<Utc>,
    tries: i64,
    due_at: DateTime<Utc>,
    done_at: Option<DateTime<Utc>>,
    way_back: Option<String>,
    receipt: Option<Json<Receipt>>,
}

impl TryFrom<StateRow> for RevocationState {
    type Error = Error;

    fn try_from(row: StateRow) -> Result<RevocationState> {
        let bad = || Error::bad_row("revocations", "way_back");
        let way_back = row.way_back.map(|word| UndoKind::parse(&word).ok_or_else(bad));
        Ok(RevocationState {
            created_at: row.created_at,
            tries: row.tries,
            due_at: row.due_at,
            done_at: row.done_at,
            way_back: way_back.transpose()?,
            receipt: row.receipt.map(|Json(receipt)| receipt),
        })
    }
}

impl Store {
    /// Queues a token that never became part of a connection. Its user may be gone by now.
    pub async fn add_revocation(
        &self,
        user: UserId,
        revocation: &NewRevocation,
        now: DateTime<Utc>,
    ) -> Result<()> {
        transact!(self, |tx| {
            add_revocation!(tx, user, revocation, now);
        });
        Ok(())
    }

    /// Claims due revocations until `lease_ends_at`, so that no other process takes them. From now
    /// on there is no way back, and what was kept for it is destroyed.
    pub async fn claim_revocations(
        &self,
        now: DateTime<Utc>,
        lease_ends_at: DateTime<Utc>,
        limit: i64,
    ) -> Result<Vec<PendingRevocation>> {
        // PostgreSQL: rows that another process is claiming are passed over, not waited for.
        const SQLITE: &str =
            "update revocations set claimed_until = $2, way_back = null, kept = null
            where id in (
                select id from revocations where done_at is null and due_at <= $1
                    and (claimed_until is null or claimed_until <= $1) order by due_at limit $3)
            returning id, token, tries";
        const POSTGRES: &str =
            "update revocations set claimed_until = $2, way_back = null, kept = null
            where id in (
                select id from revocations where done_at is null and due_at <= $1
                    and (claimed_until is null or claimed_until <= $1) order by due_at limit $3
                    for update skip locked)
            returning id, token, tries";
        type Row = (Uuid, Vec<u8>, i64);
        let sql = self.dialect(SQLITE, POSTGRES);
        let rows: Vec<Row> = write!(self, |db| {
            sqlx::query_as(sql).bind(now).bind(lease_ends_at).bind(limit).fetch_all(db).await
        })?;
        Ok(rows
            .into_iter()
            .map(|(id, token, tries)| PendingRevocation {
                id: RevocationId(id),
                token: Sealed::from_bytes(token),
                tries,
            })
            .collect())
    }

    /// Holds a user's reprieve until `lease_ends_at`: Google is not told meanwhile. `None` when
    /// there is none, it is over, or somebody holds it.
    pub async fn claim_undo(
        &self,
        user: UserId,
        way_back: UndoKind,
        now: DateTime<Utc>,
        lease_ends_at: DateTime<Utc>,
    ) -> Result<Option<ClaimedUndo>> {
        const SQL: &str = "update revocations set claimed_until = $4 where id = (
                select id from revocations where user_id = $1 and way_back = $2
                    and done_at is null and due_at > $3 order by created_at desc limit 1)
                and (claimed_until is null or claimed_until <= $3)
            returning id, token, kept";
        type Row = (Uuid, Vec<u8>, Vec<u8>);
        let held: Option<Row> = write!(self, |db| {
            sqlx::query_as(SQL)
                .bind(user.0)
                .bind(way_back.as_str())
                .bind(now)
                .bind(lease_ends_at)
                .fetch_optional(db)
                .await
        })?;
        Ok(held.map(|(id, token, kept)| ClaimedUndo {
            id: RevocationId(id),
            token: Sealed::from_bytes(token),
            kept: Sealed::from_bytes(kept),
        }))
    }

    /// What a user's reprieve keeps, to be looked at.
    pub async fn find_undo(
        &self,
        user: UserId,
        way_back: UndoKind,
        now: DateTime<Utc>,
    ) -> Result<Option<PendingUndo>> {
        const SQL: &str =
            "select id, kept, due_at from revocations where user_id = $1 and way_back = $2
            and done_at is null and due_at > $3 order by created_at desc limit 1";
        let found: Option<(Uuid, Vec<u8>, DateTime<Utc>)> = read!(self, |db| {
            sqlx::query_as(SQL)
                .bind(user.0)
                .bind(way_back.as_str())
                .bind(now)
                .fetch_optional(db)
                .await
        })?;
        Ok(found.map(|(id, kept, until)| PendingUndo {
            id: RevocationId(id),
            kept: Sealed::from_bytes(kept),
            until,
        }))
    }

    /// The user does not want the way back: Google is told now. False when there was none.
    pub async fn end_undo(
        &self,
        user: UserId,
        way_back: UndoKind,
        now: DateTime<Utc>,
    ) -> Result<bool> {
        const SQL: &str = "update revocations set due_at = $3, way_back = null, kept = null,
                claimed_until = null
            where user_id = $1 and way_back = $2 and done_at is null";
        let ended = write!(self, |db| {
            sqlx::query(SQL)
                .bind(user.0)
                .bind(way_back.as_str())
                .bind(now)
                .execute(db)
                .await
                .map(|done| done.rows_affected())
        })?;
        Ok(ended > 0)
    }

    /// Another connection needs the access that was to be revoked: Google is not told.
    pub async fn drop_revocation(&self, id: RevocationId) -> Result<()> {
        const SQL: &str = "delete from revocations where id = $1";
        write!(self, |db| sqlx::query(SQL).bind(id.0).execute(db).await.map(drop))?;
        Ok(())
    }

    /// Google confirmed: the token is destroyed here too, the receipt stays.
    pub async fn save_revoked(
        &self,
        revocation: RevocationId,
        entry: &NewHistoryEvent,
        now: DateTime<Utc>,
    ) -> Result<()> {
        // The user may have been deleted since the claim: the row knows.
        const SQL: &str = "update revocations set done_at = $2, token = null,
                subject_hash = null, claimed_until = null
            where id = $1 returning user_id";
        transact!(self, |tx| {
            let user: Option<Option<Uuid>> = sqlx::query_scalar(SQL)
                .bind(revocation.0)
                .bind(now)
                .fetch_optional(&mut *tx)
                .await?;
            if let Some(user) = user.flatten() {
                add_event!(tx, entry, UserId(user), EventKind::Revoked, None, now);
            }
        });
        Ok(())
    }

    /// Google could not be told: try again then.
    pub async fn save_revocation_retry(
        &self,
        id: RevocationId,
        due_at: DateTime<Utc>,
    ) -> Result<()> {
        const SQL: &str = "update revocations set tries = tries + 1, due_at = $2,
            claimed_until = null where id = $1";
        write!(self, |db| sqlx::query(SQL).bind(id.0).bind(due_at).execute(db).await.map(drop))?;
        Ok(())
    }

    /// How a user's latest revocation stands.
    pub async fn find_revocation(&self, user: UserId) -> Result<Option<RevocationState>> {
        const SQL: &str = "select created_at, tries, due_at, done_at, way_back, receipt
            from revocations where user_id = $1 order by created_at desc limit 1";
        let row: Option<StateRow> =
            read!(self, |db| sqlx::query_as(SQL).bind(user.0).fetch_optional(db).await)?;
        row.map(RevocationState::try_from).transpose()
    }
}
