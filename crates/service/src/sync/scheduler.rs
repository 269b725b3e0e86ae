//! Syncs by the clock: a steady stream of them, as many at once as the operator allows.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use model::{SyncId, SyncInterval, SyncIntervals, Trigger, UserId};
use store::{CircuitBreaker, Claim, ClaimBlocked, NewClaim, Staleness};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

use crate::error::Result;
use crate::random;
use crate::sync::Syncs;
use crate::sync::circuit_breaker::until;
use crate::sync::run::LEASE;

/// How the operator wants connections to be synced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schedule {
    pub intervals: SyncIntervals,
    /// Most syncs at once in this process.
    pub at_once: usize,
    /// Most syncs that all processes together begin by the clock in any minute; `None` is no limit.
    pub per_minute: Option<i64>,
}

impl Default for Schedule {
    fn default() -> Schedule {
        Schedule { intervals: SyncIntervals::default(), at_once: 16, per_minute: Some(3_000) }
    }
}

/// What became of a user's wish for an interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IntervalChoice {
    Saved,
    /// The operator does not offer it.
    NotOffered,
    /// There is nothing to sync.
    NotConnected,
}

/// How the schedule stands.
#[derive(Clone, Copy, Debug)]
pub struct ScheduleState {
    /// What is due, being synced, and older than promised.
    pub staleness: Staleness,
    /// The age of the oldest data.
    pub oldest: Option<TimeDelta>,
    /// How old it may be.
    pub promise: TimeDelta,
    /// Whether Google is down.
    pub breaker: CircuitBreaker,
    /// Syncs that began in the last minute, over all processes, where there is a limit.
    pub starts: i64,
    /// Most of them.
    pub per_minute: Option<i64>,
}

/// How soon something is seen that became due.
const LOOK_AGAIN: Duration = Duration::from_secs(5);
/// Poll interval while the limit of the minute is used up.
const RATE_LIMIT_POLL: Duration = Duration::from_millis(500);
/// One further sync is claimed for this many that run, so that it is ready when one of them ends.
const PREFETCH_DIVISOR: usize = 2;
/// Claims are debounced by this: claiming many costs as much as claiming one.
const CLAIM_DEBOUNCE: Duration = Duration::from_millis(4);

impl Syncs {
    /// Syncs what is due until `stop`, without end: a sync that ends makes room for the next one.
    /// What is under way at the end goes on; see [`Syncs::finish_runs`].
    pub async fn run_scheduler(&self, stop: &CancellationToken) {
        let most = self.schedule.at_once + self.schedule.at_once.div_ceil(PREFETCH_DIVISOR);
        let slots = Arc::new(Semaphore::new(most));
        let mut is_idle = true;
        while let Some(first) = stop.run_until_cancelled(slots.clone().acquire_owned()).await {
            let Ok(first) = first else { return };
            if slots.available_permits() + 1 < most {
                tokio::time::sleep(CLAIM_DEBOUNCE).await;
            }
            let room = std::iter::once(first)
                .chain(std::iter::from_fn(|| slots.clone().try_acquire_owned().ok()));
            let pause = match self.fill(room.collect(), is_idle).await {
                Ok(None) => {
                    is_idle = false;
                    continue;
                }
                Ok(Some(pause)) => pause,
                Err(error) => {
                    tracing::error!(%error, "claiming due syncs failed; retrying");
                    LOOK_AGAIN
                }
            };
            is_idle = true;
            tokio::select! {
                () = stop.cancelled() => return,
                () = self.due.notified() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// Syncs what is due now, as many as may run at once, waits for them, and says how many.
    pub async fn sync_due(&self) -> Result<usize> {
        let claim = self.claim(self.schedule.at_once).await?;
        let count = claim.begun.len();
        let tasks = self.launch(claim, std::iter::empty())?;
        for task in tasks {
            // One that panicked has said so, and its lease ends.
            drop(task.await);
        }
        Ok(count)
    }

    /// Fills the room with syncs that are due. `Some` says how long nothing more is to be had.
    async fn fill(
        &self,
        room: Vec<OwnedSemaphorePermit>,
        is_idle: bool,
    ) -> Result<Option<Duration>> {
        // Where nothing is due, nothing is written.
        if is_idle && !self.context.store.is_any_due(self.context.clock.now()).await? {
            return Ok(Some(LOOK_AGAIN));
        }
        let claim = self.claim(room.len()).await?;
        let pause = match claim.blocked {
            Some(ClaimBlocked::GoogleIsDown(at)) => {
                Some(until(at, self.context.clock.now()).min(LOOK_AGAIN))
            }
            Some(ClaimBlocked::MinuteIsFull) => Some(RATE_LIMIT_POLL),
            None => (claim.begun.len() < room.len()).then_some(LOOK_AGAIN),
        };
        let has_begun = !claim.begun.is_empty();
        self.launch(claim, room.into_iter().map(Some))?;
        // Who had less than it asked for asks once more, now that it is known what is left.
        Ok(pause.filter(|_| !has_begun))
    }

    /// How often users may have themselves synced.
    pub fn intervals(&self) -> Vec<SyncInterval> {
        self.schedule.intervals.offered().collect()
    }

    async fn claim(&self, room: usize) -> Result<Claim> {
        let now = self.context.clock.now();
        let run = |_| Ok(SyncId(random::id(now)?));
        let asked = NewClaim {
            runs: (0..room).map(run).collect::<Result<_>>()?,
            lease_ends_at: now + LEASE,
            per_minute: self.schedule.per_minute,
        };
        let claim = self.context.store.claim_due(&asked, now).await?;
        self.breaker.heard(claim.is_troubled);
        for error in &claim.unreadable {
            tracing::error!(%error, "reading a due connection failed");
        }
        Ok(claim)
    }

    fn launch(
        &self,
        claim: Claim,
        slots: impl Iterator<Item = Option<OwnedSemaphorePermit>>,
    ) -> Result<Vec<tokio::task::JoinHandle<()>>> {
        let mut slots = slots.chain(std::iter::repeat_with(|| None));
        let now = self.context.clock.now();
        claim
            .begun
            .into_iter()
            .map(|(run, grant)| {
                let record = self.record_of(run, &grant, Trigger::Schedule, now)?;
                Ok(self.carry_out_in_background(record, Some(grant), slots.next().flatten()))
            })
            .collect()
    }

    /// Syncs a user as often as they want from now on; `None` leaves it to the site.
    pub async fn choose_interval(
        &self,
        user: UserId,
        chosen: Option<SyncInterval>,
    ) -> Result<IntervalChoice> {
        let intervals = &self.schedule.intervals;
        if chosen.is_some_and(|chosen| !self.intervals().contains(&chosen)) {
            return Ok(IntervalChoice::NotOffered);
        }
        let Some(grant) = self.context.store.find_grant(user).await? else {
            return Ok(IntervalChoice::NotConnected);
        };
        let now = self.context.clock.now();
        let synced_at = grant.synced_at.unwrap_or(now);
        let next_sync_at = intervals.due(grant.connection, chosen, synced_at).max(now);
        let is_saved = self.context.store.save_interval(user, chosen, next_sync_at).await?;
        self.wake_scheduler();
        Ok(if is_saved { IntervalChoice::Saved } else { IntervalChoice::NotConnected })
    }

    /// How the schedule stands, for the operator.
    pub async fn schedule_state(&self) -> Result<ScheduleState> {
        let now = self.context.clock.now();
        let promise = self.schedule.intervals.longest;
        let staleness = self.context.store.find_staleness(now - promise, now).await?;
        Ok(ScheduleState {
            staleness,
            oldest: staleness.oldest_at.map(|at| now - at),
            promise,
            breaker: self.context.store.find_circuit_breaker().await?,
            starts: self.context.store.count_starts(now).await?,
            per_minute: self.schedule.per_minute,
        })
    }

    /// Holds the promise of freshness for connections that were scheduled under a longer one.
    pub(crate) async fn enforce_max_staleness(&self) -> Result<()> {
        let now = self.context.clock.now();
        let promised = now - self.schedule.intervals.longest - TimeDelta::minutes(1);
        if self.context.store.save_promised_due(promised, now).await? > 0 {
            self.wake_scheduler();
        }
        Ok(())
    }
}
