//! Snapshot of a connection, kept for the undo window after a disconnection.
//!
//! Read before the rows go, sealed by the caller, and written back as it was. The tokens are not
//! part of it: they wait to be revoked.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use chrono::{DateTime, Utc};
use model::connections::status::Mailbox;
use model::{ConnectionId, UserId};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sqlx::types::Json;
use uuid::Uuid;

use crate::connections::status::RESTORE;
use crate::engine::Store;
use crate::error::Result;

/// Everything below a connection but its tokens.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConnectionSnapshot {
    connection: ConnectionRow,
    values: Vec<ValueRow>,
    pictures: Vec<PictureRow>,
    syncs: Vec<SyncRow>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, sqlx_macros::FromRow)]
struct ConnectionRow {
    email_verified: bool,
    hosted_domain: Option<String>,
    status: String,
    cause: Option<String>,
    mailbox: Option<Json<Mailbox>>,
    last_failure: Option<String>,
    connected_at: DateTime<Utc>,
    synced_at: Option<DateTime<Utc>>,
    profile_updated_at: Option<DateTime<Utc>>,
    next_sync_at: DateTime<Utc>,
    /// Memories from before users could choose lack it.
    #[serde(default)]
    sync_interval: Option<String>,
    refresh_expires_at: Option<DateTime<Utc>>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, sqlx_macros::FromRow)]
struct ValueRow {
    field: String,
    value: String,
    applied: Option<String>,
    applied_at: Option<DateTime<Utc>>,
    applied_by: Option<Uuid>,
    declined: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, sqlx_macros::FromRow)]
struct PictureRow {
    hash: String,
    media_type: String,
    #[serde(serialize_with = "to_base64", deserialize_with = "from_base64")]
    bytes: Vec<u8>,
    fetched_at: DateTime<Utc>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, sqlx_macros::FromRow)]
struct SyncRow {
    id: Uuid,
    trigger: String,
    outcome: String,
    failure: Option<String>,
    changes: Json<serde_json::Value>,
    undone: Json<serde_json::Value>,
    started_at: DateTime<Utc>,
    finished_at: DateTime<Utc>,
    event_id: Option<Uuid>,
}

fn to_base64<S: Serializer>(bytes: &[u8], serializer: S) -> std::result::Result<S::Ok, S::Error> {
    serializer.serialize_str(&BASE64_STANDARD.encode(bytes))
}

fn from_base64<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> std::result::Result<Vec<u8>, D::Error> {
    let text = String::deserialize(deserializer)?;
    BASE64_STANDARD.decode(text).map_err(serde::de::Error::custom)
}

impl ConnectionSnapshot {
    /// When its user had connected.
    pub fn connected_at(&self) -> DateTime<Utc> {
        self.connection.connected_at
    }
}

impl Store {
    /// Reads what a disconnection will take. `None` where there is no connection.
    pub async fn find_snapshot(&self, user: UserId) -> Result<Option<ConnectionSnapshot>> {
        const CONNECTION: &str = "select c.email_verified, c.hosted_domain, c.status, c.cause,
                c.mailbox, c.last_failure, c.connected_at, c.synced_at, c.profile_updated_at, c.next_sync_at,
                c.sync_interval,
                g.refresh_expires_at
            from connections c join grants g on g.connection_id = c.id
            where c.user_id = $1";
        const VALUES: &str = "select field, value, applied, applied_at, applied_by, declined
            from google_values g join connections c on c.id = g.connection_id
            where c.user_id = $1 order by field";
        const PICTURES: &str = "select hash, media_type, bytes, fetched_at
            from pictures p join connections c on c.id = p.connection_id
            where c.user_id = $1 order by hash";
        const SYNCS: &str = "select s.id, s.trigger, s.outcome, s.failure, s.changes, s.undone,
                s.started_at, s.finished_at, s.event_id
            from syncs s join connections c on c.id = s.connection_id
            where c.user_id = $1 order by s.id";
        Ok(transact!(self, |tx| {
            let connection: Option<ConnectionRow> =
                sqlx::query_as(CONNECTION).bind(user.0).fetch_optional(&mut *tx).await?;
            let Some(connection) = connection else { return Ok(None) };
            Some(ConnectionSnapshot {
                connection,
                values: sqlx::query_as(VALUES).bind(user.0).fetch_all(&mut *tx).await?,
                pictures: sqlx::query_as(PICTURES).bind(user.0).fetch_all(&mut *tx).await?,
                syncs: sqlx::query_as(SYNCS).bind(user.0).fetch_all(&mut *tx).await?,
            })
        }))
    }

    /// Puts back below a connection that was just linked what was there before.
    pub async fn restore(
        &self,
        connection: ConnectionId,
        snapshot: &ConnectionSnapshot,
    ) -> Result<()> {
        const GRANT: &str = "update grants set refresh_expires_at = $2 where connection_id = $1";
        const VALUE: &str = "insert into google_values
                (connection_id, field, value, applied, applied_at, applied_by, declined)
            values ($1, $2, $3, $4, $5, $6, $7)";
        const PICTURE: &str =
            "insert into pictures (connection_id, hash, media_type, bytes, fetched_at)
            values ($1, $2, $3, $4, $5)";
        const SYNC: &str = "insert into syncs (id, connection_id, trigger, outcome, failure,
                changes, undone, started_at, finished_at, event_id)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
        transact!(self, |tx| {
            let was = &snapshot.connection;
            sqlx::query(RESTORE)
                .bind(connection.0)
                .bind(&was.status)
                .bind(&was.mailbox)
                .bind(&was.last_failure)
                .bind(was.connected_at)
                .bind(was.synced_at)
                .bind(was.profile_updated_at)
                .bind(was.next_sync_at)
                .bind(was.email_verified)
                .bind(&was.hosted_domain)
                .bind(&was.cause)
                .bind(&was.sync_interval)
                .execute(&mut *tx)
                .await?;
            sqlx::query(GRANT)
                .bind(connection.0)
                .bind(was.refresh_expires_at)
                .execute(&mut *tx)
                .await?;
            for row in &snapshot.values {
                sqlx::query(VALUE)
                    .bind(connection.0)
                    .bind(&row.field)
                    .bind(&row.value)
                    .bind(&row.applied)
                    .bind(row.applied_at)
                    .bind(row.applied_by)
                    .bind(&row.declined)
                    .execute(&mut *tx)
                    .await?;
            }
            for row in &snapshot.pictures {
                sqlx::query(PICTURE)
                    .bind(connection.0)
                    .bind(&row.hash)
                    .bind(&row.media_type)
                    .bind(&row.bytes)
                    .bind(row.fetched_at)
                    .execute(&mut *tx)
                    .await?;
            }
            for row in &snapshot.syncs {
                sqlx::query(SYNC)
                    .bind(row.id)
                    .bind(connection.0)
                    .bind(&row.trigger)
                    .bind(&row.outcome)
                    .bind(&row.failure)
                    .bind(&row.changes)
                    .bind(&row.undone)
                    .bind(row.started_at)
                    .bind(row.finished_at)
                    .bind(row.event_id)
                    .execute(&mut *tx)
                    .await?;
            }
        });
        Ok(())
    }
}
