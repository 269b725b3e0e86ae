//! The link between a user and Google: what its verbs share, and what the cabinet shows of it.

use std::sync::Arc;

use google::{Google, RefreshNames};
use model::{ConnectionId, ScopeSet, UserId};
use secrecy::SecretString;
use store::{Dashboard, RefreshMarks, Store};
use tokio::sync::Notify;
use vault::{KeyRing, Place};

use crate::portraits::Portraits;
use crate::{Clock, Result};

/// The verbs of a user's link to Google. Cheap to clone.
#[derive(Clone)]
pub struct Gmail {
    pub(crate) store: Store,
    pub(crate) google: Google,
    pub(crate) keys: Arc<KeyRing>,
    pub(crate) clock: Clock,
    /// The permissions that the operator wants.
    pub(crate) asked: Arc<ScopeSet>,
    pub(crate) portraits: Portraits,
    /// Tells the worker that there is something to do now.
    pub(crate) wake: Arc<Notify>,
}

/// The personal cabinet's contents.
#[derive(Clone, Debug)]
pub struct Cabinet {
    /// What is stored.
    pub dashboard: Dashboard,
    /// Permissions that the operator wants and Google did not grant.
    pub missing: ScopeSet,
}

/// Newest events in the cabinet.
const EVENTS_SHOWN: i64 = 8;

impl Gmail {
    /// Links kept in `store`, sealed with `keys`, asking Google for `asked`.
    pub fn new(
        store: Store,
        google: Google,
        keys: KeyRing,
        clock: Clock,
        asked: ScopeSet,
    ) -> Gmail {
        Gmail {
            store,
            google,
            keys: Arc::new(keys),
            clock,
            asked: Arc::new(asked),
            portraits: Portraits::new(),
            wake: Arc::default(),
        }
    }

    /// Everything that the personal cabinet shows. Never asks Google.
    pub async fn cabinet(&self, user: UserId) -> Result<Cabinet> {
        let dashboard = self.store.find_dashboard(user, EVENTS_SHOWN).await?;
        let missing = match &dashboard.connection {
            Some(connection) => self.asked.missing_from(&connection.granted),
            None => ScopeSet::default(),
        };
        Ok(Cabinet { dashboard, missing })
    }

    /// A user's picture, if it is still the one with this hash.
    pub async fn avatar(&self, user: UserId, hash: &str) -> Result<Option<store::Avatar>> {
        Ok(self.store.find_avatar(user, hash).await?)
    }

    /// The permissions that the operator wants.
    pub fn asked(&self) -> &ScopeSet {
        &self.asked
    }

    /// Where the form that leaves for Google may end, for the content security policy.
    pub fn authorization_origin(&self) -> Option<String> {
        self.google.authorization_origin()
    }

    /// Fetches discovery and keys ahead of the first user. A failure costs nothing but the start.
    pub async fn warm_up(&self) {
        if let Err(error) = self.google.warm_up(self.clock.now()).await {
            tracing::warn!(%error, "Google cannot be reached yet; it is asked again when needed");
        }
    }

    /// By what a refresh token will be found when Google names it.
    pub(crate) fn marks_of(&self, refresh: &SecretString) -> RefreshMarks {
        let RefreshNames { prefix, hash } = RefreshNames::of(refresh);
        RefreshMarks {
            prefix: self.keys.mark(PREFIX_MARK, &prefix),
            hash: self.keys.mark(HASH_MARK, &hash),
        }
    }

    /// Resolves when there is work for the worker.
    pub async fn woken(&self) {
        self.wake.notified().await;
    }

    /// Forgets trips to Google that nobody came back from.
    pub async fn purge(&self) -> Result<()> {
        self.store.purge_attempts(self.clock.now()).await?;
        Ok(())
    }
}

pub(crate) fn access_place(row: &str) -> Place<'_> {
    Place { table: "grants", column: "access_token", row }
}

pub(crate) fn refresh_place(row: &str) -> Place<'_> {
    Place { table: "grants", column: "refresh_token", row }
}

/// The kinds of mark by which a refresh token is found.
pub(crate) const PREFIX_MARK: &str = "refresh token's prefix";
pub(crate) const HASH_MARK: &str = "refresh token's hash";

/// When a connection's next sync is due: a day from now, give or take an hour by its id, so that
/// connections made in one rush do not stay together.
pub(crate) fn next_sync_after(
    now: chrono::DateTime<chrono::Utc>,
    connection: ConnectionId,
) -> chrono::DateTime<chrono::Utc> {
    let spread = i64::try_from(connection.0.as_u128() % 7_200).unwrap_or_default() - 3_600;
    now + chrono::TimeDelta::days(1) + chrono::TimeDelta::seconds(spread)
}
