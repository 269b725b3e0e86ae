//! Work in the background: one file a kind of job, one worker for all of them.
//!
//! What is to be done stands in the queue of the store, from the transaction of what it follows
//! from until a handler has done it. A handler may run twice, after a process that died, so each
//! begins by asking whether there is anything left to do.

mod apply_security_event;
pub(crate) mod attempt;
mod revoke_token;
mod send_mail;
pub(crate) mod settle;
mod worker;

use model::Job;
use store::{ClaimedJob, JobCount, Store};

use crate::clock::Clock;
use crate::error::Result;
use crate::grants::Grants;
use crate::jobs::attempt::{Attempt, JobError};
use crate::notifications::mail::MailOutbox;
use crate::security_events::SecurityEvents;

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
