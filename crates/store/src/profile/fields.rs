//! The profile's fields with everything that is known of each, and the pictures.

use chrono::{DateTime, Utc};
use model::{EventKind, Field, Policy, Profile, StoredValue, SyncId, UserId};
use serde::Deserialize;
use sqlx::types::Json;
use uuid::Uuid;

use crate::engine::Store;
use crate::error::{Error, Result};
use crate::history::diff::lists_of;
use crate::history::events::{NewHistoryEvent, add_event};

/// A picture from Google, as bytes that we serve ourselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Avatar {
    /// Names the bytes; part of the picture's address here.
    pub hash: String,
    /// One of the few image types that we pass on.
    pub media_type: String,
    pub bytes: Vec<u8>,
}

/// All layers of a user's fields, a row for each value. `$1` is the user. JSON holds no bytes, so
/// the engines write an id in their own ways.
macro_rules! layers {
    ($sync:literal) => {
        concat!(
            "select 'own' as layer, field, value, null as applied, null as declined,
                changed_at as at, null as sync from profile_values where user_id = $1
            union all select 'browser', field, value, null, null, changed_at, null
                from browser_values where user_id = $1
            union all select 'policy', field, policy, null, null, changed_at, null
                from field_policies where user_id = $1
            union all select 'google', g.field, g.value, g.applied, g.declined, g.applied_at, ",
            $sync,
            " from google_values g join connections c on c.id = g.connection_id
                where c.user_id = $1"
        )
    };
}
pub(crate) use layers;

macro_rules! layers_of_sqlite {
    () => {
        $crate::profile::fields::layers!("hex(g.applied_by)")
    };
}
pub(crate) use layers_of_sqlite;

macro_rules! layers_of_postgres {
    () => {
        $crate::profile::fields::layers!("g.applied_by::text")
    };
}
pub(crate) use layers_of_postgres;

pub(crate) const LAYERS_OF_SQLITE: &str = layers_of_sqlite!();
pub(crate) const LAYERS_OF_POSTGRES: &str = layers_of_postgres!();

#[derive(Deserialize, sqlx_macros::FromRow)]
pub(crate) struct LayerRow {
    layer: String,
    field: String,
    value: String,
    applied: Option<String>,
    declined: Option<String>,
    at: Option<DateTime<Utc>>,
    sync: Option<String>,
}

/// Puts the layers of each field together.
pub(crate) fn profile_of(rows: Vec<LayerRow>) -> Result<Profile> {
    let mut profile = Profile::default();
    for row in rows {
        let table = match row.layer.as_str() {
            "own" => "profile_values",
            "browser" => "browser_values",
            "policy" => "field_policies",
            _ => "google_values",
        };
        let bad = |column| Error::bad_row(table, column);
        let field = Field::parse(&row.field).ok_or_else(|| bad("field"))?;
        let slot = profile.field_mut(field);
        let sync = match row.sync.as_deref() {
            None | Some("") => None,
            Some(text) => Some(SyncId(Uuid::parse_str(text).map_err(|_| bad("applied_by"))?)),
        };
        let kept = |value| -> Result<StoredValue> {
            Ok(StoredValue { value, at: row.at.ok_or_else(|| bad("changed_at"))?, sync })
        };
        match row.layer.as_str() {
            "own" => slot.own = Some(kept(row.value)?),
            "browser" => slot.browser = Some(kept(row.value)?),
            "policy" => {
                let policy = Policy::parse(&row.value).ok_or_else(|| bad("policy"))?;
                slot.policy = Some(policy);
            }
            _ => {
                slot.google = Some(row.value);
                slot.applied = row.applied.map(kept).transpose()?;
                slot.declined = row.declined;
            }
        }
    }
    Ok(profile)
}

pub(crate) const SAVE_OWN: &str = "insert into profile_values (user_id, field, value, changed_at)
    values ($1, $2, $3, $4)
    on conflict (user_id, field) do update set
        value = excluded.value, changed_at = excluded.changed_at";
pub(crate) const DROP_OWN: &str = "delete from profile_values where user_id = $1 and field = $2";
pub(crate) const SAVE_BROWSER: &str =
    "insert into browser_values (user_id, field, value, changed_at) values ($1, $2, $3, $4)
    on conflict (user_id, field) do update set
        value = excluded.value, changed_at = excluded.changed_at";
pub(crate) const SAVE_POLICY: &str =
    "insert into field_policies (user_id, field, policy, changed_at) values ($1, $2, $3, $4)
    on conflict (user_id, field) do update set
        policy = excluded.policy, changed_at = excluded.changed_at";
pub(crate) const DROP_POLICY: &str = "delete from field_policies where user_id = $1 and field = $2";
pub(crate) const SAVE_GOOGLE: &str = "insert into google_values
        (connection_id, field, value, applied, applied_at, applied_by, declined)
    select id, $2, $3, $4, $5, $6, $7 from connections where user_id = $1
    on conflict (connection_id, field) do update set
        value = excluded.value, applied = excluded.applied, applied_at = excluded.applied_at,
        applied_by = excluded.applied_by, declined = excluded.declined";

/// The same answer of Google's may mean something else to a changed profile.
const FORGET_ANSWER: &str =
    "update connections set answer_hash = null where user_id = $1 and answer_hash is not null";

/// Reads a user's profile inside a transaction, after locking it against every other change of it.
macro_rules! lock_profile {
    ($store:ident, $tx:ident, $user:expr) => {{
        // The user's row against other changes of the profile, the connection's against being
        // unlinked meanwhile; weakly enough for the inserts that refer to either.
        const LOCKS: [&str; 2] = [
            "select 1 from users where id = $1 for no key update",
            "select 1 from connections where user_id = $1 for no key update",
        ];
        // SQLite has one writer, and this is it.
        if matches!($store.engine, $crate::engine::Engine::Postgres(_)) {
            for sql in LOCKS {
                sqlx::query(sql).bind($user.0).fetch_optional(&mut *$tx).await?;
            }
        }
        let layers = $store.dialect(
            $crate::profile::fields::LAYERS_OF_SQLITE,
            $crate::profile::fields::LAYERS_OF_POSTGRES,
        );
        let rows = sqlx::query_as(layers).bind($user.0).fetch_all(&mut *$tx).await?;
        $crate::profile::fields::profile_of(rows)?
    }};
}
pub(crate) use lock_profile;

/// Writes what differs between two states of a user's profile.
macro_rules! save_profile {
    ($tx:ident, $user:expr, $before:expr, $after:expr, $now:expr) => {
        for (field, slot) in &$after.0 {
            let before = $before.field(*field);
            let (user, field) = ($user.0, model::Field::as_str(*field));
            if slot.own != before.own {
                match &slot.own {
                    Some(kept) => {
                        let save =
                            sqlx::query($crate::profile::fields::SAVE_OWN).bind(user).bind(field);
                        save.bind(&kept.value).bind(kept.at).execute(&mut *$tx).await?
                    }
                    None => {
                        let drop =
                            sqlx::query($crate::profile::fields::DROP_OWN).bind(user).bind(field);
                        drop.execute(&mut *$tx).await?
                    }
                };
            }
            if let Some(kept) = slot.browser.as_ref().filter(|_| slot.browser != before.browser) {
                let save =
                    sqlx::query($crate::profile::fields::SAVE_BROWSER).bind(user).bind(field);
                save.bind(&kept.value).bind(kept.at).execute(&mut *$tx).await?;
            }
            if slot.policy != before.policy {
                match slot.policy {
                    Some(policy) => {
                        let save = sqlx::query($crate::profile::fields::SAVE_POLICY)
                            .bind(user)
                            .bind(field);
                        save.bind(policy.as_str()).bind($now).execute(&mut *$tx).await?
                    }
                    None => {
                        let drop = sqlx::query($crate::profile::fields::DROP_POLICY)
                            .bind(user)
                            .bind(field);
                        drop.execute(&mut *$tx).await?
                    }
                };
            }
            let google = |slot: &model::FieldState| {
                (slot.google.clone(), slot.applied.clone(), slot.declined.clone())
            };
            if let (true, Some(value)) = (google(slot) != google(before), &slot.google) {
                let applied = slot.applied.as_ref();
                let save = sqlx::query($crate::profile::fields::SAVE_GOOGLE).bind(user).bind(field);
                save.bind(value)
                    .bind(applied.map(|kept| kept.value.as_str()))
                    .bind(applied.map(|kept| kept.at))
                    .bind(applied.and_then(|kept| kept.sync).map(|sync| sync.0))
                    .bind(slot.declined.as_deref())
                    .execute(&mut *$tx)
                    .await?;
            }
        }
    };
}
pub(crate) use save_profile;

impl Store {
    pub async fn find_profile(&self, user: UserId) -> Result<Profile> {
        let sql = self.dialect(LAYERS_OF_SQLITE, LAYERS_OF_POSTGRES);
        let rows = read!(self, |db| sqlx::query_as(sql).bind(user.0).fetch_all(db).await)?;
        profile_of(rows)
    }

    /// Changes a user's profile by a rule, in one transaction, and says what the rule said. An
    /// event is recorded if the profile is another one than before.
    pub async fn save_profile<T>(
        &self,
        user: UserId,
        kind: Option<EventKind>,
        entry: &NewHistoryEvent,
        now: DateTime<Utc>,
        rule: impl FnOnce(&mut Profile) -> T,
    ) -> Result<T> {
        Ok(transact!(self, |tx| {
            let before = lock_profile!(self, tx, user);
            let mut after = before.clone();
            let said = rule(&mut after);
            save_profile!(tx, user, before, after, now);
            if before.differs_from(&after) {
                sqlx::query(FORGET_ANSWER).bind(user.0).execute(&mut *tx).await?;
            }
            if let Some(kind) = kind.filter(|_| before.differs_from(&after)) {
                add_event!(tx, entry, user, kind, None, now);
            }
            said
        }))
    }

    /// Takes back what one of a user's syncs changed: one field, or all. Returns the fields that
    /// were taken back; none where something else is shown by now.
    pub async fn undo_sync(
        &self,
        user: UserId,
        sync: SyncId,
        only: Option<Field>,
        entry: &NewHistoryEvent,
        now: DateTime<Utc>,
    ) -> Result<Vec<Field>> {
        const FIND: &str = "select cast(s.changes as text), cast(s.undone as text) from syncs s
            join connections c on c.id = s.connection_id where s.id = $1 and c.user_id = $2";
        const MARK: &str = "update syncs set undone = $2 where id = $1";
        const PICTURE: &str = "select count(*) from pictures p
            join connections c on c.id = p.connection_id where c.user_id = $1 and p.hash = $2";
        type Row = (String, String);
        Ok(transact!(self, |tx| {
            let before = lock_profile!(self, tx, user);
            let found: Option<Row> =
                sqlx::query_as(FIND).bind(sync.0).bind(user.0).fetch_optional(&mut *tx).await?;
            let Some((changes, undone)) = found else {
                return Ok(Vec::new());
            };
            let (mut changes, mut undone) = lists_of(&changes, &undone)?;
            let old_picture = changes.iter().find(|change| change.field == Field::Avatar);
            if let Some(hash) = old_picture.and_then(|change| change.old.clone()) {
                let kept: i64 =
                    sqlx::query_scalar(PICTURE).bind(user.0).bind(hash).fetch_one(&mut *tx).await?;
                // Too far back: its bytes are gone, and a name without them would show nothing.
                changes.retain(|change| kept > 0 || change.field != Field::Avatar);
            }
            changes.retain(|change| only.is_none_or(|field| field == change.field));
            let mut after = before.clone();
            let taken_back = after.undo(&changes, now);
            if !taken_back.is_empty() {
                save_profile!(tx, user, before, after, now);
                sqlx::query(FORGET_ANSWER).bind(user.0).execute(&mut *tx).await?;
                undone.extend(&taken_back);
                undone.sort_unstable();
                undone.dedup();
                sqlx::query(MARK).bind(sync.0).bind(Json(undone)).execute(&mut *tx).await?;
                add_event!(tx, entry, user, EventKind::Undone, None, now);
            }
            taken_back
        }))
    }

    /// A user's picture with this hash, if it is one that may be shown.
    pub async fn find_avatar(&self, user: UserId, hash: &str) -> Result<Option<Avatar>> {
        const SQL: &str = "select p.hash, p.media_type, p.bytes from pictures p
            join connections c on c.id = p.connection_id where c.user_id = $1 and p.hash = $2";
        let row: Option<(String, String, Vec<u8>)> = read!(self, |db| {
            sqlx::query_as(SQL).bind(user.0).bind(hash).fetch_optional(db).await
        })?;
        Ok(row.map(|(hash, media_type, bytes)| Avatar { hash, media_type, bytes }))
    }
}
