//! Scopes and sealed tokens of a connection. Writes are refused when somebody wrote in between.

use chrono::{DateTime, Utc};
use model::{
    Cause, ConnectionId, PollingState, ScopeSet, Status, Subject, SyncFailure, SyncInterval, UserId,
};
use uuid::Uuid;
use vault::{Mark, Sealed};

use crate::engine::Store;
use crate::error::{Error, Result};

/// A connection's tokens, sealed, with what is needed to use them.
#[derive(Clone, Debug)]
pub struct Grant {
    /// The connection, which is also the row that the tokens are sealed for.
    pub connection: ConnectionId,
    /// Whose connection it is.
    pub user: UserId,
    /// The Google account.
    pub subject: Subject,
    /// Its address as last seen.
    pub email: Option<String>,
    /// What the connection can do now.
    pub status: Status,
    /// Why it cannot do more, if there is a reason but the user's wish.
    pub cause: Option<Cause>,
    pub granted: ScopeSet,
    /// The access token.
    pub access: Sealed,
    /// When Google stops accepting it.
    pub access_expires_at: DateTime<Utc>,
    /// The refresh token, if there is one.
    pub refresh: Option<Sealed>,
    /// When that ends, where Google said so.
    pub refresh_expires_at: Option<DateTime<Utc>>,
    /// When the user agreed to it.
    pub consented_at: Option<DateTime<Utc>>,
    /// When Google last accepted it.
    pub used_at: Option<DateTime<Utc>>,
    /// Refresh tokens that the same account gave us since.
    pub newer_tokens: i64,
    /// Rises with every write of the tokens.
    pub generation: i64,
    /// Rises with every lease of a refresh.
    pub refresh_fence: i64,
    /// Until when somebody may be refreshing; in the past, nobody knows how that ended.
    pub refreshing_until: Option<DateTime<Utc>>,
    /// How the last refresh failed, if it did.
    pub refresh_failure: Option<SyncFailure>,
    /// Whether an answer to a refresh of this token was lost, and a rotated token with it.
    pub is_answer_lost: bool,
    /// Failed syncs in a row.
    pub failures: i64,
    /// When Google's answer last arrived whole.
    pub synced_at: Option<DateTime<Utc>>,
    /// What bears on its next sync.
    pub polling: PollingState,
    /// A hash of Google's last answer, as long as looking at the same once more would change
    /// nothing.
    pub answer_hash: Option<Vec<u8>>,
}

/// By what a refresh token is found that Google names without telling it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefreshMarks {
    /// The mark of its first characters.
    pub prefix: Mark,
    /// The mark of its hash.
    pub hash: Mark,
}

/// Tokens after a refresh.
#[derive(Clone, Debug)]
pub struct Renewal {
    pub connection: ConnectionId,
    /// The generation that was refreshed.
    pub generation: i64,
    /// The lease under which it was.
    pub fence: i64,
    /// When Google answered.
    pub renewed_at: DateTime<Utc>,
    /// The new access token.
    pub access: Sealed,
    /// When Google stops accepting it.
    pub access_expires_at: DateTime<Utc>,
    /// The new refresh token; `None` keeps the one we have (RFC 6749 section 6).
    pub refresh: Option<Sealed>,
    /// The marks of the refresh token that is good now, new or old: keys may have been exchanged
    /// since it was marked.
    pub marks: Option<RefreshMarks>,
    /// When the new refresh token ends, where Google says so.
    pub refresh_expires_at: Option<DateTime<Utc>>,
    /// What is granted now, where Google says so.
    pub granted: Option<ScopeSet>,
}

/// What a grant is read by, and a condition on it.
macro_rules! grant_sql {
    ($($condition:expr),*) => {
        concat!(
            "select c.id, c.user_id, c.subject, c.email, c.status, c.cause, g.granted_scopes,
                g.access_token, g.access_expires_at, g.refresh_token, g.refresh_expires_at,
                g.consented_at, g.used_at, g.newer_tokens, g.generation, g.refresh_fence,
                g.refreshing_until, g.refresh_failure, g.is_answer_lost, c.failures, c.synced_at,
                c.sync_interval, c.quiet_syncs, c.answer_hash, u.seen_at
            from connections c
            join grants g on g.connection_id = c.id
            join users u on u.id = c.user_id
            where ",
            $($condition),*
        )
    };
}
pub(crate) use grant_sql;

#[derive(sqlx_macros::FromRow)]
pub(crate) struct Row {
    pub(crate) id: Uuid,
    user_id: Uuid,
    subject: String,
    email: Option<String>,
    status: String,
    cause: Option<String>,
    granted_scopes: String,
    access_token: Vec<u8>,
    access_expires_at: DateTime<Utc>,
    refresh_token: Option<Vec<u8>>,
    refresh_expires_at: Option<DateTime<Utc>>,
    consented_at: Option<DateTime<Utc>>,
    used_at: Option<DateTime<Utc>>,
    newer_tokens: i64,
    generation: i64,
    refresh_fence: i64,
    refreshing_until: Option<DateTime<Utc>>,
    refresh_failure: Option<String>,
    is_answer_lost: bool,
    failures: i64,
    synced_at: Option<DateTime<Utc>>,
    sync_interval: Option<String>,
    quiet_syncs: i64,
    answer_hash: Option<Vec<u8>>,
    seen_at: Option<DateTime<Utc>>,
}

impl TryFrom<Row> for Grant {
    type Error = Error;

    fn try_from(row: Row) -> Result<Grant> {
        let failure = row.refresh_failure.map(|word| {
            SyncFailure::parse(&word).ok_or_else(|| Error::bad_row("grants", "refresh_failure"))
        });
        let cause = row
            .cause
            .map(|word| Cause::parse(&word).ok_or_else(|| Error::bad_row("connections", "cause")));
        let chosen = row.sync_interval.map(|word| {
            SyncInterval::parse(&word).ok_or_else(|| Error::bad_row("connections", "sync_interval"))
        });
        let polling = PollingState {
            chosen: chosen.transpose()?,
            quiet_syncs: row.quiet_syncs,
            seen_at: row.seen_at,
        };
        Ok(Grant {
            connection: ConnectionId(row.id),
            user: UserId(row.user_id),
            subject: Subject::parse(&row.subject)
                .map_err(|_| Error::bad_row("connections", "subject"))?,
            email: row.email,
            status: Status::parse(&row.status)
                .ok_or_else(|| Error::bad_row("connections", "status"))?,
            cause: cause.transpose()?,
            granted: ScopeSet::parse(&row.granted_scopes),
            access: Sealed::from_bytes(row.access_token),
            access_expires_at: row.access_expires_at,
            refresh: row.refresh_token.map(Sealed::from_bytes),
            refresh_expires_at: row.refresh_expires_at,
            consented_at: row.consented_at,
            used_at: row.used_at,
            newer_tokens: row.newer_tokens,
            generation: row.generation,
            refresh_fence: row.refresh_fence,
            refreshing_until: row.refreshing_until,
            refresh_failure: failure.transpose()?,
            is_answer_lost: row.is_answer_lost,
            failures: row.failures,
            synced_at: row.synced_at,
            polling,
            answer_hash: row.answer_hash,
        })
    }
}

impl Store {
    /// The grant of a user's connection, if they have one.
    pub async fn find_grant(&self, user: UserId) -> Result<Option<Grant>> {
        const SQL: &str = grant_sql!("c.user_id = $1");
        let row: Option<Row> =
            read!(self, |db| sqlx::query_as(SQL).bind(user.0).fetch_optional(db).await)?;
        row.map(Grant::try_from).transpose()
    }

    /// Stores refreshed tokens and ends the lease. False, and nothing done, when the grant was
    /// written since it was read or the lease has passed to somebody else: read it again.
    ///
    /// A new refresh token is stored even when its lease has passed on, as long as the one that
    /// it replaces is the one we hold: Google has ended that one, so whoever has the lease now can
    /// only fail with it.
    pub async fn save_renewal(&self, renewal: &Renewal) -> Result<bool> {
        const SQL: &str = "update grants set
                access_token = $3,
                access_expires_at = $4,
                refresh_token = coalesce($5, refresh_token),
                refresh_expires_at = coalesce($6, refresh_expires_at),
                granted_scopes = coalesce($7, granted_scopes),
                refresh_prefix_mark = coalesce($10, refresh_prefix_mark),
                refresh_hash_mark = coalesce($11, refresh_hash_mark),
                generation = generation + 1,
                used_at = $9,
                is_answer_lost = false,
                refresh_failure = null,
                refreshing_until = case when refresh_fence = $8 then null else refreshing_until end
            where connection_id = $1 and generation = $2
                and (refresh_fence = $8 or $5 is not null)";
        let saved = write!(self, |db| {
            sqlx::query(SQL)
                .bind(renewal.connection.0)
                .bind(renewal.generation)
                .bind(renewal.access.as_bytes())
                .bind(renewal.access_expires_at)
                .bind(renewal.refresh.as_ref().map(Sealed::as_bytes))
                .bind(renewal.refresh_expires_at)
                .bind(renewal.granted.as_ref().map(ScopeSet::to_string))
                .bind(renewal.fence)
                .bind(renewal.renewed_at)
                .bind(renewal.marks.as_ref().map(|marks| &marks.prefix[..]))
                .bind(renewal.marks.as_ref().map(|marks| &marks.hash[..]))
                .execute(db)
                .await
                .map(|done| done.rows_affected())
        })?;
        Ok(saved == 1)
    }

    /// Destroys the tokens of a connection, which are dead at Google. `nothing` is an empty text,
    /// sealed for the place of the access token, so that the row still opens. The marks stay:
    /// Google tells of one click twice, and the second time must find that it is done.
    ///
    /// False, and nothing done, when the tokens were written since `generation` was read.
    pub async fn save_tokens_destroyed(
        &self,
        connection: ConnectionId,
        generation: i64,
        nothing: &Sealed,
        now: DateTime<Utc>,
    ) -> Result<bool> {
        const SQL: &str = "update grants set
                access_token = $3, access_expires_at = $4,
                refresh_token = null, refresh_expires_at = null,
                generation = generation + 1
            where connection_id = $1 and generation = $2";
        let destroyed = write!(self, |db| {
            sqlx::query(SQL)
                .bind(connection.0)
                .bind(generation)
                .bind(nothing.as_bytes())
                .bind(now)
                .execute(db)
                .await
                .map(|done| done.rows_affected())
        })?;
        Ok(destroyed == 1)
    }
}
