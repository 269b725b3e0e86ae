//! Tokens that users gave to programs of theirs. A row knows the hash of a token, never the token.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use model::{ApiScope, ApiToken, ApiTokenId, EventKind, TokenName, UserId};
use uuid::Uuid;

use crate::engine::{Engine, Store};
use crate::error::{Error, Result};
use crate::history::events::{NewHistoryEvent, add_event};
use crate::sync::preferences::note_seen;

/// A token to be added.
#[derive(Clone, Debug)]
pub struct NewApiToken {
    /// Its id, which is no secret.
    pub id: ApiTokenId,
    /// SHA-256 of the token.
    pub token_hash: [u8; 32],
    pub user: UserId,
    /// What they call it.
    pub name: TokenName,
    pub scopes: BTreeSet<ApiScope>,
    pub expires_at: DateTime<Utc>,
    /// The id of the event that records it.
    pub entry: NewHistoryEvent,
}

/// Whether a token was added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenAdded {
    Yes,
    /// The user has as many live ones as anybody may have.
    TooMany,
}

/// Who stands behind a live token, and what it allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenBearer {
    pub token: ApiTokenId,
    /// What its user called it.
    pub name: String,
    pub user: UserId,
    pub scopes: BTreeSet<ApiScope>,
    /// When it was last noted as used.
    pub last_used_at: Option<DateTime<Utc>>,
}

#[derive(sqlx_macros::FromRow)]
struct Row {
    id: Uuid,
    name: String,
    scopes: String,
    created_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    last_used_at: Option<DateTime<Utc>>,
}

#[derive(sqlx_macros::FromRow)]
struct BearerRow {
    id: Uuid,
    name: String,
    user_id: Uuid,
    scopes: String,
    last_used_at: Option<DateTime<Utc>>,
}

fn words_of(scopes: &BTreeSet<ApiScope>) -> String {
    scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(" ")
}

fn scopes_of(words: &str) -> Result<BTreeSet<ApiScope>> {
    let scopes = words.split_whitespace().map(ApiScope::parse).collect::<Option<_>>();
    scopes.ok_or_else(|| Error::bad_row("api_tokens", "scopes"))
}

impl Store {
    /// Adds a token, unless its user has `most` live ones.
    pub async fn add_api_token(
        &self,
        token: &NewApiToken,
        most: i64,
        now: DateTime<Utc>,
    ) -> Result<TokenAdded> {
        // Two tokens made at once must not both be the last one allowed. SQLite has one writer,
        // and this is it.
        const LOCK: &str = "select 1 from users where id = $1 for no key update";
        const LIVE: &str = "select count(*) from api_tokens where user_id = $1 and expires_at > $2";
        const ADD: &str = "insert into api_tokens
            (id, user_id, token_hash, name, scopes, created_at, expires_at)
            values ($1, $2, $3, $4, $5, $6, $7)";
        transact!(self, |tx| {
            if matches!(self.engine, Engine::Postgres(_)) {
                sqlx::query(LOCK).bind(token.user.0).fetch_optional(&mut *tx).await?;
            }
            let live: i64 =
                sqlx::query_scalar(LIVE).bind(token.user.0).bind(now).fetch_one(&mut *tx).await?;
            if live >= most {
                return Ok(TokenAdded::TooMany);
            }
            sqlx::query(ADD)
                .bind(token.id.0)
                .bind(token.user.0)
                .bind(&token.token_hash[..])
                .bind(token.name.as_str())
                .bind(words_of(&token.scopes))
                .bind(now)
                .bind(token.expires_at)
                .execute(&mut *tx)
                .await?;
            add_event!(tx, &token.entry, token.user, EventKind::TokenCreated, None, now);
        });
        Ok(TokenAdded::Yes)
    }

    /// A user's live tokens, newest first.
    pub async fn list_api_tokens(&self, user: UserId, now: DateTime<Utc>) -> Result<Vec<ApiToken>> {
        const SQL: &str = "select id, name, scopes, created_at, expires_at, last_used_at
            from api_tokens where user_id = $1 and expires_at > $2
            order by created_at desc, id desc";
        let rows: Vec<Row> =
            read!(self, |db| sqlx::query_as(SQL).bind(user.0).bind(now).fetch_all(db).await)?;
        rows.into_iter()
            .map(|row| {
                Ok(ApiToken {
                    id: ApiTokenId(row.id),
                    name: row.name,
                    scopes: scopes_of(&row.scopes)?,
                    created_at: row.created_at,
                    expires_at: row.expires_at,
                    last_used_at: row.last_used_at,
                })
            })
            .collect()
    }

    /// Who stands behind a token, if it lives and they are not shut out.
    pub async fn find_token_bearer(
        &self,
        token_hash: &[u8; 32],
        now: DateTime<Utc>,
    ) -> Result<Option<TokenBearer>> {
        const SQL: &str = "select t.id, t.name, t.user_id, t.scopes, t.last_used_at
            from api_tokens t join users u on u.id = t.user_id
            where t.token_hash = $1 and t.expires_at > $2 and u.blocked_at is null";
        let row: Option<BearerRow> = read!(self, |db| {
            sqlx::query_as(SQL).bind(&token_hash[..]).bind(now).fetch_optional(db).await
        })?;
        row.map(|row| {
            Ok(TokenBearer {
                token: ApiTokenId(row.id),
                name: row.name,
                user: UserId(row.user_id),
                scopes: scopes_of(&row.scopes)?,
                last_used_at: row.last_used_at,
            })
        })
        .transpose()
    }

    /// Notes that a token is in use.
    pub async fn save_api_token_used(&self, token: ApiTokenId, now: DateTime<Utc>) -> Result<()> {
        const SQL: &str = "update api_tokens set last_used_at = $2 where id = $1 returning user_id";
        transact!(self, |tx| {
            let user: Option<Uuid> =
                sqlx::query_scalar(SQL).bind(token.0).bind(now).fetch_optional(&mut *tx).await?;
            if let Some(user) = user {
                // Whose program asks is waiting for what syncs bring, wherever they are.
                note_seen!(tx, user, now);
            }
        });
        Ok(())
    }

    /// Ends a token of a user's: it opens nothing from now on. False where it is not theirs, or
    /// over already.
    pub async fn end_api_token(
        &self,
        user: UserId,
        token: ApiTokenId,
        entry: &NewHistoryEvent,
        now: DateTime<Utc>,
    ) -> Result<bool> {
        const SQL: &str =
            "delete from api_tokens where id = $1 and user_id = $2 and expires_at > $3";
        transact!(self, |tx| {
            let ended = sqlx::query(SQL)
                .bind(token.0)
                .bind(user.0)
                .bind(now)
                .execute(&mut *tx)
                .await?
                .rows_affected();
            if ended == 0 {
                return Ok(false);
            }
            add_event!(tx, entry, user, EventKind::TokenRevoked, None, now);
        });
        Ok(true)
    }

    /// Forgets tokens that are over.
    pub async fn purge_api_tokens(&self, now: DateTime<Utc>) -> Result<u64> {
        const SQL: &str = "delete from api_tokens where expires_at <= $1";
        let purged = write!(self, |db| {
            sqlx::query(SQL).bind(now).execute(db).await.map(|done| done.rows_affected())
        })?;
        Ok(purged)
    }
}
