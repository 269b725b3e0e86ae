//! What becomes of a job after an attempt: done, tried again, or given up.

use store::{ClaimedJob, Store};

use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::jobs::attempt::{Attempt, JobError};

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
