//! A call to Google that failed: what it means for a sync, and when the next try is worth it.
//!
//! The decisions stand in `model::outcomes`; here they meet Google's `Retry-After` and chance.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use google::Error;
use model::{Backoff, SyncFailure};

use crate::error::Result;
use crate::random;

/// What a failed call means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CallFailure {
    /// What a sync that failed so is recorded as.
    pub(crate) failure: SyncFailure,
    /// How long Google asks us to wait: a minimum.
    pub(crate) retry_after: Option<Duration>,
    /// Whether this very call had no answer: Google is down, as far as it can tell.
    pub(crate) is_outage: bool,
}

impl From<SyncFailure> for CallFailure {
    fn from(failure: SyncFailure) -> CallFailure {
        CallFailure { failure, retry_after: None, is_outage: false }
    }
}

impl From<&Error> for CallFailure {
    fn from(error: &Error) -> CallFailure {
        CallFailure {
            failure: error.call_result().failure(),
            retry_after: retry_after(error),
            is_outage: error.call_result().is_outage(),
        }
    }
}

impl CallFailure {
    /// When the sync is worth another try, after so many failures in a row before this one.
    pub(crate) fn retry_at(self, failures: i64, now: DateTime<Utc>) -> Result<DateTime<Utc>> {
        retry_at(self.failure.backoff(), failures, self.retry_after, now)
    }
}

/// When a call is worth another try.
pub(crate) fn retry_at(
    backoff: Backoff,
    failures: i64,
    asked: Option<Duration>,
    now: DateTime<Utc>,
) -> Result<DateTime<Utc>> {
    let draw = u32::from_be_bytes(random::bytes()?);
    let asked = asked.and_then(|wait| TimeDelta::from_std(wait).ok());
    Ok(now + backoff.wait(failures, asked, draw))
}

/// How long Google asks us to wait, where it does.
pub(crate) const fn retry_after(error: &Error) -> Option<Duration> {
    match error {
        Error::RateLimited { retry_after } => *retry_after,
        _ => None,
    }
}
