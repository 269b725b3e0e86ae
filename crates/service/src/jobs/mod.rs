//! Work in the background: one file a kind of job, one worker for all of them.
//!
//! What is to be done stands in the queue of the store, from the transaction of what it follows
//! from until a handler has done it. A handler may run twice, after a process that died, so each
//! begins by asking whether there is anything left to do.

mod apply_security_event;
mod revoke_token;
mod send_mail;
mod worker;

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use model::{Backoff, Job, JobKind};
use store::{ClaimedJob, JobCount, Store};

use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::grants::Grants;
use crate::grants::call_failure::retry_at;
use crate::notifications::mail::MailOutbox;
use crate::security_events::SecurityEvents;

pub(crate) use worker::settle;

/// The background work of the site. Cheap to clone.
#[derive(Clone)]
pub struct Jobs {
    store: Store,
    clock: Clock,
    post: MailOutbox,
    grants: Grants,
    security_events: SecurityEvents,
}

impl Jobs {
    /// Work on what is queued in `store`, with the verbs that know how.
    pub fn new(
        store: Store,
        clock: Clock,
        post: MailOutbox,
        grants: Grants,
        security_events: SecurityEvents,
    ) -> Jobs {
        Jobs { store, clock, post, grants, security_events }
    }

    /// Does one job, once.
    async fn handle(&self, claimed: &ClaimedJob) -> Result<(), JobError> {
        let attempt = Attempt::of(claimed);
        match &claimed.job {
            Job::ApplySecurityEvent(id) => self.security_events.apply(id).await,
            Job::RevokeToken(id) => self.grants.revoke_token(*id, attempt).await,
            Job::SendMail(id) => self.post.send_mail(*id, attempt).await,
        }
    }

    /// How deep the queue is, for the operator.
    pub async fn counts(&self) -> Result<Vec<JobCount>> {
        Ok(self.store.count_jobs().await?)
    }
}

/// How jobs of a kind are worked on.
struct Plan {
    /// How many are claimed in one go.
    batch: i64,
    /// How many of those are worked on at once.
    at_once: usize,
    /// How long a claim holds before another process may take it over: longer than a batch can last.
    lease: TimeDelta,
    /// How the waits between attempts grow.
    backoff: Backoff,
    /// Whether attempts that failed together are spread, so that they do not come back together.
    is_spread: bool,
}

const fn plan_of(kind: JobKind) -> Plan {
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
    failures: i64,
}

impl Attempt {
    fn of(claimed: &ClaimedJob) -> Attempt {
        Attempt { kind: claimed.job.kind(), failures: claimed.attempts }
    }

    /// When the next attempt is worth it, no sooner than was asked for.
    fn next_at(self, asked: Option<Duration>, now: DateTime<Utc>) -> Result<DateTime<Utc>> {
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
