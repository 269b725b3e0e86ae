//! When a connection is synced next: the operator's pace, the user's wish, and what came of the
//! syncs before.
//!
//! The longest interval is a promise: whatever adapts, no next sync lies further from the last good
//! one.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::backoff::stable_jitter;
use crate::id::ConnectionId;
use crate::string_enum::string_enum;

string_enum! {
    /// How often a user wants their connection synced.
    SyncInterval {
        SixHours = "six_hours",
        Daily = "daily",
        ThreeDays = "three_days",
        Weekly = "weekly",
    }
}

impl SyncInterval {
    /// How long that is.
    pub const fn length(self) -> TimeDelta {
        match self {
            SyncInterval::SixHours => TimeDelta::hours(6),
            SyncInterval::Daily => TimeDelta::days(1),
            SyncInterval::ThreeDays => TimeDelta::days(3),
            SyncInterval::Weekly => TimeDelta::days(7),
        }
    }
}

/// A user who was not seen for so long is not waiting for what a sync brings.
pub const ABSENT_AFTER: TimeDelta = TimeDelta::days(14);

/// The operator's pace and its limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SyncIntervals {
    /// Between two syncs where nothing speaks for another interval.
    pub every: TimeDelta,
    /// No interval is shorter.
    pub shortest: TimeDelta,
    /// No interval is longer: the promise of how stale a healthy connection's data can be.
    pub longest: TimeDelta,
}

impl Default for SyncIntervals {
    /// Once a day, between six hours and a week.
    fn default() -> SyncIntervals {
        SyncIntervals {
            every: TimeDelta::days(1),
            shortest: TimeDelta::hours(6),
            longest: TimeDelta::days(7),
        }
    }
}

/// What is known of a connection that bears on its next sync.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PollingState {
    /// What its user chose, if they did.
    pub chosen: Option<SyncInterval>,
    /// Syncs in a row that changed nothing while the user was away.
    pub quiet_syncs: i64,
    /// When the user was last seen.
    pub seen_at: Option<DateTime<Utc>>,
}

/// What follows from a sync.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Next {
    /// When the next one is due.
    pub at: DateTime<Utc>,
    /// [`PollingState::quiet_syncs`] from now on.
    pub quiet_syncs: i64,
}

impl PollingState {
    /// Whether the user has not been seen lately.
    pub fn is_absent(&self, now: DateTime<Utc>) -> bool {
        self.seen_at.is_none_or(|seen_at| now - seen_at >= ABSENT_AFTER)
    }
}

impl SyncIntervals {
    /// The intervals that users may choose.
    pub fn offered(&self) -> impl Iterator<Item = SyncInterval> + use<'_> {
        let is_within =
            |interval: &SyncInterval| (self.shortest..=self.longest).contains(&interval.length());
        SyncInterval::ALL.iter().copied().filter(is_within)
    }

    /// What follows from a good sync at `now`, which changed something or did not.
    pub fn next(
        &self,
        connection: ConnectionId,
        polling: &PollingState,
        has_changed: bool,
        now: DateTime<Utc>,
    ) -> Next {
        let is_quiet = !has_changed && polling.is_absent(now);
        let quiet_syncs = if is_quiet { polling.quiet_syncs.max(0).saturating_add(1) } else { 0 };
        let interval = match polling.chosen {
            // Their word counts, as far as the operator still allows it.
            Some(chosen) => chosen.length(),
            None if has_changed => self.every / 2,
            None => self.grown(quiet_syncs),
        };
        Next { at: now + self.spread_over(interval, connection), quiet_syncs }
    }

    /// When the next sync is due of a user who is here and has just changed their mind.
    pub fn due(
        &self,
        connection: ConnectionId,
        chosen: Option<SyncInterval>,
        synced_at: DateTime<Utc>,
    ) -> DateTime<Utc> {
        let interval = chosen.map_or(self.every, SyncInterval::length);
        synced_at + self.spread_over(interval, connection)
    }

    /// Another try after a failure, as the back-off has it, but not beyond the promise as long as
    /// that can be kept.
    pub fn retry(
        &self,
        retry_at: DateTime<Utc>,
        synced_at: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> DateTime<Utc> {
        match synced_at.map(|synced_at| synced_at + self.longest) {
            Some(promised) if promised > now => retry_at.min(promised),
            _ => retry_at,
        }
    }

    /// The interval after so many quiet syncs: each doubles it.
    fn grown(&self, quiet_syncs: i64) -> TimeDelta {
        let doublings = u32::try_from(quiet_syncs.clamp(0, 30)).unwrap_or_default();
        let millis = i128::from(self.every.num_milliseconds()) << doublings;
        let millis = millis.min(i128::from(self.longest.num_milliseconds()));
        TimeDelta::milliseconds(i64::try_from(millis).unwrap_or(i64::MAX))
    }

    /// An interval within the limits, give or take a little by the connection's id, so that
    /// connections made in one rush do not stay together.
    fn spread_over(&self, interval: TimeDelta, connection: ConnectionId) -> TimeDelta {
        let longest = self.longest.max(self.shortest);
        let interval = interval.clamp(self.shortest, longest);
        let window = interval / 12;
        let latest = ((interval - window / 2).max(self.shortest) + window).min(longest);
        latest - window + stable_jitter(connection, window)
    }
}
