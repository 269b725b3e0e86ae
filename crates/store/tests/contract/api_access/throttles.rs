//! Tries are counted exactly, however many come at once.
//!
//! A count that loses tries under load is no hindrance to who guesses.

use crate::database::Database;
use crate::samples::{at, at_micros, at_once, hash};

on_both_engines! {
    tries_are_counted_until_their_window_ends,
    fifty_tries_at_once_count_fifty,
    a_forgiven_try_does_not_count,
    looking_at_a_count_does_not_count,
    purging_forgets_windows_that_are_over,
}
in_memory! { tries_are_counted_until_their_window_ends, fifty_tries_at_once_count_fifty }

async fn tries_are_counted_until_their_window_ends(database: &Database) {
    let add = async |key: &str, now, ends| {
        let throttle = database.store.add_try(&hash(key), now, ends).await.unwrap();
        (throttle.tries, throttle.window_ends_at)
    };
    assert_eq!(add("anna", at(0), at(60)).await, (1, at(60)));
    // A try does not prolong the window.
    assert_eq!(add("anna", at(1), at(61)).await, (2, at(60)));
    assert_eq!(add("boris", at(1), at(61)).await, (1, at(61)));
    assert_eq!(add("anna", at_micros(59_999_999), at(119)).await, (3, at(60)));
    assert_eq!(add("anna", at(60), at(120)).await, (1, at(120)));
}

async fn fifty_tries_at_once_count_fifty(database: &Database) {
    let throttles = at_once(50, |_| {
        let store = database.store.clone();
        async move { store.add_try(&hash("anna"), at(0), at(60)).await.unwrap() }
    })
    .await;
    let mut counts: Vec<i64> = throttles.into_iter().map(|throttle| throttle.tries).collect();
    counts.sort_unstable();
    assert_eq!(counts, (1..=50).collect::<Vec<_>>());
}

async fn a_forgiven_try_does_not_count(database: &Database) {
    let tries = async || database.store.add_try(&hash("anna"), at(0), at(60)).await.unwrap().tries;
    assert_eq!((tries().await, tries().await), (1, 2));
    database.store.forgive_try(&hash("anna")).await.unwrap();
    assert_eq!(tries().await, 2);
    // Nobody can save up tries.
    for _ in 0..5 {
        database.store.forgive_try(&hash("anna")).await.unwrap();
    }
    assert_eq!(tries().await, 1);
    database.store.forgive_try(&hash("nobody")).await.unwrap();
}

async fn looking_at_a_count_does_not_count(database: &Database) {
    let look = async |now| database.store.find_throttle(&hash("anna"), now).await.unwrap();
    assert_eq!(look(at(0)).await, None);
    let counted = database.store.add_try(&hash("anna"), at(0), at(60)).await.unwrap();
    assert_eq!(look(at(1)).await, Some(counted));
    assert_eq!(look(at_micros(59_999_999)).await, Some(counted));
    assert_eq!(look(at(60)).await, None, "the window is over");
}

async fn purging_forgets_windows_that_are_over(database: &Database) {
    for (key, ends) in [("over", at(60)), ("open", at_micros(60_000_001))] {
        database.store.add_try(&hash(key), at(0), ends).await.unwrap();
    }
    assert_eq!(database.store.purge_throttles(at(60)).await.unwrap(), 1);
    assert_eq!(database.store.add_try(&hash("open"), at(60), at(99)).await.unwrap().tries, 2);
}
