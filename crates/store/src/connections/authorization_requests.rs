//! Trips to Google and back: single use, bound to a browser and a user, gone when over.

use chrono::{DateTime, Utc};
use model::{LocalPath, ScopeSet, UserId};
use vault::Sealed;

use crate::engine::Store;
use crate::error::Result;

/// One trip. Knows the hashes of the state and of the browser's secret, not the values.
#[derive(Clone, Debug)]
pub struct AuthorizationRequest {
    /// SHA-256 of the `state` parameter.
    pub state_hash: [u8; 32],
    /// SHA-256 of the secret in the browser's request cookie.
    pub browser_hash: [u8; 32],
    /// Who began it.
    pub user: UserId,
    /// The PKCE verifier.
    pub verifier: Sealed,
    /// What the ID token's `nonce` must be.
    pub nonce: String,
    /// The permissions that were asked.
    pub asked: ScopeSet,
    /// Where to go afterwards.
    pub return_to: LocalPath,
    /// When it is over.
    pub expires_at: DateTime<Utc>,
}

#[derive(sqlx_macros::FromRow)]
struct Row {
    verifier: Vec<u8>,
    nonce: String,
    asked_scopes: String,
    return_to: String,
    expires_at: DateTime<Utc>,
}

impl Store {
    pub async fn add_authorization_request(
        &self,
        request: &AuthorizationRequest,
        now: DateTime<Utc>,
    ) -> Result<()> {
        const SQL: &str =
            "insert into attempts (state_hash, browser_hash, user_id, verifier, nonce,
            asked_scopes, return_to, created_at, expires_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
        write!(self, |db| {
            sqlx::query(SQL)
                .bind(&request.state_hash[..])
                .bind(&request.browser_hash[..])
                .bind(request.user.0)
                .bind(request.verifier.as_bytes())
                .bind(&request.nonce)
                .bind(request.asked.to_string())
                .bind(request.return_to.as_str())
                .bind(now)
                .bind(request.expires_at)
                .execute(db)
                .await
                .map(drop)
        })?;
        Ok(())
    }

    /// Reads and removes an authorization flow in one statement, so that two callbacks cannot both
    /// have it.
    ///
    /// A stranger who knows the state but is not that browser and user takes nothing, and so
    /// cannot spoil the trip either.
    pub async fn take_authorization_request(
        &self,
        state_hash: &[u8; 32],
        browser_hash: &[u8; 32],
        user: UserId,
        now: DateTime<Utc>,
    ) -> Result<Option<AuthorizationRequest>> {
        const SQL: &str = "delete from attempts
            where state_hash = $1 and browser_hash = $2 and user_id = $3 and expires_at > $4
            returning verifier, nonce, asked_scopes, return_to, expires_at";
        let row: Option<Row> = write!(self, |db| {
            sqlx::query_as(SQL)
                .bind(&state_hash[..])
                .bind(&browser_hash[..])
                .bind(user.0)
                .bind(now)
                .fetch_optional(db)
                .await
        })?;
        Ok(row.map(|row| AuthorizationRequest {
            state_hash: *state_hash,
            browser_hash: *browser_hash,
            user,
            verifier: Sealed::from_bytes(row.verifier),
            nonce: row.nonce,
            asked: ScopeSet::parse(&row.asked_scopes),
            return_to: LocalPath::parse(&row.return_to).unwrap_or_else(LocalPath::dashboard),
            expires_at: row.expires_at,
        }))
    }

    /// Forgets authorization flows that nobody came back from.
    pub async fn purge_authorization_requests(&self, now: DateTime<Utc>) -> Result<u64> {
        const SQL: &str = "delete from attempts where expires_at <= $1";
        let purged = write!(self, |db| {
            sqlx::query(SQL).bind(now).execute(db).await.map(|done| done.rows_affected())
        })?;
        Ok(purged)
    }
}
