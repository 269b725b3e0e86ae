//! The user's history, written in the transaction of what it records.

use chrono::{DateTime, Utc};
use model::{Event, EventKind, SyncFailure, UserId};
use serde::Deserialize;
use uuid::Uuid;

use crate::{Error, Result, Store};

pub(crate) const ADD_EVENT: &str =
    "insert into events (id, user_id, kind, failure, at) values ($1, $2, $3, $4, $5)";

/// Records an event inside a running transaction of either engine.
macro_rules! add_event {
    ($tx:ident, $id:expr, $user:expr, $kind:expr, $failure:expr, $now:expr) => {
        sqlx::query($crate::events::ADD_EVENT)
            .bind($id)
            .bind($user.0)
            .bind(model::EventKind::word($kind))
            .bind(Option::<model::SyncFailure>::map($failure, model::SyncFailure::word))
            .bind($now)
            .execute(&mut *$tx)
            .await?
    };
}
pub(crate) use add_event;

#[derive(Deserialize, sqlx::FromRow)]
pub(crate) struct EventRow {
    kind: String,
    failure: Option<String>,
    at: DateTime<Utc>,
}

impl TryFrom<EventRow> for Event {
    type Error = Error;

    fn try_from(row: EventRow) -> Result<Event> {
        event_of(&row.kind, row.failure.as_deref(), row.at)
    }
}

/// Reads the words of a stored event.
pub(crate) fn event_of(kind: &str, failure: Option<&str>, at: DateTime<Utc>) -> Result<Event> {
    let bad = |column| Error::bad_row("events", column);
    let kind = EventKind::from_word(kind).ok_or_else(|| bad("kind"))?;
    let failure = failure
        .map(|word| SyncFailure::from_word(word).ok_or_else(|| bad("failure")))
        .transpose()?;
    Ok(Event { kind, at, failure })
}

impl Store {
    /// Records something that changed nothing else.
    pub async fn add_event(
        &self,
        id: Uuid,
        user: UserId,
        kind: EventKind,
        now: DateTime<Utc>,
    ) -> Result<()> {
        write!(self, |db| {
            sqlx::query(ADD_EVENT)
                .bind(id)
                .bind(user.0)
                .bind(kind.word())
                .bind(Option::<&str>::None)
                .bind(now)
                .execute(db)
                .await
                .map(drop)
        })?;
        Ok(())
    }
}
