//! complete: the browser is back from Google.

use chrono::TimeDelta;
use google::{Consent, Verifier};
use model::{
    Cause, ConnectionId, EventKind, Feature, LocalPath, Status, SyncFailure, SyncReport, Trigger,
    UndoKind, UserId,
};
use secrecy::ExposeSecret;
use store::{AuthorizationRequest, Link, Linked};

use crate::connections::Connections;
use crate::connections::connect::{hex, verifier_aad};
use crate::connections::undo_payload::UndoPayload;
use crate::error::{Error, Result};
use crate::random::BrowserSecret;
use crate::sealing::{access_aad, refresh_aad};
use crate::{caller, random};

/// What Google's redirect carries (docs/google-facts.md 1.4). Anything else in it is ignored.
#[derive(Clone, Debug, Default)]
pub struct Callback {
    /// Finds the request.
    pub state: Option<String>,
    /// To be exchanged.
    pub code: Option<String>,
    /// Why there is no code.
    pub error: Option<String>,
    /// Who answers (RFC 9207). May be missing, must not be wrong.
    pub iss: Option<String>,
}

/// How an authorization flow ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Connected, and this is what the first sync did.
    Connected(SyncReport),
    /// An extra that was asked for works from now on.
    Extended(Feature),
    /// The extra that was asked for was not granted. Not an error; the connection is as it was.
    NotExtended(Feature),
    /// Tokens came without a refresh token: kept, but to be repaired by the user.
    NoRefreshToken,
    /// The user said no. Not an error.
    Cancelled,
    /// No such trip for this browser and user: replayed, expired, altered or somebody else's.
    UnknownRequest,
    /// Another user here has this Google account.
    TakenByAnother,
    /// This user is connected to another Google account.
    OtherAccount,
    /// Google did not answer.
    GoogleUnavailable,
    /// Google's answer did not prove what it must.
    Rejected,
    /// Google refuses our client: the operator must act.
    OperatorFault,
}

/// What became of a consent in the store.
pub(crate) struct Stored {
    /// Whether it was stored; never [`Linked::UnderOtherId`].
    pub(crate) linked: Linked,
    /// The connection that it is stored under.
    pub(crate) connection: ConnectionId,
    /// What the connection can do then.
    pub(crate) status: Status,
}

/// The callback syncs at once; should it die before, the worker takes over after this long.
const FIRST_SYNC_TAKEOVER: TimeDelta = TimeDelta::minutes(2);
/// For this long the user may switch to the other account that they chose.
const SWITCH: TimeDelta = TimeDelta::minutes(10);
/// Longest code that we pass on; Google promises 256 bytes (docs/google-facts.md 1.5).
const LONGEST_CODE_BYTES: usize = 1_024;

impl Connections {
    /// Finishes an authorization flow: takes the request, exchanges the code, links, and syncs for
    /// the first time.
    ///
    /// Returns how it ended and where the user wanted to go.
    pub async fn complete(
        &self,
        user: UserId,
        browser: Option<&BrowserSecret>,
        callback: &Callback,
    ) -> Result<(Outcome, LocalPath)> {
        let Some(request) = self.take_authorization_request(user, browser, callback).await? else {
            return Ok((Outcome::UnknownRequest, LocalPath::dashboard()));
        };
        let return_to = request.return_to.clone();
        let extra = self.extra_of(&request).await?;
        let outcome = self.finish(request, callback).await?;
        let outcome = match extra {
            Some(extra) => self.extended(user, extra, outcome).await?,
            None => outcome,
        };
        let event = match outcome {
            Outcome::Cancelled => Some(EventKind::Cancelled),
            Outcome::Connected(_)
            | Outcome::Extended(_)
            | Outcome::NotExtended(_)
            | Outcome::NoRefreshToken
            // Their account was closed meanwhile, and there may be nobody to tell.
            | Outcome::UnknownRequest => None,
            _ => Some(EventKind::Refused),
        };
        if let Some(kind) = event {
            let now = self.context.clock.now();
            self.context.store.add_event(&caller::entry(now)?, user, kind, now).await?;
        }
        Ok((outcome, return_to))
    }

    async fn take_authorization_request(
        &self,
        user: UserId,
        browser: Option<&BrowserSecret>,
        callback: &Callback,
    ) -> Result<Option<AuthorizationRequest>> {
        let (Some(browser), Some(state)) = (browser, &callback.state) else { return Ok(None) };
        let state_hash = random::sha256(state);
        let now = self.context.clock.now();
        Ok(self
            .context
            .store
            .take_authorization_request(&state_hash, &browser.hash(), user, now)
            .await?)
    }

    /// The extra that an authorization flow was made for: asked for, and not held when it began.
    async fn extra_of(&self, request: &AuthorizationRequest) -> Result<Option<Feature>> {
        let Some(grant) = self.context.store.find_grant(request.user).await? else {
            return Ok(None);
        };
        let new = request.asked.missing_from(&grant.granted);
        let is_it = |feature: &&Feature| feature.is_extra() && new.has(&feature.scope());
        Ok(Feature::ALL.iter().find(is_it).copied())
    }

    /// How an authorization flow for an extra ended, in terms of the extra.
    async fn extended(&self, user: UserId, extra: Feature, outcome: Outcome) -> Result<Outcome> {
        Ok(match outcome {
            Outcome::Cancelled => Outcome::NotExtended(extra),
            Outcome::Connected(_) => {
                let grant = self.context.store.find_grant(user).await?;
                if grant.is_some_and(|grant| grant.granted.has(&extra.scope())) {
                    Outcome::Extended(extra)
                } else {
                    Outcome::NotExtended(extra)
                }
            }
            other => other,
        })
    }

    async fn finish(&self, request: AuthorizationRequest, callback: &Callback) -> Result<Outcome> {
        if let Err(error) = self.context.google.check_callback_issuer(callback.iss.as_deref()) {
            tracing::warn!(%error, "callback with a wrong issuer");
            return Ok(Outcome::Rejected);
        }
        if let Some(error) = &callback.error {
            return Ok(refused_at_google(error));
        }
        let Some(code) = callback.code.as_deref().filter(|c| c.len() <= LONGEST_CODE_BYTES) else {
            return Ok(Outcome::Rejected);
        };
        let place = hex(&request.state_hash);
        let verifier = self.context.keys.open(&request.verifier, verifier_aad(&place))?;
        let verifier = Verifier::from_sealed(verifier.expose_secret().to_owned())
            .map_err(|_| Error::Corrupt("verifier"))?;
        let exchanged = self
            .context
            .google
            .exchange(code, &verifier, &request.nonce, self.context.clock.now())
            .await;
        match exchanged {
            Ok(consent) => self.link(request.user, consent).await,
            Err(error) => {
                tracing::warn!(%error, "authorization code exchange failed");
                self.alerts.raise_for(&error).await;
                Ok(match error.call_result().failure() {
                    SyncFailure::GoogleUnavailable | SyncFailure::RateLimited => {
                        Outcome::GoogleUnavailable
                    }
                    SyncFailure::OperatorFault => Outcome::OperatorFault,
                    _ => Outcome::Rejected,
                })
            }
        }
    }

    /// Makes a connection of a consent, and syncs for the first time.
    pub(crate) async fn link(&self, user: UserId, consent: Consent) -> Result<Outcome> {
        match self.store_link(user, &consent, false).await? {
            Stored {
                linked: Linked::New | Linked::Again, status: Status::NeedsReconnect, ..
            } => Ok(Outcome::NoRefreshToken),
            Stored { linked: Linked::New | Linked::Again, .. } => self.first_sync(user).await,
            Stored { linked: Linked::OtherAccount, .. } => {
                self.give_back(user, &consent, true).await?;
                Ok(Outcome::OtherAccount)
            }
            Stored { linked: Linked::Closed, .. } => {
                self.give_back(user, &consent, false).await?;
                Ok(Outcome::UnknownRequest)
            }
            Stored { linked: Linked::TakenByAnother | Linked::UnderOtherId(_), .. } => {
                self.context.store.add_newer_token(&consent.identity.subject).await?;
                Ok(Outcome::TakenByAnother)
            }
        }
    }

    /// Stores a connection, its tokens sealed for its row.
    pub(crate) async fn store_link(
        &self,
        user: UserId,
        consent: &Consent,
        is_return: bool,
    ) -> Result<Stored> {
        let now = self.context.clock.now();
        let held = self.context.store.find_grant(user).await?;
        let keeps_refresh = held.as_ref().is_some_and(|grant| {
            grant.status != Status::NeedsReconnect
                && grant.refresh.is_some()
                && grant.subject == consent.identity.subject
        });
        // What Google had closed is open: it has just let the user agree.
        let is_paused = held
            .as_ref()
            .is_some_and(|grant| grant.status == Status::Paused && grant.cause.is_none());
        let (status, cause) = match keeps_refresh || consent.tokens.refresh.is_some() {
            true if is_paused => (Status::Paused, None),
            true => (Status::Active, None),
            false => (Status::NeedsReconnect, Some(Cause::NoRefreshToken)),
        };
        let mut id = match held {
            Some(grant) => grant.connection,
            None => ConnectionId(random::id(now)?),
        };
        // A second tab may have connected in between; then the tokens are sealed for its row.
        for _ in 0..3 {
            let row = id.to_string();
            let tokens = &consent.tokens;
            let refresh = match &tokens.refresh {
                Some(token) => {
                    Some(self.context.keys.seal(token.expose_secret(), refresh_aad(&row))?)
                }
                None => None,
            };
            let link = Link {
                id,
                user,
                identity: consent.identity.clone(),
                subject_hash: random::sha256(consent.identity.subject.as_str()),
                is_return,
                status,
                cause,
                granted: tokens.granted.clone(),
                access: self.context.keys.seal(tokens.access.expose_secret(), access_aad(&row))?,
                access_expires_at: tokens.access_expires_at,
                refresh,
                marks: tokens.refresh.as_ref().map(|token| self.grants.marks_of(token)),
                keeps_refresh,
                refresh_expires_at: tokens.refresh_expires_at,
                next_sync_at: now + FIRST_SYNC_TAKEOVER,
                entry: caller::entry(now)?,
            };
            let linked = self.context.store.link(&link, now).await?;
            match linked {
                Linked::UnderOtherId(other) => id = other,
                linked => return Ok(Stored { linked, connection: id, status }),
            }
        }
        Err(Error::Contention)
    }

    async fn first_sync(&self, user: UserId) -> Result<Outcome> {
        let synced = self.syncs.sync(user, Trigger::Connect).await?;
        // Disconnected in another tab within this very moment: nothing is connected.
        Ok(synced.map_or(Outcome::Cancelled, Outcome::Connected))
    }

    /// Revokes tokens of an account that is not the connected one, unless that would end somebody
    /// else's connection: Google revokes per account, not per token (docs/google-facts.md 1.7). A
    /// user who
    /// `may_switch` to it can do so for a few minutes.
    async fn give_back(&self, user: UserId, consent: &Consent, may_switch: bool) -> Result<()> {
        if self.context.store.is_subject_linked(&consent.identity.subject).await? {
            return Ok(self.context.store.add_newer_token(&consent.identity.subject).await?);
        }
        let now = self.context.clock.now();
        let token = consent.tokens.refresh.as_ref().unwrap_or(&consent.tokens.access);
        // Without a refresh token there is nothing to switch to that would last.
        let way_back = (may_switch && consent.tokens.refresh.is_some())
            .then(|| (UndoKind::Switch, UndoPayload::of_consent(consent), now + SWITCH));
        let revocation =
            self.grants.new_revocation(&consent.identity.subject, token, way_back, None)?;
        // A second wrong choice takes the place of the first.
        self.discard_undo(user, UndoKind::Switch).await?;
        self.context.store.add_revocation(user, &revocation, now).await?;
        Ok(())
    }
}

/// RFC 6749 section 4.1.2.1: what an `error` in the redirect means for the user.
fn refused_at_google(error: &str) -> Outcome {
    match error {
        "access_denied" => Outcome::Cancelled,
        "server_error" | "temporarily_unavailable" => Outcome::GoogleUnavailable,
        _ => Outcome::OperatorFault,
    }
}
