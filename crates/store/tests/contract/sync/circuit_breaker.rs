//! All processes begin syncs through one gate: never more in any minute than allowed, and none
//! while Google is down, but for one at a time that tries.

use model::SyncId;
use store::{
    CircuitBreaker, Claim, ClaimBlocked, NewClaim, NewRun, OUTAGES_TO_OPEN, Outage, RunClaim, Store,
};

use crate::database::Database;
use crate::samples::{at, at_micros, at_once, claim, connected, id, run_of};

on_both_engines! {
    in_no_minute_more_syncs_begin_than_allowed,
    processes_at_once_share_one_minute,
    a_sync_by_hand_takes_its_share_of_the_minute_and_is_not_held_up,
    starts_of_minutes_that_are_over_are_forgotten,
    ten_outages_in_a_row_open_the_circuit_breaker,
    an_answer_in_between_begins_the_count_anew,
    of_many_processes_one_opens_the_breaker,
    after_the_wait_one_sync_at_a_time_tries,
    a_probe_that_dies_makes_way,
    a_probe_that_is_given_back_makes_way,
    only_what_began_since_says_that_google_is_back,
    outages_of_before_do_not_shut_it_again,
}
in_memory! { processes_at_once_share_one_minute, of_many_processes_one_opens_the_breaker }

async fn claim_some(store: &Store, micros: i64, room: usize, per_minute: i64) -> Claim {
    let asked = NewClaim {
        runs: (0..room).map(|_| SyncId(id())).collect(),
        lease_ends_at: at_micros(micros + 30_000_000),
        per_minute: Some(per_minute),
    };
    store.claim_due(&asked, at_micros(micros)).await.unwrap()
}

/// Connects so many users, and gives every one of them a sync that is long due.
async fn crowd(database: &Database, users: usize) {
    for n in 0..users {
        connected(database, &format!("user{n}")).await;
    }
}

async fn in_no_minute_more_syncs_begin_than_allowed(database: &Database) {
    const PER_MINUTE: i64 = 7;
    crowd(database, 60).await;
    let mut begun: Vec<i64> = Vec::new();
    // Claims at odd moments for eight minutes, by processes whose clocks differ by a little.
    let mut micros = 10_000_000;
    for round in 0..250_i64 {
        micros += 700_000 + round * 37_117 % 2_500_000;
        let skewed = micros + round % 3 * 300_000;
        let room = usize::try_from(1 + round % 4).unwrap();
        let claimed = claim_some(&database.store, skewed, room, PER_MINUTE).await;
        if claimed.begun.len() < room {
            assert_eq!(claimed.blocked, Some(ClaimBlocked::MinuteIsFull));
        }
        begun.extend(claimed.begun.iter().map(|_| skewed));
    }
    let busiest = begun
        .iter()
        .map(|end| begun.iter().filter(|at| (end - 60_000_000..=*end).contains(*at)).count())
        .max();
    assert_eq!(busiest, Some(7));
    assert!(begun.len() > 45, "and the minutes are made use of: {}", begun.len());
}

async fn processes_at_once_share_one_minute(database: &Database) {
    crowd(database, 30).await;
    let claims = at_once(10, |_| {
        let store = database.store.clone();
        async move { claim_some(&store, 10_000_000, 4, 13).await.begun.len() }
    })
    .await;
    assert_eq!(claims.iter().sum::<usize>(), 13, "{claims:?}");
    assert_eq!(database.store.count_starts(at(10)).await.unwrap(), 13);
    assert_eq!(database.store.count_starts(at(99)).await.unwrap(), 0);
}

async fn a_sync_by_hand_takes_its_share_of_the_minute_and_is_not_held_up(database: &Database) {
    crowd(database, 6).await;
    let (anna, boris) = (connected(database, "anna").await, connected(database, "boris").await);
    let begin = async |link| {
        let run = NewRun { is_counted: true, ..run_of(link, 99) };
        assert_eq!(database.store.claim_run(&run, None, at(10)).await.unwrap(), RunClaim::Begun);
    };
    begin(&anna).await;
    let claimed = claim_some(&database.store, 10_500_000, 4, 3).await;
    assert_eq!((claimed.begun.len(), claimed.blocked), (2, Some(ClaimBlocked::MinuteIsFull)));
    begin(&boris).await;
    assert_eq!(database.store.count_starts(at(10)).await.unwrap(), 4);
    let later = claim_some(&database.store, 80_000_000, 4, 3).await;
    assert_eq!(later.begun.len(), 3, "and is forgotten with its minute");
}

async fn starts_of_minutes_that_are_over_are_forgotten(database: &Database) {
    crowd(database, 6).await;
    for micros in [10_000_000, 11_000_000, 80_000_000] {
        assert_eq!(claim_some(&database.store, micros, 2, 9).await.begun.len(), 2);
    }
    assert_eq!(database.store.purge_starts(at(80)).await.unwrap(), 2);
    assert_eq!(database.store.count_starts(at(80)).await.unwrap(), 2);
    assert_eq!(database.store.purge_starts(at(80)).await.unwrap(), 0);
}

async fn outage(store: &Store, run: SyncId, now: i64) -> Outage {
    store.save_outage(run, |openings| at(now + 30 + openings), at(now)).await.unwrap()
}

async fn shut(store: &Store, now: i64) {
    for n in 1..=OUTAGES_TO_OPEN {
        let said = outage(store, SyncId(id()), now).await;
        let is_last = n == OUTAGES_TO_OPEN;
        let expected = if is_last { Outage::Opened(at(now + 30)) } else { Outage::Counted };
        assert_eq!(said, expected, "{n}");
    }
}

async fn ten_outages_in_a_row_open_the_circuit_breaker(database: &Database) {
    crowd(database, 3).await;
    let store = &database.store;
    assert!(!claim(store, 2, 32, 1).await.is_troubled);
    shut(store, 5).await;
    // What was under way when it was shut says nothing new.
    assert_eq!(outage(store, SyncId(id()), 6).await, Outage::Known);
    let held = claim(store, 6, 36, 9).await;
    assert_eq!((held.begun.len(), held.blocked), (0, Some(ClaimBlocked::GoogleIsDown(at(35)))));
    assert!(held.is_troubled);
}

async fn an_answer_in_between_begins_the_count_anew(database: &Database) {
    let store = &database.store;
    for _ in 0..3 {
        for _ in 1..OUTAGES_TO_OPEN {
            assert_eq!(outage(store, SyncId(id()), 5).await, Outage::Counted);
        }
        assert_eq!(store.save_recovery(at(5)).await.unwrap(), None);
    }
    assert!(!store.find_circuit_breaker().await.unwrap().is_troubled());
}

async fn of_many_processes_one_opens_the_breaker(database: &Database) {
    let said = at_once(30, |_| {
        let store = database.store.clone();
        async move { outage(&store, SyncId(id()), 5).await }
    })
    .await;
    let of = |outage| said.iter().filter(|said| **said == outage).count();
    assert_eq!((of(Outage::Counted), of(Outage::Opened(at(35))), of(Outage::Known)), (9, 1, 20));
}

async fn after_the_wait_one_sync_at_a_time_tries(database: &Database) {
    crowd(database, 9).await;
    let store = &database.store;
    shut(store, 5).await;
    let probe = claim(store, 35, 65, 9).await;
    assert_eq!((probe.begun.len(), probe.blocked), (1, None));
    let held = claim(store, 36, 66, 9).await;
    assert_eq!((held.begun.len(), held.blocked), (0, Some(ClaimBlocked::GoogleIsDown(at(65)))));
    // Still down: twice as long, as the caller's back-off has it.
    assert_eq!(outage(store, probe.begun[0].0, 40).await, Outage::StillDown(at(71)));
    assert_eq!(claim(store, 70, 100, 9).await.begun.len(), 0);
    let probe = claim(store, 71, 101, 9).await;
    assert_eq!(probe.begun.len(), 1);
    // Back: the flood gates open, and the next outage begins to count from nothing.
    assert_eq!(store.save_recovery(at(71)).await.unwrap(), Some(at(5)));
    assert_eq!(claim(store, 72, 102, 4).await.begun.len(), 4);
    let fresh = store.find_circuit_breaker().await.unwrap();
    let closed = CircuitBreaker {
        outages: 0,
        openings: 0,
        opened_at: None,
        retry_at: None,
        probe: None,
        probe_until: None,
    };
    assert_eq!(fresh, closed);
}

async fn a_probe_that_dies_makes_way(database: &Database) {
    crowd(database, 3).await;
    let store = &database.store;
    shut(store, 5).await;
    assert_eq!(claim(store, 35, 65, 9).await.begun.len(), 1);
    assert_eq!(claim(store, 64, 94, 9).await.begun.len(), 0);
    assert_eq!(claim(store, 65, 95, 9).await.begun.len(), 1);
}

async fn a_probe_that_is_given_back_makes_way(database: &Database) {
    crowd(database, 3).await;
    let store = &database.store;
    shut(store, 5).await;
    let probe = claim(store, 35, 65, 9).await.begun[0].0;
    store.release_run(probe, at(36)).await.unwrap();
    assert_eq!(claim(store, 36, 66, 9).await.begun.len(), 1);
}

async fn only_what_began_since_says_that_google_is_back(database: &Database) {
    crowd(database, 3).await;
    let store = &database.store;
    shut(store, 5).await;
    assert_eq!(store.save_recovery(at_micros(4_999_999)).await.unwrap(), None);
    assert_eq!(claim(store, 6, 36, 9).await.begun.len(), 0);
    // A sync by hand that began since does.
    assert_eq!(store.save_recovery(at(7)).await.unwrap(), Some(at(5)));
    assert_eq!(claim(store, 8, 38, 9).await.begun.len(), 3);
}

async fn outages_of_before_do_not_shut_it_again(database: &Database) {
    let store = &database.store;
    shut(store, 5).await;
    assert_eq!(store.save_recovery(at(7)).await.unwrap(), Some(at(5)));
    assert_eq!(outage(store, SyncId(id()), 8).await, Outage::Counted);
}
