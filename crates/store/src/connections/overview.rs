//! Everything that the dashboard shows, read without writing and without asking Google.

use chrono::{DateTime, Utc};
use model::connections::status::Mailbox;
use model::{
    Cause, Connection, Event, Profile, ScopeSet, Status, SyncFailure, SyncId, SyncInterval, UserId,
};
use serde::Deserialize;
use sqlx::types::Json;
use uuid::Uuid;

use crate::engine::Store;
use crate::error::{Error, Result};
use crate::grants::revocations::RevocationState;
use crate::history::diff::{Diff, lists_of};
use crate::history::events::EventRow;
use crate::profile::fields::{LayerRow, layers_of_postgres, layers_of_sqlite, profile_of};

/// What the dashboard shows.
#[derive(Clone, Debug)]
pub struct Overview {
    /// The profile as it is shown.
    pub profile: Profile,
    /// When a sync last changed it.
    pub profile_updated_at: Option<DateTime<Utc>>,
    /// The connection, if there is one.
    pub connection: Option<Connection>,
    /// The last revocation, where there is no connection.
    pub revocation: Option<RevocationState>,
    /// What the newest sync that found something changed.
    pub diff: Option<Diff>,
    /// The newest events, newest first.
    pub events: Vec<Event>,
}

#[derive(Deserialize)]
struct ConnectionRow {
    status: String,
    cause: Option<String>,
    email: Option<String>,
    granted_scopes: String,
    connected_at: DateTime<Utc>,
    synced_at: Option<DateTime<Utc>>,
    profile_updated_at: Option<DateTime<Utc>>,
    next_sync_at: DateTime<Utc>,
    sync_interval: Option<String>,
    last_failure: Option<String>,
    mailbox: Option<String>,
}

impl TryFrom<ConnectionRow> for Connection {
    type Error = Error;

    fn try_from(row: ConnectionRow) -> Result<Connection> {
        let bad = |column| Error::bad_row("connections", column);
        let cause = row.cause.map(|word| Cause::parse(&word).ok_or_else(|| bad("cause")));
        let failure =
            row.last_failure.map(|w| SyncFailure::parse(&w).ok_or_else(|| bad("last_failure")));
        let interval = row
            .sync_interval
            .map(|word| SyncInterval::parse(&word).ok_or_else(|| bad("sync_interval")));
        let mailbox = row.mailbox.map(|text| serde_json::from_str::<Mailbox>(&text));
        Ok(Connection {
            status: Status::parse(&row.status).ok_or_else(|| bad("status"))?,
            cause: cause.transpose()?,
            email: row.email,
            granted: ScopeSet::parse(&row.granted_scopes),
            connected_at: row.connected_at,
            synced_at: row.synced_at,
            next_sync_at: row.next_sync_at,
            interval: interval.transpose()?,
            last_failure: failure.transpose()?,
            mailbox: mailbox.transpose().map_err(|_| bad("mailbox"))?,
        })
    }
}

/// The lists are JSON inside of JSON: SQLite keeps them as text.
#[derive(Deserialize)]
struct DiffRow {
    sync: String,
    changes: String,
    undone: String,
}

impl TryFrom<DiffRow> for Diff {
    type Error = Error;

    fn try_from(row: DiffRow) -> Result<Diff> {
        let bad = |column| Error::bad_row("syncs", column);
        let sync = SyncId(Uuid::parse_str(&row.sync).map_err(|_| bad("id"))?);
        let (changes, undone) = lists_of(&row.changes, &row.undone)?;
        Ok(Diff { sync, changes, undone })
    }
}

/// The whole page in one row: on SQLite every row is a trip to another thread and back, and four
/// queries for this page cost more than all the rest of it.
#[derive(sqlx_macros::FromRow)]
struct Page {
    connection: Option<Json<ConnectionRow>>,
    layers: Option<Json<Vec<LayerRow>>>,
    diff: Option<Json<DiffRow>>,
    events: Option<Json<Vec<EventRow>>>,
}

/// One text; the engines differ in the names of two functions and in how JSON becomes text.
/// The limit is an expression because SQLite plans a query again at every run, which takes longer
/// than the query, when its limit is a bare parameter.
macro_rules! page {
    ($object:literal, $list:literal, $text:literal, $id:literal, $layers:ident) => {
        concat!(
            "select (select ",
            $object,
            "('status', c.status, 'cause', c.cause, 'email', c.email,
                'granted_scopes', g.granted_scopes, 'connected_at', c.connected_at,
                'synced_at', c.synced_at, 'profile_updated_at', c.profile_updated_at,
                'next_sync_at', c.next_sync_at, 'sync_interval', c.sync_interval,
                'last_failure', c.last_failure,
                'mailbox', c.mailbox",
            $text,
            ")
                from connections c join grants g on g.connection_id = c.id
                where c.user_id = $1) as connection,
            (select ",
            $list,
            "(",
            $object,
            "('layer', layer, 'field', field, 'value', value, 'applied', applied,
                'declined', declined, 'at', at, 'sync', sync))
                from (",
            $layers!(),
            ") as v) as layers,
            (select ",
            $object,
            "('sync', ",
            $id,
            ", 'changes', s.changes",
            $text,
            ", 'undone', s.undone",
            $text,
            ") from syncs s join connections c on c.id = s.connection_id
                where c.user_id = $1 and s.outcome = 'updated'
                order by s.finished_at desc limit 1) as diff,
            (select ",
            $list,
            "(",
            $object,
            "('kind', kind, 'failure', failure, 'at', at))
                from (select kind, failure, at from events where user_id = $1
                    order by at desc, id desc limit $2 + 0) as e) as events"
        )
    };
}

impl Store {
    /// Reads a user's dashboard with the newest `events_limit` events.
    pub async fn find_overview(&self, user: UserId, events_limit: i64) -> Result<Overview> {
        const SQLITE: &str =
            page!("json_object", "json_group_array", "", "hex(s.id)", layers_of_sqlite);
        const POSTGRES: &str =
            page!("json_build_object", "json_agg", "::text", "s.id::text", layers_of_postgres);
        let sql = self.dialect(SQLITE, POSTGRES);
        let page: Page = read!(self, |db| {
            sqlx::query_as(sql).bind(user.0).bind(events_limit).fetch_one(db).await
        })?;
        let connection = page.connection.map(|Json(row)| row);
        let layers = page.layers.map(|Json(rows)| rows).unwrap_or_default();
        let events = page.events.map(|Json(rows)| rows).unwrap_or_default();
        let revocation =
            if connection.is_none() { self.find_revocation(user).await? } else { None };
        Ok(Overview {
            profile: profile_of(layers)?,
            profile_updated_at: connection.as_ref().and_then(|row| row.profile_updated_at),
            connection: connection.map(Connection::try_from).transpose()?,
            revocation,
            diff: page.diff.map(|Json(row)| Diff::try_from(row)).transpose()?,
            events: events.into_iter().map(Event::try_from).collect::<Result<_>>()?,
        })
    }
}
