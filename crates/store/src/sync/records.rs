//! Syncs: claimed when due, recorded with what they changed.

use chrono::{DateTime, Utc};
use model::connections::status::Mailbox;
use model::{Change, EventKind, GoogleValues, SyncFailure, SyncReport};
use sqlx::types::Json;

use crate::engine::Store;
use crate::error::Result;
use crate::history::events::add_event;
use crate::profile::fields::{Avatar, lock_profile, save_profile};
use crate::sync::record::SyncRecord;
use crate::sync::runs::end_run;

/// What Google answered.
#[derive(Clone, Debug, Default)]
pub struct ReceivedProfile {
    /// The profile fields, cleaned.
    pub values: GoogleValues,
    /// The account's address, which may have changed under the same subject.
    pub email: Option<String>,
    /// Whether Google verified it.
    pub email_verified: bool,
    /// The picture, if it could be fetched.
    pub avatar: Option<Avatar>,
    /// The mailbox, where its scope was granted.
    pub mailbox: Option<Mailbox>,
    /// A hash of all that, to know the same answer by; none where a part of it was missing.
    pub answer_hash: Option<[u8; 32]>,
}

/// What became of a sync.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SyncStored {
    /// These fields of the profile changed.
    Changed(Vec<Change>),
    /// The user disconnected meanwhile, or another run took this one's place: nothing was stored.
    Gone,
    /// The user wants it to stop: nothing was stored.
    CancelAsked,
}

const ADD: &str = "insert into syncs
    (id, connection_id, trigger, outcome, failure, changes, started_at, finished_at, event_id)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";

impl Store {
    /// Records what Google answered and what it changed, in one transaction, unless its run was
    /// asked to stop or has lost its turn.
    pub async fn save_sync(
        &self,
        record: &SyncRecord,
        received: &ReceivedProfile,
        now: DateTime<Utc>,
    ) -> Result<SyncStored> {
        const TOUCH: &str = "update connections set
                email = coalesce($2, email),
                email_verified = case when $2 is null then email_verified else $3 end,
                mailbox = coalesce($4, mailbox),
                synced_at = $5, next_sync_at = $6, claimed_until = null, last_failure = null,
                failures = 0, quiet_syncs = $7, answer_hash = $8
            where id = $1";
        const MARK_UPDATED: &str = "update connections set profile_updated_at = $2,
                next_sync_at = $3, quiet_syncs = 0
            where id = $1";
        // From here on it cannot be stopped: who asks is told that it is too late.
        const ENTER: &str = "update sync_runs set step = 'saving'
            where id = $1 and finished_at is null and not cancel_asked";
        const FIND_RUN: &str = "select finished_at is null from sync_runs where id = $1";
        const SAVE_PICTURE: &str =
            "insert into pictures (connection_id, hash, media_type, bytes, fetched_at)
            values ($1, $2, $3, $4, $5) on conflict (connection_id, hash) do update set
                fetched_at = excluded.fetched_at";
        // What is shown stays, what Google has stays, and the last few, for a change taken back.
        const TIDY_PICTURES: &str = "delete from pictures where connection_id = $1
            and hash not in (select hash from pictures where connection_id = $1
                order by fetched_at desc, hash limit 3)
            and not exists (select 1 from google_values g where g.connection_id = $1
                and g.field = 'avatar'
                and (g.value = pictures.hash or g.applied = pictures.hash))";
        Ok(SyncStored::Changed(transact!(self, |tx| {
            let before = lock_profile!(self, tx, record.user);
            let touched = sqlx::query(TOUCH)
                .bind(record.connection.0)
                .bind(received.email.as_deref())
                .bind(received.email_verified)
                .bind(received.mailbox.as_ref().map(Json))
                .bind(now)
                .bind(record.next_sync_at)
                .bind(record.quiet_syncs)
                .bind(received.answer_hash.as_ref().map(|hash| &hash[..]))
                .execute(&mut *tx)
                .await?;
            if touched.rows_affected() == 0 {
                return Ok(SyncStored::Gone);
            }
            let entered = sqlx::query(ENTER).bind(record.id.0).execute(&mut *tx).await?;
            if entered.rows_affected() == 0 {
                let is_live: Option<bool> =
                    sqlx::query_scalar(FIND_RUN).bind(record.id.0).fetch_optional(&mut *tx).await?;
                match is_live {
                    Some(true) => return Ok(SyncStored::CancelAsked),
                    Some(false) => return Ok(SyncStored::Gone),
                    // Without a run nobody can have stopped it.
                    None => {}
                }
            }
            let mut after = before.clone();
            let changes = after.receive(&received.values, record.id, now);
            save_profile!(tx, record.user, before, after, now);
            if let Some(avatar) = &received.avatar {
                sqlx::query(SAVE_PICTURE)
                    .bind(record.connection.0)
                    .bind(&avatar.hash)
                    .bind(&avatar.media_type)
                    .bind(&avatar.bytes)
                    .bind(now)
                    .execute(&mut *tx)
                    .await?;
                sqlx::query(TIDY_PICTURES).bind(record.connection.0).execute(&mut *tx).await?;
            }
            let report = SyncReport::done(changes);
            let kind = if report.changed.is_empty() {
                EventKind::Synced
            } else {
                sqlx::query(MARK_UPDATED)
                    .bind(record.connection.0)
                    .bind(now)
                    .bind(record.next_after_change_at)
                    .execute(&mut *tx)
                    .await?;
                EventKind::Updated
            };
            sqlx::query(ADD)
                .bind(record.id.0)
                .bind(record.connection.0)
                .bind(record.trigger.as_str())
                .bind(report.outcome.as_str())
                .bind(Option::<&str>::None)
                .bind(Json(&report.changed))
                .bind(record.started_at)
                .bind(now)
                .bind(record.entry.id)
                .execute(&mut *tx)
                .await?;
            add_event!(tx, &record.entry, record.user, kind, None, now);
            end_run!(tx, record.id, report.outcome, None, now);
            report.changed
        })))
    }

    /// Records that a sync could not be done. Values, tokens and status stay as they are.
    pub async fn save_failed_sync(
        &self,
        record: &SyncRecord,
        failure: SyncFailure,
        now: DateTime<Utc>,
    ) -> Result<()> {
        const TOUCH: &str = "update connections set last_failure = $2, next_sync_at = $3,
            claimed_until = null, failures = failures + 1 where id = $1";
        transact!(self, |tx| {
            let touched = sqlx::query(TOUCH)
                .bind(record.connection.0)
                .bind(failure.as_str())
                .bind(record.next_sync_at)
                .execute(&mut *tx)
                .await?;
            if touched.rows_affected() == 0 {
                return Ok(());
            }
            sqlx::query(ADD)
                .bind(record.id.0)
                .bind(record.connection.0)
                .bind(record.trigger.as_str())
                .bind(model::SyncOutcome::Failed.as_str())
                .bind(failure.as_str())
                .bind(Json(Vec::<Change>::new()))
                .bind(record.started_at)
                .bind(now)
                .bind(record.entry.id)
                .execute(&mut *tx)
                .await?;
            add_event!(tx, &record.entry, record.user, EventKind::SyncFailed, Some(failure), now);
            end_run!(tx, record.id, model::SyncOutcome::Failed, Some(failure), now);
        });
        Ok(())
    }
}
