//! Refreshes: one at a time for a connection, whichever task of whichever process asks.
//!
//! The lease is part of the grant's row, so that taking it, and storing what a refresh brought,
//! are single statements on one row. It ends by itself: its holder may have died.

use chrono::{DateTime, Utc};
use model::{ConnectionId, Subject, SyncFailure};

use crate::engine::Store;
use crate::error::Result;

/// The right to refresh, until it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx_macros::FromRow)]
pub struct Lease {
    /// Names the holder: a later lease has a greater one.
    #[sqlx(rename = "refresh_fence")]
    pub fence: i64,
    /// Whether a refresh of this very token ended without a word, so that a new one may be lost.
    pub is_answer_lost: bool,
}

impl Store {
    /// Claims the right to refresh the tokens of this generation until `lease_ends_at`.
    ///
    /// `None` when somebody else has it, or has written the tokens meanwhile: read them again.
    pub async fn claim_refresh(
        &self,
        connection: ConnectionId,
        generation: i64,
        now: DateTime<Utc>,
        lease_ends_at: DateTime<Utc>,
    ) -> Result<Option<Lease>> {
        // A lease that was never given back is one whose answer nobody has seen.
        const SQL: &str = "update grants set
                refresh_fence = refresh_fence + 1,
                is_answer_lost = is_answer_lost or refreshing_until is not null,
                refreshing_until = $4
            where connection_id = $1 and generation = $2
                and (refreshing_until is null or refreshing_until <= $3)
            returning refresh_fence, is_answer_lost";
        let lease = write!(self, |db| {
            sqlx::query_as(SQL)
                .bind(connection.0)
                .bind(generation)
                .bind(now)
                .bind(lease_ends_at)
                .fetch_optional(db)
                .await
        })?;
        Ok(lease)
    }

    /// Gives a lease back without new tokens, and says why to those who waited for it; `None`
    /// where somebody else has written newer ones.
    ///
    /// `is_answer_lost`: Google may have given out tokens that never arrived.
    pub async fn save_failed_refresh(
        &self,
        connection: ConnectionId,
        lease: Lease,
        failure: Option<SyncFailure>,
        is_answer_lost: bool,
    ) -> Result<()> {
        const SQL: &str = "update grants set
                refreshing_until = null,
                refresh_failure = $3,
                is_answer_lost = is_answer_lost or $4
            where connection_id = $1 and refresh_fence = $2";
        write!(self, |db| {
            sqlx::query(SQL)
                .bind(connection.0)
                .bind(lease.fence)
                .bind(failure.map(SyncFailure::as_str))
                .bind(is_answer_lost)
                .execute(db)
                .await
                .map(drop)
        })?;
        Ok(())
    }

    /// Counts a refresh token that this account gave us and that nobody here keeps: after a
    /// hundred of them Google ends ours (docs/google-facts.md 1.9).
    pub async fn add_newer_token(&self, subject: &Subject) -> Result<()> {
        const SQL: &str = "update grants set newer_tokens = newer_tokens + 1
            where connection_id in (select id from connections where subject = $1)";
        write!(self, |db| sqlx::query(SQL).bind(subject.as_str()).execute(db).await.map(drop))?;
        Ok(())
    }
}
