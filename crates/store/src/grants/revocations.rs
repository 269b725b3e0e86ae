//! Tokens that Google has yet to be told to forget, and what they may still be wanted for.
//!
//! When Google is told is their job's business: until it is due, there may be a way back.

use chrono::{DateTime, Utc};
use model::{EventKind, Receipt, RevocationId, UndoKind, UserId};
use sqlx::types::Json;
use uuid::Uuid;
use vault::Sealed;

use crate::engine::Store;
use crate::error::{Error, Result};
use crate::history::events::{NewHistoryEvent, add_event};
use crate::jobs::queue;

/// A token to be revoked.
#[derive(Clone, Debug)]
pub struct NewRevocation {
    /// The row, which is also what the token is sealed for.
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
    /// What is needed for it, sealed for the row.
    pub kept: Sealed,
    /// Google is told no sooner than this.
    pub until: DateTime<Utc>,
}

/// A reprieve that its user may make use of.
#[derive(Clone, Debug)]
pub struct PendingUndo {
    /// The row.
    pub id: RevocationId,
    pub kept: Sealed,
    /// Google is told no sooner than this.
    pub until: DateTime<Utc>,
}

/// A reprieve that its user makes use of. Nobody else can until the lease ends.
#[derive(Clone, Debug)]
pub struct ClaimedUndo {
    /// The row.
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
        let due_at = undo.map_or(now, |undo| undo.until);
        sqlx::query(ADD)
            .bind(revocation.id.0)
            .bind($user.0)
            .bind(revocation.token.as_bytes())
            .bind(due_at)
            .bind(now)
            .bind(&revocation.subject_hash[..])
            .bind(undo.map(|undo| undo.way_back.as_str()))
            .bind(undo.map(|undo| undo.kept.as_bytes()))
            .bind(revocation.receipt.as_ref().map(sqlx::types::Json))
            .execute(&mut *$tx)
            .await?;
        let job = model::Job::RevokeToken(revocation.id);
        $crate::jobs::queue::enqueue!($tx, job, due_at, None, now);
    }};
}
pub(crate) use add_revocation;

/// Makes revocations due now, inside a running transaction of either engine that has written them.
macro_rules! revoke_now {
    ($tx:ident, $revocations:expr, $now:expr) => {
        for revocation in $revocations {
            let revocation: uuid::Uuid = revocation;
            sqlx::query($crate::jobs::queue::REVOKE_NOW)
                .bind(revocation)
                .bind($now)
                .execute(&mut *$tx)
                .await?;
            $tx.has_work();
        }
    };
}
pub(crate) use revoke_now;

/// A token to be revoked.
#[derive(Clone, Debug)]
pub struct PendingRevocation {
    /// The row, which is also what the token is sealed for.
    pub id: RevocationId,
    pub token: Sealed,
}

/// The newest revocation of a user, for them to see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevocationState {
    /// When the user disconnected.
    pub created_at: DateTime<Utc>,
    /// Failed tries so far.
    pub tries: i64,
    /// When the next try is due, while there is one to come.
    pub due_at: DateTime<Utc>,
    /// When Google confirmed.
    pub done_at: Option<DateTime<Utc>>,
    /// What the token may still be wanted for, until `due_at`.
    pub way_back: Option<UndoKind>,
    /// What the user is told.
    pub receipt: Option<Receipt>,
}

#[derive(sqlx_macros::FromRow)]
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

    /// A token that Google is about to be told of: from now on there is no way back, and what was
    /// kept for it is destroyed. None when Google has confirmed already.
    pub async fn begin_revocation(&self, id: RevocationId) -> Result<Option<PendingRevocation>> {
        const SQL: &str = "update revocations set way_back = null, kept = null
            where id = $1 and done_at is null returning token";
        let token: Option<Vec<u8>> =
            write!(self, |db| sqlx::query_scalar(SQL).bind(id.0).fetch_optional(db).await)?;
        Ok(token.map(|token| PendingRevocation { id, token: Sealed::from_bytes(token) }))
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
        const READ: &str =
            "select id, token, kept from revocations where id = $1 and kept is not null";
        type Row = (Uuid, Vec<u8>, Vec<u8>);
        let held: Option<Row> = transact!(self, |tx| {
            let held: Option<Uuid> = sqlx::query_scalar(queue::HOLD_BACK)
                .bind(user.0)
                .bind(way_back.as_str())
                .bind(now)
                .bind(lease_ends_at)
                .fetch_optional(&mut *tx)
                .await?;
            sqlx::query_as(READ).bind(held).fetch_optional(&mut *tx).await?
        });
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
            "select r.id, r.kept, j.due_at from revocations r join jobs j on j.revocation_id = r.id
            where r.user_id = $1 and r.way_back = $2 and r.done_at is null and j.due_at > $3
            order by r.created_at desc limit 1";
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
        const SQL: &str = "update revocations set way_back = null, kept = null
            where user_id = $1 and way_back = $2 and done_at is null returning id";
        Ok(transact!(self, |tx| {
            let ended: Vec<Uuid> = sqlx::query_scalar(SQL)
                .bind(user.0)
                .bind(way_back.as_str())
                .fetch_all(&mut *tx)
                .await?;
            let is_any = !ended.is_empty();
            revoke_now!(tx, ended, now);
            is_any
        }))
    }

    /// Another connection needs the access that was to be revoked: Google is not told.
    pub async fn drop_revocation(&self, id: RevocationId) -> Result<()> {
        const SQL: &str = "delete from revocations where id = $1";
        write!(self, |db| sqlx::query(SQL).bind(id.0).execute(db).await.map(drop))?;
        Ok(())
    }

    /// Google confirmed: the token is destroyed here too, the receipt stays. Only the first to say
    /// so is heard.
    pub async fn save_revoked(
        &self,
        revocation: RevocationId,
        entry: &NewHistoryEvent,
        now: DateTime<Utc>,
    ) -> Result<()> {
        // The user may have been deleted since the claim: the row knows.
        const SQL: &str = "update revocations set done_at = $2, token = null, subject_hash = null
            where id = $1 and done_at is null returning user_id";
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

    /// How a user's latest revocation stands.
    pub async fn find_revocation(&self, user: UserId) -> Result<Option<RevocationState>> {
        const SQL: &str = "select r.created_at, coalesce(j.attempts, 0) as tries,
                coalesce(j.due_at, r.created_at) as due_at, r.done_at, r.way_back, r.receipt
            from revocations r left join jobs j on j.revocation_id = r.id
            where r.user_id = $1 order by r.created_at desc limit 1";
        let row: Option<StateRow> =
            read!(self, |db| sqlx::query_as(SQL).bind(user.0).fetch_optional(db).await)?;
        row.map(RevocationState::try_from).transpose()
    }
}
