//! A token that is to be revoked may be wanted back for a while: exactly once, by its user alone,
//! and never after Google was told.

use model::{EventKind, Field, ProfileRollback, Receipt, ScopeSet, Status, UndoKind};
use store::{Link, Linked, NewRevocation, Store, SyncStored, UndoWindow, Unlinked};

use crate::database::Database;
use crate::samples::{
    add_user, at, at_once, claim_revocations, connected, due_users, entry, event_kinds, grant_of,
    hash, link_to, received, revocation, sealed, sync_of,
};

on_both_engines! {
    a_reprieve_is_held_by_one,
    a_reprieve_that_is_over_or_another_users_is_not_held,
    once_google_is_told_nothing_is_left_of_the_way_back,
    who_gives_up_the_way_back_has_google_told_at_once,
    what_was_disconnected_comes_back_as_it_was,
    connecting_the_account_again_ends_the_errand,
    a_receipt_says_what_became_of_the_fields,
    a_paused_connection_is_not_due_until_it_is_resumed,
}
in_memory! { a_reprieve_is_held_by_one }

fn reprieved(way_back: UndoKind, until: i64) -> NewRevocation {
    let undo = UndoWindow { way_back, kept: sealed("kept"), until: at(until) };
    NewRevocation { undo: Some(undo), ..revocation("token") }
}

async fn a_reprieve_is_held_by_one(database: &Database) {
    let anna = add_user(database, "anna").await;
    let revocation = reprieved(UndoKind::Undo, 30);
    database.store.add_revocation(anna, &revocation, at(0)).await.unwrap();
    let hold = |now: i64| {
        let store: Store = database.store.clone();
        async move { store.claim_undo(anna, UndoKind::Undo, at(now), at(now + 20)).await.unwrap() }
    };
    let held = at_once(10, |_| hold(5)).await;
    let held: Vec<_> = held.into_iter().flatten().collect();
    assert_eq!(held.len(), 1);
    assert_eq!(held[0].id, revocation.id);
    assert_eq!((&held[0].token, &held[0].kept), (&sealed("token"), &sealed("kept")));
    // While it is held, Google is not told, even when the time is over.
    assert!(claim_revocations(&database.store, at(24), at(99), 9).await.unwrap().is_empty());
    assert!(hold(24).await.is_none());
    assert!(hold(25).await.is_some(), "whoever held it died");
    assert!(claim_revocations(&database.store, at(31), at(99), 9).await.unwrap().is_empty());
    assert_eq!(claim_revocations(&database.store, at(45), at(99), 9).await.unwrap().len(), 1);
}

async fn a_reprieve_that_is_over_or_another_users_is_not_held(database: &Database) {
    let (anna, boris) = (add_user(database, "anna").await, add_user(database, "boris").await);
    let store = &database.store;
    store.add_revocation(anna, &reprieved(UndoKind::Undo, 30), at(0)).await.unwrap();
    for (user, way_back, now) in
        [(boris, UndoKind::Undo, 1), (anna, UndoKind::Switch, 1), (anna, UndoKind::Undo, 30)]
    {
        let held = store.claim_undo(user, way_back, at(now), at(99)).await.unwrap();
        assert!(held.is_none(), "{way_back:?} at {now}");
        let found = store.find_undo(user, way_back, at(now)).await.unwrap();
        assert!(found.is_none(), "{way_back:?} at {now}");
    }
    let found = store.find_undo(anna, UndoKind::Undo, at(29)).await.unwrap().unwrap();
    assert_eq!((found.kept, found.until), (sealed("kept"), at(30)));
}

async fn once_google_is_told_nothing_is_left_of_the_way_back(database: &Database) {
    let anna = add_user(database, "anna").await;
    let store = &database.store;
    store.add_revocation(anna, &reprieved(UndoKind::Undo, 30), at(0)).await.unwrap();
    assert!(claim_revocations(store, at(29), at(60), 9).await.unwrap().is_empty());
    assert_eq!(claim_revocations(store, at(30), at(60), 9).await.unwrap().len(), 1);
    assert!(store.claim_undo(anna, UndoKind::Undo, at(20), at(60)).await.unwrap().is_none());
    assert_eq!(database.places_of(b"kept").await, Vec::<String>::new());
    assert_eq!(store.find_revocation(anna).await.unwrap().unwrap().way_back, None);
}

async fn who_gives_up_the_way_back_has_google_told_at_once(database: &Database) {
    let anna = add_user(database, "anna").await;
    let store = &database.store;
    store.add_revocation(anna, &reprieved(UndoKind::Switch, 600), at(0)).await.unwrap();
    assert!(!store.end_undo(anna, UndoKind::Undo, at(1)).await.unwrap());
    assert!(store.end_undo(anna, UndoKind::Switch, at(1)).await.unwrap());
    assert!(!store.end_undo(anna, UndoKind::Switch, at(1)).await.unwrap());
    assert_eq!(database.places_of(b"kept").await, Vec::<String>::new());
    assert_eq!(claim_revocations(store, at(1), at(60), 9).await.unwrap().len(), 1);
}

/// Everything of a user's that hangs below a connection, as far as it can be seen.
async fn seen(database: &Database, link: &Link) -> String {
    let store = &database.store;
    let shown = store.find_overview(link.user, 1).await.unwrap();
    let avatar = store.find_avatar(link.user, "picture 1").await.unwrap();
    let history = store.list_history(link.user, EventKind::ALL, 0, 99).await.unwrap();
    let diffs: Vec<_> = history.into_iter().filter_map(|line| line.diff).collect();
    let (profile, connection) = (shown.profile, shown.connection);
    format!("{profile:?} {connection:?} {:?} {avatar:?} {diffs:?}", shown.profile_updated_at)
}

async fn what_was_disconnected_comes_back_as_it_was(database: &Database) {
    let link = connected(database, "anna").await;
    let store = &database.store;
    for (secs, name) in [(2, "Анна"), (3, "Аня")] {
        let mut received = received(&[(Field::FirstName, name), (Field::Avatar, "picture 1")]);
        received.email = Some("anna@gmail.com".to_owned());
        received.email_verified = true;
        received.avatar = Some(store::Avatar {
            hash: "picture 1".to_owned(),
            media_type: "image/jpeg".to_owned(),
            bytes: vec![0, 255, 7],
        });
        let saved = store.save_sync(&sync_of(&link, secs), &received, at(secs)).await.unwrap();
        assert!(matches!(saved, SyncStored::Changed(_)));
    }
    assert!(store.save_paused(link.user, &entry(), at(4)).await.unwrap());
    let before = seen(database, &link).await;
    let memory = store.find_snapshot(link.user).await.unwrap().unwrap();
    assert_eq!(memory.connected_at(), at(1));
    let memory = serde_json::to_string(&memory).unwrap();

    let revocation = NewRevocation { subject_hash: hash("anna"), ..reprieved(UndoKind::Undo, 35) };
    let done =
        store.unlink(link.user, link.id, 1, Some(&revocation), &entry(), at(5)).await.unwrap();
    assert_eq!(done, Unlinked::Done);
    assert_eq!(store.find_snapshot(link.user).await.unwrap(), None);

    let back = Link { is_return: true, entry: entry(), ..link.clone() };
    assert_eq!(store.link(&back, at(6)).await.unwrap(), Linked::New);
    store.restore(link.id, &serde_json::from_str(&memory).unwrap()).await.unwrap();
    assert_eq!(seen(database, &link).await, before);
    assert_eq!(grant_of(database, link.user).await.status, Status::Paused);
    assert_eq!(event_kinds(database, link.user).await[0], EventKind::Restored);
    assert_eq!(database.count("revocations").await, 0, "Google is not told");
}

async fn connecting_the_account_again_ends_the_errand(database: &Database) {
    let anna = add_user(database, "anna").await;
    let store = &database.store;
    let of = |subject: &str| NewRevocation { subject_hash: hash(subject), ..revocation("token") };
    let (told, open, other) = (of("googles"), of("googles"), of("another"));
    store.add_revocation(anna, &told, at(0)).await.unwrap();
    claim_revocations(store, at(0), at(9), 1).await.unwrap();
    store.save_revoked(told.id, &entry(), at(1)).await.unwrap();
    store.add_revocation(anna, &open, at(2)).await.unwrap();
    store.add_revocation(anna, &other, at(2)).await.unwrap();
    // Another user here, the same account at Google: its grant is one and the same.
    let boris = add_user(database, "boris").await;
    assert_eq!(store.link(&link_to("googles", boris), at(3)).await.unwrap(), Linked::New);
    let left = claim_revocations(store, at(9), at(99), 9).await.unwrap();
    assert_eq!(left.iter().map(|left| left.id).collect::<Vec<_>>(), [other.id]);
    assert_eq!(database.count("revocations where done_at is not null").await, 1);
    store.drop_revocation(other.id).await.unwrap();
    assert_eq!(database.count("revocations where done_at is null").await, 0);
}

async fn a_receipt_says_what_became_of_the_fields(database: &Database) {
    let link = connected(database, "anna").await;
    let receipt = Receipt {
        connected_at: at(1),
        granted: ScopeSet::sign_in(),
        rollback: ProfileRollback {
            deleted: vec![Field::Avatar],
            restored: vec![Field::FirstName],
        },
    };
    let revocation =
        NewRevocation { receipt: Some(receipt.clone()), ..reprieved(UndoKind::Undo, 35) };
    let store = &database.store;
    store.unlink(link.user, link.id, 1, Some(&revocation), &entry(), at(5)).await.unwrap();
    let shown = store.find_revocation(link.user).await.unwrap().unwrap();
    assert_eq!((shown.created_at, shown.due_at), (at(5), at(35)));
    assert_eq!((shown.way_back, shown.receipt), (Some(UndoKind::Undo), Some(receipt)));
}

async fn a_paused_connection_is_not_due_until_it_is_resumed(database: &Database) {
    let link = connected(database, "anna").await;
    let store = &database.store;
    assert!(!store.save_resumed(link.user, &entry(), at(2)).await.unwrap(), "nothing is paused");
    assert!(store.save_paused(link.user, &entry(), at(2)).await.unwrap());
    assert!(!store.save_paused(link.user, &entry(), at(2)).await.unwrap(), "it is already");
    assert!(due_users(store, at(9_999), at(99_999), 9).await.is_empty());
    assert!(store.save_resumed(link.user, &entry(), at(7)).await.unwrap());
    assert_eq!(due_users(store, at(7), at(99), 9).await, [link.user]);
    let kinds = event_kinds(database, link.user).await;
    assert_eq!(kinds[..2], [EventKind::Resumed, EventKind::Paused]);
}
