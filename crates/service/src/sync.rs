//! sync: fetch what Google has, compare, record once.

use chrono::{DateTime, TimeDelta, Utc};
use futures::StreamExt;
use google::Userinfo;
use model::connection::Mailbox;
use model::{
    Cause, Field, GoogleValues, Scope, Status, SyncFailure, SyncId, SyncReport, Trigger, UserId,
};
use store::{Avatar, Grant, Received, SyncRecord, SyncStored};

use crate::gmail::next_sync_after;
use crate::renew::{Fresh, failure_of};
use crate::{Gmail, Result, random};

/// There is nothing to sync with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not connected")]
pub struct NotConnected;

/// Due syncs that run at once.
const AT_ONCE: usize = 8;
/// How long a claim holds before another process may take it over.
const LEASE: TimeDelta = TimeDelta::minutes(2);

impl Gmail {
    /// Syncs a user's profile now and records the result, whatever it is.
    pub async fn sync(
        &self,
        user: UserId,
        trigger: Trigger,
    ) -> Result<Result<SyncReport, NotConnected>> {
        let Some(grant) = self.store.find_grant(user).await? else { return Ok(Err(NotConnected)) };
        if grant.status == Status::NeedsReconnect {
            // Already said, already shown; Google is not asked again until the user agrees.
            return Ok(Ok(SyncReport::failed(SyncFailure::NeedsReconnect)));
        }
        let now = self.clock.now();
        let mut record = SyncRecord {
            id: SyncId(random::id(now)?),
            connection: grant.connection,
            user,
            trigger,
            started_at: now,
            next_sync_at: next_sync_after(now, grant.connection),
            event_id: random::id(now)?,
        };
        let fetched = self.fetch(grant).await?;
        let now = self.clock.now();
        let failure = match fetched {
            Ok(received) => match self.store.save_sync(&record, &received, now).await? {
                SyncStored::Changed(changes) => {
                    // Google answers, so the account is open again, whether we were told or not.
                    let (connection, next) = (record.connection, record.next_sync_at);
                    self.store.save_resumed(connection, Cause::AccountDisabled, next).await?;
                    return Ok(Ok(SyncReport::done(changes)));
                }
                SyncStored::Gone => return Ok(Err(NotConnected)),
            },
            Err(failure) => failure,
        };
        record.next_sync_at = retry_at(failure, now);
        self.store.save_failed_sync(&record, failure, now).await?;
        Ok(Ok(SyncReport::failed(failure)))
    }

    /// Asks Google for everything that the grant covers.
    async fn fetch(&self, grant: Grant) -> Result<Result<Received, SyncFailure>> {
        let fresh = match self.fresh_access(grant).await? {
            Ok(fresh) => fresh,
            Err(failure) => return Ok(Err(failure)),
        };
        let (fresh, userinfo) = match self.userinfo(fresh).await? {
            Ok(answer) => answer,
            Err(failure) => return Ok(Err(failure)),
        };
        let mailbox = self.mailbox(&fresh).await;
        let avatar = self.avatar_of(userinfo.picture.as_deref()).await;
        let languages = [
            userinfo.locale,
            mailbox.as_ref().and_then(|mailbox| mailbox.display_language.clone()),
        ];
        let language = languages.into_iter().flatten().find(|tag| Field::is_language(tag));
        let picture = avatar.as_ref().map(|avatar| avatar.hash.clone());
        Ok(Ok(Received {
            values: GoogleValues::received([
                (Field::FirstName, userinfo.given_name),
                (Field::LastName, userinfo.family_name),
                (Field::DisplayName, userinfo.name),
                (Field::Email, userinfo.email.clone()),
                (Field::Avatar, picture),
                (Field::Language, language),
            ]),
            email: userinfo.email,
            email_verified: userinfo.email_verified,
            avatar,
            mailbox,
        }))
    }

    /// Userinfo, with one refresh and one more try after a 401 (GOOGLE.md 6).
    async fn userinfo(&self, fresh: Fresh) -> Result<Result<(Fresh, Userinfo), SyncFailure>> {
        match self.ask_userinfo(&fresh).await {
            Ok(userinfo) => return Ok(Ok((fresh, userinfo))),
            Err(google::Error::Unauthorized) => {}
            Err(error) => return Ok(Err(failure_of(&error))),
        }
        let fresh = match self.renew(fresh.grant).await? {
            Ok(fresh) => fresh,
            Err(failure) => return Ok(Err(failure)),
        };
        match self.ask_userinfo(&fresh).await {
            Ok(userinfo) => Ok(Ok((fresh, userinfo))),
            Err(google::Error::Unauthorized) => self.give_up(&fresh.grant, Cause::GrantEnded).await,
            Err(error) => Ok(Err(failure_of(&error))),
        }
    }

    async fn ask_userinfo(&self, fresh: &Fresh) -> std::result::Result<Userinfo, google::Error> {
        self.google.userinfo(&fresh.access, &fresh.grant.subject, self.clock.now()).await
    }

    /// The mailbox's address, totals and language, where operator and user both want it. Its
    /// absence never fails a sync.
    async fn mailbox(&self, fresh: &Fresh) -> Option<Mailbox> {
        let scope = Scope::gmail_readonly();
        if !(self.asked.has(&scope) && fresh.grant.granted.has(&scope)) {
            return None;
        }
        self.google
            .mailbox(&fresh.access)
            .await
            .inspect_err(|error| tracing::warn!(%error, "the mailbox could not be read"))
            .ok()
    }

    /// The picture, drawn anew, as bytes that we serve ourselves. Its absence never fails a sync.
    async fn avatar_of(&self, address: Option<&str>) -> Option<Avatar> {
        let picture = self
            .google
            .picture(address?)
            .await
            .inspect_err(|error| tracing::warn!(%error, "the picture could not be fetched"))
            .ok()?;
        let portrait = self.portraits.draw(picture.bytes).await?;
        Some(Avatar {
            hash: portrait.hash,
            media_type: portrait.media_type.to_owned(),
            bytes: portrait.bytes,
        })
    }

    /// Runs syncs that are due, a few at a time, and says how many there were.
    pub async fn sync_due(&self) -> Result<usize> {
        let now = self.clock.now();
        let limit = i64::try_from(AT_ONCE * 4).unwrap_or(i64::MAX);
        let due = self.store.claim_due_syncs(now, now + LEASE, limit).await?;
        let count = due.len();
        futures::stream::iter(due)
            .for_each_concurrent(AT_ONCE, async |user| {
                if let Err(error) = self.sync(user, Trigger::Schedule).await {
                    tracing::error!(%user, %error, "a due sync could not be recorded");
                }
            })
            .await;
        Ok(count)
    }
}

/// When a failed sync is worth another try.
fn retry_at(failure: SyncFailure, now: DateTime<Utc>) -> DateTime<Utc> {
    now + match failure {
        SyncFailure::GoogleUnavailable | SyncFailure::RateLimited | SyncFailure::Internal => {
            TimeDelta::minutes(10)
        }
        SyncFailure::GoogleProtocol | SyncFailure::OperatorFault => TimeDelta::hours(1),
        // Not due again until the user has agreed; connecting makes it due at once.
        SyncFailure::NeedsReconnect => TimeDelta::days(1),
    }
}
