//! Requests that may come again under one key (draft-ietf-httpapi-idempotency-key-header): claimed
//! once, answered once, repeated from what is kept.

use chrono::{DateTime, Utc};
use model::UserId;
use uuid::Uuid;
use vault::Sealed;

use crate::engine::Store;
use crate::error::Result;

/// A request that is about to be carried out under a key.
#[derive(Clone, Debug)]
pub struct KeyClaim {
    pub user: UserId,
    /// SHA-256 of their key.
    pub key_hash: [u8; 32],
    /// SHA-256 of what is asked: another request under the same key is a mistake.
    pub fingerprint: [u8; 32],
    /// Names this claim: who lost it to another one can no longer answer.
    pub claim: Uuid,
    /// When somebody else may take over, should this process die.
    pub claimed_until: DateTime<Utc>,
    /// When the key is forgotten.
    pub expires_at: DateTime<Utc>,
}

/// What became of a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyClaimed {
    /// The request is to be carried out, and its answer to be saved.
    Yes,
    /// It is being carried out; until then nobody takes over.
    Running {
        /// The end of the other claim.
        until: DateTime<Utc>,
    },
    /// It was carried out.
    Answered {
        /// The status of the answer.
        status: i64,
        /// Its body, sealed; none where it had none or is no longer kept.
        answer: Option<Sealed>,
    },
    /// The key was used for another request.
    OtherRequest,
}

#[derive(sqlx_macros::FromRow)]
struct Row {
    fingerprint: Vec<u8>,
    claimed_until: DateTime<Utc>,
    status: Option<i64>,
    answer: Option<Vec<u8>>,
}

/// For the transaction that removes a connection. Touches requests that still run as well: their
/// answers may hold what was read before.
pub(crate) const FORGET_ANSWERS: &str =
    "update idempotency_keys set answer = null, keeps_answer = false where user_id = $1";

impl Store {
    /// Claims a key for a request, unless it was used: of many claims at once, one succeeds.
    pub async fn claim_idempotency_key(
        &self,
        claim: &KeyClaim,
        now: DateTime<Utc>,
    ) -> Result<KeyClaimed> {
        // Free are new keys, forgotten ones, and those of a request that died under way.
        const CLAIM: &str = "insert into idempotency_keys as k
                (user_id, key_hash, fingerprint, claim, claimed_until, expires_at)
            values ($1, $2, $3, $4, $5, $6)
            on conflict (user_id, key_hash) do update set
                fingerprint = excluded.fingerprint, claim = excluded.claim,
                claimed_until = excluded.claimed_until, expires_at = excluded.expires_at,
                status = null, answer = null, keeps_answer = true
            where k.expires_at <= $7 or (k.status is null and k.claimed_until <= $7
                and k.fingerprint = excluded.fingerprint)";
        const FIND: &str = "select fingerprint, claimed_until, status, answer
            from idempotency_keys where user_id = $1 and key_hash = $2";
        let row: Option<Row> = transact!(self, |tx| {
            let claimed = sqlx::query(CLAIM)
                .bind(claim.user.0)
                .bind(&claim.key_hash[..])
                .bind(&claim.fingerprint[..])
                .bind(claim.claim)
                .bind(claim.claimed_until)
                .bind(claim.expires_at)
                .bind(now)
                .execute(&mut *tx)
                .await?;
            if claimed.rows_affected() > 0 {
                None
            } else {
                // The conflict has locked the row, so it is still there.
                let find = sqlx::query_as(FIND).bind(claim.user.0).bind(&claim.key_hash[..]);
                Some(find.fetch_one(&mut *tx).await?)
            }
        });
        let Some(row) = row else { return Ok(KeyClaimed::Yes) };
        Ok(match row.status {
            _ if row.fingerprint != claim.fingerprint => KeyClaimed::OtherRequest,
            Some(status) => {
                KeyClaimed::Answered { status, answer: row.answer.map(Sealed::from_bytes) }
            }
            None => KeyClaimed::Running { until: row.claimed_until },
        })
    }

    /// Keeps the answer of a request, for when it comes again. False where the claim was lost.
    ///
    /// The body is not kept where the user has disconnected since the request began.
    pub async fn save_idempotent_answer(
        &self,
        claim: &KeyClaim,
        status: i64,
        answer: Option<&Sealed>,
    ) -> Result<bool> {
        const SQL: &str = "update idempotency_keys set
                status = $4, answer = case when keeps_answer then $5 else null end
            where user_id = $1 and key_hash = $2 and claim = $3 and status is null";
        let saved = write!(self, |db| {
            sqlx::query(SQL)
                .bind(claim.user.0)
                .bind(&claim.key_hash[..])
                .bind(claim.claim)
                .bind(status)
                .bind(answer.map(Sealed::as_bytes))
                .execute(db)
                .await
                .map(|done| done.rows_affected())
        })?;
        Ok(saved > 0)
    }

    /// Gives a key back: its request did nothing, and may be tried again at once.
    pub async fn end_idempotency_claim(&self, claim: &KeyClaim) -> Result<()> {
        const SQL: &str = "delete from idempotency_keys
            where user_id = $1 and key_hash = $2 and claim = $3 and status is null";
        write!(self, |db| {
            sqlx::query(SQL)
                .bind(claim.user.0)
                .bind(&claim.key_hash[..])
                .bind(claim.claim)
                .execute(db)
                .await
                .map(drop)
        })?;
        Ok(())
    }

    /// Forgets keys that are over, and their answers.
    pub async fn purge_idempotency_keys(&self, now: DateTime<Utc>) -> Result<u64> {
        const SQL: &str = "delete from idempotency_keys where expires_at <= $1";
        let purged = write!(self, |db| {
            sqlx::query(SQL).bind(now).execute(db).await.map(|done| done.rows_affected())
        })?;
        Ok(purged)
    }
}
