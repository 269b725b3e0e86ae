//! The circuit breaker: while Google is down for everybody, the schedule asks it no more, but for
//! one sync now and then that tries.
//!
//! The whole fleet shares it, in the circuit breaker's row. A good sync while all is well writes
//! nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use model::{Backoff, SyncId, Trigger};
use store::{OUTAGES_TO_OPEN, Outage, SyncRecord};

use crate::error::Result;
use crate::random;
use crate::sync::Syncs;

/// What this process last heard of the breaker. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Breaker {
    is_troubled: Arc<AtomicBool>,
}

impl Breaker {
    pub(crate) fn heard(&self, is_troubled: bool) {
        self.is_troubled.store(is_troubled, Ordering::Relaxed);
    }
}

impl Syncs {
    /// Google did not answer a sync. The one that opens the breaker says so in the log.
    /// Where that cannot be stored, the sync is recorded nevertheless.
    pub(crate) async fn note_outage(&self, run: SyncId) {
        self.breaker.heard(true);
        if let Err(error) = self.count_outage(run).await {
            tracing::warn!(%run, %error, "recording Google's outage failed");
        }
    }

    async fn count_outage(&self, run: SyncId) -> Result<()> {
        let now = self.context.clock.now();
        let draw = u32::from_be_bytes(random::bytes()?);
        let shut_until = |openings| now + Backoff::BREAKER.wait(openings, None, draw);
        match self.context.store.save_outage(run, shut_until, now).await? {
            Outage::Opened(until) => tracing::error!(
                wait_secs = (until - now).num_seconds(),
                "circuit breaker opened: Google is unavailable, {OUTAGES_TO_OPEN} syncs in a row failed. \
                 Scheduled syncs are suspended and retried one at a time after a delay; users \
                 can still sync manually"
            ),
            Outage::StillDown(until) => {
                tracing::debug!(
                    wait_secs = (until - now).num_seconds(),
                    "circuit breaker stays open: Google is still unavailable"
                )
            }
            Outage::Counted | Outage::Known => {}
        }
        Ok(())
    }

    /// Google answered a sync. The one that closes the breaker says so in the log. Where that
    /// cannot be stored, the next good sync does it.
    pub(crate) async fn note_answer(&self, record: &SyncRecord) {
        if let Err(error) = self.end_outage(record).await {
            tracing::warn!(run = %record.id, %error, "recording Google's recovery failed");
        }
    }

    async fn end_outage(&self, record: &SyncRecord) -> Result<()> {
        let is_troubled = match record.trigger {
            // The claim that began it has seen the circuit breaker.
            Trigger::Schedule => self.breaker.is_troubled.load(Ordering::Relaxed),
            Trigger::Connect | Trigger::Button | Trigger::Operator => {
                self.context.store.find_circuit_breaker().await?.is_troubled()
            }
        };
        if !is_troubled {
            return Ok(());
        }
        if let Some(opened_at) = self.context.store.save_recovery(record.started_at).await? {
            let down = self.context.clock.now() - opened_at;
            tracing::info!(
                down_secs = down.num_seconds(),
                "circuit breaker closed: Google is available, scheduled syncs resume"
            );
            self.wake_scheduler();
        }
        Ok(())
    }
}

/// How long until a moment, and nothing for one that is over.
pub(crate) fn until(at: DateTime<Utc>, now: DateTime<Utc>) -> std::time::Duration {
    (at - now).max(TimeDelta::zero()).to_std().unwrap_or_default()
}
