//! When the next sync is due: the operator's limits hold, whatever adapts.

#![expect(clippy::unwrap_used, reason = "a test may end at the first surprise")]

use chrono::{DateTime, TimeDelta, Utc};
use model::sync::intervals::ABSENT_AFTER;
use model::{ConnectionId, PollingState, SyncInterval, SyncIntervals};
use proptest::prelude::*;
use uuid::Uuid;

const HOUR: TimeDelta = TimeDelta::hours(1);

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

fn connection(id: u128) -> ConnectionId {
    ConnectionId(Uuid::from_u128(id))
}

fn seen(ago: TimeDelta) -> PollingState {
    PollingState { seen_at: Some(now() - ago), ..PollingState::default() }
}

/// The hours to the next sync, to the nearest twelfth of the interval.
fn hours(polling: &PollingState, has_changed: bool) -> f64 {
    let all = (0..999).map(|id| {
        let next = SyncIntervals::default().next(connection(id), polling, has_changed, now());
        (next.at - now()).num_seconds() as f64 / 3_600.0
    });
    (all.sum::<f64>() / 999.0).round()
}

#[test]
fn who_is_here_is_synced_at_the_operators_pace_and_sooner_after_a_change() {
    let here = seen(TimeDelta::days(13));
    assert_eq!((hours(&here, false), hours(&here, true)), (24.0, 12.0));
    let quiet = PollingState { quiet_syncs: 9, ..here };
    assert_eq!(hours(&quiet, false), 24.0, "the quiet ones were before they came back");
    assert_eq!(SyncIntervals::default().next(connection(1), &quiet, false, now()).quiet_syncs, 0);
}

#[test]
fn who_is_away_is_synced_less_often_the_longer_nothing_changes() {
    let mut polling = seen(ABSENT_AFTER);
    let mut intervals = Vec::new();
    for _ in 0..5 {
        intervals.push(hours(&polling, false));
        polling.quiet_syncs =
            SyncIntervals::default().next(connection(1), &polling, false, now()).quiet_syncs;
    }
    let longest = 7.0 * 24.0 - 7.0;
    assert_eq!(intervals, [48.0, 96.0, longest, longest, longest]);
    let changed = SyncIntervals::default().next(connection(1), &polling, true, now());
    assert_eq!((changed.quiet_syncs, hours(&polling, true)), (0, 12.0));
    assert_eq!(hours(&PollingState::default(), false), 48.0, "nobody was ever seen");
}

#[test]
fn a_choice_counts_more_than_what_happened_and_less_than_the_limits() {
    let chosen = |interval| PollingState { chosen: Some(interval), ..seen(ABSENT_AFTER) };
    for has_changed in [false, true] {
        assert_eq!(hours(&chosen(SyncInterval::ThreeDays), has_changed), 72.0);
        assert_eq!(hours(&chosen(SyncInterval::Daily), has_changed), 24.0);
    }
    let strict = SyncIntervals { longest: TimeDelta::days(2), ..SyncIntervals::default() };
    let next = strict.next(connection(1), &chosen(SyncInterval::Weekly), false, now());
    assert!(next.at <= now() + TimeDelta::days(2), "the operator has changed their mind since");
    let offered: Vec<_> = strict.offered().collect();
    assert_eq!(offered, [SyncInterval::SixHours, SyncInterval::Daily]);
}

#[test]
fn a_retry_keeps_the_promise_while_it_can_be_kept() {
    let (intervals, later) = (SyncIntervals::default(), now() + HOUR * 6);
    let retry = |synced_ago| intervals.retry(later, Some(now() - synced_ago), now());
    assert_eq!(retry(TimeDelta::days(1)), later);
    assert_eq!(retry(TimeDelta::days(7) - HOUR), now() + HOUR);
    assert_eq!(retry(TimeDelta::days(8)), later, "it is broken: there is nothing to hurry for");
    assert_eq!(intervals.retry(later, None, now()), later);
}

fn habits() -> impl Strategy<Value = PollingState> {
    let chosen = proptest::option::of(proptest::sample::select(SyncInterval::ALL));
    let ago = proptest::option::of(0_i64..100_000_000);
    (chosen, any::<i64>(), ago).prop_map(|(chosen, quiet_syncs, ago)| PollingState {
        chosen,
        quiet_syncs,
        seen_at: ago.map(|secs| now() - TimeDelta::seconds(secs)),
    })
}

fn rhythms() -> impl Strategy<Value = SyncIntervals> {
    (1_i32..200, 0_i32..400, 0_i32..400).prop_map(|(shortest, more, still_more)| SyncIntervals {
        shortest: HOUR * shortest / 4,
        every: HOUR * (shortest + more) / 4,
        longest: HOUR * (shortest + more + still_more) / 4,
    })
}

proptest! {
    #[test]
    fn no_next_sync_is_beyond_the_promise(id: u128, polling in habits(), intervals in rhythms(), has_changed: bool) {
        let next = intervals.next(connection(id), &polling, has_changed, now());
        prop_assert!(next.at <= now() + intervals.longest);
        // Where the limits leave no room to spread, connections spread a little below.
        prop_assert!(next.at >= now() + intervals.shortest * 11 / 12);
        prop_assert!(next.quiet_syncs >= 0);
        let due = intervals.due(connection(id), polling.chosen, now());
        prop_assert!(due <= now() + intervals.longest && due > now());
    }

    #[test]
    fn a_retry_never_comes_before_now_nor_after_the_back_off(wait in 0_i64..90_000, ago in 0_i64..900_000, intervals in rhythms()) {
        let retry_at = now() + TimeDelta::seconds(wait);
        let at = intervals.retry(retry_at, Some(now() - TimeDelta::seconds(ago)), now());
        prop_assert!(now() <= at && at <= retry_at);
    }
}
