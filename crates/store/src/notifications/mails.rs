//! The site's mail: kept with what it reports until its job has sent it, then a receipt.
//!
//! Its language is the reader's, and its address the one they have while it is queued: mail about
//! a change of address goes where it went before.

use chrono::{DateTime, Utc};
use model::{Email, Field, Locale, MailId, MailKind, Profile, UserId};
use uuid::Uuid;
use vault::Sealed;

use crate::engine::Store;
use crate::error::{Error, Result};

/// A mail to be queued.
#[derive(Clone, Debug)]
pub struct QueuedMail {
    /// Its id, which is also what its parameters are sealed for.
    pub id: MailId,
    pub kind: MailKind,
    /// Whose language it is in, and whose sign-in address it goes to.
    pub user: UserId,
    /// Where it goes instead.
    pub to: Option<Email>,
    /// What it says in particular, such as a link that is a secret.
    pub parameters: Option<Sealed>,
}

/// A mail to be sent.
#[derive(Clone, Debug)]
pub struct PendingMail {
    /// The row, which is also what the parameters are sealed for.
    pub id: MailId,
    pub kind: MailKind,
    pub locale: Locale,
    pub to: Email,
    /// What it says in particular.
    pub parameters: Option<Sealed>,
    /// When it was queued.
    pub created_at: DateTime<Utc>,
    /// From when on nobody is helped by it.
    pub useless_at: DateTime<Utc>,
}

/// `due_at` is for nodes of the version before: they leave it to the queue.
pub(crate) const ADD: &str = "insert into mails
        (id, user_id, kind, locale, recipient, parameters, due_at, useless_at, created_at)
    select $1, u.id, $3, $4, coalesce($5, u.email), $6, $8, $8, $7 from users u where u.id = $2";
/// What has not left yet and says what is no longer so; its job goes with it.
pub(crate) const DROP: &str =
    "delete from mails where user_id = $1 and kind = $2 and recipient is not null";

/// Queues a mail inside a running transaction of either engine.
macro_rules! add_mail {
    ($store:ident, $tx:ident, $mail:expr, $now:expr) => {{
        let mail: &$crate::notifications::mails::QueuedMail = $mail;
        let layers = $store.dialect(
            $crate::profile::fields::LAYERS_OF_SQLITE,
            $crate::profile::fields::LAYERS_OF_POSTGRES,
        );
        let rows = sqlx::query_as(layers).bind(mail.user.0).fetch_all(&mut *$tx).await?;
        let locale =
            $crate::notifications::mails::language_of(&$crate::profile::fields::profile_of(rows)?);
        let added = sqlx::query($crate::notifications::mails::ADD)
            .bind(mail.id.0)
            .bind(mail.user.0)
            .bind(mail.kind.as_str())
            .bind(locale.tag())
            .bind(mail.to.as_ref().map(model::Email::as_str))
            .bind(mail.parameters.as_ref().map(vault::Sealed::as_bytes))
            .bind($now)
            .bind($now + mail.kind.lifetime())
            .execute(&mut *$tx)
            .await?;
        if added.rows_affected() == 1 {
            let job = model::Job::SendMail(mail.id);
            $crate::jobs::queue::enqueue!($tx, job, $now, None, $now);
        }
    }};
}
pub(crate) use add_mail;

impl QueuedMail {
    /// The mail about an event: the event says all of it, and lends it its id.
    pub(crate) fn about(event_id: Uuid, kind: MailKind, user: UserId) -> QueuedMail {
        QueuedMail { id: MailId(event_id), kind, user, to: None, parameters: None }
    }
}

/// The language that somebody is written to in: their profile's, where we speak it.
pub(crate) fn language_of(profile: &Profile) -> Locale {
    profile.get(Field::Language).and_then(Locale::from_tag).unwrap_or_default()
}

#[derive(sqlx_macros::FromRow)]
struct Row {
    id: Uuid,
    kind: String,
    locale: String,
    recipient: String,
    parameters: Option<Vec<u8>>,
    created_at: DateTime<Utc>,
    useless_at: DateTime<Utc>,
}

impl TryFrom<Row> for PendingMail {
    type Error = Error;

    fn try_from(row: Row) -> Result<PendingMail> {
        let bad = |column| Error::bad_row("mails", column);
        Ok(PendingMail {
            id: MailId(row.id),
            kind: MailKind::parse(&row.kind).ok_or_else(|| bad("kind"))?,
            locale: Locale::from_tag(&row.locale).ok_or_else(|| bad("locale"))?,
            to: Email::parse(&row.recipient).map_err(|_| bad("recipient"))?,
            parameters: row.parameters.map(Sealed::from_bytes),
            created_at: row.created_at,
            useless_at: row.useless_at,
        })
    }
}

impl Store {
    /// A mail that has yet to leave. None once it has, or was given up.
    pub async fn find_waiting_mail(&self, id: MailId) -> Result<Option<PendingMail>> {
        const SQL: &str = "select id, kind, locale, recipient, parameters, created_at, useless_at
            from mails where id = $1 and recipient is not null";
        let row: Option<Row> =
            read!(self, |db| sqlx::query_as(SQL).bind(id.0).fetch_optional(db).await)?;
        row.map(PendingMail::try_from).transpose()
    }

    /// The mail has left: whom it was for and what it said is forgotten, the receipt stays.
    pub async fn save_mail_sent(&self, id: MailId, now: DateTime<Utc>) -> Result<()> {
        const SQL: &str = "update mails set sent_at = $2, recipient = null, parameters = null
            where id = $1 and recipient is not null";
        write!(self, |db| sqlx::query(SQL).bind(id.0).bind(now).execute(db).await.map(drop))?;
        Ok(())
    }

    /// The mail will never leave: it is forgotten like one that has.
    pub async fn save_mail_given_up(&self, id: MailId, now: DateTime<Utc>) -> Result<()> {
        const SQL: &str = "update mails set given_up_at = $2, recipient = null, parameters = null
            where id = $1 and recipient is not null";
        write!(self, |db| sqlx::query(SQL).bind(id.0).bind(now).execute(db).await.map(drop))?;
        Ok(())
    }

    /// Forgets the receipts of mail that was queued before a moment.
    pub async fn purge_mails(&self, before: DateTime<Utc>) -> Result<u64> {
        const SQL: &str = "delete from mails where created_at < $1 and recipient is null";
        let purged = write!(self, |db| {
            sqlx::query(SQL).bind(before).execute(db).await.map(|done| done.rows_affected())
        })?;
        Ok(purged)
    }
}
