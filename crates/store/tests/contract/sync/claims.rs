//! Due syncs go to one process each, and come back when that process dies.
//!
//! Several workers share the work only if no two ever claim the same. What is claimed runs, and
//! whoever wants the same by hand joins it.

use std::collections::HashSet;

use model::{Cause, Step, UserId};
use store::{LeaseStatus, RunClaim, Staleness};

use crate::database::Database;
use crate::samples::{
    at, at_micros, at_once, claim, connected, due_users, entry, received, run_of, sync_of,
};
use testkit::due_connections::fill;

on_both_engines! {
    what_is_due_is_claimed_until_the_lease_ends,
    what_waits_for_its_user_is_not_claimed,
    the_longest_due_are_claimed_first,
    processes_at_once_claim_no_sync_twice,
    a_claim_begins_runs_that_are_joined_by_hand,
    a_run_by_hand_is_not_begun_a_second_time,
    what_a_dead_process_had_claimed_begins_anew,
    what_is_given_back_is_claimed_at_once,
    a_row_that_cannot_be_read_stands_in_nobodys_way,
    what_the_promise_is_broken_for_is_due,
    the_claim_finds_what_is_due_by_an_index,
    what_is_due_stale_and_claimed_is_counted,
}
in_memory! { what_is_due_is_claimed_until_the_lease_ends, processes_at_once_claim_no_sync_twice }

async fn what_is_due_is_claimed_until_the_lease_ends(database: &Database) {
    let link = connected(database, "anna").await;
    let claim = async |now, lease| due_users(&database.store, now, lease, 9).await.len();
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
    assert_eq!(due_users(store, at(9), at(60), 9).await, [active.user]);
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
        let claimed = due_users(&database.store, at(9_000), at(9_999), limit).await;
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
        async move { due_users(&store, at(9), at(60), 4).await }
    })
    .await;
    assert!(batches.iter().all(|batch| batch.len() <= 4), "{batches:?}");
    let mut claimed: Vec<_> = batches.into_iter().flatten().collect();
    // Whoever met a row that was being claimed passed over it; nothing is lost by that.
    claimed.extend(due_users(&database.store, at(9), at(60), 99).await);
    assert_eq!(claimed.len(), 30);
    assert_eq!(claimed.into_iter().collect::<HashSet<_>>(), users);
}

async fn a_claim_begins_runs_that_are_joined_by_hand(database: &Database) {
    let link = connected(database, "anna").await;
    let store = &database.store;
    assert!(store.is_any_due(at(1)).await.unwrap() && !store.is_any_due(at(0)).await.unwrap());
    let claimed = claim(store, 2, 32, 9).await;
    let [(run, grant)] = &claimed.begun[..] else { panic!("{claimed:?}") };
    assert_eq!((grant.user, grant.connection, grant.generation), (link.user, link.id, 1));
    assert_eq!((claimed.is_troubled, claimed.blocked), (false, None));
    let joined = store.claim_run(&run_of(&link, 33), None, at(3)).await.unwrap();
    assert_eq!(joined, RunClaim::Joined(*run));
    assert!(!store.is_any_due(at(3)).await.unwrap());
}

async fn a_run_by_hand_is_not_begun_a_second_time(database: &Database) {
    let link = connected(database, "anna").await;
    let other = connected(database, "boris").await;
    let store = &database.store;
    let by_hand = run_of(&link, 99);
    assert_eq!(store.claim_run(&by_hand, None, at(2)).await.unwrap(), RunClaim::Begun);
    assert_eq!(due_users(store, at(3), at(33), 9).await, [other.user]);
    assert_eq!(store.find_live_run(link.user).await.unwrap(), Some(by_hand.id));
    assert_eq!(database.count("sync_runs").await, 2);
}

async fn what_a_dead_process_had_claimed_begins_anew(database: &Database) {
    let link = connected(database, "anna").await;
    let store = &database.store;
    let dead = claim(store, 2, 32, 9).await.begun[0].0;
    assert_eq!(due_users(store, at_micros(31_999_999), at(99), 9).await, []);
    assert_eq!(due_users(store, at(32), at(62), 9).await, [link.user]);
    assert_eq!(
        store.save_run_step(dead, Some(Step::Saving), at(99)).await.unwrap(),
        LeaseStatus::Lost
    );
}

async fn what_is_given_back_is_claimed_at_once(database: &Database) {
    let link = connected(database, "anna").await;
    let store = &database.store;
    let run = claim(store, 2, 32, 9).await.begun[0].0;
    store.release_run(run, at(3)).await.unwrap();
    assert_eq!(due_users(store, at(3), at(33), 9).await, [link.user]);
    // It has passed on: giving it back once more takes nothing from the next one.
    store.release_run(run, at(4)).await.unwrap();
    assert_eq!(due_users(store, at(4), at(34), 9).await, []);
}

async fn a_row_that_cannot_be_read_stands_in_nobodys_way(database: &Database) {
    connected(database, "anna").await;
    let boris = connected(database, "boris").await;
    database.execute("update connections set sync_interval = 'odd' where subject = 'anna'").await;
    let claimed = claim(&database.store, 2, 32, 9).await;
    assert_eq!(claimed.begun.len(), 1);
    assert_eq!(claimed.begun[0].1.user, boris.user);
    let said: Vec<_> = claimed.unreadable.iter().map(ToString::to_string).collect();
    assert!(said.len() == 1 && said[0].contains("sync_interval"), "{said:?}");
}

async fn what_the_promise_is_broken_for_is_due(database: &Database) {
    let (stale, failing) = (connected(database, "anna").await, connected(database, "boris").await);
    let store = &database.store;
    for link in [&stale, &failing] {
        store.save_sync(&sync_of(link, 2), &received(&[]), at(2)).await.unwrap();
    }
    let failed = sync_of(&failing, 3);
    store.save_failed_sync(&failed, model::SyncFailure::Internal, at(3)).await.unwrap();
    assert_eq!(store.save_promised_due(at_micros(1_999_999), at(9)).await.unwrap(), 0);
    assert_eq!(store.save_promised_due(at(2), at(9)).await.unwrap(), 1);
    assert_eq!(due_users(store, at(9), at(39), 9).await, [stale.user]);
}

async fn what_is_due_stale_and_claimed_is_counted(database: &Database) {
    let store = &database.store;
    let nobody = store.find_staleness(at(0), at(9)).await.unwrap();
    let none = Staleness { active: 0, due: 0, overdue: 0, claimed: 0, oldest_at: None };
    assert_eq!(nobody, none);
    // One that was never synced is as old as it is connected.
    for name in ["anna", "boris", "clara"] {
        connected(database, name).await;
    }
    let dora = connected(database, "dora").await;
    store.save_sync(&sync_of(&dora, 5), &received(&[]), at(5)).await.unwrap();
    claim(store, 8, 38, 1).await;
    let seen = store.find_staleness(at(2), at(9)).await.unwrap();
    let oldest_at = Some(at(1));
    assert_eq!(seen, Staleness { active: 4, due: 3, overdue: 3, claimed: 1, oldest_at });
}

async fn the_claim_finds_what_is_due_by_an_index(database: &Database) {
    for connections in [0, 20_000] {
        fill(&database.url, connections).await.unwrap();
        let plan = database.store.explain_claim(at(9_999), 16).await.unwrap();
        let is_by_index = plan.iter().any(|line| line.contains("connections_due"));
        // Of an empty table PostgreSQL reads what there is.
        assert!(is_by_index || connections == 0, "{plan:#?}");
        assert!(whole_tables(&plan).is_empty() || connections == 0, "{plan:#?}");
        let plan = database.store.explain_unchanged(at(9_999)).await.unwrap();
        assert!(whole_tables(&plan).is_empty() || connections == 0, "{plan:#?}");
    }
}

/// The lines of a plan that read a table from its beginning to its end. SQLite scans the few rows
/// of a list as well: those that were found, and those that were handed over.
fn whole_tables(plan: &[String]) -> Vec<&String> {
    let is_of_a_list = |line: &str| {
        ["SCAN due", "SCAN json_each", "SCAN (subquery"].iter().any(|list| line.starts_with(list))
    };
    let scans = plan.iter().filter(|line| line.contains("Seq Scan") || line.contains("SCAN"));
    scans.filter(|line| !is_of_a_list(line)).collect()
}
