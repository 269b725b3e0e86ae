//! Runs of syncs: begun or joined, kept alive, and stopped where nothing can be lost by it.
//!
//! The truth about a run is its row, so that every process can watch, join and stop it. This
//! process knows its own runs besides, and hears of their steps at once. Nobody waits at a run of
//! the schedule, most of which are over in a moment: its row is written at its signs of life.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use model::{Started, Status, Step, SyncId, Trigger, UserId};
use store::{Grant, LeaseStatus, NewRun, RunCancel, RunClaim, Store, SyncRecord};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::Instrument;

use crate::clock::Clock;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::grants::call_failure::CallFailure;
use crate::rate_limit::{syncs_of, wait_secs};
use crate::sync::Syncs;
use crate::{caller, random};

/// Lease of a run: without a heartbeat for this long it counts as dead.
pub(crate) const LEASE: TimeDelta = TimeDelta::seconds(30);
/// How often a run renews its lease, and sees whether another process was asked to stop it.
const HEARTBEAT_INTERVAL: Duration = Duration::from_millis(500);
/// How long a process that stops lets its runs go on before it cancels them.
const SHUTDOWN_GRACE: Duration = Duration::from_secs(5);
/// How long cancelled runs get to release their leases. A token that is being refreshed is not
/// let go before; its lease tells the next process to wait for it.
const RELEASE_GRACE: Duration = Duration::from_secs(3);

/// Why no sync was begun or joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyncRefusal {
    /// There is nothing to sync with.
    NotConnected,
    /// Google is not asked again until the user agrees.
    NeedsReconnect,
    /// Begun by hand too often of late.
    TooOften {
        /// Seconds until it may be tried again.
        wait_secs: i64,
    },
}

/// What became of the wish to stop a sync.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CancelOutcome {
    /// Nothing of it is stored, whatever Google still answers.
    Done,
    /// It is storing what it found, or has.
    TooLate,
    NotRunning,
}

/// Why a run ends without having stored what Google has.
pub(crate) enum StopReason {
    /// The user wants it.
    Cancelled,
    /// It is no longer this run's turn.
    Lost,
    /// This process stops: another one takes the run's place.
    Released,
    /// It could not be done.
    Failed(CallFailure),
    Internal(Error),
}

impl From<Error> for StopReason {
    fn from(error: Error) -> StopReason {
        StopReason::Internal(error)
    }
}

impl From<store::Error> for StopReason {
    fn from(error: store::Error) -> StopReason {
        StopReason::Internal(error.into())
    }
}

impl From<CallFailure> for StopReason {
    fn from(call_failure: CallFailure) -> StopReason {
        StopReason::Failed(call_failure)
    }
}

impl Syncs {
    /// Begins a sync in the background, or joins the one that runs, and says which it is.
    pub async fn start_sync(
        &self,
        user: UserId,
        trigger: Trigger,
    ) -> Result<Result<Started, SyncRefusal>> {
        let Some(grant) = self.context.store.find_grant(user).await? else {
            return Ok(Err(SyncRefusal::NotConnected));
        };
        if grant.status == Status::NeedsReconnect {
            return Ok(Err(SyncRefusal::NeedsReconnect));
        }
        let (now, connection) = (self.context.clock.now(), grant.connection);
        let id = SyncId(random::id(now)?);
        let record = self.record_of(id, &grant, trigger, now)?;
        let is_counted = self.schedule.per_minute.is_some();
        let run = NewRun { id, connection, trigger, lease_ends_at: now + LEASE, is_counted };
        // Whoever presses a button can press it again and again; the others have their reasons.
        let limit = (trigger == Trigger::Button).then(|| syncs_of(user, now));
        Ok(match self.context.store.claim_run(&run, limit.as_ref(), now).await? {
            RunClaim::Begun => {
                self.carry_out_in_background(record, None, None);
                Ok(Started { run: id, joined: false })
            }
            RunClaim::Joined(run) => Ok(Started { run, joined: true }),
            RunClaim::TooOften(again_at) => {
                Err(SyncRefusal::TooOften { wait_secs: wait_secs(again_at, now) })
            }
            RunClaim::Gone => Err(SyncRefusal::NotConnected),
        })
    }

    /// Stops the sync of a user that runs, as long as it has stored nothing.
    pub async fn cancel_sync(&self, user: UserId) -> Result<CancelOutcome> {
        Ok(match self.context.store.save_run_cancel(user).await? {
            RunCancel::Asked(run) => {
                self.runs.cancel(run);
                CancelOutcome::Done
            }
            RunCancel::TooLate => CancelOutcome::TooLate,
            RunCancel::NotRunning => CancelOutcome::NotRunning,
        })
    }

    /// Waits for the runs that this process carries out, so that it leaves none half-way.
    pub async fn finish_runs(&self) {
        self.runs.tasks.close();
        self.runs.tasks.wait().await;
    }

    /// Ends this process's part in its runs within ten seconds: those that do not end by
    /// themselves by then are given back, and another process takes them over at once.
    pub async fn stop_runs(&self) {
        if tokio::time::timeout(SHUTDOWN_GRACE, self.finish_runs()).await.is_ok() {
            return;
        }
        self.runs.release();
        if tokio::time::timeout(RELEASE_GRACE, self.finish_runs()).await.is_ok() {
            return;
        }
        let now = self.context.clock.now();
        for run in self.runs.under_way() {
            if let Err(error) = self.context.store.release_run(run, now).await {
                tracing::warn!(%run, %error, "releasing the sync's lease failed; it will expire");
            }
        }
    }

    /// What a sync that begins now is recorded as.
    pub(crate) fn record_of(
        &self,
        id: SyncId,
        grant: &Grant,
        trigger: Trigger,
        now: DateTime<Utc>,
    ) -> Result<SyncRecord> {
        let next = |has_changed| {
            self.schedule.intervals.next(grant.connection, &grant.polling, has_changed, now)
        };
        Ok(SyncRecord {
            id,
            connection: grant.connection,
            user: grant.user,
            trigger,
            started_at: now,
            next_sync_at: next(false).at,
            next_after_change_at: next(true).at,
            quiet_syncs: next(false).quiet_syncs,
            entry: caller::entry(now)?,
        })
    }

    /// A task of its own: a browser that hangs up must not drop a token on its way to the store.
    ///
    /// `grant` is what was read with the claim, where that was a moment ago; `slot` is given back
    /// when Google has answered.
    pub(crate) fn carry_out_in_background(
        &self,
        record: SyncRecord,
        grant: Option<Grant>,
        slot: Option<OwnedSemaphorePermit>,
    ) -> JoinHandle<()> {
        let run = ActiveRun::begin(self, record, slot);
        let syncs = self.clone();
        let task = async move {
            let done = tokio::select! {
                done = syncs.carry_out(&run, grant) => done,
                never = run.keep_alive() => match never {},
            };
            if let Err(error) = syncs.conclude(&run, done).await {
                tracing::error!(run = %run.record.id, %error, "storing the sync result failed");
            }
        };
        self.runs.tasks.spawn(task.in_current_span())
    }
}

/// The runs that this process carries out.
#[derive(Clone, Default)]
pub(crate) struct Runs {
    here: Arc<Mutex<HashMap<SyncId, RunControl>>>,
    tasks: TaskTracker,
}

/// How a run of this process is spoken with.
#[derive(Clone)]
struct RunControl {
    /// Something about its row is new.
    news: watch::Sender<()>,
    /// It is to stop.
    stop: CancellationToken,
    /// Not because its user wants it, but to be taken over.
    is_released: Arc<AtomicBool>,
}

impl Runs {
    /// What says that there is news of a run, where this process carries it out.
    pub(crate) fn news_of(&self, run: SyncId) -> Option<watch::Receiver<()>> {
        self.lock().get(&run).map(|control| control.news.subscribe())
    }

    fn cancel(&self, run: SyncId) {
        if let Some(control) = self.lock().get(&run) {
            control.stop.cancel();
            control.news.send_replace(());
        }
    }

    fn release(&self) {
        for control in self.lock().values() {
            control.is_released.store(true, Ordering::Relaxed);
            control.stop.cancel();
        }
    }

    fn under_way(&self) -> Vec<SyncId> {
        self.lock().keys().copied().collect()
    }

    /// No code that could panic runs under the lock.
    fn lock(&self) -> MutexGuard<'_, HashMap<SyncId, RunControl>> {
        self.here.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A run of this process, from its claim to its end.
pub(crate) struct ActiveRun {
    /// What it is recorded as.
    pub(crate) record: SyncRecord,
    store: Store,
    clock: Clock,
    runs: Runs,
    control: RunControl,
    /// Where it is, where that is not in its row yet.
    step: Mutex<Option<Step>>,
    /// What it takes up of this process's room, until Google has answered.
    room: Mutex<Vec<OwnedSemaphorePermit>>,
}

impl Drop for ActiveRun {
    /// Those who watch hear of the end by this: the last sender of news is gone.
    fn drop(&mut self) {
        self.runs.lock().remove(&self.record.id);
    }
}

impl ActiveRun {
    fn begin(syncs: &Syncs, record: SyncRecord, slot: Option<OwnedSemaphorePermit>) -> ActiveRun {
        let control = RunControl {
            news: watch::Sender::new(()),
            stop: CancellationToken::new(),
            is_released: Arc::default(),
        };
        syncs.runs.lock().insert(record.id, control.clone());
        let Context { store, clock, .. } = syncs.context.clone();
        let runs = syncs.runs.clone();
        let room = Mutex::new(slot.into_iter().collect());
        ActiveRun { record, store, clock, runs, control, step: Mutex::default(), room }
    }

    /// Waits until this process asks Google about few enough syncs. Who presses a button does not
    /// stand in a line.
    pub(crate) async fn wait_for_turn(&self, asking: &Arc<Semaphore>) -> Result<(), StopReason> {
        if self.record.trigger == Trigger::Schedule {
            let turn = self.unless_stopped(asking.clone().acquire_owned()).await?;
            // It is never closed.
            self.lock_room().extend(turn);
        }
        Ok(())
    }

    /// Google has answered: what is left is for the database, and another run may ask.
    pub(crate) fn make_room(&self) {
        self.lock_room().clear();
    }

    /// No code that could panic runs under the lock.
    fn lock_room(&self) -> MutexGuard<'_, Vec<OwnedSemaphorePermit>> {
        self.room.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Enters a step, unless the run is to end here.
    ///
    /// A run of the schedule only notes it: whether it was stopped is seen at the next sign of
    /// life, and by `save_sync` at the latest.
    pub(crate) async fn enter(&self, step: Step) -> Result<(), StopReason> {
        if self.control.stop.is_cancelled() {
            return Err(self.stopped());
        }
        if self.record.trigger == Trigger::Schedule {
            *self.lock_step() = Some(step);
            return Ok(());
        }
        let go_on = self.heartbeat(Some(step)).await?;
        self.control.news.send_replace(());
        match go_on {
            LeaseStatus::Held => Ok(()),
            LeaseStatus::CancelAsked => Err(StopReason::Cancelled),
            LeaseStatus::Lost => Err(StopReason::Lost),
        }
    }

    /// Waits for something of which nothing is lost when it is dropped half-way.
    pub(crate) async fn unless_stopped<T>(
        &self,
        work: impl Future<Output = T>,
    ) -> Result<T, StopReason> {
        self.control.stop.run_until_cancelled(work).await.ok_or_else(|| self.stopped())
    }

    fn stopped(&self) -> StopReason {
        if self.control.is_released.load(Ordering::Relaxed) {
            StopReason::Released
        } else {
            StopReason::Cancelled
        }
    }

    /// Keeps the lease for as long as the run goes on, and hears what other processes want.
    async fn keep_alive(&self) -> Infallible {
        loop {
            tokio::time::sleep(HEARTBEAT_INTERVAL).await;
            let step = self.lock_step().take();
            match self.heartbeat(step).await {
                Ok(LeaseStatus::Held) => {}
                Ok(LeaseStatus::CancelAsked | LeaseStatus::Lost) => self.control.stop.cancel(),
                Err(error) => tracing::warn!(%error, "run heartbeat failed"),
            }
            if step.is_some() {
                self.control.news.send_replace(());
            }
        }
    }

    async fn heartbeat(&self, step: Option<Step>) -> Result<LeaseStatus> {
        let lease_ends_at = self.clock.now() + LEASE;
        Ok(self.store.save_run_step(self.record.id, step, lease_ends_at).await?)
    }

    /// No code that could panic runs under the lock.
    fn lock_step(&self) -> MutexGuard<'_, Option<Step>> {
        self.step.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
