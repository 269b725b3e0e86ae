//! Syncs while they run: one at a time for a connection, seen and stopped from every process.

use chrono::{DateTime, Utc};
use model::{
    Change, ConnectionId, EventKind, Step, SyncFailure, SyncId, SyncOutcome, SyncReport, Trigger,
    UserId,
};
use uuid::Uuid;

use crate::api_access::rate_limits::{ADD_TRY, Throttle};
use crate::engine::Store;
use crate::error::{Error, Result};
use crate::history::events::add_event;
use crate::sync::circuit_breaker::COUNT;
use crate::sync::record::SyncRecord;

/// A run to be begun.
#[derive(Clone, Copy, Debug)]
pub struct NewRun {
    /// Its id, and that of the sync it becomes.
    pub id: SyncId,
    /// What is synced.
    pub connection: ConnectionId,
    /// What set it going.
    pub trigger: Trigger,
    /// When another one may take its place, unless it gives a sign of life.
    pub lease_ends_at: DateTime<Utc>,
    /// Whether it counts among those that began in its minute.
    pub is_counted: bool,
}

/// How often runs may be begun. Joining one is free.
#[derive(Clone, Copy, Debug)]
pub struct RunLimit {
    /// A hash of whose runs are counted.
    pub key: [u8; 32],
    /// Most of them in a window.
    pub runs: i64,
    /// When a window that opens now ends.
    pub window_ends_at: DateTime<Utc>,
}

/// What became of the wish to begin a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunClaim {
    /// It is the caller's to carry out.
    Begun,
    /// This one is live already.
    Joined(SyncId),
    /// Too many of late; from then on it may be tried again.
    TooOften(DateTime<Utc>),
    /// There is no such connection any more.
    Gone,
}

/// Whether a run may go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeaseStatus {
    Held,
    /// The user wants it to stop.
    CancelAsked,
    /// It is no longer this one's turn: taken over after its lease, or disconnected.
    Lost,
}

/// What became of the wish to stop a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunCancel {
    /// It will change nothing, and ends by itself.
    Asked(SyncId),
    /// It is storing what it found.
    TooLate,
    NotRunning,
}

/// A run, as those who watch it see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    pub id: SyncId,
    /// Where it is, or where it ended.
    pub step: Step,
    /// Whether the user wants it to stop.
    pub cancel_asked: bool,
    /// When it counts as dead, unless it gives a sign of life.
    pub lease_ends_at: DateTime<Utc>,
    /// How it ended, once it has.
    pub report: Option<SyncReport>,
}

#[derive(sqlx_macros::FromRow)]
struct Row {
    id: Uuid,
    step: String,
    cancel_asked: bool,
    lease_ends_at: DateTime<Utc>,
    outcome: Option<String>,
    failure: Option<String>,
    changes: Option<String>,
}

impl TryFrom<Row> for Run {
    type Error = Error;

    fn try_from(row: Row) -> Result<Run> {
        let bad = |column| Error::bad_row("sync_runs", column);
        let report = match row.outcome {
            None => None,
            Some(word) => {
                let failure = row.failure.map(|word| SyncFailure::parse(&word));
                let changed = row.changes.map(|text| serde_json::from_str::<Vec<Change>>(&text));
                Some(SyncReport {
                    outcome: SyncOutcome::parse(&word).ok_or_else(|| bad("outcome"))?,
                    failure: failure
                        .map(|known| known.ok_or_else(|| bad("failure")))
                        .transpose()?,
                    changed: changed
                        .transpose()
                        .map_err(|_| Error::bad_row("syncs", "changes"))?
                        .unwrap_or_default(),
                })
            }
        };
        Ok(Run {
            id: SyncId(row.id),
            step: Step::parse(&row.step).ok_or_else(|| bad("step"))?,
            cancel_asked: row.cancel_asked,
            lease_ends_at: row.lease_ends_at,
            report,
        })
    }
}

pub(crate) const END: &str = "update sync_runs set outcome = $2, failure = $3, finished_at = $4
    where id = $1 and finished_at is null";

/// Ends a run inside a running transaction of either engine, and says how many that were: none
/// where it was over, or where a sync had no run.
macro_rules! end_run {
    ($tx:ident, $run:expr, $outcome:expr, $failure:expr, $now:expr) => {
        sqlx::query($crate::sync::runs::END)
            .bind($run.0)
            .bind(model::SyncOutcome::as_str($outcome))
            .bind(Option::<model::SyncFailure>::map($failure, model::SyncFailure::as_str))
            .bind($now)
            .execute(&mut *$tx)
            .await?
            .rows_affected()
    };
}
pub(crate) use end_run;

impl Store {
    /// Begins a run, unless one is live; one whose lease is over counts as failed and makes way.
    pub async fn claim_run(
        &self,
        run: &NewRun,
        limit: Option<&RunLimit>,
        now: DateTime<Utc>,
    ) -> Result<RunClaim> {
        // Writes nothing new, but holds the connection: of several claims one goes first, and the
        // others see its run.
        const HOLD: &str = "update connections set claimed_until = claimed_until where id = $1";
        const GIVE_UP: &str = "update sync_runs
            set outcome = 'failed', failure = 'internal', finished_at = $2
            where connection_id = $1 and finished_at is null and lease_ends_at <= $2";
        const FIND: &str =
            "select id from sync_runs where connection_id = $1 and finished_at is null";
        const ADD: &str = "insert into sync_runs
                (id, connection_id, trigger, step, started_at, lease_ends_at)
            values ($1, $2, $3, $4, $5, $6)";
        Ok(transact!(self, |tx| {
            let held = sqlx::query(HOLD).bind(run.connection.0).execute(&mut *tx).await?;
            if held.rows_affected() == 0 {
                return Ok(RunClaim::Gone);
            }
            sqlx::query(GIVE_UP).bind(run.connection.0).bind(now).execute(&mut *tx).await?;
            let live: Option<Uuid> =
                sqlx::query_scalar(FIND).bind(run.connection.0).fetch_optional(&mut *tx).await?;
            if let Some(live) = live {
                return Ok(RunClaim::Joined(SyncId(live)));
            }
            if let Some(limit) = limit {
                let throttle: Throttle = sqlx::query_as(ADD_TRY)
                    .bind(&limit.key[..])
                    .bind(now)
                    .bind(limit.window_ends_at)
                    .fetch_one(&mut *tx)
                    .await?;
                if throttle.tries > limit.runs {
                    return Ok(RunClaim::TooOften(throttle.window_ends_at));
                }
            }
            sqlx::query(ADD)
                .bind(run.id.0)
                .bind(run.connection.0)
                .bind(run.trigger.as_str())
                .bind(Step::Token.as_str())
                .bind(now)
                .bind(run.lease_ends_at)
                .execute(&mut *tx)
                .await?;
            if run.is_counted {
                sqlx::query(COUNT).bind(now.timestamp()).bind(1_i64).execute(&mut *tx).await?;
            }
            RunClaim::Begun
        }))
    }

    /// A sign of life of a run, which enters a step with it or stays in the one it is in.
    ///
    /// A run that was asked to stop enters no step any more, so that asking before
    /// [`Step::Saving`] is always in time.
    pub async fn save_run_step(
        &self,
        run: SyncId,
        step: Option<Step>,
        lease_ends_at: DateTime<Utc>,
    ) -> Result<LeaseStatus> {
        const SQL: &str = "update sync_runs set
                step = case when cancel_asked then step else coalesce($2, step) end,
                lease_ends_at = $3
            where id = $1 and finished_at is null returning cancel_asked";
        let cancel_asked: Option<bool> = write!(self, |db| {
            sqlx::query_scalar(SQL)
                .bind(run.0)
                .bind(step.map(Step::as_str))
                .bind(lease_ends_at)
                .fetch_optional(db)
                .await
        })?;
        Ok(match cancel_asked {
            Some(false) => LeaseStatus::Held,
            Some(true) => LeaseStatus::CancelAsked,
            None => LeaseStatus::Lost,
        })
    }

    /// Asks a user's live run to stop, unless it is storing already.
    pub async fn save_run_cancel(&self, user: UserId) -> Result<RunCancel> {
        const SQL: &str = "update sync_runs set cancel_asked = true
            where finished_at is null and step <> 'saving'
                and connection_id in (select id from connections where user_id = $1)
            returning id";
        let asked: Option<Uuid> =
            write!(self, |db| sqlx::query_scalar(SQL).bind(user.0).fetch_optional(db).await)?;
        Ok(match (asked, self.find_live_run(user).await?) {
            (Some(run), _) => RunCancel::Asked(SyncId(run)),
            (None, Some(_)) => RunCancel::TooLate,
            (None, None) => RunCancel::NotRunning,
        })
    }

    /// Records that the user stopped a run. It is not due again before `put_off_until`: what the
    /// worker had begun would else begin again at once.
    ///
    /// False, and nothing done, where the run is over already.
    pub async fn save_cancelled_sync(
        &self,
        record: &SyncRecord,
        put_off_until: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<bool> {
        const TOUCH: &str = "update connections set claimed_until = null,
                next_sync_at = case when next_sync_at < $2 then $2 else next_sync_at end
            where id = $1";
        transact!(self, |tx| {
            sqlx::query(TOUCH)
                .bind(record.connection.0)
                .bind(put_off_until)
                .execute(&mut *tx)
                .await?;
            if end_run!(tx, record.id, SyncOutcome::Cancelled, None, now) == 0 {
                return Ok(false);
            }
            add_event!(tx, &record.entry, record.user, EventKind::SyncCancelled, None, now);
        });
        Ok(true)
    }

    /// One of a user's runs, live or over.
    pub async fn find_run(&self, user: UserId, run: SyncId) -> Result<Option<Run>> {
        const SQL: &str = "select r.id, r.step, r.cancel_asked, r.lease_ends_at, r.outcome,
                r.failure, cast(s.changes as text) as changes
            from sync_runs r
            join connections c on c.id = r.connection_id
            left join syncs s on s.id = r.id
            where c.user_id = $1 and r.id = $2";
        let row: Option<Row> = read!(self, |db| {
            sqlx::query_as(SQL).bind(user.0).bind(run.0).fetch_optional(db).await
        })?;
        row.map(Run::try_from).transpose()
    }

    /// The run of a user that is live, if one is.
    pub async fn find_live_run(&self, user: UserId) -> Result<Option<SyncId>> {
        const SQL: &str = "select r.id from sync_runs r
            join connections c on c.id = r.connection_id
            where c.user_id = $1 and r.finished_at is null";
        let live: Option<Uuid> =
            read!(self, |db| sqlx::query_scalar(SQL).bind(user.0).fetch_optional(db).await)?;
        Ok(live.map(SyncId))
    }

    /// Forgets runs that gave their last sign of life before then.
    pub async fn purge_runs(&self, before: DateTime<Utc>) -> Result<u64> {
        const SQL: &str = "delete from sync_runs where lease_ends_at <= $1";
        let purged = write!(self, |db| {
            sqlx::query(SQL).bind(before).execute(db).await.map(|done| done.rows_affected())
        })?;
        Ok(purged)
    }
}
