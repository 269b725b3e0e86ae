//! The dashboard is one look at what the other methods stored.
//!
//! History is newest first to the microsecond, though SQLite sorts times as text.

use model::{EventKind, Field, Profile, ScopeSet, Source, Status};
use store::Store;

use crate::database::Database;
use crate::samples::{
    add_user, at, at_micros, connected, entry, events_of, new_user, own, revocation,
};

on_both_engines! {
    a_new_user_sees_what_they_typed,
    a_connected_user_sees_their_connection,
    a_disconnected_user_sees_their_revocation,
    events_are_newest_first,
}
in_memory! { a_new_user_sees_what_they_typed, events_are_newest_first }

async fn a_new_user_sees_what_they_typed(database: &Database) {
    let user = new_user("anna@example.com", own(&[(Field::FirstName, "Анна")]));
    database.store.add_user(&user, at(0)).await.unwrap();
    let shown = database.store.find_overview(user.id, 10).await.unwrap();
    assert_eq!(shown.profile.get(Field::FirstName), Some("Анна"));
    assert_eq!(shown.profile.source(Field::FirstName), Some(Source::User));
    assert_eq!((shown.profile_updated_at, shown.connection, shown.revocation), (None, None, None));
    assert_eq!((shown.events.len(), shown.events[0].at), (1, at(0)));
}

async fn a_connected_user_sees_their_connection(database: &Database) {
    let link = connected(database, "anna").await;
    connected(database, "boris").await;
    let shown = database.store.find_overview(link.user, 10).await.unwrap();
    let connection = shown.connection.unwrap();
    assert_eq!((connection.status, connection.cause), (Status::Active, None));
    assert_eq!(connection.email.as_deref(), Some("anna@gmail.com"));
    assert_eq!(connection.granted, ScopeSet::sign_in());
    assert_eq!((connection.connected_at, connection.next_sync_at), (at(1), at(1)));
    assert_eq!((connection.synced_at, connection.last_failure), (None, None));
    assert_eq!(shown.events.len(), 2);
}

async fn a_disconnected_user_sees_their_revocation(database: &Database) {
    let link = connected(database, "anna").await;
    let store: &Store = &database.store;
    let revocation = revocation("token");
    store.unlink(link.user, link.id, 1, Some(&revocation), &entry(), at(5)).await.unwrap();
    let shown = store.find_overview(link.user, 10).await.unwrap();
    assert_eq!((shown.connection, shown.profile), (None, Profile::default()));
    assert_eq!(shown.revocation.unwrap().created_at, at(5));
    // Who connects again is past that.
    store.link(&store::Link { entry: entry(), ..link.clone() }, at(6)).await.unwrap();
    assert_eq!(store.find_overview(link.user, 10).await.unwrap().revocation, None);
}

async fn events_are_newest_first(database: &Database) {
    let anna = add_user(database, "anna").await;
    let other = add_user(database, "boris").await;
    database.store.add_event(&entry(), other, EventKind::Refused, at(50)).await.unwrap();
    let times = [1_500_000, 1_000_000, 1_000_001, 999_999, 2_000_000, 1_000_999, 1_001_000];
    for micros in times {
        let kind = EventKind::Cancelled;
        database.store.add_event(&entry(), anna, kind, at_micros(micros)).await.unwrap();
    }
    // At one moment, the later id is newer.
    database
        .store
        .add_event(&entry(), anna, EventKind::Refused, at_micros(2_000_000))
        .await
        .unwrap();

    let events = events_of(&database.store, anna, 100).await;
    let listed: Vec<_> = events.iter().map(|event| event.at).collect();
    let mut expected: Vec<_> = times.into_iter().chain([0, 2_000_000]).map(at_micros).collect();
    expected.sort_unstable_by(|a, b| b.cmp(a));
    assert_eq!(listed, expected);
    let newest = events_of(&database.store, anna, 2).await;
    let kinds: Vec<_> = newest.into_iter().map(|event| event.kind).collect();
    assert_eq!(kinds, [EventKind::Refused, EventKind::Cancelled]);
}
