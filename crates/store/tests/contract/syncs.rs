//! A sync records what Google answered, tells what changed, and never erases.
//!
//! After an unlink it stores nothing: what it fetched is no longer ours to keep.

use model::connection::Mailbox;
use model::{Change, EventKind, Field, GoogleValues, Source, SyncFailure};
use store::{Avatar, Link, Linked, Received, SyncStored};

use crate::database::Database;
use crate::samples::{
    add_user, at, at_once, connected, event_kinds, id, link_to, new_user, own, received, sync_of,
};

on_both_engines! {
    a_sync_tells_what_changed,
    the_same_answer_again_changes_nothing,
    a_blank_or_missing_value_never_erases,
    of_ten_syncs_at_once_one_finds_the_change,
    a_picture_is_stored_and_replaced,
    a_mailbox_and_an_address_are_kept_until_others_come,
    a_sync_after_an_unlink_stores_nothing,
    a_failed_sync_changes_no_value,
    a_failed_sync_after_an_unlink_stores_nothing,
}
in_memory! { a_blank_or_missing_value_never_erases, of_ten_syncs_at_once_one_finds_the_change }

fn change(field: Field, old: Option<&str>, new: &str) -> Change {
    Change { field, old: old.map(str::to_owned), new: Some(new.to_owned()) }
}

async fn sync(database: &Database, link: &Link, secs: i64, answer: &Received) -> SyncStored {
    database.store.save_sync(&sync_of(link, secs), answer, at(secs)).await.unwrap()
}

async fn a_sync_tells_what_changed(database: &Database) {
    let typed = own(&[(Field::FirstName, "Таня"), (Field::LastName, "Ранова")]);
    let user = new_user("anna@example.com", typed.clone());
    database.store.add_user(&user, at(0)).await.unwrap();
    let link = link_to("anna", user.id);
    assert_eq!(database.store.link(&link, at(1)).await.unwrap(), Linked::New);
    database.store.claim_due_syncs(at(2), at(60), 9).await.unwrap();

    // The same last name from Google changes nothing that is shown.
    let answer = received(&[
        (Field::FirstName, "Татьяна"),
        (Field::LastName, "Ранова"),
        (Field::DisplayName, "Татьяна Р."),
    ]);
    assert_eq!(
        sync(database, &link, 2, &answer).await,
        SyncStored::Changed(vec![
            change(Field::FirstName, Some("Таня"), "Татьяна"),
            change(Field::DisplayName, None, "Татьяна Р."),
        ])
    );
    assert_eq!(database.store.find_values(user.id).await.unwrap(), (typed, answer.values));
    let dashboard = database.store.find_dashboard(user.id, 1).await.unwrap();
    assert_eq!(dashboard.profile.get(Field::FirstName), Some("Татьяна"));
    assert_eq!(dashboard.profile.source(Field::LastName), Some(Source::Google));
    assert_eq!(dashboard.profile_updated_at, Some(at(2)));
    let connection = dashboard.connection.unwrap();
    assert_eq!((connection.synced_at, connection.next_sync_at), (Some(at(2)), at(3_602)));
    assert_eq!(event_kinds(database, user.id).await[0], EventKind::Updated);
    assert_eq!(database.count("syncs where outcome = 'updated'").await, 1);
    // The claim ended with the sync.
    assert_eq!(database.store.claim_due_syncs(at(3_602), at(3_700), 9).await.unwrap(), [user.id]);
}

async fn the_same_answer_again_changes_nothing(database: &Database) {
    let link = connected(database, "anna").await;
    let answer = received(&[(Field::FirstName, "Anna")]);
    sync(database, &link, 2, &answer).await;
    assert_eq!(sync(database, &link, 3, &answer).await, SyncStored::Changed(vec![]));
    assert_eq!(
        event_kinds(database, link.user).await[..2],
        [EventKind::Synced, EventKind::Updated]
    );
    let dashboard = database.store.find_dashboard(link.user, 1).await.unwrap();
    assert_eq!(dashboard.profile_updated_at, Some(at(2)));
    assert_eq!(dashboard.connection.unwrap().synced_at, Some(at(3)));
    assert_eq!(database.count("syncs where outcome = 'unchanged'").await, 1);
}

async fn a_blank_or_missing_value_never_erases(database: &Database) {
    let link = connected(database, "anna").await;
    sync(database, &link, 2, &received(&[(Field::FirstName, "Anna"), (Field::LastName, "R")]))
        .await;
    let blank = received(&[(Field::FirstName, " \u{202e}\n"), (Field::LastName, "Rand")]);
    assert_eq!(
        sync(database, &link, 3, &blank).await,
        SyncStored::Changed(vec![change(Field::LastName, Some("R"), "Rand")])
    );
    assert_eq!(sync(database, &link, 4, &received(&[])).await, SyncStored::Changed(vec![]));
    let held = received(&[(Field::FirstName, "Anna"), (Field::LastName, "Rand")]).values;
    assert_eq!(database.store.find_values(link.user).await.unwrap().1, held);
}

async fn of_ten_syncs_at_once_one_finds_the_change(database: &Database) {
    let link = connected(database, "anna").await;
    let answers = at_once(10, |_| {
        let (store, record) = (database.store.clone(), sync_of(&link, 2));
        let answer = received(&[(Field::FirstName, "Anna")]);
        async move { store.save_sync(&record, &answer, at(2)).await.unwrap() }
    })
    .await;
    let found = SyncStored::Changed(vec![change(Field::FirstName, None, "Anna")]);
    assert_eq!(answers.iter().filter(|stored| **stored == found).count(), 1);
    let nothing = SyncStored::Changed(vec![]);
    assert_eq!(answers.iter().filter(|stored| **stored == nothing).count(), 9);
}

async fn a_picture_is_stored_and_replaced(database: &Database) {
    let link = connected(database, "anna").await;
    let other = add_user(database, "boris").await;
    let picture = |hash: &str, bytes: &[u8]| Avatar {
        hash: hash.to_owned(),
        media_type: "image/png".to_owned(),
        bytes: bytes.to_vec(),
    };
    let [first, second] = [picture("h1", b"\x89PNG\0one"), picture("h2", b"\x89PNG\0two")];
    for (secs, picture) in [(2, &first), (3, &first), (4, &second)] {
        let answer = Received {
            avatar: Some(picture.clone()),
            ..received(&[(Field::Avatar, &picture.hash)])
        };
        sync(database, &link, secs, &answer).await;
        let found = database.store.find_avatar(link.user, &picture.hash).await.unwrap();
        assert_eq!(found.as_ref(), Some(picture));
    }
    assert_eq!(database.store.find_avatar(link.user, "h1").await.unwrap(), None);
    assert_eq!(database.store.find_avatar(other, "h2").await.unwrap(), None);
    // A picture that could not be fetched this time stays.
    sync(database, &link, 5, &received(&[])).await;
    assert_eq!(database.store.find_avatar(link.user, "h2").await.unwrap(), Some(second));
}

async fn a_mailbox_and_an_address_are_kept_until_others_come(database: &Database) {
    let link = connected(database, "anna").await;
    let mailbox = |messages_total| Mailbox {
        address: "anna@gmail.com".to_owned(),
        messages_total,
        threads_total: i64::MAX,
        display_language: Some("ru".to_owned()),
    };
    let answer = |address: Option<&str>, mailbox| Received {
        email: address.map(str::to_owned),
        email_verified: true,
        mailbox,
        ..received(&[])
    };
    let cases = [
        (answer(None, None), "anna@gmail.com", None),
        (answer(Some("new@gmail.com"), Some(mailbox(1))), "new@gmail.com", Some(mailbox(1))),
        (answer(None, None), "new@gmail.com", Some(mailbox(1))),
        (answer(None, Some(mailbox(2))), "new@gmail.com", Some(mailbox(2))),
    ];
    for (secs, (answer, address, mailbox)) in (2..).zip(cases) {
        sync(database, &link, secs, &answer).await;
        let shown = database.store.find_dashboard(link.user, 1).await.unwrap().connection.unwrap();
        assert_eq!((shown.email.as_deref(), shown.mailbox), (Some(address), mailbox));
    }
    assert_eq!(database.count("connections where email_verified").await, 1);
}

async fn a_sync_after_an_unlink_stores_nothing(database: &Database) {
    let link = connected(database, "anna").await;
    database.store.unlink(link.user, link.id, 1, None, id(), at(2)).await.unwrap();
    let answer = received(&[(Field::FirstName, "Anna")]);
    assert_eq!(sync(database, &link, 3, &answer).await, SyncStored::Gone);
    assert_eq!(database.store.find_values(link.user).await.unwrap().1, GoogleValues::default());
    assert_eq!(event_kinds(database, link.user).await[0], EventKind::Unlinked);
    assert_eq!(database.count("syncs").await, 0);
}

async fn a_failed_sync_changes_no_value(database: &Database) {
    let link = connected(database, "anna").await;
    let answer = received(&[(Field::FirstName, "Anna")]);
    sync(database, &link, 2, &answer).await;
    database.store.claim_due_syncs(at(3_602), at(9_999), 9).await.unwrap();
    let record = sync_of(&link, 3_603);
    database.store.save_failed_sync(&record, SyncFailure::RateLimited, at(3_603)).await.unwrap();

    let dashboard = database.store.find_dashboard(link.user, 1).await.unwrap();
    assert_eq!(dashboard.profile.get(Field::FirstName), Some("Anna"));
    let event = &dashboard.events[0];
    assert_eq!(
        (event.kind, event.failure),
        (EventKind::SyncFailed, Some(SyncFailure::RateLimited))
    );
    let connection = dashboard.connection.unwrap();
    assert_eq!(connection.last_failure, Some(SyncFailure::RateLimited));
    assert_eq!((connection.synced_at, connection.next_sync_at), (Some(at(2)), at(7_203)));
    assert_eq!(database.count("syncs where failure = 'rate_limited'").await, 1);
    assert_eq!(database.store.claim_due_syncs(at(7_203), at(9_999), 9).await.unwrap(), [link.user]);

    sync(database, &link, 7_204, &answer).await;
    let connection = database.store.find_dashboard(link.user, 1).await.unwrap().connection.unwrap();
    assert_eq!(connection.last_failure, None);
}

async fn a_failed_sync_after_an_unlink_stores_nothing(database: &Database) {
    let link = connected(database, "anna").await;
    database.store.unlink(link.user, link.id, 1, None, id(), at(2)).await.unwrap();
    let record = sync_of(&link, 3);
    database.store.save_failed_sync(&record, SyncFailure::Internal, at(3)).await.unwrap();
    assert_eq!(event_kinds(database, link.user).await[0], EventKind::Unlinked);
    assert_eq!(database.count("syncs").await, 0);
}
