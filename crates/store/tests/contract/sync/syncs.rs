//! A sync records what Google answered, tells what changed, and never erases.
//!
//! After an unlink it stores nothing: what it fetched is no longer ours to keep.

use model::connections::status::Mailbox;
use model::{
    Change, EventKind, Field, GoogleValues, Policy, Profile, Source, SyncFailure, SyncId, UserId,
};
use store::{Avatar, Link, Linked, ReceivedProfile, SyncStored, Unlinked};

use crate::database::Database;
use crate::samples::{
    add_user, at, at_once, connected, due_users, entry, event_kinds, id, link_to, new_user, own,
    received, sync_of, values_of,
};

on_both_engines! {
    a_sync_tells_what_changed,
    what_a_sync_changed_is_found_by_its_user_alone,
    the_same_answer_again_changes_nothing,
    a_blank_or_missing_value_never_erases,
    of_ten_syncs_at_once_one_finds_the_change,
    the_newest_three_pictures_stay,
    a_picture_that_is_shown_stays_however_many_come,
    a_picture_that_came_back_is_new_again,
    a_picture_that_is_shown_again_is_still_there,
    nobody_else_finds_a_picture_and_none_outlives_an_unlink,
    a_mailbox_and_an_address_are_kept_until_others_come,
    a_sync_after_an_unlink_stores_nothing,
    a_failed_sync_changes_no_value,
    a_failed_sync_after_an_unlink_stores_nothing,
}
in_memory! { a_blank_or_missing_value_never_erases, of_ten_syncs_at_once_one_finds_the_change }

fn change(field: Field, old: Option<&str>, new: &str) -> Change {
    let old_source = old.map(|_| Source::Google);
    Change { field, old: old.map(str::to_owned), old_source, new: Some(new.to_owned()) }
}

async fn sync(database: &Database, link: &Link, secs: i64, answer: &ReceivedProfile) -> SyncStored {
    database.store.save_sync(&sync_of(link, secs), answer, at(secs)).await.unwrap()
}

async fn what_a_sync_changed_is_found_by_its_user_alone(database: &Database) {
    let store = &database.store;
    let link = connected(database, "anna").await;
    let boris = add_user(database, "boris").await;
    let record = sync_of(&link, 2);
    let answer = received(&[(Field::FirstName, "Anna")]);
    store.save_sync(&record, &answer, at(2)).await.unwrap();
    let diff = store.find_diff(link.user, record.id).await.unwrap().unwrap();
    assert_eq!((diff.sync, diff.undone), (record.id, vec![]));
    assert_eq!(diff.changes, [change(Field::FirstName, None, "Anna")]);
    store.undo_sync(link.user, record.id, None, &entry(), at(3)).await.unwrap();
    let diff = store.find_diff(link.user, record.id).await.unwrap().unwrap();
    assert_eq!(diff.undone, [Field::FirstName]);
    assert_eq!(store.find_diff(boris, record.id).await.unwrap(), None);
    assert_eq!(store.find_diff(link.user, SyncId(id())).await.unwrap(), None);
    store.unlink(link.user, link.id, 1, None, &entry(), at(4)).await.unwrap();
    assert_eq!(store.find_diff(link.user, record.id).await.unwrap(), None);
}

async fn a_sync_tells_what_changed(database: &Database) {
    let typed = own(&[(Field::FirstName, "Таня"), (Field::LastName, "Ранова")]);
    let user = new_user("anna@example.com", typed.clone());
    database.store.add_user(&user, at(0)).await.unwrap();
    let link = link_to("anna", user.id);
    assert_eq!(database.store.link(&link, at(1)).await.unwrap(), Linked::New);
    due_users(&database.store, at(2), at(60), 9).await;

    // The same last name from Google changes nothing that is shown; another first name waits for
    // the user's choice.
    let answer = received(&[
        (Field::FirstName, "Татьяна"),
        (Field::LastName, "Ранова"),
        (Field::DisplayName, "Татьяна Р."),
    ]);
    assert_eq!(
        sync(database, &link, 2, &answer).await,
        SyncStored::Changed(vec![change(Field::DisplayName, None, "Татьяна Р.")])
    );
    assert_eq!(values_of(&database.store, user.id).await, (typed, answer.values));
    let dashboard = database.store.find_overview(user.id, 1).await.unwrap();
    assert_eq!(dashboard.profile.get(Field::FirstName), Some("Таня"));
    assert_eq!(dashboard.profile.offers()[0].0, Field::FirstName);
    assert_eq!(dashboard.profile.source(Field::DisplayName), Some(Source::Google));
    assert_eq!(dashboard.profile_updated_at, Some(at(2)));
    let connection = dashboard.connection.unwrap();
    assert_eq!((connection.synced_at, connection.next_sync_at), (Some(at(2)), at(3_602)));
    assert_eq!(event_kinds(database, user.id).await[0], EventKind::Updated);
    assert_eq!(database.count("syncs where outcome = 'updated'").await, 1);
    // The claim ended with the sync.
    assert_eq!(due_users(&database.store, at(3_602), at(3_700), 9).await, [user.id]);
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
    let dashboard = database.store.find_overview(link.user, 1).await.unwrap();
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
    assert_eq!(values_of(&database.store, link.user).await.1, held);
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

fn picture(hash: &str) -> Avatar {
    let bytes = [b"\x89PNG\0", hash.as_bytes()].concat();
    Avatar { hash: hash.to_owned(), media_type: "image/png".to_owned(), bytes }
}

/// Syncs a picture and gives the sync's id.
async fn sync_picture(database: &Database, link: &Link, secs: i64, hash: &str) -> SyncId {
    let avatar = Some(picture(hash));
    let answer = ReceivedProfile { avatar, ..received(&[(Field::Avatar, hash)]) };
    let record = sync_of(link, secs);
    database.store.save_sync(&record, &answer, at(secs)).await.unwrap();
    record.id
}

/// Asserts which of these pictures a user finds, each with its own bytes.
async fn assert_found(database: &Database, user: UserId, hashes: &[(&str, bool)]) {
    for (hash, is_found) in hashes {
        let found = database.store.find_avatar(user, hash).await.unwrap();
        assert_eq!(found, is_found.then(|| picture(hash)), "{hash}");
    }
}

async fn the_newest_three_pictures_stay(database: &Database) {
    let link = connected(database, "anna").await;
    for (secs, hash) in [(2, "h1"), (3, "h1"), (4, "h2"), (5, "h3")] {
        sync_picture(database, &link, secs, hash).await;
    }
    let all = [("h1", true), ("h2", true), ("h3", true)];
    assert_found(database, link.user, &all).await;
    sync_picture(database, &link, 6, "h4").await;
    let newest = [("h1", false), ("h2", true), ("h3", true), ("h4", true)];
    assert_found(database, link.user, &newest).await;
    // A picture that could not be fetched this time stays.
    sync(database, &link, 7, &received(&[])).await;
    assert_found(database, link.user, &newest).await;
    assert_eq!(database.count("pictures").await, 3);
}

async fn a_picture_that_is_shown_stays_however_many_come(database: &Database) {
    let link = connected(database, "anna").await;
    sync_picture(database, &link, 2, "h1").await;
    let keep = |profile: &mut Profile| profile.field_mut(Field::Avatar).policy = Some(Policy::Keep);
    database.store.save_profile(link.user, None, &entry(), at(3), keep).await.unwrap();
    for (secs, hash) in (4..).zip(["h2", "h3", "h4", "h5", "h6"]) {
        sync_picture(database, &link, secs, hash).await;
        assert_found(database, link.user, &[("h1", true), (hash, true)]).await;
    }
    let profile = database.store.find_profile(link.user).await.unwrap();
    assert_eq!(profile.get(Field::Avatar), Some("h1"));
    assert_eq!(profile.field(Field::Avatar).google.as_deref(), Some("h6"));
    assert_found(database, link.user, &[("h2", false), ("h3", false), ("h4", true), ("h5", true)])
        .await;
    assert_eq!(database.count("pictures").await, 4);
}

async fn a_picture_that_came_back_is_new_again(database: &Database) {
    let link = connected(database, "anna").await;
    for (secs, hash) in (2..).zip(["h1", "h2", "h3", "h1"]) {
        sync_picture(database, &link, secs, hash).await;
    }
    let newest = sync_picture(database, &link, 9, "h4").await;
    let undone = database.store.undo_sync(link.user, newest, None, &entry(), at(10)).await.unwrap();
    assert_eq!(undone, [Field::Avatar]);
    let profile = database.store.find_profile(link.user).await.unwrap();
    assert_eq!(profile.get(Field::Avatar), Some("h1"));
    assert_found(database, link.user, &[("h1", true)]).await;
}

async fn a_picture_that_is_shown_again_is_still_there(database: &Database) {
    let link = connected(database, "anna").await;
    let mut syncs = Vec::new();
    for (secs, hash) in (2..).zip(["h1", "h2", "h3", "h4", "h5"]) {
        syncs.push(sync_picture(database, &link, secs, hash).await);
    }
    // Back and back again, as far as the history goes.
    for (secs, sync) in (10..).zip(syncs.into_iter().rev()) {
        database.store.undo_sync(link.user, sync, None, &entry(), at(secs)).await.unwrap();
        let profile = database.store.find_profile(link.user).await.unwrap();
        if let Some(shown) = profile.get(Field::Avatar) {
            assert_found(database, link.user, &[(shown, true)]).await;
        }
    }
}

async fn nobody_else_finds_a_picture_and_none_outlives_an_unlink(database: &Database) {
    let link = connected(database, "anna").await;
    let other = connected(database, "boris").await;
    let stranger = add_user(database, "vera").await;
    sync_picture(database, &link, 2, "h1").await;
    sync_picture(database, &link, 3, "h2").await;
    sync_picture(database, &other, 3, "h3").await;
    let of_link = [("h1", true), ("h2", true), ("h3", false)];
    assert_found(database, link.user, &of_link).await;
    let of_other = [("h1", false), ("h2", false), ("h3", true)];
    assert_found(database, other.user, &of_other).await;
    assert_found(database, stranger, &[("h1", false), ("h2", false), ("h3", false)]).await;

    database.store.unlink(link.user, link.id, 1, None, &entry(), at(4)).await.unwrap();
    assert_found(database, link.user, &[("h1", false), ("h2", false)]).await;
    assert_found(database, other.user, &of_other).await;
    assert_eq!(database.count("pictures").await, 1);
}

async fn a_mailbox_and_an_address_are_kept_until_others_come(database: &Database) {
    let link = connected(database, "anna").await;
    let mailbox = |messages_total| Mailbox {
        address: "anna@gmail.com".to_owned(),
        messages_total,
        threads_total: i64::MAX,
        display_language: Some("ru".to_owned()),
    };
    let answer = |address: Option<&str>, mailbox| ReceivedProfile {
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
        let shown = database.store.find_overview(link.user, 1).await.unwrap().connection.unwrap();
        assert_eq!((shown.email.as_deref(), shown.mailbox), (Some(address), mailbox));
    }
    assert_eq!(database.count("connections where email_verified").await, 1);
}

async fn a_sync_after_an_unlink_stores_nothing(database: &Database) {
    let link = connected(database, "anna").await;
    database.store.unlink(link.user, link.id, 1, None, &entry(), at(2)).await.unwrap();
    let answer = received(&[(Field::FirstName, "Anna")]);
    assert_eq!(sync(database, &link, 3, &answer).await, SyncStored::Gone);
    assert_eq!(values_of(&database.store, link.user).await.1, GoogleValues::default());
    assert_eq!(event_kinds(database, link.user).await[0], EventKind::Unlinked);
    assert_eq!(database.count("syncs").await, 0);
}

/// PostgreSQL alone: SQLite has one writer, so there nobody waits inside a transaction.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sync_and_an_unlink_do_not_wait_for_each_other() {
    let Some(database) = &Database::postgres().await else { return };
    let link = connected(database, "anna").await;
    // Somebody writes the tokens: the unlink waits for that, the sync for the unlink.
    let mut renewing = database.postgres_pool().begin().await.unwrap();
    sqlx::query("select 1 from grants for update").execute(&mut *renewing).await.unwrap();
    let store = database.store.clone();
    let unlinking = tokio::spawn(async move {
        let unlinked = store.unlink(link.user, link.id, 1, None, &entry(), at(3)).await;
        unlinked.map_err(|error| error.to_string())
    });
    database.until_so_many_wait_for_a_lock(1).await;
    let (store, record) = (database.store.clone(), sync_of(&link, 3));
    let syncing = tokio::spawn(async move {
        let answer = received(&[(Field::FirstName, "Anna")]);
        let stored = store.save_sync(&record, &answer, at(3)).await;
        stored.map_err(|error| error.to_string())
    });
    database.until_so_many_wait_for_a_lock(2).await;
    renewing.rollback().await.unwrap();
    assert_eq!(unlinking.await.unwrap(), Ok(Unlinked::Done));
    assert_eq!(syncing.await.unwrap(), Ok(SyncStored::Gone));
}

async fn a_failed_sync_changes_no_value(database: &Database) {
    let link = connected(database, "anna").await;
    let answer = received(&[(Field::FirstName, "Anna")]);
    sync(database, &link, 2, &answer).await;
    due_users(&database.store, at(3_602), at(3_602), 9).await;
    let record = sync_of(&link, 3_603);
    database.store.save_failed_sync(&record, SyncFailure::RateLimited, at(3_603)).await.unwrap();

    let dashboard = database.store.find_overview(link.user, 1).await.unwrap();
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
    assert_eq!(due_users(&database.store, at(7_203), at(9_999), 9).await, [link.user]);

    sync(database, &link, 7_204, &answer).await;
    let connection = database.store.find_overview(link.user, 1).await.unwrap().connection.unwrap();
    assert_eq!(connection.last_failure, None);
}

async fn a_failed_sync_after_an_unlink_stores_nothing(database: &Database) {
    let link = connected(database, "anna").await;
    database.store.unlink(link.user, link.id, 1, None, &entry(), at(2)).await.unwrap();
    let record = sync_of(&link, 3);
    database.store.save_failed_sync(&record, SyncFailure::Internal, at(3)).await.unwrap();
    assert_eq!(event_kinds(database, link.user).await[0], EventKind::Unlinked);
    assert_eq!(database.count("syncs").await, 0);
}
