//! Syncs that found what was there already: most of them, so they are recorded many at a time.
//!
//! Nothing of a profile is read or written for them. That the answer is the same as the last one is
//! checked once more here, by its hash: a changed profile has forgotten it.

use chrono::{DateTime, SecondsFormat, Utc};
use model::{Actor, EventKind, SyncId, SyncOutcome, Trigger};
use serde_json::json;
use uuid::Uuid;

use crate::engine::Store;
use crate::error::Result;
use crate::sync::record::SyncRecord;

/// A sync whose answer is the one that was stored last.
#[derive(Clone, Debug)]
pub struct Unchanged {
    pub record: SyncRecord,
    /// The hash of the answer.
    pub answer_hash: [u8; 32],
}

/// The syncs, handed over as JSON: the one kind of list that both engines take, each with
/// functions of its own. SQLite keeps a moment as the very text that sqlx writes.
macro_rules! rows {
    (sqlite) => {
        "(select unhex(value ->> 'run') as run, unhex(value ->> 'connection') as connection,
                unhex(value ->> 'user') as user_id, unhex(value ->> 'event') as event,
                unhex(value ->> 'hash') as hash, value ->> 'next' as next,
                value ->> 'started' as started, value ->> 'quiet' as quiet, '[]' as changes
            from json_each($1))"
    };
    (postgres) => {
        "(select cast(value ->> 'run' as uuid) as run,
                cast(value ->> 'connection' as uuid) as connection,
                cast(value ->> 'user' as uuid) as user_id,
                cast(value ->> 'event' as uuid) as event,
                decode(value ->> 'hash', 'hex') as hash,
                cast(value ->> 'next' as timestamptz) as next,
                cast(value ->> 'started' as timestamptz) as started,
                cast(value ->> 'quiet' as bigint) as quiet, cast('[]' as jsonb) as changes
            from jsonb_array_elements(cast($1 as jsonb)))"
    };
}

/// Whether a connection is one of these. PostgreSQL's planner, who cannot know how few they are,
/// would else read the whole table.
macro_rules! among {
    (sqlite, $id:literal) => {
        ""
    };
    (postgres, $id:literal) => {
        concat!(" and ", $id, " = any (array(select connection from ", rows!(postgres), " as few))")
    };
}

/// The connections whose last answer is still the one that came, held against being unlinked.
macro_rules! hold {
    ($engine:ident, $lock:literal) => {
        concat!(
            "select r.run from ",
            rows!($engine),
            " as r cross join connections c where c.id = r.connection and c.answer_hash = r.hash",
            among!($engine, "c.id"),
            $lock
        )
    };
}
macro_rules! end {
    ($engine:ident) => {
        concat!(
            "update sync_runs set outcome = $2, finished_at = $3, step = 'saving'
            where id in (select run from ",
            rows!($engine),
            " as r) and finished_at is null and not cancel_asked returning id"
        )
    };
}
macro_rules! touch {
    ($engine:ident) => {
        concat!(
            "update connections set synced_at = $2, next_sync_at = r.next, claimed_until = null,
                last_failure = null, failures = 0, quiet_syncs = r.quiet
            from ",
            rows!($engine),
            " as r where connections.id = r.connection",
            among!($engine, "connections.id")
        )
    };
}
macro_rules! add {
    ($engine:ident) => {
        concat!(
            "insert into syncs (id, connection_id, trigger, outcome, changes, started_at,
                finished_at, event_id)
            select run, connection, $2, $3, changes, started, $4, event from ",
            rows!($engine),
            " as r"
        )
    };
}
macro_rules! tell {
    ($engine:ident) => {
        concat!(
            "insert into events (id, user_id, kind, at, actor) select event, user_id, $2, $3, $4 from ",
            rows!($engine),
            " as r"
        )
    };
}

/// In the order of their ids, so that two of these never wait for each other.
const HOLD_OF_POSTGRES: &str = hold!(postgres, " order by c.id for no key update of c");

impl Store {
    /// How the database would find the connections of unchanged syncs, in its own words.
    pub async fn explain_unchanged(&self, now: DateTime<Utc>) -> Result<Vec<String>> {
        let hold = self.dialect(hold!(sqlite, ""), HOLD_OF_POSTGRES);
        let touch = self.dialect(touch!(sqlite), touch!(postgres));
        let mut lines = explain!(self, hold, |plan| plan.bind("[]"));
        lines.extend(explain!(self, touch, |plan| plan.bind("[]").bind(now)));
        Ok(lines)
    }

    /// Records syncs of the schedule that changed nothing, and says which it recorded. The others
    /// were stopped, have lost their turn, or the profile has changed meanwhile.
    pub async fn save_unchanged(
        &self,
        syncs: &[Unchanged],
        now: DateTime<Utc>,
    ) -> Result<Vec<SyncId>> {
        let hold = self.dialect(hold!(sqlite, ""), HOLD_OF_POSTGRES);
        let end = self.dialect(end!(sqlite), end!(postgres));
        let touch = self.dialect(touch!(sqlite), touch!(postgres));
        let add = self.dialect(add!(sqlite), add!(postgres));
        let tell = self.dialect(tell!(sqlite), tell!(postgres));
        let outcome = SyncOutcome::Unchanged.as_str();
        Ok(transact!(self, |tx| {
            let rows = rows_of(syncs, |_| true);
            let held: Vec<Uuid> = sqlx::query_scalar(hold).bind(&rows).fetch_all(&mut *tx).await?;
            let rows = rows_of(syncs, |run| held.contains(&run));
            let ended: Vec<Uuid> = sqlx::query_scalar(end)
                .bind(&rows)
                .bind(outcome)
                .bind(now)
                .fetch_all(&mut *tx)
                .await?;
            let rows = rows_of(syncs, |run| ended.contains(&run));
            sqlx::query(touch).bind(&rows).bind(now).execute(&mut *tx).await?;
            sqlx::query(add)
                .bind(&rows)
                .bind(Trigger::Schedule.as_str())
                .bind(outcome)
                .bind(now)
                .execute(&mut *tx)
                .await?;
            sqlx::query(tell)
                .bind(&rows)
                .bind(EventKind::Synced.as_str())
                .bind(now)
                .bind(Actor::Site.as_str())
                .execute(&mut *tx)
                .await?;
            ended.into_iter().map(SyncId).collect()
        }))
    }
}

fn rows_of(syncs: &[Unchanged], is_wanted: impl Fn(Uuid) -> bool) -> String {
    let moment = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::AutoSi, false);
    let rows = syncs.iter().filter(|sync| is_wanted(sync.record.id.0)).map(|sync| {
        let record = &sync.record;
        let hash: String = sync.answer_hash.iter().map(|byte| format!("{byte:02x}")).collect();
        json!({
            "run": record.id.0.simple().to_string(),
            "connection": record.connection.0.simple().to_string(),
            "user": record.user.0.simple().to_string(),
            "event": record.entry.id.simple().to_string(),
            "hash": hash,
            "next": moment(record.next_sync_at),
            "started": moment(record.started_at),
            "quiet": record.quiet_syncs,
        })
    });
    serde_json::Value::Array(rows.collect()).to_string()
}
