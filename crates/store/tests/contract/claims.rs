//! Due syncs go to one process each, and come back when that process dies.
//!
//! Several workers share the work only if no two ever claim the same.

use std::collections::HashSet;

use model::{Cause, UserId};

use crate::database::Database;
use crate::samples::{at, at_micros, at_once, connected, entry, received, sync_of};

on_both_engines! {
    what_is_due_is_claimed_until_the_lease_ends,
    what_waits_for_its_user_is_not_claimed,
    the_longest_due_are_claimed_first,
    processes_at_once_claim_no_sync_twice,
}
in_memory! { what_is_due_is_claimed_until_the_lease_ends, processes_at_once_claim_no_sync_twice }

async fn what_is_due_is_claimed_until_the_lease_ends(database: &Database) {
    let link = connected(database, "anna").await;
    let claim =
        async |now, lease| database.store.claim_due_syncs(now, lease, 9).await.unwrap().len();
    assert_eq!(claim(at_micros(999_999), at(60)).await, 0);
    assert_eq!(claim(at(1), at(60)).await, 1);
    assert_eq!(claim(at_micros(59_999_999), at(120)).await, 0);
    assert_eq!(claim(at(60), at(120)).await, 1);
    // Done: the next one is due an hour after.
    let record = sync_of(&link, 61);
    database.store.save_sync(&record, &received(&[]), at(61)).await.unwrap();
    assert_eq!(claim(at_micros(3_660_999_999), at(9_999)).await, 0);
    assert_eq!(claim(at(3_661), at(9_999)).await, 1);
}

async fn what_waits_for_its_user_is_not_claimed(database: &Database) {
    let active = connected(database, "anna").await;
    let waiting = connected(database, "boris").await;
    let store = &database.store;
    let cause = Cause::GrantEnded;
    assert!(
        store
            .save_needs_reconnect(waiting.id, waiting.user, 1, cause, &entry(), at(1))
            .await
            .unwrap()
    );
    assert_eq!(store.claim_due_syncs(at(9), at(60), 9).await.unwrap(), [active.user]);
}

async fn the_longest_due_are_claimed_first(database: &Database) {
    let mut users = Vec::new();
    for (name, synced_at) in [("a", 30), ("b", 10), ("c", 20), ("d", 40)] {
        let link = connected(database, name).await;
        let record = sync_of(&link, synced_at);
        database.store.save_sync(&record, &received(&[]), at(synced_at)).await.unwrap();
        users.push(link.user);
    }
    let claim = async |limit| -> HashSet<UserId> {
        let claimed = database.store.claim_due_syncs(at(9_000), at(9_999), limit).await.unwrap();
        claimed.into_iter().collect()
    };
    assert_eq!(claim(2).await, HashSet::from([users[1], users[2]]));
    assert_eq!(claim(9).await, HashSet::from([users[0], users[3]]));
}

async fn processes_at_once_claim_no_sync_twice(database: &Database) {
    let mut users = HashSet::new();
    for n in 0..30 {
        users.insert(connected(database, &format!("user{n}")).await.user);
    }
    let batches = at_once(10, |_| {
        let store = database.store.clone();
        async move { store.claim_due_syncs(at(9), at(60), 4).await.unwrap() }
    })
    .await;
    assert!(batches.iter().all(|batch| batch.len() <= 4), "{batches:?}");
    let mut claimed: Vec<_> = batches.into_iter().flatten().collect();
    // Whoever met a row that was being claimed passed over it; nothing is lost by that.
    claimed.extend(database.store.claim_due_syncs(at(9), at(60), 99).await.unwrap());
    assert_eq!(claimed.len(), 30);
    assert_eq!(claimed.into_iter().collect::<HashSet<_>>(), users);
}
