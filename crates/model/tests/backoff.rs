//! Ten thousand connections never ask Google at once.

#![expect(clippy::unwrap_used, reason = "a test may end at the first surprise")]

use chrono::{DateTime, TimeDelta, Utc};
use model::backoff::{MARGIN, REFRESH_WINDOW, refresh_from, stable_jitter};
use model::{Backoff, ConnectionId};
use proptest::prelude::*;
use uuid::Uuid;

const CONNECTIONS: u128 = 10_000;

fn ends() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

/// The busiest minute's share, as a multiple of the mean's, over a window.
fn peak_over_mean(moments: impl Iterator<Item = TimeDelta>, window: TimeDelta) -> f64 {
    let minutes = usize::try_from(window.num_minutes()).unwrap();
    let mut counts = vec![0_u32; minutes];
    for moment in moments {
        counts[usize::try_from(moment.num_minutes()).unwrap()] += 1;
    }
    let mean = f64::from(counts.iter().sum::<u32>()) / f64::from(u32::try_from(minutes).unwrap());
    f64::from(*counts.iter().max().unwrap()) / mean
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Tokens that end in the same second are refreshed over ten minutes, whatever the ids have
    /// in common: here they count up, or differ in their upper half alone.
    #[test]
    fn no_minute_has_more_than_twice_its_share(first: u128, step in prop_oneof![Just(1), Just(1 << 64), any::<u128>()]) {
        let step = step.max(1);
        let ids = (0..CONNECTIONS).map(|n| first.wrapping_add(n.wrapping_mul(step)));
        let ids: Vec<_> = ids.map(|id| ConnectionId(Uuid::from_u128(id))).collect();
        let begin = ends() - MARGIN - REFRESH_WINDOW;
        let refreshes = ids.iter().map(|id| refresh_from(ends(), *id) - begin - TimeDelta::milliseconds(1));
        prop_assert!(peak_over_mean(refreshes, REFRESH_WINDOW) <= 2.0);
        let day = TimeDelta::hours(2);
        let syncs = ids.iter().map(|id| stable_jitter(*id, day));
        prop_assert!(peak_over_mean(syncs, day) <= 2.0);
    }

    #[test]
    fn a_token_is_refreshed_a_minute_before_its_end_at_the_latest(id: u128) {
        let from = refresh_from(ends(), ConnectionId(Uuid::from_u128(id)));
        prop_assert!(from <= ends() - MARGIN && from > ends() - MARGIN - REFRESH_WINDOW);
    }

    #[test]
    fn no_wait_is_shorter_than_google_asks_or_longer_than_it_must(failures in 0_i64.., asked in 0_i64..86_400, draw: u32) {
        for backoff in [Backoff::OUTAGE, Backoff::FAULT, Backoff::REVOCATION] {
            let wait = backoff.wait(failures, Some(TimeDelta::seconds(asked)), draw);
            prop_assert!(wait >= backoff.first && wait >= TimeDelta::seconds(asked));
            let longest = backoff.longest.max(TimeDelta::seconds(asked));
            prop_assert!(wait <= longest + (longest / 4).max(TimeDelta::seconds(1)));
        }
    }
}
