//! Syncs that found nothing new are recorded together, and none of them that was stopped, has lost
//! its turn or is not what it was any more.

use model::{EventKind, Field, SyncId};
use store::{Link, ReceivedProfile, RunCancel, SyncRecord, SyncStored, Unchanged};

use crate::database::Database;
use crate::samples::{
    at, claim, connected, due_users, entry, event_kinds, grant_of, received, sync_of,
};

on_both_engines! {
    many_are_recorded_as_one_is,
    a_stopped_one_is_not_recorded,
    one_that_lost_its_turn_is_not_recorded,
    another_answer_or_a_changed_profile_is_looked_at,
    nothing_is_stored_after_a_stop,
    nothing_is_stored_by_a_run_that_was_taken_over,
}

const HASH: [u8; 32] = [7; 32];

fn answer() -> ReceivedProfile {
    ReceivedProfile { answer_hash: Some(HASH), ..received(&[(Field::FirstName, "Anna")]) }
}

/// A connection that Google has answered once.
async fn answered(database: &Database, name: &str) -> Link {
    let link = connected(database, name).await;
    let record = SyncRecord { next_sync_at: at(9), ..sync_of(&link, 2) };
    let record = SyncRecord { next_after_change_at: at(9), ..record };
    database.store.save_sync(&record, &answer(), at(2)).await.unwrap();
    link
}

/// What its claimed run comes to.
async fn claimed(database: &Database, link: &Link, now: i64) -> Unchanged {
    let claimed = claim(&database.store, now, now + 30, 1).await;
    assert_eq!(claimed.begun[0].1.connection, link.id);
    let record = SyncRecord { id: claimed.begun[0].0, quiet_syncs: 2, ..sync_of(link, now) };
    Unchanged { record, answer_hash: HASH }
}

async fn recorded(database: &Database, syncs: &[Unchanged], now: i64) -> Vec<SyncId> {
    database.store.save_unchanged(syncs, at(now)).await.unwrap()
}

async fn many_are_recorded_as_one_is(database: &Database) {
    let (anna, boris) = (answered(database, "anna").await, answered(database, "boris").await);
    let store = &database.store;
    let claims = claim(store, 10, 40, 9).await.begun;
    let syncs: Vec<_> = claims
        .iter()
        .map(|(run, grant)| {
            let link = if grant.user == anna.user { &anna } else { &boris };
            let record = SyncRecord { id: *run, quiet_syncs: 2, ..sync_of(link, 10) };
            Unchanged { record, answer_hash: HASH }
        })
        .collect();
    assert_eq!(recorded(database, &syncs, 11).await.len(), 2);
    for (link, n) in [(&anna, 0), (&boris, 1)] {
        let grant = grant_of(database, link.user).await;
        assert_eq!((grant.synced_at, grant.polling.quiet_syncs), (Some(at(11)), 2), "{n}");
        assert_eq!(grant.answer_hash.as_deref(), Some(&HASH[..]));
        assert_eq!(event_kinds(database, link.user).await[0], EventKind::Synced);
        assert_eq!(store.find_live_run(link.user).await.unwrap(), None);
    }
    assert_eq!(database.count("syncs where outcome = 'unchanged'").await, 2);
    assert_eq!(database.count("syncs where trigger = 'schedule'").await, 2);
    // Due when they said: the moment is compared as every other is.
    assert_eq!(due_users(store, at(3_609), at(3_609), 9).await, []);
    assert_eq!(due_users(store, at(3_610), at(3_640), 9).await.len(), 2);
    // Told twice, they are recorded once.
    assert_eq!(recorded(database, &syncs, 12).await, []);
    assert_eq!(database.count("syncs").await, 4);
    assert_eq!(recorded(database, &[], 12).await, []);
}

async fn a_stopped_one_is_not_recorded(database: &Database) {
    let link = answered(database, "anna").await;
    let sync = claimed(database, &link, 10).await;
    let run = sync.record.id;
    let stopped = database.store.save_run_cancel(link.user).await.unwrap();
    assert_eq!(stopped, RunCancel::Asked(run));
    assert_eq!(recorded(database, &[sync], 11).await, []);
    assert_eq!(grant_of(database, link.user).await.synced_at, Some(at(2)));
    assert_eq!(database.count("syncs").await, 1);
}

async fn one_that_lost_its_turn_is_not_recorded(database: &Database) {
    let link = answered(database, "anna").await;
    let late = claimed(database, &link, 10).await;
    let next = claimed(database, &link, 40).await;
    assert_eq!(recorded(database, &[late, next.clone()], 41).await, [next.record.id]);
    assert_eq!(database.count("syncs").await, 2);
}

async fn another_answer_or_a_changed_profile_is_looked_at(database: &Database) {
    let link = answered(database, "anna").await;
    let sync = claimed(database, &link, 10).await;
    let other = Unchanged { answer_hash: [8; 32], ..sync.clone() };
    assert_eq!(recorded(database, &[other], 11).await, []);
    let change = |profile: &mut model::Profile| {
        profile.field_mut(Field::FirstName).edit(Some(crate::samples::kept("Анна", 11)));
    };
    database.store.save_profile(link.user, None, &entry(), at(11), change).await.unwrap();
    assert_eq!(grant_of(database, link.user).await.answer_hash, None);
    assert_eq!(recorded(database, &[sync], 12).await, []);
}

async fn nothing_is_stored_after_a_stop(database: &Database) {
    let link = connected(database, "anna").await;
    let run = claim(&database.store, 10, 40, 1).await.begun[0].0;
    database.store.save_run_cancel(link.user).await.unwrap();
    let record = SyncRecord { id: run, ..sync_of(&link, 10) };
    let stored = database.store.save_sync(&record, &answer(), at(11)).await.unwrap();
    assert_eq!(stored, SyncStored::CancelAsked);
    assert_eq!(database.count("google_values").await + database.count("syncs").await, 0);
    assert_eq!(grant_of(database, link.user).await.synced_at, None);
}

async fn nothing_is_stored_by_a_run_that_was_taken_over(database: &Database) {
    let link = connected(database, "anna").await;
    let late = claim(&database.store, 10, 40, 1).await.begun[0].0;
    let next = claim(&database.store, 40, 70, 1).await.begun[0].0;
    let record = SyncRecord { id: late, ..sync_of(&link, 10) };
    let stored = database.store.save_sync(&record, &answer(), at(41)).await.unwrap();
    assert_eq!(stored, SyncStored::Gone);
    assert_eq!(database.count("google_values").await, 0);
    let record = SyncRecord { id: next, ..sync_of(&link, 40) };
    let stored = database.store.save_sync(&record, &answer(), at(42)).await.unwrap();
    assert!(matches!(stored, SyncStored::Changed(changes) if changes.len() == 1));
}
