//! What Google tells about the safety of its accounts: kept first, acted on at once, and again
//! until it is done (docs/google-facts.md 5.5).
//!
//! Sign-in here is by password and not by Google, so dead tokens end a connection and no session;
//! sessions end where Google says that the account's own were ended or that a stranger was in it.

use chrono::{DateTime, TimeDelta, Utc};
use google::{EventError, EventFault, EventToken, EventVerifier, RefreshName, SecurityEvent};
use model::{
    Backoff, Cause, ConnectionId, DisabledReason, EventKind, SecurityKind, SecurityOutcome, Status,
    UserId,
};
use sha2::{Digest, Sha256};
use store::{NewSecurityEvent, PendingSecurityEvent, SecurityTarget, StreamCheck};

use crate::connections::{Gmail, HASH_MARK, PREFIX_MARK, access_aad};
use crate::error::{Error, Result};
use crate::grants::call_failure::retry_at;
use crate::{caller, random};

/// How long who keeps an event has for acting on it, before the worker takes over.
const LEASE: TimeDelta = TimeDelta::minutes(1);
const BATCH: i64 = 50;
/// An event that comes again after this long is refused for its age (docs/google-facts.md 5.3 allows a week),
/// so it need not be remembered; the rest is for the operator's curiosity.
const REMEMBERED: TimeDelta = TimeDelta::days(30);

/// What became of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Received {
    /// It is kept, or was already: Google need not send it again.
    Kept,
    /// It proves nothing. Google need not send it again either.
    Refused(EventFault),
    /// Google's keys cannot be had now: it should come again.
    KeysUnavailable,
}

/// What is known of the stream on our side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StreamState {
    /// When the newest event came.
    pub last_event_at: Option<DateTime<Utc>>,
    /// The newest question whether events arrive.
    pub check: Option<StreamCheck>,
}

/// What was done, and the line that the user's history gets for it.
type Done = (SecurityOutcome, Option<EventKind>);

/// The verbs of security events. Cheap to clone.
#[derive(Clone)]
pub struct SecurityEvents {
    gmail: Gmail,
    verifier: EventVerifier,
}

impl SecurityEvents {
    /// Events that `verifier` believes, about the links of `gmail`.
    pub fn new(gmail: Gmail, verifier: EventVerifier) -> SecurityEvents {
        SecurityEvents { gmail, verifier }
    }

    /// Takes a delivery: verifies it, keeps what it tells, and acts on that.
    ///
    /// # Errors
    /// When it could not be kept. That it could not be acted on is the worker's business.
    pub async fn receive(&self, text: &str) -> Result<Received> {
        let token = match self.verifier.verify(text, self.gmail.clock.now()).await {
            Ok(token) => token,
            Err(EventError::Refused(fault)) => {
                tracing::warn!(%fault, "security event rejected");
                return Ok(Received::Refused(fault));
            }
            Err(EventError::Keys(error)) => {
                tracing::error!(%error, "verifying the security event failed");
                return Ok(Received::KeysUnavailable);
            }
        };
        for (address, event) in &token.events {
            if let Some(pending) = self.keep(&token, address, event).await? {
                self.act_or_leave(&pending).await;
            }
        }
        Ok(Received::Kept)
    }

    /// Acts on events that nobody could act on when they came, and says how many there were.
    pub async fn act_due(&self) -> Result<usize> {
        let now = self.gmail.clock.now();
        let due = self.gmail.store.claim_security_events(now, now + LEASE, BATCH).await?;
        for event in &due {
            self.act_or_leave(event).await;
        }
        Ok(due.len())
    }

    /// Begins to ask whether events arrive; returns the `state` that Google is to send back.
    pub async fn begin_check(&self) -> Result<String> {
        let state = random::token()?;
        self.gmail.store.add_stream_check(&state, self.gmail.clock.now()).await?;
        Ok(state)
    }

    /// What is known of the stream on our side.
    pub async fn stream_state(&self) -> Result<StreamState> {
        let store = &self.gmail.store;
        Ok(StreamState {
            last_event_at: store.find_last_security_event().await?,
            check: store.find_stream_check().await?,
        })
    }

    /// Forgets events that cannot come again.
    pub async fn purge(&self) -> Result<()> {
        let before = self.gmail.clock.now() - REMEMBERED;
        self.gmail.store.purge_security_events(before).await?;
        self.gmail.store.purge_stream_checks(before).await?;
        Ok(())
    }

    /// Keeps one event of a token; returns it where something is left to be done.
    async fn keep(
        &self,
        token: &EventToken,
        address: &str,
        event: &SecurityEvent,
    ) -> Result<Option<PendingSecurityEvent>> {
        let (kind, target) = self.addressed(event).await?;
        let outcome = match event {
            SecurityEvent::Unknown => {
                tracing::warn!(address, "security event of an unknown type");
                Some(SecurityOutcome::NotUnderstood)
            }
            SecurityEvent::Verification { state } => Some(self.answered(state).await?),
            _ if target.is_none() => {
                tracing::info!(kind = kind.as_str(), "security event for an unknown subject");
                Some(SecurityOutcome::NobodyHere)
            }
            _ => None,
        };
        let now = self.gmail.clock.now();
        let event = NewSecurityEvent {
            id: name_of(&token.jti, address),
            kind,
            reason: match event {
                SecurityEvent::AccountDisabled { reason, .. } => *reason,
                _ => None,
            },
            target,
            outcome,
            issued_at: token.issued_at,
            claimed_until: now + LEASE,
        };
        let is_new = self.gmail.store.add_security_event(&event, now).await?;
        if !is_new {
            tracing::info!(kind = kind.as_str(), "duplicate security event");
        }
        let target = target.filter(|_| is_new && outcome.is_none());
        Ok(target.map(|SecurityTarget { user, connection }| PendingSecurityEvent {
            id: event.id,
            kind,
            reason: event.reason,
            user: Some(user),
            connection: Some(connection),
            issued_at: event.issued_at,
            tries: 0,
        }))
    }

    async fn answered(&self, state: &Option<String>) -> Result<SecurityOutcome> {
        let store = &self.gmail.store;
        if let Some(state) = state
            && store.save_stream_check_answered(state, self.gmail.clock.now()).await?
        {
            return Ok(SecurityOutcome::Acted);
        }
        tracing::warn!("unexpected verification event");
        Ok(SecurityOutcome::NobodyHere)
    }

    /// What the event means here, and to whom.
    async fn addressed(
        &self,
        event: &SecurityEvent,
    ) -> Result<(SecurityKind, Option<SecurityTarget>)> {
        let mut kind = event.kind();
        if let SecurityEvent::TokenRevoked { token, .. } = event {
            if let Some(name) = token
                && let Some(target) = self.owner_of(name).await?
            {
                return Ok((kind, Some(target)));
            }
            kind = SecurityKind::OtherTokenRevoked;
        }
        let target = match event.account() {
            Some(account) => self.gmail.store.find_security_target(account).await?,
            None => None,
        };
        Ok((kind, target))
    }

    /// Looks under every key that may have marked the token: it was marked by the key that was the
    /// newest at its last refresh, which is a day ago at most.
    async fn owner_of(&self, name: &RefreshName) -> Result<Option<SecurityTarget>> {
        let Gmail { store, keys, .. } = &self.gmail;
        let marks = match name {
            RefreshName::Prefix(prefix) => keys.marks(PREFIX_MARK, prefix),
            RefreshName::Hash(hash) => keys.marks(HASH_MARK, hash),
        };
        for mark in &marks {
            let found = match name {
                RefreshName::Prefix(_) => store.find_target_of_refresh_prefix(mark).await?,
                RefreshName::Hash(_) => store.find_target_of_refresh_hash(mark).await?,
            };
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// Acts on a claimed event; what fails is left for later.
    async fn act_or_leave(&self, event: &PendingSecurityEvent) {
        let Err(error) = self.act(event).await else { return };
        tracing::error!(kind = event.kind.as_str(), %error,
            "processing the security event failed; the worker will retry");
        // Where even this fails, the claim ends by itself.
        if let Err(error) = self.later(event).await {
            tracing::error!(%error, "storing the alert failed");
        }
    }

    async fn later(&self, event: &PendingSecurityEvent) -> Result<()> {
        let due_at = retry_at(Backoff::SECURITY_EVENT, event.tries, None, self.gmail.clock.now())?;
        Ok(self.gmail.store.save_security_event_retry(&event.id, due_at).await?)
    }

    /// Every step can be repeated, so a process may end between any two.
    async fn act(&self, event: &PendingSecurityEvent) -> Result<()> {
        let (outcome, line) = match event.user {
            Some(user) => self.do_what_it_asks(event, user).await?,
            None => (SecurityOutcome::NobodyHere, None),
        };
        tracing::info!(
            kind = event.kind.as_str(),
            outcome = outcome.as_str(),
            "security event processed"
        );
        let now = self.gmail.clock.now();
        let line = match line.zip(event.user) {
            Some((kind, user)) => Some((user, kind, caller::entry_of_google(now)?)),
            None => None,
        };
        Ok(self.gmail.store.save_security_event_done(&event.id, outcome, line, now).await?)
    }

    /// The table of docs/google-facts.md 5.5.
    async fn do_what_it_asks(&self, event: &PendingSecurityEvent, user: UserId) -> Result<Done> {
        match (event.kind, event.reason) {
            (SecurityKind::SessionsRevoked, _) => {
                self.gmail.store.end_sessions(user).await?;
                Ok((SecurityOutcome::Acted, Some(EventKind::SessionsEnded)))
            }
            (SecurityKind::TokensRevoked | SecurityKind::TokenRevoked, _) => {
                let outcome = self.lose_tokens(event, user, Cause::RevokedAtGoogle).await?;
                let is_ours = outcome == SecurityOutcome::Acted;
                Ok((outcome, is_ours.then_some(EventKind::AccessRemoved)))
            }
            (SecurityKind::AccountDisabled, Some(DisabledReason::Hijacking)) => {
                self.gmail.store.end_sessions(user).await?;
                self.lose_tokens(event, user, Cause::AccountHijacked).await?;
                Ok((SecurityOutcome::Acted, Some(EventKind::AccountHijacked)))
            }
            (SecurityKind::AccountDisabled, Some(DisabledReason::BulkAccount)) => {
                tracing::warn!(%user, "Google reports suspicious activity on a user's account: review it");
                Ok((SecurityOutcome::Acted, Some(EventKind::AccountSuspected)))
            }
            (SecurityKind::AccountDisabled, None) => self.rest(event, user).await,
            (SecurityKind::AccountEnabled, _) => self.wake(event, user).await,
            (SecurityKind::CredentialChangeRequired, _) => {
                Ok((SecurityOutcome::Acted, Some(EventKind::PasswordAtRisk)))
            }
            (SecurityKind::OtherTokenRevoked, _) => {
                if let Some(connection) = event.connection {
                    self.ask_google(connection).await?;
                }
                Ok((SecurityOutcome::AskedGoogle, None))
            }
            (SecurityKind::Verification | SecurityKind::Unknown, _) => {
                Ok((SecurityOutcome::NotUnderstood, None))
            }
        }
    }

    /// The tokens are dead: says so in the connection's state, and destroys them.
    async fn lose_tokens(
        &self,
        event: &PendingSecurityEvent,
        user: UserId,
        cause: Cause,
    ) -> Result<SecurityOutcome> {
        let Gmail { store, keys, clock, .. } = &self.gmail;
        let Some(connection) = event.connection else { return Ok(SecurityOutcome::NothingToDo) };
        let row = connection.to_string();
        let mut outcome = SecurityOutcome::NothingToDo;
        // The tokens may be written in between; then what was written is as dead.
        for _ in 0..8 {
            let Some(view) = store.find_security_view(connection).await? else {
                return Ok(outcome);
            };
            if is_from_before(event, view.consented_at) {
                self.ask_google(connection).await?;
                return Ok(SecurityOutcome::AskedGoogle);
            }
            let now = clock.now();
            if view.status != Status::NeedsReconnect {
                let (generation, entry) = (view.generation, caller::entry_of_google(now)?);
                let marked =
                    store.save_needs_reconnect(connection, user, generation, cause, &entry, now);
                if marked.await? {
                    outcome = SecurityOutcome::Acted;
                }
                continue;
            }
            let nothing = keys.seal("", access_aad(&row))?;
            if store.save_tokens_destroyed(connection, view.generation, &nothing, now).await? {
                return Ok(outcome);
            }
        }
        Err(Error::Contention)
    }

    /// The account is closed, so nothing is asked in its name until it is open again.
    async fn rest(&self, event: &PendingSecurityEvent, user: UserId) -> Result<Done> {
        let store = &self.gmail.store;
        let Some(connection) = event.connection else {
            return Ok((SecurityOutcome::NothingToDo, None));
        };
        let view = store.find_security_view(connection).await?;
        let is_outdated = view.is_none_or(|view| is_from_before(event, view.consented_at))
            || store.is_security_event_overtaken(user, event.issued_at).await?;
        if is_outdated {
            return Ok((SecurityOutcome::NothingToDo, None));
        }
        let rests = store.suspend_by_google(connection, Cause::AccountDisabled).await?;
        let outcome = if rests { SecurityOutcome::Acted } else { SecurityOutcome::NothingToDo };
        Ok((outcome, Some(EventKind::AccountDisabled)))
    }

    /// Lifts what [`rest`](Self::rest) imposed, and no pause of the user's. Tokens that are gone
    /// do not come back.
    async fn wake(&self, event: &PendingSecurityEvent, user: UserId) -> Result<Done> {
        let store = &self.gmail.store;
        let Some(connection) = event.connection else {
            return Ok((SecurityOutcome::NothingToDo, None));
        };
        if store.is_security_event_overtaken(user, event.issued_at).await? {
            return Ok((SecurityOutcome::NothingToDo, None));
        }
        let now = self.gmail.clock.now();
        let woke = store.resume_by_google(connection, Cause::AccountDisabled, now).await?;
        self.gmail.due.notify_one();
        let outcome = if woke { SecurityOutcome::Acted } else { SecurityOutcome::NothingToDo };
        Ok((outcome, Some(EventKind::AccountEnabled)))
    }

    /// Whether our tokens are alive is for Google to say: the next sync is due now.
    async fn ask_google(&self, connection: ConnectionId) -> Result<()> {
        self.gmail.store.save_sync_due(connection, self.gmail.clock.now()).await?;
        self.gmail.due.notify_one();
        Ok(())
    }
}

/// Whether the user agreed anew after the event: it says nothing of what we hold then. Google
/// tells the second alone.
fn is_from_before(event: &PendingSecurityEvent, consented_at: Option<DateTime<Utc>>) -> bool {
    consented_at.is_some_and(|at| event.issued_at.timestamp() < at.timestamp())
}

/// Names one event of a token, in as many bytes for every length of either.
fn name_of(jti: &str, address: &str) -> [u8; 32] {
    let digest = Sha256::new()
        .chain_update((jti.len() as u64).to_be_bytes())
        .chain_update(jti)
        .chain_update(address);
    digest.finalize().into()
}
