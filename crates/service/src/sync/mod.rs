//! sync: the steps, the runs that carry them out, and the schedule.

pub(crate) mod batch_writer;
pub(crate) mod circuit_breaker;
pub(crate) mod image_worker;
pub(crate) mod optional_scopes;
pub(crate) mod run;
pub(crate) mod scheduler;
pub(crate) mod steps;
pub(crate) mod watch;

use std::sync::Arc;

use chrono::TimeDelta;
use tokio::sync::{Notify, Semaphore};

use crate::context::Context;
use crate::error::Result;
use crate::grants::Grants;
use crate::operations::alerts::Alerts;
use crate::sync::batch_writer::BatchWriter;
use crate::sync::circuit_breaker::Breaker;
use crate::sync::image_worker::ImageWorker;
use crate::sync::run::Runs;
use crate::sync::scheduler::Schedule;

/// How long a run that is over can be asked for: whoever watched it has seen its end by then.
const RUNS_KEPT: TimeDelta = TimeDelta::hours(1);

/// The verbs of syncs, by hand and by the clock. Cheap to clone.
#[derive(Clone)]
pub struct Syncs {
    context: Context,
    alerts: Alerts,
    grants: Grants,
    image_worker: ImageWorker,
    /// The syncs that this process carries out.
    runs: Runs,
    /// Stores what changed nothing, many at a time.
    batch_writer: BatchWriter,
    /// How many syncs of the schedule may still ask Google at once.
    asking: Arc<Semaphore>,
    /// What this process knows of Google's outages.
    breaker: Breaker,
    /// How syncs come by themselves.
    schedule: Schedule,
    /// Tells the scheduler that a sync has become due.
    due: Arc<Notify>,
}

impl Syncs {
    /// Syncs with the tokens of `grants`, as often as `schedule` says.
    pub fn new(context: Context, alerts: Alerts, grants: Grants, schedule: Schedule) -> Syncs {
        Syncs {
            context,
            alerts,
            grants,
            image_worker: ImageWorker::new(),
            runs: Runs::default(),
            batch_writer: BatchWriter::default(),
            asking: Arc::new(Semaphore::new(schedule.at_once)),
            breaker: Breaker::default(),
            schedule,
            due: Arc::default(),
        }
    }

    /// Tells the scheduler of this process that a sync has become due.
    pub(crate) fn wake_scheduler(&self) {
        self.due.notify_one();
    }

    /// Forgets runs that are long past, and sees to it that no connection grows staler than
    /// promised.
    pub async fn purge(&self) -> Result<()> {
        let now = self.context.clock.now();
        self.enforce_max_staleness().await?;
        self.context.store.purge_runs(now - RUNS_KEPT).await?;
        self.context.store.purge_starts(now).await?;
        Ok(())
    }
}
