//! The claim: connections that are due go to one process each, with all that is needed to sync
//! them, in one transaction for many.
//!
//! What is claimed begins to run in the same transaction, so that a sync by hand joins it. Who
//! dies after it loses run and claim together when the lease ends.

use chrono::{DateTime, Utc};
use model::{ConnectionId, Step, SyncId, Trigger};
use uuid::Uuid;

use crate::engine::Store;
use crate::error::{Error, Result};
use crate::grants::tokens::{Grant, Row as GrantRow, grant_sql};
use crate::sync::circuit_breaker::{
    COUNT, COUNTED_SECS, CircuitBreaker, FIND, LOCK, Row as GateRow, STARTS,
};

/// What a process asks for.
#[derive(Clone, Debug)]
pub struct NewClaim {
    /// The ids of the runs that may begin: as many as the process has room for.
    pub runs: Vec<SyncId>,
    /// When another process may take over what is claimed, unless there is a sign of life.
    pub lease_ends_at: DateTime<Utc>,
    /// Most syncs that all processes together begin in any minute; `None` is no limit.
    pub per_minute: Option<i64>,
}

#[derive(Debug)]
pub struct Claim {
    /// Runs that have begun, with the grants to sync. Theirs to carry out.
    pub begun: Vec<(SyncId, Grant)>,
    /// Whether Google was down of late, so that a good sync is worth noting.
    pub is_troubled: bool,
    /// Why there is not more.
    pub blocked: Option<ClaimBlocked>,
    /// Rows that could not be read. They are claimed again when the lease ends, and stand in
    /// nobody's way until then.
    pub unreadable: Vec<Error>,
}

impl Claim {
    fn nothing(is_troubled: bool, blocked: Option<ClaimBlocked>) -> Claim {
        Claim { begun: Vec::new(), is_troubled, blocked, unreadable: Vec::new() }
    }
}

/// What keeps due syncs from being claimed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClaimBlocked {
    /// So many have begun within the minute.
    MinuteIsFull,
    /// Google is down; it is not asked before then.
    GoogleIsDown(DateTime<Utc>),
}

/// The pairs of run and connection that are handed over as JSON: the one kind of list that both
/// engines take, each with functions of its own.
macro_rules! pairs {
    (sqlite) => {
        "(select unhex(value ->> 'run') as run, unhex(value ->> 'connection') as connection
            from json_each($1))"
    };
    (postgres) => {
        "(select cast(value ->> 'run' as uuid) as run,
                cast(value ->> 'connection' as uuid) as connection
            from jsonb_array_elements(cast($1 as jsonb)))"
    };
}

/// PostgreSQL: rows that another process is claiming are passed over, not waited for.
///
/// And those found are looked up one by one: its planner, who cannot know how few they are, might
/// else read the whole table.
macro_rules! due {
    ($lock:literal, $found:literal) => {
        concat!(
            "with due as materialized (
                select id from connections where status = 'active' and next_sync_at <= $1
                    and (claimed_until is null or claimed_until <= $1)
                order by next_sync_at limit $3 + 0",
            $lock,
            ")
            update connections set claimed_until = $2 where id ",
            $found,
            " returning id"
        )
    };
}

const DUE_OF_SQLITE: &str = due!("", "in (select id from due)");
const DUE_OF_POSTGRES: &str = due!(" for update skip locked", "= any (array(select id from due))");

/// A run whose process died makes way.
macro_rules! give_up {
    ($engine:ident) => {
        concat!(
            "update sync_runs set outcome = 'failed', failure = 'internal', finished_at = $2
            where finished_at is null and lease_ends_at <= $2
                and connection_id in (select connection from ",
            pairs!($engine),
            " as pairs)"
        )
    };
}

/// One that lives, begun by hand, stays; then there is nothing to begin.
macro_rules! begin {
    ($engine:ident) => {
        concat!(
            "insert into sync_runs (id, connection_id, trigger, step, started_at, lease_ends_at)
            select run, connection, $2, $3, $4, $5 from ",
            pairs!($engine),
            " as pairs where true on conflict do nothing returning id, connection_id"
        )
    };
}

/// As above: PostgreSQL looks those few up one by one only where it is told to.
macro_rules! grants {
    (sqlite) => {
        grant_sql!("c.id in (select connection from ", pairs!(sqlite), " as pairs)")
    };
    (postgres) => {
        grant_sql!("c.id = any (array(select connection from ", pairs!(postgres), " as pairs))")
    };
}

impl Store {
    /// Whether any sync is due. Writes nothing: what is idle should stay so.
    pub async fn is_any_due(&self, now: DateTime<Utc>) -> Result<bool> {
        const SQL: &str = "select id from connections where status = 'active'
                and next_sync_at <= $1 and (claimed_until is null or claimed_until <= $1)
            order by next_sync_at limit 1";
        let due: Option<Uuid> =
            read!(self, |db| sqlx::query_scalar(SQL).bind(now).fetch_optional(db).await)?;
        Ok(due.is_some())
    }

    /// Claims the connections whose sync is due, the longest due first, and begins their runs.
    pub async fn claim_due(&self, asked: &NewClaim, now: DateTime<Utc>) -> Result<Claim> {
        const PROBE: &str = "update sync_gate set probe = $1, probe_until = $2 where id = 1";
        let lock = self.dialect(FIND, LOCK);
        let due = self.dialect(DUE_OF_SQLITE, DUE_OF_POSTGRES);
        let give_up = self.dialect(give_up!(sqlite), give_up!(postgres));
        let begin = self.dialect(begin!(sqlite), begin!(postgres));
        let grants = self.dialect(grants!(sqlite), grants!(postgres));
        let (second, room) = (now.timestamp(), i64::try_from(asked.runs.len()).unwrap_or(i64::MAX));
        Ok(transact!(self, |tx| {
            let row: GateRow = sqlx::query_as(lock).fetch_one(&mut *tx).await?;
            let breaker = CircuitBreaker::from(row);
            let is_troubled = breaker.is_troubled();
            if let Some(until) = breaker.shut_until(now) {
                return Ok(Claim::nothing(is_troubled, Some(ClaimBlocked::GoogleIsDown(until))));
            }
            let is_probe = breaker.opened_at.is_some();
            let mut room = if is_probe { room.min(1) } else { room };
            let mut blocked = None;
            if let Some(per_minute) = asked.per_minute {
                let starts: i64 = sqlx::query_scalar(STARTS)
                    .bind(second - COUNTED_SECS)
                    .bind(second + COUNTED_SECS)
                    .fetch_one(&mut *tx)
                    .await?;
                if per_minute - starts < room {
                    blocked = Some(ClaimBlocked::MinuteIsFull);
                    room = per_minute - starts;
                }
            }
            if room <= 0 {
                return Ok(Claim::nothing(is_troubled, blocked));
            }
            let claimed: Vec<Uuid> = sqlx::query_scalar(due)
                .bind(now)
                .bind(asked.lease_ends_at)
                .bind(room)
                .fetch_all(&mut *tx)
                .await?;
            if claimed.is_empty() {
                return Ok(Claim::nothing(is_troubled, None));
            }
            let pairs = pairs_of(asked.runs.iter().map(|run| run.0).zip(claimed));
            sqlx::query(give_up).bind(&pairs).bind(now).execute(&mut *tx).await?;
            let begun: Vec<(Uuid, Uuid)> = sqlx::query_as(begin)
                .bind(&pairs)
                .bind(Trigger::Schedule.as_str())
                .bind(Step::Token.as_str())
                .bind(now)
                .bind(asked.lease_ends_at)
                .fetch_all(&mut *tx)
                .await?;
            let pairs = pairs_of(begun.iter().copied());
            let rows: Vec<GrantRow> =
                sqlx::query_as(grants).bind(&pairs).fetch_all(&mut *tx).await?;
            if asked.per_minute.is_some() {
                let starts = i64::try_from(begun.len()).unwrap_or(i64::MAX);
                sqlx::query(COUNT).bind(second).bind(starts).execute(&mut *tx).await?;
            }
            if let Some((probe, _)) = begun.first().filter(|_| is_probe) {
                sqlx::query(PROBE).bind(probe).bind(asked.lease_ends_at).execute(&mut *tx).await?;
            }
            let mut claim = Claim::nothing(is_troubled, blocked);
            for row in rows {
                let Some((run, _)) = begun.iter().find(|(_, id)| *id == row.id) else { continue };
                match Grant::try_from(row) {
                    Ok(grant) => claim.begun.push((SyncId(*run), grant)),
                    Err(error) => claim.unreadable.push(error),
                }
            }
            claim
        }))
    }

    /// How the database would find what is due and read what belongs to it, in its own words.
    pub async fn explain_claim(&self, now: DateTime<Utc>, room: i64) -> Result<Vec<String>> {
        let due = self.dialect(DUE_OF_SQLITE, DUE_OF_POSTGRES);
        let grants = self.dialect(grants!(sqlite), grants!(postgres));
        let mut lines = explain!(self, due, |plan| plan.bind(now).bind(now).bind(room));
        lines.extend(explain!(self, grants, |plan| plan.bind("[]")));
        Ok(lines)
    }

    /// Gives back what a process that stops has not finished: the claim ends, and the run counts
    /// as dead, so that whoever watches it, and the next claim, take it over at once.
    pub async fn release_run(&self, run: SyncId, now: DateTime<Utc>) -> Result<()> {
        const CLAIM: &str = "update connections set claimed_until = null where id in (
            select connection_id from sync_runs where id = $1 and finished_at is null)";
        const RUN: &str = "update sync_runs set lease_ends_at = $2
            where id = $1 and finished_at is null";
        const PROBE: &str = "update sync_gate set probe = null, probe_until = null
            where id = 1 and probe = $1";
        transact!(self, |tx| {
            sqlx::query(CLAIM).bind(run.0).execute(&mut *tx).await?;
            sqlx::query(RUN).bind(run.0).bind(now).execute(&mut *tx).await?;
            sqlx::query(PROBE).bind(run.0).execute(&mut *tx).await?;
        });
        Ok(())
    }

    /// Makes due what the promise of freshness would be broken for: the operator may have shortened
    /// it. What fails has a back-off of its own.
    pub async fn save_promised_due(
        &self,
        synced_before: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<u64> {
        const SQL: &str = "update connections set next_sync_at = $2
            where status = 'active' and next_sync_at > $2 and synced_at <= $1 and failures = 0";
        let hurried = write!(self, |db| {
            sqlx::query(SQL)
                .bind(synced_before)
                .bind(now)
                .execute(db)
                .await
                .map(|done| done.rows_affected())
        })?;
        Ok(hurried)
    }

    /// Makes a working connection's sync due: Google is to be asked how things stand.
    pub async fn save_sync_due(&self, connection: ConnectionId, now: DateTime<Utc>) -> Result<()> {
        const SQL: &str = "update connections set next_sync_at = $2
            where id = $1 and status = 'active' and next_sync_at > $2";
        write!(self, |db| {
            sqlx::query(SQL).bind(connection.0).bind(now).execute(db).await.map(drop)
        })?;
        Ok(())
    }
}

fn pairs_of(pairs: impl Iterator<Item = (Uuid, Uuid)>) -> String {
    let pair = |(run, connection): (Uuid, Uuid)| {
        let (run, connection) = (run.simple(), connection.simple());
        format!(r#"{{"run":"{run}","connection":"{connection}"}}"#)
    };
    format!("[{}]", pairs.map(pair).collect::<Vec<_>>().join(","))
}
