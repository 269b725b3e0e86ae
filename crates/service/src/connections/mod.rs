//! The link between a user and Google: what its verbs share, and what the cabinet shows of it.

pub(crate) mod callback;
pub(crate) mod connect;
pub(crate) mod disconnect;
pub(crate) mod pause;
pub(crate) mod undo;

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use google::{Google, RefreshNames};
use model::{ScopeSet, SyncInterval, UndoKind, UserId};
use secrecy::SecretString;
use store::{Overview, RefreshMarks, SealedColumn, Store};
use tokio::sync::{Notify, Semaphore};
use vault::{AssociatedData, KeyRing};

use crate::clock::Clock;
use crate::error::Result;
use crate::grants::refresh_locks::RefreshLocks;
use crate::sealing::associated_data;
use crate::sync::batch_writer::BatchWriter;
use crate::sync::circuit_breaker::Breaker;
use crate::sync::image_worker::ImageWorker;
use crate::sync::run::Runs;
use crate::sync::scheduler::Schedule;

/// The verbs of a user's link to Google. Cheap to clone.
#[derive(Clone)]
pub struct Gmail {
    pub(crate) store: Store,
    pub(crate) google: Google,
    pub(crate) keys: Arc<KeyRing>,
    pub(crate) clock: Clock,
    /// The permissions that the operator allows to be asked for.
    pub(crate) offered: Arc<ScopeSet>,
    pub(crate) image_worker: ImageWorker,
    pub(crate) refresh_locks: RefreshLocks,
    /// The syncs that this process carries out.
    pub(crate) runs: Runs,
    /// Stores what changed nothing, many at a time.
    pub(crate) batch_writer: BatchWriter,
    /// How many syncs of the schedule may still ask Google at once.
    pub(crate) asking: Arc<Semaphore>,
    /// What this process knows of Google's outages.
    pub(crate) breaker: Breaker,
    /// How syncs come by themselves.
    pub(crate) schedule: Schedule,
    /// Tells the worker that a sync has become due.
    pub(crate) due: Arc<Notify>,
}

/// The personal cabinet's contents.
#[derive(Clone, Debug)]
pub struct Cabinet {
    /// What is stored.
    pub dashboard: Overview,
    /// The permissions that the operator allows to be asked for.
    pub offered: ScopeSet,
    /// Until when a disconnection can be taken back, while it can.
    pub undo_until: Option<DateTime<Utc>>,
    /// How often the user may have themselves synced.
    pub intervals: Vec<SyncInterval>,
}

/// How long a run that is over can be asked for: whoever watched it has seen its end by then.
const RUNS_KEPT: TimeDelta = TimeDelta::hours(1);
/// Newest events in the cabinet.
const EVENTS_SHOWN: i64 = 8;

impl Gmail {
    /// Links kept in `store`, sealed with `keys`, asking Google for nothing but `offered`.
    pub fn new(
        store: Store,
        google: Google,
        keys: KeyRing,
        clock: Clock,
        offered: ScopeSet,
    ) -> Gmail {
        Gmail {
            store,
            google,
            keys: Arc::new(keys),
            clock,
            offered: Arc::new(offered),
            image_worker: ImageWorker::new(),
            refresh_locks: RefreshLocks::default(),
            runs: Runs::default(),
            batch_writer: BatchWriter::default(),
            asking: Arc::new(Semaphore::new(Schedule::default().at_once)),
            breaker: Breaker::default(),
            schedule: Schedule::default(),
            due: Arc::default(),
        }
    }

    /// The same, syncing as the operator wants it.
    pub fn scheduled(self, schedule: Schedule) -> Gmail {
        Gmail { asking: Arc::new(Semaphore::new(schedule.at_once)), schedule, ..self }
    }

    /// Everything that the personal cabinet shows. Never asks Google.
    pub async fn cabinet(&self, user: UserId) -> Result<Cabinet> {
        let dashboard = self.store.find_overview(user, EVENTS_SHOWN).await?;
        let now = self.clock.now();
        let undo_until = dashboard.revocation.as_ref().and_then(|revocation| {
            let is_open = revocation.way_back == Some(UndoKind::Undo) && revocation.due_at > now;
            is_open.then_some(revocation.due_at)
        });
        let (offered, intervals) = ((*self.offered).clone(), self.intervals());
        Ok(Cabinet { dashboard, offered, undo_until, intervals })
    }

    /// A user's picture, if it is still the one with this hash.
    pub async fn avatar(&self, user: UserId, hash: &str) -> Result<Option<store::Avatar>> {
        Ok(self.store.find_avatar(user, hash).await?)
    }

    /// The permissions that the operator allows to be asked for.
    pub fn offered(&self) -> &ScopeSet {
        &self.offered
    }

    /// Where the form that leaves for Google may end, for the content security policy.
    pub fn authorization_origin(&self) -> Option<String> {
        self.google.authorization_origin()
    }

    /// Fetches discovery and keys ahead of the first user. A failure costs nothing but the start.
    pub async fn warm_up(&self) {
        if let Err(error) = self.google.warm_up(self.clock.now()).await {
            tracing::warn!(%error, "fetching Google's discovery document failed; retrying when needed");
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

    /// Forgets trips to Google that nobody came back from, and runs and ends of grants that are long
    /// past; sees to it that no connection grows staler than promised, and that nobody who is shut
    /// out has one.
    pub async fn purge(&self) -> Result<()> {
        let now = self.clock.now();
        self.enforce_max_staleness().await?;
        self.unlink_blocked().await?;
        self.store.purge_authorization_requests(now).await?;
        self.store.purge_runs(now - RUNS_KEPT).await?;
        self.store.purge_starts(now).await?;
        self.purge_ends().await
    }
}

pub(crate) fn access_aad(row: &str) -> AssociatedData<'_> {
    associated_data(SealedColumn::AccessToken, row)
}

pub(crate) fn refresh_aad(row: &str) -> AssociatedData<'_> {
    associated_data(SealedColumn::RefreshToken, row)
}

/// The kinds of mark by which a refresh token is found.
pub(crate) const PREFIX_MARK: &str = "refresh token's prefix";
pub(crate) const HASH_MARK: &str = "refresh token's hash";
