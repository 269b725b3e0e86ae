//! When to ask Google again, and when for the first time: with jitter, so that many connections
//! do not ask at once.

use chrono::{DateTime, TimeDelta, Utc};

use crate::id::ConnectionId;

/// No call begins with an access token that has less left than this.
pub const MARGIN: TimeDelta = TimeDelta::seconds(60);

/// Access tokens that end together are refreshed over this long before, each at its own moment.
pub const REFRESH_WINDOW: TimeDelta = TimeDelta::minutes(10);

/// From when on an access token is refreshed before it is used: a minute before its end at the
/// latest, and up to [`REFRESH_WINDOW`] earlier, by the connection's id.
pub fn refresh_from(expires_at: DateTime<Utc>, connection: ConnectionId) -> DateTime<Utc> {
    expires_at - MARGIN - stable_jitter(connection, REFRESH_WINDOW)
}

/// A connection's own place in a window of time: always the same one, and evenly spread over
/// connections, whatever their ids have in common.
pub fn stable_jitter(connection: ConnectionId, window: TimeDelta) -> TimeDelta {
    let id = connection.0.as_u128();
    // The finish of splitmix64 (Steele, Lea and Flood, 2014): ids that count up spread as well.
    let mut mixed = (id >> 64) as u64 ^ id as u64;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^= mixed >> 31;
    let width = window.num_milliseconds().max(1).unsigned_abs();
    TimeDelta::milliseconds(i64::try_from(mixed % width).unwrap_or_default())
}

/// A wait in minutes, as people are told it. Rounded up: who comes back a moment early would be
/// refused again.
pub const fn whole_minutes(wait_secs: i64) -> i64 {
    (wait_secs + 59) / 60
}

/// How waits grow: truncated exponential back-off with jitter, as Google asks for
/// (docs/google-facts.md 6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// The wait after the first failure; each further one doubles it.
    pub first: TimeDelta,
    /// No wait grows longer, but for jitter and Google's own word.
    pub longest: TimeDelta,
}

impl Backoff {
    /// Google does not answer, is unwell, or asks us to slow down: it passes by itself.
    pub const OUTAGE: Backoff =
        Backoff { first: TimeDelta::seconds(1), longest: TimeDelta::hours(1) };
    /// Something that somebody has to mend: time alone does not.
    pub const FAULT: Backoff =
        Backoff { first: TimeDelta::minutes(5), longest: TimeDelta::hours(6) };
    /// A token to be revoked, or a security event to be acted on: nobody waits for it, and it must
    /// not be forgotten.
    pub const REVOCATION: Backoff =
        Backoff { first: TimeDelta::seconds(30), longest: TimeDelta::hours(6) };
    /// A mail that its server does not take now.
    pub const MAIL: Backoff =
        Backoff { first: TimeDelta::seconds(30), longest: TimeDelta::hours(1) };
    /// All scheduled syncs, while Google is down for everybody.
    pub const BREAKER: Backoff =
        Backoff { first: TimeDelta::seconds(30), longest: TimeDelta::minutes(15) };

    /// How long to wait after another failure.
    ///
    /// `failures` in a row came before this one. `asked` is Google's `Retry-After`: a minimum.
    /// `draw` is random over all of `u32`; the jitter that it gives is up to a quarter of the
    /// wait and at least up to a second, so that what failed together does not come back together.
    pub fn wait(self, failures: i64, asked: Option<TimeDelta>, draw: u32) -> TimeDelta {
        let doublings = u32::try_from(failures.max(0)).unwrap_or(u32::MAX).min(30);
        let grown = self.first.num_milliseconds().saturating_mul(1 << doublings);
        let asked = asked.map_or(0, |wait| wait.num_milliseconds());
        let wait = grown.min(self.longest.num_milliseconds()).max(asked);
        let widest = (wait / 4).max(1_000);
        let jitter = i128::from(widest) * i128::from(draw) / i128::from(u32::MAX);
        TimeDelta::milliseconds(wait + i64::try_from(jitter).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_and_stay_bounded() {
        let waits = |backoff: Backoff, tries: &[i64]| -> Vec<i64> {
            tries.iter().map(|n| backoff.wait(*n, None, 0).num_seconds()).collect()
        };
        assert_eq!(
            waits(Backoff::OUTAGE, &[0, 1, 2, 5, 11, 12, 9_999]),
            [1, 2, 4, 32, 2_048, 3_600, 3_600]
        );
        assert_eq!(waits(Backoff::FAULT, &[0, 1, 9, i64::MAX]), [300, 600, 21_600, 21_600]);
        assert_eq!(waits(Backoff::REVOCATION, &[0, 1, -1, 9, 99]), [30, 60, 30, 15_360, 21_600]);
        assert_eq!(waits(Backoff::MAIL, &[0, 1, 6, 7, 99]), [30, 60, 1_920, 3_600, 3_600]);
    }

    #[test]
    fn google_may_ask_for_more_and_never_for_less() {
        let wait =
            |asked| Backoff::OUTAGE.wait(3, Some(TimeDelta::seconds(asked)), 0).num_seconds();
        assert_eq!([wait(0), wait(8), wait(90), wait(86_400)], [8, 8, 90, 86_400]);
    }

    #[test]
    fn jitter_adds_up_to_a_quarter_and_up_to_a_second_at_least() {
        let widest = |failures| Backoff::OUTAGE.wait(failures, None, u32::MAX).num_milliseconds();
        assert_eq!([widest(0), widest(1), widest(10)], [2_000, 3_000, 1_280_000]);
        let half = Backoff::OUTAGE.wait(10, None, u32::MAX / 2).num_seconds();
        assert_eq!(half, 1_151);
    }
}
