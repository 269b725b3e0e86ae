//! The worker: claims what is due and has it done.

use chrono::TimeDelta;
use futures::StreamExt;
use model::JobKind;
use store::JobLease;

use super::Jobs;
use crate::error::Result;
use crate::jobs::attempt::{Plan, plan_of};
use crate::jobs::settle::settle;
use crate::random;

/// How long jobs that were given up are kept, for an operator who looks for them.
const GIVEN_UP_KEPT: TimeDelta = TimeDelta::days(30);
/// What is overdue by this long and has no job was left behind by a node of the version before.
const LEFT_BEHIND: TimeDelta = TimeDelta::minutes(1);

impl Jobs {
    /// Does everything that is due, kind by kind, until nothing is.
    pub async fn run_all_due(&self) -> Result<()> {
        let left_behind = self.store.add_missing_jobs(self.clock.now() - LEFT_BEHIND).await?;
        if left_behind > 0 {
            tracing::info!(jobs = left_behind, "took over what an older version had queued");
        }
        for kind in JobKind::ALL {
            while self.run_due(*kind).await? > 0 {}
        }
        Ok(())
    }

    /// Does a batch of due jobs of a kind, and says how many there were.
    pub async fn run_due(&self, kind: JobKind) -> Result<usize> {
        let Plan { batch, at_once, lease, .. } = plan_of(kind);
        let now = self.clock.now();
        let lease = JobLease { claim: random::id(now)?, until: now + lease };
        let claimed = self.store.claim_jobs(kind, batch, &lease, now).await?;
        let count = claimed.len();
        futures::stream::iter(claimed)
            .for_each_concurrent(at_once, async |job| {
                let done = self.handle(&job).await;
                settle(&self.store, &self.clock, &job, done).await;
            })
            .await;
        Ok(count)
    }

    /// Comes back when this process has queued something.
    pub async fn work_available(&self) {
        self.store.work_is_queued().await;
    }

    /// Forgets jobs that were given up long ago.
    pub async fn purge(&self) -> Result<()> {
        self.store.purge_jobs(self.clock.now() - GIVEN_UP_KEPT).await?;
        Ok(())
    }
}
