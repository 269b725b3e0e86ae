//! The circuit breaker and the limit of the minute: what all processes share that begin syncs by
//! the schedule. How many they begin, and whether Google is up at all.
//!
//! One row, which a claim locks, so that processes go through one after the other. A healthy sync
//! writes nothing here.

use chrono::{DateTime, Utc};
use model::SyncId;
use uuid::Uuid;

use crate::engine::Store;
use crate::error::Result;

/// Outages in a row that open the circuit breaker.
pub const OUTAGES_TO_OPEN: i64 = 10;

/// How far back the starts of syncs are counted, in whole seconds. Two more than the minute: one
/// for the second that is under way, one because a sync starts a moment after it is claimed.
pub(crate) const COUNTED_SECS: i64 = 62;

/// How things stand with the circuit breaker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CircuitBreaker {
    /// Outages in a row, as long as the breaker is closed.
    pub outages: i64,
    /// How often in a row it has opened.
    pub openings: i64,
    /// Since when Google counts as down; `None` while the breaker is closed.
    pub opened_at: Option<DateTime<Utc>>,
    /// From when one sync at a time may try.
    pub retry_at: Option<DateTime<Utc>>,
    /// The sync that is trying.
    pub probe: Option<SyncId>,
    /// When the probe's lease expires.
    pub probe_until: Option<DateTime<Utc>>,
}

impl CircuitBreaker {
    /// Whether anything is amiss, so that a good sync is worth noting.
    pub fn is_troubled(&self) -> bool {
        self.outages > 0 || self.opened_at.is_some()
    }

    /// When it is worth asking again, while no sync is let through.
    pub fn shut_until(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.opened_at?;
        self.retry_at.max(self.probe.and(self.probe_until)).filter(|until| *until > now)
    }
}

/// What an outage did to the circuit breaker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outage {
    Counted,
    /// It was the one too many: nothing is claimed until then.
    Opened(DateTime<Utc>),
    /// The sync that tried found Google still down: nothing is claimed until then.
    StillDown(DateTime<Utc>),
    /// The circuit breaker is open already.
    Known,
}

#[derive(sqlx_macros::FromRow)]
pub(crate) struct Row {
    outages: i64,
    openings: i64,
    opened_at: Option<DateTime<Utc>>,
    retry_at: Option<DateTime<Utc>>,
    probe: Option<Uuid>,
    probe_until: Option<DateTime<Utc>>,
}

impl From<Row> for CircuitBreaker {
    fn from(row: Row) -> CircuitBreaker {
        CircuitBreaker {
            outages: row.outages,
            openings: row.openings,
            opened_at: row.opened_at,
            retry_at: row.retry_at,
            probe: row.probe.map(SyncId),
            probe_until: row.probe_until,
        }
    }
}

pub(crate) const FIND: &str = "select outages, openings, opened_at, retry_at, probe, probe_until
    from sync_gate where id = 1";
/// The same, and everybody else waits. SQLite has one writer, and needs no lock.
pub(crate) const LOCK: &str = "select outages, openings, opened_at, retry_at, probe, probe_until
    from sync_gate where id = 1 for no key update";

impl Store {
    /// How things stand with the circuit breaker.
    pub async fn find_circuit_breaker(&self) -> Result<CircuitBreaker> {
        let row: Row = read!(self, |db| sqlx::query_as(FIND).fetch_one(db).await)?;
        Ok(row.into())
    }

    /// Syncs begun in the last minute, as the circuit breaker counts them.
    pub async fn count_starts(&self, now: DateTime<Utc>) -> Result<i64> {
        let second = now.timestamp();
        let starts = read!(self, |db| {
            sqlx::query_scalar(STARTS)
                .bind(second - COUNTED_SECS)
                .bind(second + COUNTED_SECS)
                .fetch_one(db)
                .await
        })?;
        Ok(starts)
    }

    /// Forgets the starts of minutes that are over.
    pub async fn purge_starts(&self, now: DateTime<Utc>) -> Result<u64> {
        const SQL: &str = "delete from sync_starts where second <= $1 or second >= $2";
        let second = now.timestamp();
        let purged = write!(self, |db| {
            sqlx::query(SQL)
                .bind(second - COUNTED_SECS)
                .bind(second + COUNTED_SECS)
                .execute(db)
                .await
                .map(|done| done.rows_affected())
        })?;
        Ok(purged)
    }

    /// Notes that Google did not answer a sync. `waits` are the back-offs to choose from: after so
    /// many openings in a row, until when the circuit breaker stays open.
    ///
    /// While it is shut, only the sync that was let through to try says anything new.
    pub async fn save_outage(
        &self,
        run: SyncId,
        shut_until: impl Fn(i64) -> DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<Outage> {
        const COUNT: &str = "update sync_gate set outages = outages + 1 where id = 1";
        const SHUT: &str = "update sync_gate set outages = 0, openings = openings + 1,
                opened_at = coalesce(opened_at, $1), retry_at = $2, probe = null,
                probe_until = null
            where id = 1";
        let lock = self.dialect(FIND, LOCK);
        Ok(transact!(self, |tx| {
            let row: Row = sqlx::query_as(lock).fetch_one(&mut *tx).await?;
            let breaker = CircuitBreaker::from(row);
            let is_closed = breaker.opened_at.is_none();
            if !is_closed && breaker.probe != Some(run) {
                return Ok(Outage::Known);
            }
            if is_closed && breaker.outages + 1 < OUTAGES_TO_OPEN {
                sqlx::query(COUNT).execute(&mut *tx).await?;
                Outage::Counted
            } else {
                let until = shut_until(breaker.openings);
                sqlx::query(SHUT).bind(now).bind(until).execute(&mut *tx).await?;
                if is_closed { Outage::Opened(until) } else { Outage::StillDown(until) }
            }
        }))
    }

    /// Notes that Google answered a sync that began at `started_at`. `Some`, since when Google was
    /// down, where that opens the circuit breaker: what began before it opened says nothing about
    /// now.
    pub async fn save_recovery(&self, started_at: DateTime<Utc>) -> Result<Option<DateTime<Utc>>> {
        const CLEAR: &str = "update sync_gate set outages = 0, openings = 0, opened_at = null,
                retry_at = null, probe = null, probe_until = null
            where id = 1";
        let lock = self.dialect(FIND, LOCK);
        Ok(transact!(self, |tx| {
            let row: Row = sqlx::query_as(lock).fetch_one(&mut *tx).await?;
            let breaker = CircuitBreaker::from(row);
            if breaker.opened_at.is_some_and(|opened_at| started_at < opened_at) {
                return Ok(None);
            }
            if breaker.is_troubled() {
                sqlx::query(CLEAR).execute(&mut *tx).await?;
            }
            breaker.opened_at
        }))
    }
}

pub(crate) const STARTS: &str = "select cast(coalesce(sum(starts), 0) as bigint) from sync_starts
    where second > $1 and second < $2";
pub(crate) const COUNT: &str = "insert into sync_starts as s (second, starts) values ($1, $2)
    on conflict (second) do update set starts = s.starts + excluded.starts";
