//! One remembered document: fetched by one caller at a time, kept in service when Google is not.
//!
//! Holds no opinion on what it keeps; discovery and the signing keys each have one.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::Mutex;

use crate::Error;

/// How long to leave Google alone after a fetch that failed or was asked for out of turn.
const PAUSE: TimeDelta = TimeDelta::minutes(1);

/// A value as it was fetched, and how long it may be used without asking again.
pub(crate) struct Fetched<T> {
    pub(crate) value: T,
    pub(crate) fresh_for: TimeDelta,
}

/// A value that is fetched again when it is no longer fresh.
pub(crate) struct Cached<T> {
    held: RwLock<Option<Held<T>>>,
    /// How many fetches have ended, so that who waited for one can tell that it is over.
    ended: AtomicU64,
    flight: Mutex<Flight>,
}

struct Held<T> {
    value: Arc<T>,
    fresh_until: DateTime<Utc>,
}

#[derive(Default)]
struct Flight {
    failure: Option<Error>,
    renewed_at: Option<DateTime<Utc>>,
}

impl<T> Cached<T> {
    pub(crate) fn empty() -> Cached<T> {
        let flight = Mutex::new(Flight::default());
        Cached { held: RwLock::new(None), ended: AtomicU64::new(0), flight }
    }

    /// The value as it is, however old.
    pub(crate) fn peek(&self) -> Option<Arc<T>> {
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        held.as_ref().map(|held| held.value.clone())
    }

    /// The value, fetched if there is none or it is no longer fresh.
    ///
    /// `fetch` is only polled when needed. A failed fetch leaves the old value in service for
    /// another minute; without one, everybody who waited for that fetch shares its failure.
    pub(crate) async fn get(
        &self,
        now: DateTime<Utc>,
        fetch: impl Future<Output = Result<Fetched<T>, Error>>,
    ) -> Result<Arc<T>, Error> {
        if let Some(fresh) = self.fresh(now) {
            return Ok(fresh);
        }
        let ended = self.ended.load(Ordering::Acquire);
        let mut flight = self.flight.lock().await;
        if let Some(fresh) = self.fresh(now) {
            return Ok(fresh);
        }
        if let Some(failure) = &flight.failure
            && self.ended.load(Ordering::Acquire) != ended
        {
            return Err(failure.clone());
        }
        let fetched = self.take_off(&mut flight, now, fetch).await;
        let Err(failure) = fetched else { return fetched };
        self.extend(now).ok_or(failure)
    }

    /// The value, fetched although it is fresh; within a minute of the last time, what that
    /// brought.
    ///
    /// # Errors
    /// Those of `fetch`, for the rest of its minute: the old value stays in service for
    /// [`get`](Cached::get), but nobody may conclude from it that there is nothing newer.
    pub(crate) async fn renew(
        &self,
        now: DateTime<Utc>,
        fetch: impl Future<Output = Result<Fetched<T>, Error>>,
    ) -> Result<Arc<T>, Error> {
        let mut flight = self.flight.lock().await;
        let recent = flight.renewed_at.is_some_and(|at| (now - at).abs() < PAUSE);
        if recent && let Some(held) = self.peek() {
            return flight.failure.clone().map_or(Ok(held), Err);
        }
        flight.renewed_at = Some(now);
        self.take_off(&mut flight, now, fetch).await
    }

    async fn take_off(
        &self,
        flight: &mut Flight,
        now: DateTime<Utc>,
        fetch: impl Future<Output = Result<Fetched<T>, Error>>,
    ) -> Result<Arc<T>, Error> {
        let fetched = fetch.await;
        flight.failure = fetched.as_ref().err().cloned();
        self.ended.fetch_add(1, Ordering::Release);
        let Fetched { value, fresh_for } = fetched?;
        let value = Arc::new(value);
        self.hold(Held { value: value.clone(), fresh_until: now + fresh_for });
        Ok(value)
    }

    fn fresh(&self, now: DateTime<Utc>) -> Option<Arc<T>> {
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        held.as_ref().filter(|held| now < held.fresh_until).map(|held| held.value.clone())
    }

    fn extend(&self, now: DateTime<Utc>) -> Option<Arc<T>> {
        let value = self.peek()?;
        self.hold(Held { value: value.clone(), fresh_until: now + PAUSE });
        Some(value)
    }

    fn hold(&self, held: Held<T>) {
        *self.held.write().unwrap_or_else(PoisonError::into_inner) = Some(held);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicUsize;

    const DOWN: Error = Error::Unavailable { what: "down" };

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_790_000_000 + seconds, 0).unwrap()
    }

    async fn good(value: u32) -> Result<Fetched<u32>, Error> {
        Ok(Fetched { value, fresh_for: TimeDelta::hours(1) })
    }

    async fn bad() -> Result<Fetched<u32>, Error> {
        Err(DOWN)
    }

    #[tokio::test]
    async fn a_value_is_fetched_again_when_it_is_no_longer_fresh() {
        let cached = Cached::empty();
        assert_eq!(*cached.get(at(0), good(1)).await.unwrap(), 1);
        assert_eq!(*cached.get(at(3599), good(2)).await.unwrap(), 1);
        assert_eq!(*cached.get(at(3600), good(3)).await.unwrap(), 3);
    }

    #[tokio::test]
    async fn a_failed_fetch_leaves_the_old_value_in_service() {
        let cached = Cached::empty();
        assert_eq!(cached.get(at(0), bad()).await.unwrap_err(), DOWN);
        cached.get(at(0), good(1)).await.unwrap();
        assert_eq!(*cached.get(at(4000), bad()).await.unwrap(), 1);
        assert_eq!(*cached.get(at(4059), good(2)).await.unwrap(), 1, "left alone for a minute");
        assert_eq!(*cached.get(at(4060), good(2)).await.unwrap(), 2);
    }

    #[tokio::test]
    async fn a_renewal_happens_at_most_once_a_minute() {
        let cached = Cached::empty();
        cached.get(at(0), good(1)).await.unwrap();
        assert_eq!(*cached.renew(at(1), good(2)).await.unwrap(), 2);
        assert_eq!(*cached.renew(at(60), good(3)).await.unwrap(), 2);
        assert_eq!(cached.renew(at(61), bad()).await.unwrap_err(), DOWN);
        assert_eq!(*cached.get(at(62), good(4)).await.unwrap(), 2, "the old value is kept");
        assert_eq!(cached.renew(at(62), good(4)).await.unwrap_err(), DOWN, "and may be outdated");
        assert_eq!(*cached.renew(at(121), good(4)).await.unwrap(), 4);
    }

    #[tokio::test]
    async fn many_callers_are_one_fetch() {
        let cached = Arc::new(Cached::empty());
        let fetches = Arc::new(AtomicUsize::new(0));
        let callers = (0..20).map(|_| {
            let (cached, fetches) = (cached.clone(), fetches.clone());
            tokio::spawn(async move {
                let slow_failure = async {
                    fetches.fetch_add(1, Ordering::SeqCst);
                    for _ in 0..50 {
                        tokio::task::yield_now().await;
                    }
                    bad().await
                };
                cached.get(at(0), slow_failure).await
            })
        });
        for caller in callers.collect::<Vec<_>>() {
            assert_eq!(caller.await.unwrap().unwrap_err(), DOWN);
        }
        assert_eq!(fetches.load(Ordering::SeqCst), 1, "who waited shares the failure");
    }
}
