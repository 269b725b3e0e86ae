//! Links between users and Google accounts: made once, remade over the same account, unmade whole.

use chrono::{DateTime, Utc};
use model::{Cause, ConnectionId, EventKind, Identity, MailKind, ScopeSet, Status, UserId};
use uuid::Uuid;
use vault::Sealed;

use crate::accounts::moderation::{HOLD_OPEN, IS_OPEN};
use crate::api_access::idempotency::FORGET_ANSWERS;
use crate::connections::status::{LINK_AGAIN, LINK_FIRST};
use crate::engine::Store;
use crate::error::Result;
use crate::grants::revocations::{NewRevocation, add_revocation};
use crate::grants::tokens::RefreshMarks;
use crate::history::events::{NewHistoryEvent, add_event};
use crate::notifications::mails::{self, QueuedMail, add_mail};

/// A connection to be made, its tokens sealed for the row `id`.
#[derive(Clone, Debug)]
pub struct Link {
    /// The connection's id: the one the user has, or a new one.
    pub id: ConnectionId,
    pub user: UserId,
    pub identity: Identity,
    /// SHA-256 of the subject.
    pub subject_hash: [u8; 32],
    /// Whether a disconnection is taken back.
    pub is_return: bool,
    /// What the connection can do from now on.
    pub status: Status,
    /// Why it needs the user, if it does.
    pub cause: Option<Cause>,
    pub granted: ScopeSet,
    /// The access token.
    pub access: Sealed,
    /// When Google stops accepting it.
    pub access_expires_at: DateTime<Utc>,
    /// The refresh token, if one came.
    pub refresh: Option<Sealed>,
    pub marks: Option<RefreshMarks>,
    /// Whether a refresh token that we hold is still good where none came.
    pub keeps_refresh: bool,
    /// When the refresh token ends, where Google says so.
    pub refresh_expires_at: Option<DateTime<Utc>>,
    /// When the worker should sync it, unless somebody did before.
    pub next_sync_at: DateTime<Utc>,
    /// The id of the event that records it.
    pub entry: NewHistoryEvent,
}

/// What became of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Linked {
    /// The user has their first connection.
    New,
    /// The user's connection to this very account has fresh tokens.
    Again,
    /// Nothing was stored: another user here has this Google account.
    TakenByAnother,
    /// Nothing was stored: this user is connected to another Google account.
    OtherAccount,
    /// Nothing was stored: the user is shut out, or there is none any more.
    Closed,
    /// Nothing was stored: the connection was made under this id in between. Seal for it and link
    /// again.
    UnderOtherId(ConnectionId),
}

/// What became of an unlinking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unlinked {
    /// Connection, grant and everything that came from Google are gone.
    Done,
    NotConnected,
    /// The tokens were written since they were read. Read them and unlink again.
    Changed,
}

impl Store {
    /// Links a user to a Google account in one transaction: connection, grant, event, mail.
    ///
    /// Whatever access to this account was still to be revoked is not any more: Google revokes per
    /// account (docs/google-facts.md 1.7), and would end the new grant with the old.
    pub async fn link(&self, link: &Link, now: DateTime<Utc>) -> Result<Linked> {
        const FIND: &str = "select id, subject from connections where user_id = $1";
        const GRANT: &str = "insert into grants as g (connection_id, granted_scopes, access_token,
                access_expires_at, refresh_token, refresh_expires_at, refresh_prefix_mark,
                refresh_hash_mark, consented_at, used_at, generation)
            values ($1, $2, $3, $4, $5, $6, $9, $10, $8, $8, 1)
            on conflict (connection_id) do update set
                granted_scopes = excluded.granted_scopes,
                access_token = excluded.access_token,
                access_expires_at = excluded.access_expires_at,
                refresh_token = case when $7 then coalesce(excluded.refresh_token, g.refresh_token)
                    else excluded.refresh_token end,
                refresh_expires_at = case when $7 and excluded.refresh_token is null
                    then g.refresh_expires_at else excluded.refresh_expires_at end,
                refresh_prefix_mark = case when $7 and excluded.refresh_token is null
                    then g.refresh_prefix_mark else excluded.refresh_prefix_mark end,
                refresh_hash_mark = case when $7 and excluded.refresh_token is null
                    then g.refresh_hash_mark else excluded.refresh_hash_mark end,
                consented_at = case when $7 and excluded.refresh_token is null
                    then g.consented_at else excluded.consented_at end,
                used_at = case when $7 and excluded.refresh_token is null
                    then g.used_at else excluded.used_at end,
                newer_tokens = case when $7 and excluded.refresh_token is null
                    then g.newer_tokens else 0 end,
                is_answer_lost = $7 and excluded.refresh_token is null and g.is_answer_lost,
                refresh_fence = case when $7 and excluded.refresh_token is null
                    then g.refresh_fence else g.refresh_fence + 1 end,
                refreshing_until = case when $7 and excluded.refresh_token is null
                    then g.refreshing_until else null end,
                refresh_failure = null,
                generation = g.generation + 1";
        const UNDO_WINDOW: &str =
            "delete from revocations where subject_hash = $1 and done_at is null";
        let identity = &link.identity;
        let hold = self.dialect(IS_OPEN, HOLD_OPEN);
        Ok(transact!(self, |tx| {
            let is_open: Option<bool> =
                sqlx::query_scalar(hold).bind(link.user.0).fetch_optional(&mut *tx).await?;
            if is_open != Some(true) {
                return Ok(Linked::Closed);
            }
            let added = sqlx::query(LINK_FIRST)
                .bind(link.id.0)
                .bind(link.user.0)
                .bind(identity.subject.as_str())
                .bind(identity.email.as_deref())
                .bind(identity.email_verified)
                .bind(identity.hosted_domain.as_deref())
                .bind(link.status.as_str())
                .bind(link.cause.map(Cause::as_str))
                .bind(now)
                .bind(link.next_sync_at)
                .execute(&mut *tx)
                .await?
                .rows_affected();
            let linked = if added == 1 {
                Linked::New
            } else {
                let held: Option<(Uuid, String)> =
                    sqlx::query_as(FIND).bind(link.user.0).fetch_optional(&mut *tx).await?;
                match held {
                    None => return Ok(Linked::TakenByAnother),
                    Some((_, subject)) if subject != identity.subject.as_str() => {
                        return Ok(Linked::OtherAccount);
                    }
                    Some((id, _)) if id != link.id.0 => {
                        return Ok(Linked::UnderOtherId(ConnectionId(id)));
                    }
                    Some(_) => {}
                }
                sqlx::query(LINK_AGAIN)
                    .bind(link.id.0)
                    .bind(identity.email.as_deref())
                    .bind(identity.email_verified)
                    .bind(identity.hosted_domain.as_deref())
                    .bind(link.status.as_str())
                    .bind(link.cause.map(Cause::as_str))
                    .bind(link.next_sync_at)
                    .execute(&mut *tx)
                    .await?;
                Linked::Again
            };
            sqlx::query(GRANT)
                .bind(link.id.0)
                .bind(link.granted.to_string())
                .bind(link.access.as_bytes())
                .bind(link.access_expires_at)
                .bind(link.refresh.as_ref().map(Sealed::as_bytes))
                .bind(link.refresh_expires_at)
                .bind(link.keeps_refresh)
                .bind(now)
                .bind(link.marks.as_ref().map(|marks| &marks.prefix[..]))
                .bind(link.marks.as_ref().map(|marks| &marks.hash[..]))
                .execute(&mut *tx)
                .await?;
            sqlx::query(UNDO_WINDOW).bind(&link.subject_hash[..]).execute(&mut *tx).await?;
            let kind = match linked {
                _ if link.is_return => EventKind::Restored,
                Linked::New => EventKind::Linked,
                _ => EventKind::Relinked,
            };
            add_event!(tx, &link.entry, link.user, kind, None, now);
            if link.status == Status::Active {
                // Whatever the user was to be told of the connection's trouble, it is over.
                sqlx::query(mails::DROP)
                    .bind(link.user.0)
                    .bind(MailKind::NeedsReconnect.as_str())
                    .execute(&mut *tx)
                    .await?;
                let mail = QueuedMail::about(link.entry.id, MailKind::Connected, link.user);
                add_mail!(self, tx, &mail, now);
            }
            linked
        }))
    }

    /// Whether any user here is connected to this Google account.
    pub async fn is_subject_linked(&self, subject: &model::Subject) -> Result<bool> {
        const SQL: &str = "select count(*) from connections where subject = $1";
        let linked: i64 = read!(self, |db| {
            sqlx::query_scalar(SQL).bind(subject.as_str()).fetch_one(db).await
        })?;
        Ok(linked > 0)
    }

    /// Unlinks in one transaction: connection, grant and everything from Google go, answers kept
    /// for repeated requests with it, the token moves to the revocations, the event stays.
    ///
    /// The token is sealed anew for its row there, hence the generation: it must be the token
    /// that is in the grant now.
    pub async fn unlink(
        &self,
        user: UserId,
        connection: ConnectionId,
        generation: i64,
        revocation: Option<&NewRevocation>,
        entry: &NewHistoryEvent,
        now: DateTime<Utc>,
    ) -> Result<Unlinked> {
        // The connection is written before the grant, as everywhere, so that no two transactions
        // wait for each other. Only a delete of the grant itself waits for a token being written
        // and then sees it; a condition on the grant, in a delete of the connection, would not.
        const HOLD: &str =
            "update connections set claimed_until = null where id = $1 and user_id = $2";
        const REMOVE_GRANT: &str =
            "delete from grants where connection_id = $1 and generation = $2";
        const REMOVE: &str = "delete from connections where id = $1";
        Ok(transact!(self, |tx| {
            let held = sqlx::query(HOLD).bind(connection.0).bind(user.0).execute(&mut *tx).await?;
            if held.rows_affected() == 0 {
                return Ok(Unlinked::NotConnected);
            }
            let removed = sqlx::query(REMOVE_GRANT)
                .bind(connection.0)
                .bind(generation)
                .execute(&mut *tx)
                .await?;
            if removed.rows_affected() == 0 {
                return Ok(Unlinked::Changed);
            }
            let is_open: Option<bool> =
                sqlx::query_scalar(IS_OPEN).bind(user.0).fetch_optional(&mut *tx).await?;
            // Whoever is shut out could not look after it, as the mail asks.
            if is_open == Some(true) {
                // Before what Google said of the user's language goes, too.
                let mail = QueuedMail::about(entry.id, MailKind::Disconnected, user);
                add_mail!(self, tx, &mail, now);
            }
            sqlx::query(REMOVE).bind(connection.0).execute(&mut *tx).await?;
            sqlx::query(FORGET_ANSWERS).bind(user.0).execute(&mut *tx).await?;
            if let Some(revocation) = revocation {
                add_revocation!(tx, user, revocation, now);
            }
            add_event!(tx, entry, user, EventKind::Unlinked, None, now);
            Unlinked::Done
        }))
    }
}
