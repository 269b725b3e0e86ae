//! People with an account here.

use chrono::{DateTime, Utc};
use model::{Email, EventKind, Field, OwnValues, UserId};
use uuid::Uuid;

use crate::engine::Store;
use crate::error::{Error, Result};
use crate::history::events::{NewHistoryEvent, add_event};

/// A person to be added, with what they typed of their profile.
#[derive(Clone, Debug)]
pub struct NewUser {
    pub id: UserId,
    /// Their sign-in address.
    pub email: Email,
    /// The Argon2id string; never the password.
    pub password_hash: String,
    /// Whether they may administer the site.
    pub is_admin: bool,
    /// What they typed of their profile.
    pub own: OwnValues,
    /// The id of the event that records it.
    pub entry: NewHistoryEvent,
}

/// Whether a person was added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Added {
    Created,
    /// Somebody has that address already.
    EmailTaken,
}

/// What sign-in and the command line need to know of a person.
#[derive(Clone, Debug)]
pub struct UserRecord {
    pub id: UserId,
    /// Their sign-in address, as they typed it.
    pub email: Email,
    /// The Argon2id string to verify against.
    pub password_hash: String,
    /// Whether an operator shut them out.
    pub is_blocked: bool,
}

#[derive(sqlx_macros::FromRow)]
struct Row {
    id: Uuid,
    email: String,
    password_hash: String,
    is_blocked: bool,
}

impl TryFrom<Row> for UserRecord {
    type Error = Error;

    fn try_from(row: Row) -> Result<UserRecord> {
        let email = Email::parse(&row.email).map_err(|_| Error::bad_row("users", "email"))?;
        Ok(UserRecord {
            id: UserId(row.id),
            email,
            password_hash: row.password_hash,
            is_blocked: row.is_blocked,
        })
    }
}

impl Store {
    /// Adds a person, unless somebody has their address or may take it back.
    pub async fn add_user(&self, user: &NewUser, now: DateTime<Utc>) -> Result<Added> {
        const ADD: &str =
            "insert into users (id, email, email_key, password_hash, is_admin, created_at)
            select $1, $2, $3, $4, $5, $6
            where not exists (select 1 from former_addresses
                where email_key = $3 and expires_at > $6)
            on conflict (email_key) do nothing";
        const ADD_VALUE: &str = "insert into profile_values (user_id, field, value, changed_at)
            values ($1, $2, $3, $4)";
        transact!(self, |tx| {
            let added = sqlx::query(ADD)
                .bind(user.id.0)
                .bind(user.email.as_str())
                .bind(user.email.key())
                .bind(&user.password_hash)
                .bind(user.is_admin)
                .bind(now)
                .execute(&mut *tx)
                .await?
                .rows_affected();
            if added == 0 {
                return Ok(Added::EmailTaken);
            }
            for (field, value) in &user.own.0 {
                sqlx::query(ADD_VALUE)
                    .bind(user.id.0)
                    .bind(Field::as_str(*field))
                    .bind(value)
                    .bind(now)
                    .execute(&mut *tx)
                    .await?;
            }
            add_event!(tx, &user.entry, user.id, EventKind::Registered, None, now);
        });
        Ok(Added::Created)
    }

    /// The person with this sign-in address, in any case of its letters.
    pub async fn find_user(&self, email: &Email) -> Result<Option<UserRecord>> {
        const SQL: &str = "select id, email, password_hash,
                blocked_at is not null as is_blocked
            from users where email_key = $1";
        let row: Option<Row> =
            read!(self, |db| sqlx::query_as(SQL).bind(email.key()).fetch_optional(db).await)?;
        row.map(UserRecord::try_from).transpose()
    }

    /// The person with this id.
    pub async fn find_user_by_id(&self, user: UserId) -> Result<Option<UserRecord>> {
        const SQL: &str = "select id, email, password_hash,
                blocked_at is not null as is_blocked
            from users where id = $1";
        let row: Option<Row> =
            read!(self, |db| sqlx::query_as(SQL).bind(user.0).fetch_optional(db).await)?;
        row.map(UserRecord::try_from).transpose()
    }

    /// Replaces a password hash, after its parameters were raised.
    pub async fn save_password_hash(&self, user: UserId, hash: &str) -> Result<()> {
        const SQL: &str = "update users set password_hash = $2 where id = $1";
        write!(self, |db| sqlx::query(SQL).bind(user.0).bind(hash).execute(db).await.map(drop))?;
        Ok(())
    }
}
