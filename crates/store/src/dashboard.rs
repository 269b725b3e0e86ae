//! Everything that the dashboard shows, read without writing and without asking Google.

use chrono::{DateTime, Utc};
use model::connection::Mailbox;
use model::{Cause, Connection, Event, Profile, ScopeSet, Status, SyncFailure, UserId};
use serde_json::Value;
use sqlx::types::Json;

use crate::profile::{BOTH, sorted};
use crate::{Error, Result, RevocationState, Store};

/// What the dashboard shows.
#[derive(Clone, Debug)]
pub struct Dashboard {
    /// The profile as it is shown.
    pub profile: Profile,
    /// When a sync last changed it.
    pub profile_updated_at: Option<DateTime<Utc>>,
    /// The connection, if there is one.
    pub connection: Option<Connection>,
    /// The last revocation, where there is no connection.
    pub revocation: Option<RevocationState>,
    /// The newest events, newest first.
    pub events: Vec<Event>,
}

#[derive(sqlx::FromRow)]
struct Row {
    status: String,
    cause: Option<String>,
    email: Option<String>,
    granted_scopes: String,
    connected_at: DateTime<Utc>,
    synced_at: Option<DateTime<Utc>>,
    profile_updated_at: Option<DateTime<Utc>>,
    next_sync_at: DateTime<Utc>,
    last_failure: Option<String>,
    mailbox: Option<Json<Value>>,
}

impl TryFrom<Row> for Connection {
    type Error = Error;

    fn try_from(row: Row) -> Result<Connection> {
        let bad = |column| Error::bad_row("connections", column);
        let cause = row.cause.map(|word| Cause::from_word(&word).ok_or_else(|| bad("cause")));
        let failure =
            row.last_failure.map(|w| SyncFailure::from_word(&w).ok_or_else(|| bad("last_failure")));
        let mailbox = row.mailbox.map(|Json(value)| serde_json::from_value::<Mailbox>(value));
        Ok(Connection {
            status: Status::from_word(&row.status).ok_or_else(|| bad("status"))?,
            cause: cause.transpose()?,
            email: row.email,
            granted: ScopeSet::parse(&row.granted_scopes),
            connected_at: row.connected_at,
            synced_at: row.synced_at,
            next_sync_at: row.next_sync_at,
            last_failure: failure.transpose()?,
            mailbox: mailbox.transpose().map_err(|_| bad("mailbox"))?,
        })
    }
}

impl Store {
    /// Reads a user's dashboard with the newest `events_limit` events.
    pub async fn find_dashboard(&self, user: UserId, events_limit: i64) -> Result<Dashboard> {
        const CONNECTION: &str = "select c.status, c.cause, c.email, g.granted_scopes,
                c.connected_at, c.synced_at, c.profile_updated_at, c.next_sync_at,
                c.last_failure, c.mailbox
            from connections c join grants g on g.connection_id = c.id where c.user_id = $1";
        let row: Option<Row> =
            read!(self, |db| sqlx::query_as(CONNECTION).bind(user.0).fetch_optional(db).await)?;
        let values = read!(self, |db| sqlx::query_as(BOTH).bind(user.0).fetch_all(db).await)?;
        let (own, google) = sorted(values)?;
        let revocation = if row.is_none() { self.find_revocation(user).await? } else { None };
        Ok(Dashboard {
            profile: Profile::shown(&own, &google),
            profile_updated_at: row.as_ref().and_then(|row| row.profile_updated_at),
            connection: row.map(Connection::try_from).transpose()?,
            revocation,
            events: self.list_events(user, events_limit).await?,
        })
    }
}
