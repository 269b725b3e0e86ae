//! sync: begin, token, Google, picture, save: the steps of a run, recorded once.

use chrono::{DateTime, TimeDelta, Utc};
use google::Userinfo;
use model::connections::call_result::{Call, CallResult, Decision, decide};
use model::{
    Cause, ConnectionId, Field, GoogleValues, Status, Step, SyncFailure, SyncReport, Trigger,
    UserId, backoff,
};
use serde_json::json;
use store::{Avatar, Grant, ReceivedProfile, SyncRecord, SyncStored, Unchanged};

use crate::error::{Error, Result};
use crate::grants::call_failure::CallFailure;
use crate::grants::refresh::AccessToken;
use crate::random;
use crate::sync::Syncs;
use crate::sync::optional_scopes::OptionalData;
use crate::sync::run::{ActiveRun, StopReason, SyncRefusal};
use crate::sync::watch::RunStatus;

/// How long the same answer is taken for the same without a closer look: a picture may become
/// another one under its old address.
const FULL_SYNC_INTERVAL: TimeDelta = TimeDelta::days(7);
/// How long a cancelled sync is left alone before the worker begins it again.
const CANCEL_COOLDOWN: TimeDelta = TimeDelta::minutes(10);

impl Syncs {
    /// Syncs a user's profile now and waits for the result, whatever it is; a sync that is under
    /// way is joined.
    pub async fn sync(
        &self,
        user: UserId,
        trigger: Trigger,
    ) -> Result<Result<SyncReport, SyncRefusal>> {
        // A run whose process died is taken over by whoever waited for it.
        for _ in 0..3 {
            let run = match self.start_sync(user, trigger).await? {
                Ok(started) => started.run,
                Err(SyncRefusal::NeedsReconnect) => {
                    // Already said, already shown.
                    return Ok(Ok(SyncReport::failed(SyncFailure::NeedsReconnect)));
                }
                Err(refusal) => return Ok(Err(refusal)),
            };
            match self.watch_run(user, run).end().await? {
                Some(RunStatus::Ended(report)) => return Ok(Ok(report)),
                Some(RunStatus::Lost | RunStatus::Running(_)) => {}
                None => return Ok(Err(SyncRefusal::NotConnected)),
            }
        }
        Err(Error::Contention)
    }

    /// The steps of a run. It may be stopped between them, and while Google is asked for what it
    /// would be asked for again; never while a token is refreshed: Google may have replaced the
    /// refresh token by then, and ours would be lost with the answer.
    pub(crate) async fn carry_out(
        &self,
        run: &ActiveRun,
        grant: Option<Grant>,
    ) -> Result<(), StopReason> {
        run.wait_for_turn(&self.asking).await?;
        let fresh = self.token(run, grant).await?;
        run.enter(Step::Google).await?;
        let (fresh, userinfo) = self.userinfo(run, fresh).await?;
        let extras = run.unless_stopped(self.extras(&fresh)).await?;
        let now = self.context.clock.now();
        let answer_hash = hash_of(&userinfo, &extras, run.record.connection, now);
        if self.is_unchanged(run, &fresh.grant, answer_hash).await {
            return Ok(());
        }
        run.enter(Step::Picture).await?;
        let avatar = run.unless_stopped(self.avatar_of(userinfo.picture.as_deref())).await?;
        run.make_room();
        run.enter(Step::Saving).await?;
        if fresh.grant.cause == Some(Cause::AccountDisabled) {
            // Google answers, so the account is open again, whether we were told or not.
            let next_sync_at = run.record.next_sync_at;
            self.context
                .store
                .resume_by_google(run.record.connection, Cause::AccountDisabled, next_sync_at)
                .await?;
        }
        let has_all = userinfo.picture.is_some() == avatar.is_some();
        let received = ReceivedProfile {
            answer_hash: has_all.then_some(answer_hash),
            ..received(userinfo, extras, avatar)
        };
        match self.context.store.save_sync(&run.record, &received, self.context.clock.now()).await?
        {
            SyncStored::Changed(_) => Ok(()),
            SyncStored::Gone => Err(StopReason::Lost),
            SyncStored::CancelAsked => Err(StopReason::Cancelled),
        }
    }

    /// Ends a run of the schedule to which Google answered what it answered last time. Who presses
    /// a button wants it looked at.
    async fn is_unchanged(&self, run: &ActiveRun, grant: &Grant, answer_hash: [u8; 32]) -> bool {
        if run.record.trigger != Trigger::Schedule
            || grant.cause.is_some()
            || grant.answer_hash.as_deref() != Some(&answer_hash[..])
        {
            return false;
        }
        run.make_room();
        let sync = Unchanged { record: run.record.clone(), answer_hash };
        self.batch_writer.save(&self.context.store, sync, self.context.clock.now()).await
    }

    /// Records how a run ended that stored nothing, and what its end says of Google.
    pub(crate) async fn conclude(
        &self,
        run: &ActiveRun,
        done: Result<(), StopReason>,
    ) -> Result<()> {
        let (record, now) = (&run.record, self.context.clock.now());
        let call_failure = match done {
            Ok(()) => {
                self.note_answer(record).await;
                return Ok(());
            }
            Err(StopReason::Lost) => return Ok(()),
            Err(StopReason::Released) => {
                return Ok(self.context.store.release_run(record.id, now).await?);
            }
            Err(StopReason::Cancelled) => {
                self.context.store.save_cancelled_sync(record, now + CANCEL_COOLDOWN, now).await?;
                return Ok(());
            }
            Err(StopReason::Failed(call_failure)) => call_failure,
            Err(StopReason::Internal(error)) => {
                tracing::error!(run = %record.id, %error, "sync failed with an internal error");
                CallFailure::from(SyncFailure::Internal)
            }
        };
        if call_failure.is_outage {
            self.note_outage(record.id).await;
        }
        let grant = self.context.store.find_grant(record.user).await?;
        let failures = grant.as_ref().map_or(0, |grant| grant.failures);
        let mut next_sync_at = call_failure.retry_at(failures, now)?;
        if call_failure.retry_after.is_none() {
            let synced_at = grant.and_then(|grant| grant.synced_at);
            next_sync_at = self.schedule.intervals.retry(next_sync_at, synced_at, now);
        }
        let record = SyncRecord { next_sync_at, ..record.clone() };
        Ok(self.context.store.save_failed_sync(&record, call_failure.failure, now).await?)
    }

    /// A token that lives: read now, or with the claim, since a run before this one may have
    /// refreshed it.
    async fn token(
        &self,
        run: &ActiveRun,
        grant: Option<Grant>,
    ) -> Result<AccessToken, StopReason> {
        let grant = match grant {
            Some(grant) => Some(grant),
            None => self.context.store.find_grant(run.record.user).await?,
        };
        let is_same = |grant: &Grant| grant.connection == run.record.connection;
        let grant = grant.filter(is_same).ok_or(StopReason::Lost)?;
        if grant.status == Status::NeedsReconnect {
            return Err(CallFailure::from(SyncFailure::NeedsReconnect).into());
        }
        Ok(self.grants.fresh_access(grant).await??)
    }

    /// Userinfo, with one refresh and one more try after a 401 (docs/google-facts.md 6).
    async fn userinfo(
        &self,
        run: &ActiveRun,
        fresh: AccessToken,
    ) -> Result<(AccessToken, Userinfo), StopReason> {
        match run.unless_stopped(self.ask_userinfo(&fresh)).await? {
            Ok(userinfo) => return Ok((fresh, userinfo)),
            Err(error) if decide(Call::Userinfo, error.call_result()) == Decision::RefreshOnce => {}
            Err(error) => return Err(self.alerts.call_failure(&error).await.into()),
        }
        let fresh = self.grants.renew(fresh.grant).await??;
        match run.unless_stopped(self.ask_userinfo(&fresh)).await? {
            Ok(userinfo) => Ok((fresh, userinfo)),
            Err(google::Error::Unauthorized) => {
                Err(self.grants.ended(&fresh.grant, CallResult::UnauthorizedAgain).await?.into())
            }
            Err(error) => Err(self.alerts.call_failure(&error).await.into()),
        }
    }

    async fn ask_userinfo(
        &self,
        fresh: &AccessToken,
    ) -> std::result::Result<Userinfo, google::Error> {
        self.context
            .google
            .userinfo(&fresh.access, &fresh.grant.subject, self.context.clock.now())
            .await
    }

    /// The picture, drawn anew, as bytes that we serve ourselves. Its absence never fails a sync.
    async fn avatar_of(&self, address: Option<&str>) -> Option<Avatar> {
        let picture = self
            .context
            .google
            .picture(address?)
            .await
            .inspect_err(|error| tracing::warn!(%error, "fetching the picture failed"))
            .ok()?;
        let portrait = self.image_worker.reencode(picture.bytes).await?;
        Some(Avatar {
            hash: portrait.hash,
            media_type: portrait.media_type.to_owned(),
            bytes: portrait.bytes,
        })
    }
}

/// By what an answer of Google's is known again. Differs once a week, at each connection's own
/// moment, so that everything is looked at then.
fn hash_of(
    userinfo: &Userinfo,
    extras: &OptionalData,
    connection: ConnectionId,
    now: DateTime<Utc>,
) -> [u8; 32] {
    let moment = now + backoff::stable_jitter(connection, FULL_SYNC_INTERVAL);
    let week = moment.timestamp() / FULL_SYNC_INTERVAL.num_seconds();
    let languages: Vec<_> = extras.languages().collect();
    let answer = json!([
        week,
        userinfo.name,
        userinfo.given_name,
        userinfo.family_name,
        userinfo.picture,
        userinfo.email,
        userinfo.email_verified,
        userinfo.locale,
        extras.mailbox,
        extras.timezone(),
        languages,
    ]);
    random::sha256(&answer.to_string())
}

/// What Google sent, as fields of the profile.
fn received(userinfo: Userinfo, extras: OptionalData, avatar: Option<Avatar>) -> ReceivedProfile {
    let mut languages = userinfo.locale.into_iter().chain(extras.languages());
    let language = languages.find(|tag| Field::is_language(tag));
    let picture = avatar.as_ref().map(|avatar| avatar.hash.clone());
    ReceivedProfile {
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
        answer_hash: None,
    }
}
