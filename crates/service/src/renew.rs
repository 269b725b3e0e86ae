//! Tokens, opened and kept fresh: no call ever starts with a token about to expire.

use chrono::TimeDelta;
use google::Ended;
use model::{Cause, SyncFailure};
use secrecy::{ExposeSecret, SecretString};
use store::{Grant, Renewal};
use vault::Sealed;

use crate::gmail::{access_place, refresh_place};
use crate::{Error, Gmail, Result, random};

/// An access token with less left than this is refreshed first.
const MARGIN: TimeDelta = TimeDelta::seconds(60);

/// An open access token and the state of the grant that it belongs to.
pub(crate) struct Fresh {
    pub(crate) access: SecretString,
    pub(crate) grant: Grant,
}

impl Gmail {
    /// An access token with at least a minute left, refreshed if need be.
    pub(crate) async fn fresh_access(&self, grant: Grant) -> Result<Result<Fresh, SyncFailure>> {
        if grant.access_expires_at - MARGIN > self.clock.now() {
            return self.open_access(grant).await;
        }
        self.renew(grant).await
    }

    /// Refreshes, whatever the token's age: Google has said 401, or it is about to.
    pub(crate) async fn renew(&self, grant: Grant) -> Result<Result<Fresh, SyncFailure>> {
        let Some(sealed) = &grant.refresh else {
            return self.give_up(&grant, Cause::NoRefreshToken).await;
        };
        let row = grant.connection.to_string();
        let refresh = match self.keys.open(sealed, refresh_place(&row)) {
            Ok(token) => token,
            Err(error) => return self.unreadable(&grant, &error).await,
        };
        let now = self.clock.now();
        let refreshed = match self.google.refresh(&refresh, now).await {
            Ok(refreshed) => refreshed,
            Err(google::Error::Ended { reason }) => {
                let cause = match reason {
                    Ended::AdminPolicy => Cause::AdminPolicy,
                    Ended::Revoked | Ended::SessionControl => Cause::GrantEnded,
                };
                return self.give_up(&grant, cause).await;
            }
            Err(error) => return Ok(Err(failure_of(&error))),
        };
        let seal_refresh = |token: &SecretString| -> Result<Sealed> {
            Ok(self.keys.seal(token.expose_secret(), refresh_place(&row))?)
        };
        let renewal = Renewal {
            connection: grant.connection,
            generation: grant.generation,
            access: self.keys.seal(refreshed.access.expose_secret(), access_place(&row))?,
            access_expires_at: refreshed.access_expires_at,
            refresh: refreshed.refresh.as_ref().map(seal_refresh).transpose()?,
            marks: Some(self.marks_of(refreshed.refresh.as_ref().unwrap_or(&refresh))),
            refresh_expires_at: refreshed.refresh_expires_at,
            granted: refreshed.granted,
        };
        if self.store.save_renewal(&renewal).await? {
            let grant = Grant { generation: grant.generation + 1, ..grant };
            return Ok(Ok(Fresh { access: refreshed.access, grant }));
        }
        // Somebody else refreshed first; theirs is the token to use.
        match self.store.find_grant(grant.user).await? {
            Some(newer) if newer.generation != grant.generation => self.open_access(newer).await,
            Some(_) => Err(Error::Contention),
            None => Ok(Err(SyncFailure::NeedsReconnect)),
        }
    }

    async fn open_access(&self, grant: Grant) -> Result<Result<Fresh, SyncFailure>> {
        let row = grant.connection.to_string();
        match self.keys.open(&grant.access, access_place(&row)) {
            Ok(access) => Ok(Ok(Fresh { access, grant })),
            Err(error) => self.unreadable(&grant, &error).await,
        }
    }

    async fn unreadable<T>(
        &self,
        grant: &Grant,
        error: &vault::OpenError,
    ) -> Result<Result<T, SyncFailure>> {
        tracing::error!(connection = %grant.connection, %error,
            "tokens cannot be opened; is a key missing from ENCRYPTION_KEYS?");
        // A key that comes back opens them again, so nothing is marked and nothing destroyed.
        Ok(Err(SyncFailure::OperatorFault))
    }

    /// Only the user can help: says so in the connection's state.
    pub(crate) async fn give_up<T>(
        &self,
        grant: &Grant,
        cause: Cause,
    ) -> Result<Result<T, SyncFailure>> {
        let now = self.clock.now();
        let event = random::id(now)?;
        self.store
            .save_needs_reconnect(grant.connection, grant.user, grant.generation, cause, event, now)
            .await?;
        Ok(Err(SyncFailure::NeedsReconnect))
    }
}

/// What an error of Google's means for a sync.
pub(crate) fn failure_of(error: &google::Error) -> SyncFailure {
    tracing::warn!(%error, "Google did not do what was asked");
    match error {
        google::Error::Ended { .. } | google::Error::Unauthorized => SyncFailure::NeedsReconnect,
        google::Error::RateLimited { .. } => SyncFailure::RateLimited,
        google::Error::Unavailable { .. } => SyncFailure::GoogleUnavailable,
        google::Error::Operator { .. } => SyncFailure::OperatorFault,
        google::Error::ScopeMissing
        | google::Error::Protocol { .. }
        | google::Error::Identity(_) => SyncFailure::GoogleProtocol,
    }
}
