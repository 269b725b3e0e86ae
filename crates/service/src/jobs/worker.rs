//! The worker: claims what is due, has it done, and notes what became of it.

use chrono::TimeDelta;
use futures::StreamExt;
use model::JobKind;
use store::{ClaimedJob, JobLease, Store};

use super::{Attempt, JobError, Jobs, Plan, plan_of};
use crate::clock::Clock;
use crate::error::{Error, Result};
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

/// Notes what became of an attempt. Where even that fails, the claim ends by itself.
pub(crate) async fn settle(
    store: &Store,
    clock: &Clock,
    job: &ClaimedJob,
    done: Result<(), JobError>,
) {
    let kind = job.job.kind().as_str();
    let noted = async {
        let now = clock.now();
        let is_ours = match done {
            Ok(()) => store.finish_job(job).await?,
            Err(JobError::Retry { why, at }) => store.retry_job(job, at, why).await?,
            Err(JobError::GiveUp { why }) => store.give_up_job(job, why, now).await?,
            Err(JobError::Internal(error)) => {
                tracing::error!(job = job.id.0, kind, %error, "job failed; it will be retried");
                let at = Attempt::of(job).next_at(None, now)?;
                store.retry_job(job, at, "internal").await?
            }
        };
        Ok::<_, Error>(is_ours)
    };
    match noted.await {
        Ok(true) => {}
        Ok(false) => {
            tracing::debug!(job = job.id.0, kind, "job is gone or claimed by another worker");
        }
        Err(error) => {
            tracing::error!(job = job.id.0, kind, %error, "storing the job result failed");
        }
    }
}
