//! security_event.apply: does to a user's connection and sessions what an event of Google's asks
//! for.
//!
//! Sign-in here is by password and not by Google, so dead tokens end a connection and no session;
//! sessions end where Google says that the account's own were ended or that a stranger was in it.

use chrono::{DateTime, Utc};
use model::{
    Cause, ConnectionId, DisabledReason, EventKind, SecurityKind, SecurityOutcome, Status, UserId,
};
use store::PendingSecurityEvent;

use crate::caller;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::jobs::attempt::JobError;
use crate::sealing::access_aad;
use crate::security_events::SecurityEvents;

/// What was done, and the line that the user's history gets for it.
type Done = (SecurityOutcome, Option<EventKind>);

impl SecurityEvents {
    /// Acts on an event that waits. Every step can be repeated, so a process may end between any
    /// two.
    pub(crate) async fn apply(&self, id: &[u8; 32]) -> Result<(), JobError> {
        let found = self.context.store.find_pending_security_event(id).await?;
        let Some(event) = found else { return Ok(()) };
        self.act(&event).await.map_err(|error| {
            tracing::error!(kind = event.kind.as_str(), %error,
                "processing the security event failed; the worker will retry");
            error.into()
        })
    }

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
        let now = self.context.clock.now();
        let line = match line.zip(event.user) {
            Some((kind, user)) => Some((user, kind, caller::entry_of_google(now)?)),
            None => None,
        };
        Ok(self.context.store.save_security_event_done(&event.id, outcome, line, now).await?)
    }

    /// The table of docs/google-facts.md 5.5.
    async fn do_what_it_asks(&self, event: &PendingSecurityEvent, user: UserId) -> Result<Done> {
        match (event.kind, event.reason) {
            (SecurityKind::SessionsRevoked, _) => {
                self.context.store.end_sessions(user).await?;
                Ok((SecurityOutcome::Acted, Some(EventKind::SessionsEnded)))
            }
            (SecurityKind::TokensRevoked | SecurityKind::TokenRevoked, _) => {
                let outcome = self.lose_tokens(event, user, Cause::RevokedAtGoogle).await?;
                let is_ours = outcome == SecurityOutcome::Acted;
                Ok((outcome, is_ours.then_some(EventKind::AccessRemoved)))
            }
            (SecurityKind::AccountDisabled, Some(DisabledReason::Hijacking)) => {
                self.context.store.end_sessions(user).await?;
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
        let Context { store, keys, clock, .. } = &self.context;
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
        let store = &self.context.store;
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
        let store = &self.context.store;
        let Some(connection) = event.connection else {
            return Ok((SecurityOutcome::NothingToDo, None));
        };
        if store.is_security_event_overtaken(user, event.issued_at).await? {
            return Ok((SecurityOutcome::NothingToDo, None));
        }
        let now = self.context.clock.now();
        let woke = store.resume_by_google(connection, Cause::AccountDisabled, now).await?;
        self.syncs.wake_scheduler();
        let outcome = if woke { SecurityOutcome::Acted } else { SecurityOutcome::NothingToDo };
        Ok((outcome, Some(EventKind::AccountEnabled)))
    }

    /// Whether our tokens are alive is for Google to say: the next sync is due now.
    async fn ask_google(&self, connection: ConnectionId) -> Result<()> {
        self.context.store.save_sync_due(connection, self.context.clock.now()).await?;
        self.syncs.wake_scheduler();
        Ok(())
    }
}

/// Whether the user agreed anew after the event: it says nothing of what we hold then. Google
/// tells the second alone.
fn is_from_before(event: &PendingSecurityEvent, consented_at: Option<DateTime<Utc>>) -> bool {
    consented_at.is_some_and(|at| event.issued_at.timestamp() < at.timestamp())
}
