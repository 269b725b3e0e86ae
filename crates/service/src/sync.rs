//! sync: fetch what Google has, compare, record once.

use chrono::TimeDelta;
use futures::StreamExt;
use google::Userinfo;
use model::outcomes::{Call, Decision, Ending, decide};
use model::{Field, GoogleValues, Status, SyncFailure, SyncId, SyncReport, Trigger, UserId};
use store::{Avatar, Grant, Received, SyncRecord, SyncStored};

use crate::gmail::next_sync_after;
use crate::renew::{Fresh, Tried};
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
        let failures = grant.failures;
        let fetched = self.fetch(grant).await?;
        let now = self.clock.now();
        let setback = match fetched {
            Ok(received) => match self.store.save_sync(&record, &received, now).await? {
                SyncStored::Changed(changes) => return Ok(Ok(SyncReport::done(changes))),
                SyncStored::Gone => return Ok(Err(NotConnected)),
            },
            Err(setback) => setback,
        };
        record.next_sync_at = setback.retry_at(failures, now)?;
        self.store.save_failed_sync(&record, setback.failure, now).await?;
        Ok(Ok(SyncReport::failed(setback.failure)))
    }

    /// Asks Google for everything that the grant covers.
    async fn fetch(&self, grant: Grant) -> Result<Tried<Received>> {
        let fresh = match self.fresh_access(grant).await? {
            Ok(fresh) => fresh,
            Err(setback) => return Ok(Err(setback)),
        };
        let (fresh, userinfo) = match self.userinfo(fresh).await? {
            Ok(answer) => answer,
            Err(setback) => return Ok(Err(setback)),
        };
        let extras = self.extras(&fresh).await;
        let avatar = self.avatar_of(userinfo.picture.as_deref()).await;
        let mut languages = userinfo.locale.into_iter().chain(extras.languages());
        let language = languages.find(|tag| Field::is_language(tag));
        let picture = avatar.as_ref().map(|avatar| avatar.hash.clone());
        Ok(Ok(Received {
            values: GoogleValues::received([
                (Field::FirstName, userinfo.given_name),
                (Field::LastName, userinfo.family_name),
                (Field::DisplayName, userinfo.name),
                (Field::Email, userinfo.email.clone()),
                (Field::Avatar, picture),
                (Field::Language, language),
                (Field::Timezone, extras.timezone()),
            ]),
            email: userinfo.email,
            email_verified: userinfo.email_verified,
            avatar,
            mailbox: extras.mailbox,
        }))
    }

    /// Userinfo, with one refresh and one more try after a 401 (GOOGLE.md 6).
    async fn userinfo(&self, fresh: Fresh) -> Result<Tried<(Fresh, Userinfo)>> {
        match self.ask_userinfo(&fresh).await {
            Ok(userinfo) => return Ok(Ok((fresh, userinfo))),
            Err(error) if decide(Call::Userinfo, error.ending()) == Decision::RefreshOnce => {}
            Err(error) => return Ok(Err(self.setback(&error).await)),
        }
        let fresh = match self.renew(fresh.grant).await? {
            Ok(fresh) => fresh,
            Err(setback) => return Ok(Err(setback)),
        };
        match self.ask_userinfo(&fresh).await {
            Ok(userinfo) => Ok(Ok((fresh, userinfo))),
            Err(google::Error::Unauthorized) => {
                Ok(Err(self.ended(&fresh.grant, Ending::UnauthorizedAgain).await?))
            }
            Err(error) => Ok(Err(self.setback(&error).await)),
        }
    }

    async fn ask_userinfo(&self, fresh: &Fresh) -> std::result::Result<Userinfo, google::Error> {
        self.google.userinfo(&fresh.access, &fresh.grant.subject, self.clock.now()).await
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
