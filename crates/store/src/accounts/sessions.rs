//! Signed-in browsers. A row knows the hash of its cookie's token, never the token.

use chrono::{DateTime, Utc};
use model::role::Role;
use model::{EventKind, SessionId, UserId};
use uuid::Uuid;

use crate::engine::Store;
use crate::error::Result;
use crate::history::events::{NewHistoryEvent, add_event};
use crate::sync::preferences::note_seen;

/// A session to be opened.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// Its id, which is no secret.
    pub id: SessionId,
    /// SHA-256 of the cookie's token.
    pub token_hash: [u8; 32],
    pub user: UserId,
    /// When it ends whatever happens.
    pub expires_at: DateTime<Utc>,
    /// The session of the same browser that it takes the place of.
    pub replaces: Option<[u8; 32]>,
    /// The id of the event that records it.
    pub entry: NewHistoryEvent,
}

/// The user behind a live session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionUser {
    pub session: SessionId,
    pub user: UserId,
    /// Their sign-in address.
    pub email: String,
    /// What they may do besides.
    pub role: Role,
    /// When the session was last seen.
    pub last_seen_at: DateTime<Utc>,
    /// When its user last proved who they are.
    pub authenticated_at: DateTime<Utc>,
}

#[derive(sqlx_macros::FromRow)]
struct Row {
    id: Uuid,
    user_id: Uuid,
    email: String,
    is_admin: bool,
    last_seen_at: DateTime<Utc>,
    authenticated_at: DateTime<Utc>,
}

impl Store {
    /// Opens a session and ends the one it replaces, so that a token never outlives a sign-in.
    pub async fn add_session(&self, session: &NewSession, now: DateTime<Utc>) -> Result<()> {
        const ADD: &str = "insert into sessions
            (id, token_hash, user_id, created_at, last_seen_at, authenticated_at, expires_at)
            values ($1, $2, $3, $4, $4, $4, $5)";
        transact!(self, |tx| {
            if let Some(old) = &session.replaces {
                sqlx::query(END).bind(&old[..]).execute(&mut *tx).await?;
            }
            sqlx::query(ADD)
                .bind(session.id.0)
                .bind(&session.token_hash[..])
                .bind(session.user.0)
                .bind(now)
                .bind(session.expires_at)
                .execute(&mut *tx)
                .await?;
            add_event!(tx, &session.entry, session.user, EventKind::SignedIn, None, now);
            note_seen!(tx, session.user.0, now);
        });
        Ok(())
    }

    /// The user of a session that is neither past its end nor idle since before `idle_since`,
    /// unless they are shut out.
    pub async fn find_session(
        &self,
        token_hash: &[u8; 32],
        now: DateTime<Utc>,
        idle_since: DateTime<Utc>,
    ) -> Result<Option<SessionUser>> {
        const SQL: &str = "select s.id, s.user_id, u.email, u.is_admin, s.last_seen_at,
                coalesce(s.authenticated_at, s.created_at) as authenticated_at
            from sessions s join users u on u.id = s.user_id
            where s.token_hash = $1 and s.expires_at > $2 and s.last_seen_at > $3
                and u.blocked_at is null";
        let row: Option<Row> = read!(self, |db| {
            sqlx::query_as(SQL)
                .bind(&token_hash[..])
                .bind(now)
                .bind(idle_since)
                .fetch_optional(db)
                .await
        })?;
        Ok(row.map(|row| SessionUser {
            session: SessionId(row.id),
            user: UserId(row.user_id),
            email: row.email,
            role: Role::of(row.is_admin),
            last_seen_at: row.last_seen_at,
            authenticated_at: row.authenticated_at,
        }))
    }

    /// Notes that a session's user has proved anew who they are, and gives it another token: the
    /// old one opens nothing from now on. Returns when the session ends; `None` where it has.
    pub async fn save_session_confirmed(
        &self,
        session: SessionId,
        old_hash: &[u8; 32],
        new_hash: &[u8; 32],
        now: DateTime<Utc>,
    ) -> Result<Option<DateTime<Utc>>> {
        const SQL: &str = "update sessions
            set token_hash = $3, authenticated_at = $4, last_seen_at = $4
            where id = $1 and token_hash = $2 returning expires_at";
        let expires_at = write!(self, |db| {
            sqlx::query_scalar(SQL)
                .bind(session.0)
                .bind(&old_hash[..])
                .bind(&new_hash[..])
                .bind(now)
                .fetch_optional(db)
                .await
        })?;
        Ok(expires_at)
    }

    /// Notes that a session is in use.
    pub async fn save_session_seen(&self, session: SessionId, now: DateTime<Utc>) -> Result<()> {
        const SQL: &str = "update sessions set last_seen_at = $2 where id = $1 returning user_id";
        transact!(self, |tx| {
            let user: Option<Uuid> =
                sqlx::query_scalar(SQL).bind(session.0).bind(now).fetch_optional(&mut *tx).await?;
            if let Some(user) = user {
                note_seen!(tx, user, now);
            }
        });
        Ok(())
    }

    /// Ends a session: its cookie opens nothing from now on.
    pub async fn end_session(&self, token_hash: &[u8; 32]) -> Result<()> {
        write!(self, |db| sqlx::query(END).bind(&token_hash[..]).execute(db).await.map(drop))?;
        Ok(())
    }

    /// Ends every session of a user, and says how many there were.
    pub async fn end_sessions(&self, user: UserId) -> Result<u64> {
        const SQL: &str = "delete from sessions where user_id = $1";
        let ended = write!(self, |db| {
            sqlx::query(SQL).bind(user.0).execute(db).await.map(|done| done.rows_affected())
        })?;
        Ok(ended)
    }

    /// Forgets sessions that are over.
    pub async fn purge_sessions(
        &self,
        now: DateTime<Utc>,
        idle_since: DateTime<Utc>,
    ) -> Result<u64> {
        const SQL: &str = "delete from sessions where expires_at <= $1 or last_seen_at <= $2";
        let purged = write!(self, |db| {
            sqlx::query(SQL).bind(now).bind(idle_since).execute(db).await.map(|d| d.rows_affected())
        })?;
        Ok(purged)
    }
}

const END: &str = "delete from sessions where token_hash = $1";
