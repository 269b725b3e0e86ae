//! Tokens, opened and kept fresh: no call ever starts with a token about to expire.
//!
//! Who refreshes holds the lease in the grant's row; everybody else waits for what comes of it.
//! The refresh itself runs in a task of its own, so that a browser that leaves loses no token.

use std::time::Duration;

use chrono::TimeDelta;
use google::Refreshed;
use model::connections::call_result::{Call, CallResult, Decision, decide};
use model::connections::diagnosis::{Diagnosis, diagnose};
use model::{AlertKind, Cause, Status, SyncFailure, backoff};
use secrecy::{ExposeSecret, SecretString};
use store::{Grant, Lease, Renewal};
use vault::Sealed;

use crate::caller;
use crate::error::{Error, Result};
use crate::grants::Grants;
use crate::grants::call_failure::CallFailure;
use crate::sealing::{access_aad, refresh_aad};

/// How long a lease holds: longer than discovery and a refresh may take together, so that it only
/// ever ends under somebody who is not there any more.
const LEASE: TimeDelta = TimeDelta::seconds(30);
/// How long to wait for somebody else's refresh: until its lease has ended, and a little.
const REFRESH_WAIT: Duration = Duration::from_secs(35);
/// The first look after what the other one brought; each further one waits twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(5);
/// The longest wait between two looks.
const LONGEST_PAUSE: Duration = Duration::from_millis(200);
/// How often a new token is offered to a database that does not take it.
const STORE_ATTEMPTS: u32 = 5;

/// An open access token and the state of the grant that it belongs to.
pub(crate) struct AccessToken {
    pub(crate) access: SecretString,
    pub(crate) grant: Grant,
}

/// What a use of a grant came to, when the database did its part.
pub(crate) type Tried<T> = Result<T, CallFailure>;

impl Grants {
    /// An access token with at least a minute left, refreshed if need be.
    pub(crate) async fn fresh_access(&self, grant: Grant) -> Result<Tried<AccessToken>> {
        if self.context.clock.now()
            < backoff::refresh_from(grant.access_expires_at, grant.connection)
        {
            return self.open_access(grant).await;
        }
        let renewed = self.renew(grant.clone()).await?;
        let Err(CallFailure { failure, .. }) = renewed else { return Ok(renewed) };
        // Early by minutes: an outage that is over before they are costs nothing.
        let is_good = grant.access_expires_at - backoff::MARGIN > self.context.clock.now();
        if is_good && failure != SyncFailure::NeedsReconnect {
            return self.open_access(grant).await;
        }
        Ok(renewed)
    }

    /// Refreshes the tokens of `asked`, whatever their age, or waits for whoever does.
    pub(crate) async fn renew(&self, asked: Grant) -> Result<Tried<AccessToken>> {
        let _turn = self.refresh_locks.turn(asked.connection).await;
        let mut asked = asked;
        let (mut waited, mut pause) = (Duration::ZERO, FIRST_PAUSE);
        loop {
            let Some(grant) = self.context.store.find_grant(asked.user).await? else {
                return Ok(Err(SyncFailure::NeedsReconnect.into()));
            };
            if grant.status == Status::NeedsReconnect {
                return Ok(Err(SyncFailure::NeedsReconnect.into()));
            }
            if is_newer(&grant, &asked) {
                if grant.access_expires_at - backoff::MARGIN > self.context.clock.now() {
                    return self.open_access(grant).await;
                }
                asked = grant.clone();
            }
            if let Some(failure) = failed_meanwhile(&grant, &asked) {
                return Ok(Err(failure.into()));
            }
            if grant.refresh.is_none() {
                return self.give_up(&grant, Cause::NoRefreshToken).await;
            }
            let now = self.context.clock.now();
            let lease = self
                .context
                .store
                .claim_refresh(grant.connection, grant.generation, now, now + LEASE)
                .await?;
            if let Some(lease) = lease {
                return self.refresh_apart(grant, lease).await;
            }
            if waited > REFRESH_WAIT {
                return Ok(Err(SyncFailure::GoogleUnavailable.into()));
            }
            tokio::time::sleep(pause).await;
            waited += pause;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Refreshes in a task that nobody can cancel: Google may have ended the old token already
    /// when the one who asked goes away.
    async fn refresh_apart(&self, grant: Grant, lease: Lease) -> Result<Tried<AccessToken>> {
        let gmail = self.clone();
        let refreshing = tokio::spawn(async move { gmail.refresh(grant, lease).await });
        refreshing.await.map_err(|_| Error::Interrupted)?
    }

    async fn refresh(&self, grant: Grant, lease: Lease) -> Result<Tried<AccessToken>> {
        let grant = Grant { is_answer_lost: lease.is_answer_lost, ..grant };
        let row = grant.connection.to_string();
        let sealed = grant.refresh.as_ref().ok_or(Error::Corrupt("refresh token"))?;
        let refresh = match self.context.keys.open(sealed, refresh_aad(&row)) {
            Ok(token) => token,
            Err(error) => {
                let failure = Some(SyncFailure::OperatorFault);
                self.context
                    .store
                    .save_failed_refresh(grant.connection, lease, failure, false)
                    .await?;
                return self.unreadable(&grant, &error).await;
            }
        };
        match self.context.google.refresh(&refresh, self.context.clock.now()).await {
            Ok(refreshed) => self.keep(grant, lease, &refresh, refreshed).await,
            Err(error) => self.refused(grant, lease, &error).await,
        }
    }

    /// Stores what a refresh brought, before anything uses it.
    async fn keep(
        &self,
        mut grant: Grant,
        lease: Lease,
        used: &SecretString,
        refreshed: Refreshed,
    ) -> Result<Tried<AccessToken>> {
        let row = grant.connection.to_string();
        let seal_refresh = |token: &SecretString| -> Result<Sealed> {
            Ok(self.context.keys.seal(token.expose_secret(), refresh_aad(&row))?)
        };
        let mut renewal = Renewal {
            connection: grant.connection,
            generation: grant.generation,
            fence: lease.fence,
            renewed_at: self.context.clock.now(),
            access: self.context.keys.seal(refreshed.access.expose_secret(), access_aad(&row))?,
            access_expires_at: refreshed.access_expires_at,
            refresh: refreshed.refresh.as_ref().map(seal_refresh).transpose()?,
            marks: Some(self.marks_of(refreshed.refresh.as_ref().unwrap_or(used))),
            refresh_expires_at: refreshed.refresh_expires_at,
            granted: refreshed.granted,
        };
        for _ in 0..STORE_ATTEMPTS {
            if self.offer(&renewal).await? {
                self.alerts.compare_clocks().await;
                grant.generation = renewal.generation + 1;
                return Ok(Ok(AccessToken { access: refreshed.access, grant }));
            }
            // Somebody wrote first. Theirs is the token to use, unless they kept the very refresh
            // token that Google has just replaced.
            let Some(newer) = self.context.store.find_grant(grant.user).await? else {
                return Ok(Err(SyncFailure::NeedsReconnect.into()));
            };
            if newer.status == Status::NeedsReconnect {
                // Google told us meanwhile that our tokens are dead: this one as well.
                return Ok(Err(SyncFailure::NeedsReconnect.into()));
            }
            if renewal.refresh.is_none() || !self.holds(&newer, used) {
                self.context
                    .store
                    .save_failed_refresh(grant.connection, lease, None, false)
                    .await?;
                return self.open_access(newer).await;
            }
            renewal.generation = newer.generation;
            grant = newer;
        }
        Err(Error::Contention)
    }

    /// Offers a renewal to the database more than once: the token in it may be the only one left.
    async fn offer(&self, renewal: &Renewal) -> Result<bool> {
        let mut pause = LONGEST_PAUSE;
        for _ in 1..STORE_ATTEMPTS {
            match self.context.store.save_renewal(renewal).await {
                Ok(saved) => return Ok(saved),
                Err(error) => {
                    tracing::warn!(connection = %renewal.connection, %error,
                        "storing the refreshed tokens failed; retrying");
                }
            }
            tokio::time::sleep(pause).await;
            pause *= 2;
        }
        Ok(self.context.store.save_renewal(renewal).await?)
    }

    fn holds(&self, grant: &Grant, token: &SecretString) -> bool {
        let row = grant.connection.to_string();
        let held =
            grant.refresh.as_ref().map(|sealed| self.context.keys.open(sealed, refresh_aad(&row)));
        matches!(held, Some(Ok(held)) if held.expose_secret() == token.expose_secret())
    }

    /// Google said no, or nothing.
    async fn refused(
        &self,
        grant: Grant,
        lease: Lease,
        error: &google::Error,
    ) -> Result<Tried<AccessToken>> {
        let call_result = error.call_result();
        tracing::warn!(connection = %grant.connection, %error, "token refresh failed");
        if decide(Call::Refresh, call_result) != Decision::NeedsReconnect {
            let call_failure = CallFailure::from(error);
            let (failure, is_lost) = (Some(call_failure.failure), call_result.may_have_happened());
            self.context
                .store
                .save_failed_refresh(grant.connection, lease, failure, is_lost)
                .await?;
            self.alerts.raise_for(error).await;
            return Ok(Err(call_failure));
        }
        let given_up = self.ended(&grant, call_result).await?;
        // Was it a sibling's rotation that ended our token? Then theirs is good.
        match self.context.store.find_grant(grant.user).await? {
            Some(newer) if newer.status == Status::Active && is_newer(&newer, &grant) => {
                self.context
                    .store
                    .save_failed_refresh(grant.connection, lease, None, false)
                    .await?;
                self.open_access(newer).await
            }
            _ => Ok(Err(given_up)),
        }
    }

    async fn open_access(&self, grant: Grant) -> Result<Tried<AccessToken>> {
        let row = grant.connection.to_string();
        match self.context.keys.open(&grant.access, access_aad(&row)) {
            Ok(access) => Ok(Ok(AccessToken { access, grant })),
            Err(error) => self.unreadable(&grant, &error).await,
        }
    }

    async fn unreadable<T>(&self, grant: &Grant, error: &vault::OpenError) -> Result<Tried<T>> {
        tracing::error!(connection = %grant.connection, %error, "decrypting the tokens failed");
        self.alerts.raise(AlertKind::KeyMissing).await;
        // A key that comes back opens them again, so nothing is marked and nothing destroyed.
        Ok(Err(SyncFailure::OperatorFault.into()))
    }

    /// A call ended the grant: says why in the connection's state.
    pub(crate) async fn ended(
        &self,
        grant: &Grant,
        call_result: CallResult,
    ) -> Result<CallFailure> {
        let evidence = self.alerts.evidence(grant, call_result).await?;
        let cause = match diagnose(&evidence) {
            Diagnosis::User(cause) => cause,
            Diagnosis::Operator(_) | Diagnosis::Nobody => Cause::GrantEnded,
        };
        if cause == Cause::TestingEnded {
            self.alerts.raise(AlertKind::ProjectInTesting).await;
        }
        let given_up: Tried<()> = self.give_up(grant, cause).await?;
        Ok(given_up.err().unwrap_or(SyncFailure::NeedsReconnect.into()))
    }

    /// Only the user can help: says so in the connection's state, unless the tokens were written
    /// since, for then those that failed were older ones.
    async fn give_up<T>(&self, grant: &Grant, cause: Cause) -> Result<Tried<T>> {
        let now = self.context.clock.now();
        let entry = caller::entry(now)?;
        let is_marked = self
            .context
            .store
            .save_needs_reconnect(
                grant.connection,
                grant.user,
                grant.generation,
                cause,
                &entry,
                now,
            )
            .await?;
        if !is_marked {
            return Ok(Err(SyncFailure::GoogleUnavailable.into()));
        }
        tracing::warn!(connection = %grant.connection, cause = cause.as_str(), "{}", cause.for_operator());
        Ok(Err(SyncFailure::NeedsReconnect.into()))
    }
}

/// Whether the tokens were written since `asked` was read.
fn is_newer(grant: &Grant, asked: &Grant) -> bool {
    grant.connection != asked.connection || grant.generation != asked.generation
}

/// How the refresh that was waited for failed, if it did: who waited shares its failure instead
/// of asking Google the same at once.
fn failed_meanwhile(grant: &Grant, asked: &Grant) -> Option<SyncFailure> {
    let was_under_way =
        asked.refreshing_until.is_some() || grant.refresh_fence > asked.refresh_fence;
    let is_over = was_under_way && grant.refreshing_until.is_none();
    if is_over { grant.refresh_failure } else { None }
}
