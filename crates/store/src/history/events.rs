//! The user's history, written in the transaction of what it records.

use chrono::{DateTime, Utc};
use model::{Actor, Event, EventKind, Origin, SyncFailure, SyncId, UserId};
use serde::Deserialize;
use uuid::Uuid;

use crate::engine::Store;
use crate::error::{Error, Result};
use crate::history::diff::{Diff, lists_of};

pub(crate) const ADD_EVENT: &str =
    "insert into events (id, user_id, kind, failure, at, actor, place)
    values ($1, $2, $3, $4, $5, $6, $7)";

/// A line to be written into the history: what is known before what happens is.
#[derive(Clone, Debug)]
pub struct NewHistoryEvent {
    pub id: Uuid,
    /// Who does it, and from where.
    pub origin: Origin,
}

/// Records an event inside a running transaction of either engine.
macro_rules! add_event {
    ($tx:ident, $entry:expr, $user:expr, $kind:expr, $failure:expr, $now:expr) => {{
        let entry: &$crate::history::events::NewHistoryEvent = $entry;
        sqlx::query($crate::history::events::ADD_EVENT)
            .bind(entry.id)
            .bind($user.0)
            .bind(model::EventKind::as_str($kind))
            .bind(Option::<model::SyncFailure>::map($failure, model::SyncFailure::as_str))
            .bind($now)
            .bind(entry.origin.actor.as_str())
            .bind(entry.origin.place.as_deref())
            .execute(&mut *$tx)
            .await?
    }};
}
pub(crate) use add_event;

#[derive(Deserialize, sqlx_macros::FromRow)]
pub(crate) struct EventRow {
    kind: String,
    failure: Option<String>,
    at: DateTime<Utc>,
}

impl TryFrom<EventRow> for Event {
    type Error = Error;

    fn try_from(row: EventRow) -> Result<Event> {
        let bad = |column| Error::bad_row("events", column);
        let failure = row.failure.map(|word| SyncFailure::parse(&word));
        Ok(Event {
            kind: EventKind::parse(&row.kind).ok_or_else(|| bad("kind"))?,
            at: row.at,
            failure: failure.map(|known| known.ok_or_else(|| bad("failure"))).transpose()?,
        })
    }
}

/// Kinds as one text, each between commas.
fn list_of(kinds: &[EventKind]) -> String {
    let words: Vec<_> = kinds.iter().map(|kind| kind.as_str()).collect();
    format!(",{},", words.join(","))
}

/// One line of the history, with what a sync changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryEntry {
    pub event: Event,
    /// The differences, for a sync that found some and whose connection still exists.
    pub diff: Option<Diff>,
    /// Who did it; unknown of what was written before that was.
    pub origin: Option<Origin>,
}

#[derive(sqlx_macros::FromRow)]
struct HistoryRow {
    #[sqlx(flatten)]
    event: EventRow,
    actor: Option<String>,
    place: Option<String>,
    sync: Option<Uuid>,
    changes: Option<String>,
    undone: Option<String>,
}

impl TryFrom<HistoryRow> for HistoryEntry {
    type Error = Error;

    fn try_from(row: HistoryRow) -> Result<HistoryEntry> {
        let actor = row
            .actor
            .map(|word| Actor::parse(&word).ok_or_else(|| Error::bad_row("events", "actor")));
        let diff = match (row.sync, row.changes, row.undone) {
            (Some(sync), Some(changes), Some(undone)) => {
                let (changes, undone) = lists_of(&changes, &undone)?;
                Some(Diff { sync: SyncId(sync), changes, undone })
            }
            _ => None,
        };
        Ok(HistoryEntry {
            event: row.event.try_into()?,
            diff: diff.filter(|diff| !diff.changes.is_empty()),
            origin: actor.transpose()?.map(|actor| Origin { actor, place: row.place }),
        })
    }
}

impl Store {
    /// Records something that changed nothing else.
    pub async fn add_event(
        &self,
        entry: &NewHistoryEvent,
        user: UserId,
        kind: EventKind,
        now: DateTime<Utc>,
    ) -> Result<()> {
        write!(self, |db| {
            sqlx::query(ADD_EVENT)
                .bind(entry.id)
                .bind(user.0)
                .bind(kind.as_str())
                .bind(Option::<&str>::None)
                .bind(now)
                .bind(entry.origin.actor.as_str())
                .bind(entry.origin.place.as_deref())
                .execute(db)
                .await
                .map(drop)
        })?;
        Ok(())
    }

    /// How many lines of these kinds are newer than the one about a sync: none where there is no
    /// such line.
    pub async fn count_newer_than_sync(
        &self,
        user: UserId,
        kinds: &[EventKind],
        sync: SyncId,
    ) -> Result<i64> {
        const SQL: &str = "select count(*)
            from events e, (select line.at, line.id from events line
                join syncs s on s.event_id = line.id where s.id = $3 and line.user_id = $1) as of
            where e.user_id = $1 and $2 like '%,' || e.kind || ',%'
                and (e.at > of.at or (e.at = of.at and e.id > of.id))";
        let words = list_of(kinds);
        Ok(read!(self, |db| {
            sqlx::query_scalar(SQL).bind(user.0).bind(words).bind(sync.0).fetch_one(db).await
        })?)
    }

    /// A page of a user's history, newest first, of these kinds only.
    pub async fn list_history(
        &self,
        user: UserId,
        kinds: &[EventKind],
        offset: i64,
        limit: i64,
    ) -> Result<Vec<HistoryEntry>> {
        const SQL: &str = "select e.kind, e.failure, e.at, e.actor, e.place,
                s.id as sync, cast(s.changes as text) as changes, cast(s.undone as text) as undone
            from events e left join syncs s on s.event_id = e.id
            where e.user_id = $1 and $2 like '%,' || e.kind || ',%'
            order by e.at desc, e.id desc limit $4 + 0 offset $3";
        let words = list_of(kinds);
        let rows: Vec<HistoryRow> = read!(self, |db| {
            let query = sqlx::query_as(SQL).bind(user.0).bind(words).bind(offset).bind(limit);
            query.fetch_all(db).await
        })?;
        rows.into_iter().map(HistoryEntry::try_from).collect()
    }
}
