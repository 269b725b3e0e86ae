//! How often a user wants to be synced is kept with their connection, and so is when they were
//! here.

use model::{PollingState, SyncInterval};
use store::NewSession;

use crate::database::Database;
use crate::samples::{at, connected, due_users, entry, grant_of, hash, id, received, sync_of};

on_both_engines! {
    a_choice_is_kept_until_another_one_is_made,
    a_choice_does_not_hurry_what_fails,
    who_is_seen_is_known_after_their_sessions_have_ended,
    who_comes_back_is_synced_at_once,
    a_sync_that_changes_something_has_another_next_one,
}

async fn habit_of(database: &Database, user: model::UserId) -> PollingState {
    grant_of(database, user).await.polling
}

async fn a_choice_is_kept_until_another_one_is_made(database: &Database) {
    let link = connected(database, "anna").await;
    let store = &database.store;
    for chosen in [Some(SyncInterval::Weekly), Some(SyncInterval::SixHours), None] {
        assert!(store.save_interval(link.user, chosen, at(50)).await.unwrap());
        assert_eq!(habit_of(database, link.user).await.chosen, chosen);
        let shown = store.find_overview(link.user, 1).await.unwrap().connection.unwrap();
        assert_eq!((shown.interval, shown.next_sync_at), (chosen, at(50)));
    }
    assert!(!store.save_interval(model::UserId(id()), None, at(50)).await.unwrap());
}

async fn a_choice_does_not_hurry_what_fails(database: &Database) {
    let link = connected(database, "anna").await;
    let store = &database.store;
    let failed = sync_of(&link, 3);
    store.save_failed_sync(&failed, model::SyncFailure::RateLimited, at(3)).await.unwrap();
    assert!(store.save_interval(link.user, Some(SyncInterval::Daily), at(50)).await.unwrap());
    assert_eq!(due_users(store, at(3_602), at(9_999), 9).await, []);
    assert_eq!(due_users(store, at(3_603), at(9_999), 9).await, [link.user]);
}

async fn session(database: &Database, user: model::UserId, now: i64) -> NewSession {
    let session = NewSession {
        id: model::SessionId(id()),
        token_hash: hash("token"),
        user,
        expires_at: at(99_999),
        replaces: None,
        entry: entry(),
    };
    database.store.add_session(&session, at(now)).await.unwrap();
    session
}

async fn who_is_seen_is_known_after_their_sessions_have_ended(database: &Database) {
    let link = connected(database, "anna").await;
    assert_eq!(habit_of(database, link.user).await.seen_at, None);
    let session = session(database, link.user, 10).await;
    assert_eq!(habit_of(database, link.user).await.seen_at, Some(at(10)));
    database.store.save_session_seen(session.id, at(20)).await.unwrap();
    database.store.end_session(&session.token_hash).await.unwrap();
    assert_eq!(habit_of(database, link.user).await.seen_at, Some(at(20)));
}

async fn who_comes_back_is_synced_at_once(database: &Database) {
    let link = connected(database, "anna").await;
    let store = &database.store;
    let quiet = store::SyncRecord { quiet_syncs: 3, ..sync_of(&link, 2) };
    store.save_sync(&quiet, &received(&[]), at(2)).await.unwrap();
    assert_eq!(habit_of(database, link.user).await.quiet_syncs, 3);
    let session = session(database, link.user, 10).await;
    assert_eq!(habit_of(database, link.user).await.quiet_syncs, 0);
    assert_eq!(due_users(store, at(10), at(40), 9).await, [link.user]);
    // Who was here all the time changes nothing by being here.
    store.save_sync(&sync_of(&link, 50), &received(&[]), at(50)).await.unwrap();
    store.save_session_seen(session.id, at(60)).await.unwrap();
    assert_eq!(due_users(store, at(60), at(90), 9).await, []);
}

async fn a_sync_that_changes_something_has_another_next_one(database: &Database) {
    let link = connected(database, "anna").await;
    let store = &database.store;
    let record =
        store::SyncRecord { quiet_syncs: 3, next_after_change_at: at(99), ..sync_of(&link, 2) };
    let answer = received(&[(model::Field::FirstName, "Anna")]);
    store.save_sync(&record, &answer, at(2)).await.unwrap();
    assert_eq!(habit_of(database, link.user).await.quiet_syncs, 0);
    assert_eq!(due_users(store, at(98), at(99), 9).await, []);
    assert_eq!(due_users(store, at(99), at(199), 9).await, [link.user]);
}
