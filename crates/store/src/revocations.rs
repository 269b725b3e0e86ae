//! The outbox of tokens that Google has yet to be told to forget.

use chrono::{DateTime, Utc};
use model::{EventKind, RevocationId, UserId};
use uuid::Uuid;
use vault::Sealed;

use crate::events::add_event;
use crate::{Result, Store};

pub(crate) const ADD: &str = "insert into revocations (id, user_id, token, due_at, created_at)
    values ($1, $2, $3, $4, $4)";

/// A token to be revoked, claimed by this process.
#[derive(Clone, Debug)]
pub struct PendingRevocation {
    /// The outbox row, which is also what the token is sealed for.
    pub id: RevocationId,
    /// The token.
    pub token: Sealed,
    /// Failed tries so far.
    pub tries: i64,
}

/// The newest revocation of a user, for them to see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct RevocationState {
    /// When the user disconnected.
    pub created_at: DateTime<Utc>,
    /// Failed tries so far.
    pub tries: i64,
    /// When the next try is due.
    pub due_at: DateTime<Utc>,
    /// When Google confirmed.
    pub done_at: Option<DateTime<Utc>>,
}

impl Store {
    /// Queues a token that never became part of a connection.
    pub async fn add_revocation(
        &self,
        id: RevocationId,
        user: UserId,
        token: &Sealed,
        now: DateTime<Utc>,
    ) -> Result<()> {
        write!(self, |db| {
            sqlx::query(ADD)
                .bind(id.0)
                .bind(user.0)
                .bind(token.as_bytes())
                .bind(now)
                .execute(db)
                .await
                .map(drop)
        })?;
        Ok(())
    }

    /// Claims due revocations until `lease_ends_at`, so that no other process takes them.
    pub async fn claim_revocations(
        &self,
        now: DateTime<Utc>,
        lease_ends_at: DateTime<Utc>,
        limit: i64,
    ) -> Result<Vec<PendingRevocation>> {
        // PostgreSQL: rows that another process is claiming are passed over, not waited for.
        const SQLITE: &str = "update revocations set claimed_until = $2 where id in (
                select id from revocations where done_at is null and due_at <= $1
                    and (claimed_until is null or claimed_until <= $1) order by due_at limit $3)
            returning id, token, tries";
        const POSTGRES: &str = "update revocations set claimed_until = $2 where id in (
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

    /// Google confirmed: the token is destroyed here too, the receipt stays.
    pub async fn save_revoked(
        &self,
        revocation: RevocationId,
        event_id: Uuid,
        now: DateTime<Utc>,
    ) -> Result<()> {
        // The user may have been deleted since the claim: the row knows.
        const SQL: &str = "update revocations set done_at = $2, token = null, claimed_until = null
            where id = $1 returning user_id";
        transact!(self, |tx| {
            let user: Option<Option<Uuid>> = sqlx::query_scalar(SQL)
                .bind(revocation.0)
                .bind(now)
                .fetch_optional(&mut *tx)
                .await?;
            if let Some(user) = user.flatten() {
                add_event!(tx, event_id, UserId(user), EventKind::Revoked, None, now);
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
        const SQL: &str = "select created_at, tries, due_at, done_at from revocations
            where user_id = $1 order by created_at desc limit 1";
        let state = read!(self, |db| sqlx::query_as(SQL).bind(user.0).fetch_optional(db).await)?;
        Ok(state)
    }
}
