//! One attempt at a job: how it may end, and when the next one is worth it.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use model::{Backoff, JobKind};
use store::ClaimedJob;

use crate::error::{Error, Result};
use crate::grants::call_failure::retry_at;

/// How jobs of a kind are worked on.
pub(crate) struct Plan {
    /// How many are claimed in one go.
    pub(crate) batch: i64,
    /// How many of those are worked on at once.
    pub(crate) at_once: usize,
    /// How long a claim holds before another process may take it over: longer than a batch can
    /// last.
    pub(crate) lease: TimeDelta,
    /// How the waits between attempts grow.
    backoff: Backoff,
    /// Whether attempts that failed together are spread, so that they do not come back together.
    is_spread: bool,
}

pub(crate) const fn plan_of(kind: JobKind) -> Plan {
    let (backoff, is_spread) = (Backoff::REVOCATION, true);
    match kind {
        JobKind::ApplySecurityEvent => {
            Plan { batch: 50, at_once: 1, lease: TimeDelta::minutes(1), backoff, is_spread }
        }
        JobKind::RevokeToken => {
            Plan { batch: 20, at_once: 1, lease: TimeDelta::minutes(2), backoff, is_spread }
        }
        // The mail server is the operator's own, and has four of us at most.
        JobKind::SendMail => Plan {
            batch: 20,
            at_once: 4,
            lease: TimeDelta::minutes(10),
            backoff: Backoff::MAIL,
            is_spread: false,
        },
    }
}

/// How long whoever keeps a security event has for acting on it, before the worker takes over.
pub(crate) const RECEIVER_LEASE: TimeDelta = plan_of(JobKind::ApplySecurityEvent).lease;

/// One attempt at a job.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Attempt {
    kind: JobKind,
    /// Failed ones before it.
    pub(crate) failures: i64,
}

impl Attempt {
    pub(crate) fn of(claimed: &ClaimedJob) -> Attempt {
        Attempt { kind: claimed.job.kind(), failures: claimed.attempts }
    }

    /// When the next attempt is worth it, no sooner than was asked for.
    pub(crate) fn next_at(
        self,
        asked: Option<Duration>,
        now: DateTime<Utc>,
    ) -> Result<DateTime<Utc>> {
        let Plan { backoff, is_spread, .. } = plan_of(self.kind);
        if is_spread {
            return retry_at(backoff, self.failures, asked, now);
        }
        let asked = asked.and_then(|wait| TimeDelta::from_std(wait).ok());
        Ok(now + backoff.wait(self.failures, asked, 0))
    }
}

/// Why a job is not done. `why` is a word of ours that is kept with the job, and never what others
/// said: that may name whom it is about.
#[derive(Debug)]
pub(crate) enum JobError {
    /// Another attempt may do it.
    Retry { why: &'static str, at: DateTime<Utc> },
    /// No attempt will.
    GiveUp { why: &'static str },
    /// Ours: another attempt, when the kind's backoff says so.
    Internal(Error),
}

impl From<Error> for JobError {
    fn from(error: Error) -> JobError {
        JobError::Internal(error)
    }
}

impl From<store::Error> for JobError {
    fn from(error: store::Error) -> JobError {
        JobError::Internal(error.into())
    }
}
