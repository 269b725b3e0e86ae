//! Sign-in addresses on their way: wanted and unproved, changed, taken back.
//!
//! Links are known by the hashes of their tokens. A former address belongs to nobody else until
//! its link expires, or who took the account over could also take the way back.

use chrono::{DateTime, Utc};
use model::{Email, EventKind, SessionId, UserId};
use uuid::Uuid;

use crate::engine::Store;
use crate::error::{Error, Result};
use crate::history::events::{NewHistoryEvent, add_event};
use crate::notifications::mails::{QueuedMail, add_mail};

/// A change of the sign-in address to be remembered until it is proved.
#[derive(Clone, Debug)]
pub struct AddressChange {
    /// Who wants it.
    pub user: UserId,
    /// The address that they want.
    pub email: Email,
    /// SHA-256 of the token in the link that proves it.
    pub token_hash: [u8; 32],
    /// When the link is over.
    pub expires_at: DateTime<Utc>,
    /// The mail about it.
    pub mails: Vec<QueuedMail>,
    /// The id of the event that records it.
    pub entry: NewHistoryEvent,
}

/// A sign-in address that its user has yet to prove.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingAddress {
    pub email: Email,
    /// When the link is over.
    pub expires_at: DateTime<Utc>,
}

/// A proved address to be moved to.
#[derive(Clone, Debug)]
pub struct AddressMove {
    /// Whose it becomes.
    pub user: UserId,
    /// SHA-256 of the token in the link.
    pub token_hash: [u8; 32],
    /// The session that goes on; all others end.
    pub session: SessionId,
    /// SHA-256 of the token that takes the former address back.
    pub former_token_hash: [u8; 32],
    /// Until when it can be taken back.
    pub former_expires_at: DateTime<Utc>,
    /// The mail about it, to the address of before.
    pub mail: QueuedMail,
    /// The id of the event that records it.
    pub entry: NewHistoryEvent,
}

/// A former address to be taken back.
#[derive(Clone, Debug)]
pub struct AddressReturn {
    /// Whose it was.
    pub user: UserId,
    /// SHA-256 of the token in the link.
    pub token_hash: [u8; 32],
    /// The Argon2id string of the new password.
    pub password_hash: String,
    /// The mail about it, to the address that is the user's again.
    pub mail: QueuedMail,
    /// The id of the event that records it.
    pub entry: NewHistoryEvent,
}

/// What became of a move or a return.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moved {
    /// The user signs in with that address from now on.
    Done,
    /// Nothing was done: no such link for this user, used already, replaced, or over.
    UnknownLink,
    /// Nothing was done: somebody else has the address.
    Taken,
}

/// Moves a user to an address that nobody else has, or may take back.
const MOVE: &str = "update users set email = $2, email_key = $3 where id = $1
    and not exists (select 1 from users o where o.email_key = $3 and o.id <> $1)
    and not exists (select 1 from former_addresses f
        where f.email_key = $3 and f.user_id <> $1 and f.expires_at > $4)";

impl Store {
    /// Remembers what address a user wants, in place of what they wanted before, and queues the
    /// mail about it.
    pub async fn add_address_change(
        &self,
        change: &AddressChange,
        now: DateTime<Utc>,
    ) -> Result<()> {
        const ADD: &str =
            "insert into address_changes (user_id, email, token_hash, requested_at, expires_at)
            values ($1, $2, $3, $4, $5)
            on conflict (user_id) do update set
                email = excluded.email, token_hash = excluded.token_hash,
                requested_at = excluded.requested_at, expires_at = excluded.expires_at";
        transact!(self, |tx| {
            sqlx::query(ADD)
                .bind(change.user.0)
                .bind(change.email.as_str())
                .bind(&change.token_hash[..])
                .bind(now)
                .bind(change.expires_at)
                .execute(&mut *tx)
                .await?;
            for mail in &change.mails {
                add_mail!(self, tx, mail, now);
            }
            add_event!(tx, &change.entry, change.user, EventKind::AddressRequested, None, now);
        });
        Ok(())
    }

    /// The address that a user wants and has yet to prove.
    pub async fn find_address_change(
        &self,
        user: UserId,
        now: DateTime<Utc>,
    ) -> Result<Option<PendingAddress>> {
        const SQL: &str = "select email, expires_at from address_changes
            where user_id = $1 and expires_at > $2";
        let row: Option<(String, DateTime<Utc>)> = read!(self, |db| {
            sqlx::query_as(SQL).bind(user.0).bind(now).fetch_optional(db).await
        })?;
        row.map(|(email, expires_at)| {
            Ok(PendingAddress { email: email_of("address_changes", &email)?, expires_at })
        })
        .transpose()
    }

    /// The address that a link proves, if it is this user's link and still works.
    pub async fn find_address_of_link(
        &self,
        user: UserId,
        token_hash: &[u8; 32],
        now: DateTime<Utc>,
    ) -> Result<Option<Email>> {
        const SQL: &str = "select email from address_changes
            where token_hash = $1 and user_id = $2 and expires_at > $3";
        let email: Option<String> = read!(self, |db| {
            let query = sqlx::query_scalar(SQL).bind(&token_hash[..]).bind(user.0).bind(now);
            query.fetch_optional(db).await
        })?;
        email.map(|email| email_of("address_changes", &email)).transpose()
    }

    /// Forgets the address that a user wanted: its link proves nothing from now on. False where
    /// there was none.
    pub async fn end_address_change(&self, user: UserId) -> Result<bool> {
        let ended = write!(self, |db| {
            sqlx::query(END).bind(user.0).execute(db).await.map(|done| done.rows_affected())
        })?;
        Ok(ended > 0)
    }

    /// Moves a user to the address that their link proves, in one transaction: the link is used
    /// up, the former address is kept for its owner, all other sessions end.
    pub async fn save_address(&self, moved: &AddressMove, now: DateTime<Utc>) -> Result<Moved> {
        const TAKE: &str = "delete from address_changes
            where token_hash = $1 and user_id = $2 and expires_at > $3 returning email";
        const KEEP: &str = "insert into former_addresses
                (token_hash, user_id, email, email_key, created_at, expires_at)
            select $1, id, email, email_key, $3, $4 from users where id = $2";
        const END_OTHERS: &str = "delete from sessions where user_id = $1 and id <> $2";
        Ok(transact!(self, |tx| {
            let taken: Option<String> = sqlx::query_scalar(TAKE)
                .bind(&moved.token_hash[..])
                .bind(moved.user.0)
                .bind(now)
                .fetch_optional(&mut *tx)
                .await?;
            let Some(email) = taken else { return Ok(Moved::UnknownLink) };
            let email = email_of("address_changes", &email)?;
            // Before the address changes: this mail and this row are about the one of now.
            add_mail!(self, tx, &moved.mail, now);
            sqlx::query(KEEP)
                .bind(&moved.former_token_hash[..])
                .bind(moved.user.0)
                .bind(now)
                .bind(moved.former_expires_at)
                .execute(&mut *tx)
                .await?;
            let done = sqlx::query(MOVE)
                .bind(moved.user.0)
                .bind(email.as_str())
                .bind(email.key())
                .bind(now)
                .execute(&mut *tx)
                .await?;
            if done.rows_affected() == 0 {
                return Ok(Moved::Taken);
            }
            sqlx::query(END_OTHERS)
                .bind(moved.user.0)
                .bind(moved.session.0)
                .execute(&mut *tx)
                .await?;
            add_event!(tx, &moved.entry, moved.user, EventKind::AddressChanged, None, now);
            Moved::Done
        }))
    }

    /// The former address that a link takes back, and whose it was.
    pub async fn find_former_address(
        &self,
        token_hash: &[u8; 32],
        now: DateTime<Utc>,
    ) -> Result<Option<(UserId, Email)>> {
        const SQL: &str = "select user_id, email from former_addresses
            where token_hash = $1 and expires_at > $2";
        let row: Option<(Uuid, String)> = read!(self, |db| {
            sqlx::query_as(SQL).bind(&token_hash[..]).bind(now).fetch_optional(db).await
        })?;
        row.map(|(user, email)| Ok((UserId(user), email_of("former_addresses", &email)?)))
            .transpose()
    }

    /// Gives a former address back, in one transaction: with a new password, without any session
    /// or wish of who used the account meanwhile, and without their way back.
    ///
    /// The links of still earlier addresses stay: who took an account over in two steps must not
    /// shut its owner out by undoing the second one.
    pub async fn restore_address(
        &self,
        returned: &AddressReturn,
        now: DateTime<Utc>,
    ) -> Result<Moved> {
        const TAKE: &str = "delete from former_addresses
            where token_hash = $1 and user_id = $2 and expires_at > $3
            returning email, created_at";
        const PASSWORD: &str = "update users set password_hash = $2 where id = $1";
        const DROP_LATER: &str =
            "delete from former_addresses where user_id = $1 and created_at >= $2";
        const END_SESSIONS: &str = "delete from sessions where user_id = $1";
        // Whoever took the account over may have given themselves a key to it.
        const END_TOKENS: &str = "delete from api_tokens where user_id = $1";
        Ok(transact!(self, |tx| {
            let taken: Option<(String, DateTime<Utc>)> = sqlx::query_as(TAKE)
                .bind(&returned.token_hash[..])
                .bind(returned.user.0)
                .bind(now)
                .fetch_optional(&mut *tx)
                .await?;
            let Some((email, since)) = taken else { return Ok(Moved::UnknownLink) };
            let (user, email) = (returned.user, email_of("former_addresses", &email)?);
            let done = sqlx::query(MOVE)
                .bind(user.0)
                .bind(email.as_str())
                .bind(email.key())
                .bind(now)
                .execute(&mut *tx)
                .await?;
            if done.rows_affected() == 0 {
                return Ok(Moved::Taken);
            }
            sqlx::query(PASSWORD)
                .bind(user.0)
                .bind(&returned.password_hash)
                .execute(&mut *tx)
                .await?;
            sqlx::query(DROP_LATER).bind(user.0).bind(since).execute(&mut *tx).await?;
            sqlx::query(END).bind(user.0).execute(&mut *tx).await?;
            sqlx::query(END_SESSIONS).bind(user.0).execute(&mut *tx).await?;
            sqlx::query(END_TOKENS).bind(user.0).execute(&mut *tx).await?;
            add_mail!(self, tx, &returned.mail, now);
            add_event!(tx, &returned.entry, user, EventKind::AddressRestored, None, now);
            Moved::Done
        }))
    }

    /// Forgets links that are over, and with them whose the address was.
    pub async fn purge_addresses(&self, now: DateTime<Utc>) -> Result<u64> {
        const CHANGES: &str = "delete from address_changes where expires_at <= $1";
        const FORMER: &str = "delete from former_addresses where expires_at <= $1";
        let mut purged = 0;
        for sql in [CHANGES, FORMER] {
            purged += write!(self, |db| {
                sqlx::query(sql).bind(now).execute(db).await.map(|done| done.rows_affected())
            })?;
        }
        Ok(purged)
    }
}

const END: &str = "delete from address_changes where user_id = $1";

fn email_of(table: &'static str, text: &str) -> Result<Email> {
    Email::parse(text).map_err(|_| Error::bad_row(table, "email"))
}
