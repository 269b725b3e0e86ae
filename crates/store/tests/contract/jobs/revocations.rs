//! A token that Google must forget is told to Google until Google confirms.
//!
//! It outlives the connection and the user, and is destroyed here with the confirmation.

use model::{EventKind, JobKind, RevocationId, UserId};

use crate::database::Database;
use crate::samples::{
    add_user, at, at_micros, claim_jobs, claim_revocations, entry, event_kinds, revocation, sealed,
};

on_both_engines! {
    a_revocation_is_claimed_until_the_lease_ends,
    a_user_sees_how_often_google_was_asked_and_when_again,
    a_confirmed_revocation_destroys_the_token,
    a_revocation_outlives_its_user,
    a_revocation_is_confirmed_once,
    a_user_sees_their_latest_revocation,
}
in_memory! {
    a_revocation_is_claimed_until_the_lease_ends,
    a_user_sees_how_often_google_was_asked_and_when_again,
}

async fn add(database: &Database, user: UserId, token: &str, secs: i64) -> RevocationId {
    let revocation = revocation(token);
    database.store.add_revocation(user, &revocation, at(secs)).await.unwrap();
    revocation.id
}

async fn a_revocation_is_claimed_until_the_lease_ends(database: &Database) {
    let anna = add_user(database, "anna").await;
    let revocation = add(database, anna, "token", 1).await;
    let claim = async |now, lease| claim_revocations(&database.store, now, lease, 9).await.unwrap();
    assert!(claim(at_micros(999_999), at(60)).await.is_empty());
    let claimed = claim(at(1), at(60)).await;
    assert_eq!(claimed.len(), 1);
    assert_eq!(claimed[0].id, revocation);
    assert_eq!(claimed[0].token, sealed("token"));
    assert!(claim(at_micros(59_999_999), at(99)).await.is_empty());
    assert_eq!(claim(at(60), at(99)).await.len(), 1);
}

async fn a_user_sees_how_often_google_was_asked_and_when_again(database: &Database) {
    let anna = add_user(database, "anna").await;
    add(database, anna, "token", 1).await;
    let (store, kind) = (&database.store, JobKind::RevokeToken);
    for (tries, due) in [(0, 1), (1, 100), (2, 200)] {
        assert!(claim_jobs(store, kind, at(due - 1), at(999), 9).await.unwrap().is_empty());
        let claimed = claim_jobs(store, kind, at(due), at(999), 9).await.unwrap();
        assert_eq!((claimed.len(), claimed[0].attempts), (1, tries));
        let next = at((tries + 1) * 100);
        assert!(store.retry_job(&claimed[0], next, "unavailable").await.unwrap());
        let shown = store.find_revocation(anna).await.unwrap().unwrap();
        assert_eq!((shown.tries, shown.due_at, shown.done_at), (tries + 1, next, None));
    }
}

async fn a_confirmed_revocation_destroys_the_token(database: &Database) {
    let store = &database.store;
    let anna = add_user(database, "anna").await;
    add(database, anna, "token", 1).await;
    let claimed = claim_revocations(store, at(1), at(60), 9).await.unwrap();
    store.save_revoked(claimed[0].id, &entry(), at(2)).await.unwrap();
    let shown = store.find_revocation(anna).await.unwrap().unwrap();
    assert_eq!((shown.created_at, shown.done_at), (at(1), Some(at(2))));
    assert_eq!(event_kinds(database, anna).await[0], EventKind::Revoked);
    assert!(claim_revocations(store, at(999), at(9_999), 9).await.unwrap().is_empty());
    assert_eq!(database.places_of(b"token").await, Vec::<String>::new());
}

async fn a_revocation_outlives_its_user(database: &Database) {
    let store = &database.store;
    let anna = add_user(database, "anna").await;
    add(database, anna, "first", 1).await;
    add(database, anna, "token", 2).await;
    let under_way = claim_revocations(store, at(1), at(60), 9).await.unwrap();
    database.execute("delete from users").await;
    store.save_revoked(under_way[0].id, &entry(), at(2)).await.unwrap();
    let claimed = claim_revocations(store, at(2), at(60), 9).await.unwrap();
    assert_eq!(claimed[0].token, sealed("token"));
    store.save_revoked(claimed[0].id, &entry(), at(3)).await.unwrap();
    assert_eq!(database.count("revocations where done_at is not null and token is null").await, 2);
    assert_eq!(database.count("events").await, 0);
}

/// A process fell asleep over a revocation, and another has told Google meanwhile.
async fn a_revocation_is_confirmed_once(database: &Database) {
    let store = &database.store;
    let anna = add_user(database, "anna").await;
    let id = add(database, anna, "token", 1).await;
    for secs in [2, 3] {
        store.save_revoked(id, &entry(), at(secs)).await.unwrap();
    }
    assert!(store.begin_revocation(id).await.unwrap().is_none(), "nothing is left to be told");
    let shown = store.find_revocation(anna).await.unwrap().unwrap();
    assert_eq!(shown.done_at, Some(at(2)));
    let kinds = event_kinds(database, anna).await;
    assert_eq!(kinds.iter().filter(|kind| **kind == EventKind::Revoked).count(), 1);
}

async fn a_user_sees_their_latest_revocation(database: &Database) {
    let anna = add_user(database, "anna").await;
    let boris = add_user(database, "boris").await;
    for (user, created) in [(anna, 3), (anna, 4), (anna, 2), (boris, 9)] {
        add(database, user, "t", created).await;
    }
    let shown = database.store.find_revocation(anna).await.unwrap().unwrap();
    assert_eq!((shown.created_at, shown.due_at), (at(4), at(4)));
    let nobody = add_user(database, "nobody").await;
    assert_eq!(database.store.find_revocation(nobody).await.unwrap(), None);
}
