//! A connection has one live run at most; everybody can watch it, and its owner can stop it.
//!
//! What is asked before the run stores is always in time; what is asked later never pretends to be.

use std::time::Duration;

use model::{Change, EventKind, Field, Step, SyncFailure, SyncReport};
use store::{LeaseStatus, Link, NewRun, Run, RunCancel, RunClaim, RunLimit, SyncRecord, Unlinked};

use crate::database::Database;
use crate::samples::{
    at, at_micros, at_once, claim, connected, entry, event_kinds, hash, id, received, run_of,
    sync_of,
};

on_both_engines! {
    a_live_run_is_joined_and_one_that_is_over_is_not,
    of_fifty_starts_at_once_one_begins,
    a_run_without_a_sign_of_life_makes_way,
    a_sign_of_life_prolongs_the_lease,
    runs_are_limited_and_joining_is_free,
    fifty_starts_at_once_count_once,
    a_run_that_is_to_stop_enters_no_step,
    a_run_that_stores_cannot_be_stopped,
    of_a_cancel_and_the_last_step_one_wins,
    nobody_stops_or_sees_anothers_run,
    a_cancelled_run_changes_nothing_and_is_told_calmly,
    the_end_of_a_run_is_that_of_its_sync,
    a_run_holds_nothing_from_google_and_goes_with_its_connection,
    purging_forgets_runs_that_are_long_over,
}
in_memory! { a_live_run_is_joined_and_one_that_is_over_is_not, of_fifty_starts_at_once_one_begins }

/// Begins a run at `at(2)` that lives until `at(32)`.
async fn begun(database: &Database, link: &Link) -> NewRun {
    let run = run_of(link, 32);
    assert_eq!(database.store.claim_run(&run, None, at(2)).await.unwrap(), RunClaim::Begun);
    run
}

/// Claims the due sync of a link for half a minute.
async fn claimed(database: &Database, link: &Link, now: i64) -> NewRun {
    // PostgreSQL passes over a row that is locked, as it is until a transaction that was given up
    // has been rolled back, for which nobody waits.
    let found = async {
        loop {
            let claimed = claim(&database.store, now, now + 30, 9).await.begun;
            if !claimed.is_empty() {
                return claimed;
            }
            tokio::task::yield_now().await;
        }
    };
    let claimed = tokio::time::timeout(Duration::from_secs(20), found).await.expect("it is due");
    assert_eq!(claimed[0].1.connection, link.id);
    NewRun { id: claimed[0].0, ..run_of(link, now + 30) }
}

fn record_of(link: &Link, run: &NewRun) -> SyncRecord {
    SyncRecord { id: run.id, ..sync_of(link, 2) }
}

async fn seen(database: &Database, link: &Link, run: &NewRun) -> Run {
    database.store.find_run(link.user, run.id).await.unwrap().unwrap()
}

async fn a_live_run_is_joined_and_one_that_is_over_is_not(database: &Database) {
    let link = connected(database, "anna").await;
    let other = connected(database, "boris").await;
    let first = begun(database, &link).await;
    let claim = async |run: NewRun| database.store.claim_run(&run, None, at(3)).await.unwrap();
    assert_eq!(claim(run_of(&link, 33)).await, RunClaim::Joined(first.id));
    assert_eq!(claim(run_of(&other, 33)).await, RunClaim::Begun);
    assert_eq!(database.store.find_live_run(link.user).await.unwrap(), Some(first.id));
    let fresh = Run {
        id: first.id,
        step: Step::Token,
        cancel_asked: false,
        lease_ends_at: at(32),
        report: None,
    };
    assert_eq!(seen(database, &link, &first).await, fresh);

    let stored = database.store.save_sync(&record_of(&link, &first), &received(&[]), at(4)).await;
    stored.unwrap();
    assert_eq!(database.store.find_live_run(link.user).await.unwrap(), None);
    assert_eq!(claim(run_of(&link, 33)).await, RunClaim::Begun);
    let nowhere = NewRun { connection: model::ConnectionId(id()), ..run_of(&link, 33) };
    assert_eq!(claim(nowhere).await, RunClaim::Gone);
}

async fn of_fifty_starts_at_once_one_begins(database: &Database) {
    let link = connected(database, "anna").await;
    let claims = at_once(50, |_| {
        let (store, run) = (database.store.clone(), run_of(&link, 32));
        async move { (run.id, store.claim_run(&run, None, at(2)).await.unwrap()) }
    })
    .await;
    let begun: Vec<_> = claims.iter().filter(|(_, claim)| *claim == RunClaim::Begun).collect();
    assert_eq!(begun.len(), 1, "{claims:?}");
    let joined = RunClaim::Joined(begun[0].0);
    assert_eq!(claims.iter().filter(|(_, claim)| *claim == joined).count(), 49);
}

async fn a_run_without_a_sign_of_life_makes_way(database: &Database) {
    let link = connected(database, "anna").await;
    let dead = begun(database, &link).await;
    let next = run_of(&link, 62);
    let claim = async |now| database.store.claim_run(&next, None, now).await.unwrap();
    assert_eq!(claim(at_micros(31_999_999)).await, RunClaim::Joined(dead.id));
    assert_eq!(claim(at(32)).await, RunClaim::Begun);
    let report = seen(database, &link, &dead).await.report;
    assert_eq!(report, Some(SyncReport::failed(SyncFailure::Internal)));
    // Should it wake up again, it does nothing more.
    let store = &database.store;
    let saving = store.save_run_step(dead.id, Some(Step::Saving), at(99)).await.unwrap();
    assert_eq!(saving, LeaseStatus::Lost);
    assert!(!store.save_cancelled_sync(&record_of(&link, &dead), at(99), at(33)).await.unwrap());
    assert_eq!(store.find_live_run(link.user).await.unwrap(), Some(next.id));
}

async fn a_sign_of_life_prolongs_the_lease(database: &Database) {
    let link = connected(database, "anna").await;
    let run = begun(database, &link).await;
    let store = &database.store;
    let step = async |step, lease| store.save_run_step(run.id, step, lease).await.unwrap();
    assert_eq!(step(Some(Step::Google), at(40)).await, LeaseStatus::Held);
    assert_eq!(step(None, at(60)).await, LeaseStatus::Held);
    let now = seen(database, &link, &run).await;
    assert_eq!((now.step, now.lease_ends_at), (Step::Google, at(60)));
    let joined = store.claim_run(&run_of(&link, 99), None, at(59)).await.unwrap();
    assert_eq!(joined, RunClaim::Joined(run.id));
}

fn limit(runs: i64) -> RunLimit {
    RunLimit { key: hash("anna"), runs, window_ends_at: at(600) }
}

async fn runs_are_limited_and_joining_is_free(database: &Database) {
    let link = connected(database, "anna").await;
    let claim = async |run: &NewRun, now| {
        database.store.claim_run(run, Some(&limit(2)), now).await.unwrap()
    };
    for secs in [2, 4] {
        let run = run_of(&link, 32);
        assert_eq!(claim(&run, at(secs)).await, RunClaim::Begun);
        for _ in 0..5 {
            assert_eq!(claim(&run_of(&link, 32), at(secs)).await, RunClaim::Joined(run.id));
        }
        let record = record_of(&link, &run);
        database.store.save_sync(&record, &received(&[]), at(secs + 1)).await.unwrap();
    }
    assert_eq!(claim(&run_of(&link, 32), at(6)).await, RunClaim::TooOften(at(600)));
    assert_eq!(database.store.find_live_run(link.user).await.unwrap(), None);
    // Only what is limited is counted, and not for ever.
    let free = run_of(&link, 32);
    assert_eq!(database.store.claim_run(&free, None, at(7)).await.unwrap(), RunClaim::Begun);
    assert_eq!(claim(&run_of(&link, 632), at(8)).await, RunClaim::Joined(free.id));
    assert_eq!(claim(&run_of(&link, 632), at(600)).await, RunClaim::Begun);
}

async fn fifty_starts_at_once_count_once(database: &Database) {
    let link = connected(database, "anna").await;
    let claims = at_once(50, |_| {
        let (store, run) = (database.store.clone(), run_of(&link, 32));
        async move { store.claim_run(&run, Some(&limit(20)), at(2)).await.unwrap() }
    })
    .await;
    let refused = claims.iter().filter(|claim| matches!(claim, RunClaim::TooOften(_))).count();
    assert_eq!(refused, 0, "{claims:?}");
    assert_eq!(database.store.add_try(&hash("anna"), at(3), at(9)).await.unwrap().tries, 2);
}

async fn a_run_that_is_to_stop_enters_no_step(database: &Database) {
    let link = connected(database, "anna").await;
    let run = begun(database, &link).await;
    let store = &database.store;
    store.save_run_step(run.id, Some(Step::Google), at(32)).await.unwrap();
    assert_eq!(store.save_run_cancel(link.user).await.unwrap(), RunCancel::Asked(run.id));
    assert_eq!(store.save_run_cancel(link.user).await.unwrap(), RunCancel::Asked(run.id));
    for step in [None, Some(Step::Picture), Some(Step::Saving)] {
        assert_eq!(
            store.save_run_step(run.id, step, at(40)).await.unwrap(),
            LeaseStatus::CancelAsked
        );
    }
    let now = seen(database, &link, &run).await;
    assert_eq!((now.step, now.cancel_asked, now.report), (Step::Google, true, None));
}

async fn a_run_that_stores_cannot_be_stopped(database: &Database) {
    let link = connected(database, "anna").await;
    let store = &database.store;
    assert_eq!(store.save_run_cancel(link.user).await.unwrap(), RunCancel::NotRunning);
    let run = begun(database, &link).await;
    let saving = store.save_run_step(run.id, Some(Step::Saving), at(32)).await.unwrap();
    assert_eq!(saving, LeaseStatus::Held);
    assert_eq!(store.save_run_cancel(link.user).await.unwrap(), RunCancel::TooLate);
    store.save_sync(&record_of(&link, &run), &received(&[]), at(3)).await.unwrap();
    assert_eq!(store.save_run_cancel(link.user).await.unwrap(), RunCancel::NotRunning);
    assert!(!seen(database, &link, &run).await.cancel_asked);
}

async fn of_a_cancel_and_the_last_step_one_wins(database: &Database) {
    for n in 0..10 {
        let link = connected(database, &format!("user{n}")).await;
        let run = begun(database, &link).await;
        let (store, other, user) = (database.store.clone(), database.store.clone(), link.user);
        let cancel = tokio::spawn(async move { store.save_run_cancel(user).await.unwrap() });
        let saving = tokio::spawn(async move {
            other.save_run_step(run.id, Some(Step::Saving), at(32)).await.unwrap()
        });
        match (cancel.await.unwrap(), saving.await.unwrap()) {
            (RunCancel::Asked(_), LeaseStatus::CancelAsked)
            | (RunCancel::TooLate, LeaseStatus::Held) => {}
            both => panic!("{both:?}"),
        }
    }
}

async fn nobody_stops_or_sees_anothers_run(database: &Database) {
    let anna = connected(database, "anna").await;
    let boris = connected(database, "boris").await;
    let run = begun(database, &anna).await;
    let store = &database.store;
    assert_eq!(store.find_run(boris.user, run.id).await.unwrap(), None);
    assert_eq!(store.find_live_run(boris.user).await.unwrap(), None);
    assert_eq!(store.save_run_cancel(boris.user).await.unwrap(), RunCancel::NotRunning);
    assert!(!seen(database, &anna, &run).await.cancel_asked);
}

async fn a_cancelled_run_changes_nothing_and_is_told_calmly(database: &Database) {
    let link = connected(database, "anna").await;
    let store = &database.store;
    let run = claimed(database, &link, 2).await;
    let before = store.find_overview(link.user, 9).await.unwrap();
    store.save_run_cancel(link.user).await.unwrap();
    assert!(store.save_cancelled_sync(&record_of(&link, &run), at(600), at(3)).await.unwrap());
    assert!(!store.save_cancelled_sync(&record_of(&link, &run), at(600), at(3)).await.unwrap());
    assert_eq!(seen(database, &link, &run).await.report, Some(SyncReport::cancelled()));
    assert_eq!(store.find_live_run(link.user).await.unwrap(), None);

    let after = store.find_overview(link.user, 9).await.unwrap();
    assert_eq!(after.profile, before.profile);
    let (before, after) = (before.connection.unwrap(), after.connection.unwrap());
    assert_eq!(after.next_sync_at, at(600), "what was due is put off");
    assert_eq!(after, model::Connection { next_sync_at: at(600), ..before });
    assert_eq!(event_kinds(database, link.user).await[0], EventKind::SyncCancelled);
    assert_eq!(database.count("syncs").await, 0);
    // What is due later than that stays due then.
    let again = claimed(database, &link, 600).await;
    let record = SyncRecord { next_sync_at: at(9_000), ..record_of(&link, &again) };
    store.save_sync(&record, &received(&[]), at(4)).await.unwrap();
    let third = begun(database, &link).await;
    let record = SyncRecord { entry: entry(), ..record_of(&link, &third) };
    assert!(store.save_cancelled_sync(&record, at(600), at(5)).await.unwrap());
    let shown = store.find_overview(link.user, 1).await.unwrap().connection.unwrap();
    assert_eq!(shown.next_sync_at, at(9_000));
}

async fn the_end_of_a_run_is_that_of_its_sync(database: &Database) {
    let link = connected(database, "anna").await;
    let store = &database.store;
    let run = begun(database, &link).await;
    let answer = received(&[(Field::FirstName, "Anna")]);
    store.save_sync(&record_of(&link, &run), &answer, at(3)).await.unwrap();
    let change = Change {
        field: Field::FirstName,
        old: None,
        old_source: None,
        new: Some("Anna".to_owned()),
    };
    assert_eq!(seen(database, &link, &run).await.report, Some(SyncReport::done(vec![change])));

    let run = begun(database, &link).await;
    store.save_sync(&record_of(&link, &run), &answer, at(4)).await.unwrap();
    assert_eq!(seen(database, &link, &run).await.report, Some(SyncReport::done(vec![])));

    let run = begun(database, &link).await;
    let failure = SyncFailure::RateLimited;
    store.save_failed_sync(&record_of(&link, &run), failure, at(5)).await.unwrap();
    assert_eq!(seen(database, &link, &run).await.report, Some(SyncReport::failed(failure)));
}

async fn a_run_holds_nothing_from_google_and_goes_with_its_connection(database: &Database) {
    let link = connected(database, "anna").await;
    let store = &database.store;
    let run = begun(database, &link).await;
    let answer = received(&[(Field::FirstName, "Имя-от-Google")]);
    store.save_sync(&record_of(&link, &run), &answer, at(3)).await.unwrap();
    let places = database.places_of("Имя-от-Google".as_bytes()).await;
    assert!(!places.is_empty() && places.iter().all(|place| !place.starts_with("sync_runs")));
    begun(database, &link).await;
    assert_eq!(database.count("sync_runs").await, 2);
    let done = store.unlink(link.user, link.id, 1, None, &entry(), at(9)).await.unwrap();
    assert_eq!(done, Unlinked::Done);
    assert_eq!(database.count("sync_runs").await, 0);
    assert_eq!(store.find_run(link.user, run.id).await.unwrap(), None);
}

async fn purging_forgets_runs_that_are_long_over(database: &Database) {
    let link = connected(database, "anna").await;
    let store = &database.store;
    let run = begun(database, &link).await;
    store.save_sync(&record_of(&link, &run), &received(&[]), at(3)).await.unwrap();
    let live = run_of(&link, 99);
    store.claim_run(&live, None, at(9)).await.unwrap();
    assert_eq!(store.purge_runs(at_micros(31_999_999)).await.unwrap(), 0);
    assert_eq!(store.purge_runs(at(32)).await.unwrap(), 1);
    assert_eq!(store.find_live_run(link.user).await.unwrap(), Some(live.id));
}
