//! What Google tells about the safety of its accounts: kept first, acted on at once, and again by
//! the worker until it is done (docs/google-facts.md 5.5).

use chrono::{DateTime, TimeDelta, Utc};
use google::{EventError, EventFault, EventToken, EventVerifier, RefreshName, SecurityEvent};
use model::{SecurityKind, SecurityOutcome};
use sha2::{Digest, Sha256};
use store::{
    ClaimedJob, JobLease, NewSecurityEvent, SecurityEventAdded, SecurityTarget, StreamCheck,
};

use crate::context::Context;
use crate::error::Result;
use crate::grants::{HASH_MARK, PREFIX_MARK};
use crate::jobs::attempt::RECEIVER_LEASE;
use crate::jobs::settle::settle;
use crate::random;
use crate::sync::Syncs;

/// An event that comes again after this long is refused for its age (docs/google-facts.md 5.3
/// allows a week), so it need not be remembered; the rest is for the operator's curiosity.
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

/// The verbs of security events. Cheap to clone.
#[derive(Clone)]
pub struct SecurityEvents {
    pub(crate) context: Context,
    pub(crate) syncs: Syncs,
    verifier: EventVerifier,
}

impl SecurityEvents {
    /// Events that `verifier` believes; what they leave open is asked of Google by `syncs`.
    pub fn new(context: Context, syncs: Syncs, verifier: EventVerifier) -> SecurityEvents {
        SecurityEvents { context, syncs, verifier }
    }

    /// Takes a delivery: verifies it, keeps what it tells, and acts on that.
    ///
    /// # Errors
    /// When it could not be kept. That it could not be acted on is the worker's business.
    pub async fn receive(&self, text: &str) -> Result<Received> {
        let token = match self.verifier.verify(text, self.context.clock.now()).await {
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
            if let Some(job) = self.keep(&token, address, event).await? {
                let done = self.apply(&name_of(&token.jti, address)).await;
                settle(&self.context.store, &self.context.clock, &job, done).await;
            }
        }
        Ok(Received::Kept)
    }

    /// Begins to ask whether events arrive; returns the `state` that Google is to send back.
    pub async fn begin_check(&self) -> Result<String> {
        let state = random::token()?;
        self.context.store.add_stream_check(&state, self.context.clock.now()).await?;
        Ok(state)
    }

    /// What is known of the stream on our side.
    pub async fn stream_state(&self) -> Result<StreamState> {
        let store = &self.context.store;
        Ok(StreamState {
            last_event_at: store.find_last_security_event().await?,
            check: store.find_stream_check().await?,
        })
    }

    /// Forgets events that cannot come again.
    pub async fn purge(&self) -> Result<()> {
        let before = self.context.clock.now() - REMEMBERED;
        self.context.store.purge_security_events(before).await?;
        self.context.store.purge_stream_checks(before).await?;
        Ok(())
    }

    /// Keeps one event of a token; returns its job where something is left to be done.
    async fn keep(
        &self,
        token: &EventToken,
        address: &str,
        event: &SecurityEvent,
    ) -> Result<Option<ClaimedJob>> {
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
        let now = self.context.clock.now();
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
            lease: JobLease { claim: random::id(now)?, until: now + RECEIVER_LEASE },
        };
        Ok(match self.context.store.add_security_event(&event, now).await? {
            SecurityEventAdded::Claimed(job) => Some(job),
            SecurityEventAdded::Settled => None,
            SecurityEventAdded::Known => {
                tracing::info!(kind = kind.as_str(), "duplicate security event");
                None
            }
        })
    }

    async fn answered(&self, state: &Option<String>) -> Result<SecurityOutcome> {
        let store = &self.context.store;
        if let Some(state) = state
            && store.save_stream_check_answered(state, self.context.clock.now()).await?
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
            Some(account) => self.context.store.find_security_target(account).await?,
            None => None,
        };
        Ok((kind, target))
    }

    /// Looks under every key that may have marked the token: it was marked by the key that was the
    /// newest at its last refresh, which is a day ago at most.
    async fn owner_of(&self, name: &RefreshName) -> Result<Option<SecurityTarget>> {
        let Context { store, keys, .. } = &self.context;
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
}

/// Names one event of a token, in as many bytes for every length of either.
fn name_of(jti: &str, address: &str) -> [u8; 32] {
    let digest = Sha256::new()
        .chain_update((jti.len() as u64).to_be_bytes())
        .chain_update(jti)
        .chain_update(address);
    digest.finalize().into()
}
