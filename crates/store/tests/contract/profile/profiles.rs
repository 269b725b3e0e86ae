//! A profile is changed by a rule: whole, one after another, and only its owner's.
//!
//! What a sync changed stands in the history and can be taken back while it is still shown.

use std::collections::BTreeSet;

use model::{
    Change, EventKind, Field, FieldState, Policy, Profile, Source, StoredValue, SyncFailure,
    SyncId, UserId,
};
use store::{Diff, HistoryEntry, Link, SyncStored};
use uuid::Uuid;

use crate::database::Database;
use crate::samples::{
    add_user, at, at_micros, at_once, connected, entry, event_kinds, id, kept, new_user, own,
    received, sync_of,
};

on_both_engines! {
    every_layer_is_read_back_as_it_was_written,
    a_change_is_recorded_once_and_no_change_is_not,
    asking_for_a_field_that_is_empty_is_no_change,
    without_a_connection_nothing_of_google_is_written,
    of_ten_changes_at_once_none_is_lost,
    an_edit_and_a_sync_at_once_leave_what_was_typed,
    the_profile_of_another_user_is_untouched,
    one_field_of_a_sync_can_be_taken_back,
    all_fields_of_a_sync_can_be_taken_back,
    a_first_value_that_is_taken_back_leaves_what_was_typed,
    what_was_taken_back_is_not_brought_by_the_next_sync,
    of_ten_who_take_a_change_back_at_once_one_does,
    what_was_edited_since_is_not_taken_back,
    a_sync_of_another_user_is_not_taken_back,
    a_sync_that_is_not_there_is_not_taken_back,
    history_is_read_in_pages_of_these_kinds,
    a_sync_tells_what_it_changed_at_its_line_alone,
    a_syncs_line_is_found_in_the_history,
    nobody_reads_the_history_of_another,
    after_an_unlink_the_lines_stay_and_the_values_are_gone,
}
in_memory! { of_ten_changes_at_once_none_is_lost, of_ten_who_take_a_change_back_at_once_one_does }

const NAME: Field = Field::FirstName;
const LAST: Field = Field::LastName;

/// A user's profile, which every reader reads alike.
async fn profile(database: &Database, user: UserId) -> Profile {
    let profile = database.store.find_profile(user).await.unwrap();
    assert_eq!(database.store.find_overview(user, 1).await.unwrap().profile, profile);
    profile
}

/// Changes a profile by a rule, as an edit.
async fn change<T>(
    database: &Database,
    user: UserId,
    secs: i64,
    rule: impl FnOnce(&mut Profile) -> T,
) -> T {
    let edited = Some(EventKind::Edited);
    database.store.save_profile(user, edited, &entry(), at(secs), rule).await.unwrap()
}

/// Syncs these values, the way they come from Google.
async fn sync(database: &Database, link: &Link, secs: i64, values: &[(Field, &str)]) -> SyncId {
    let record = sync_of(link, secs);
    let stored = database.store.save_sync(&record, &received(values), at(secs)).await.unwrap();
    assert!(matches!(stored, SyncStored::Changed(_)));
    record.id
}

/// Takes back what a sync changed.
async fn undo(
    database: &Database,
    user: UserId,
    sync: SyncId,
    only: Option<Field>,
    secs: i64,
) -> Vec<Field> {
    database.store.undo_sync(user, sync, only, &entry(), at(secs)).await.unwrap()
}

/// The whole of a user's history.
async fn history(database: &Database, user: UserId) -> Vec<HistoryEntry> {
    database.store.list_history(user, EventKind::ALL, 0, 100).await.unwrap()
}

/// The newest sync that changed something, which every reader reads alike.
async fn newest_diff(database: &Database, user: UserId) -> Diff {
    let newest = history(database, user).await.into_iter().find_map(|line| line.diff);
    let shown = database.store.find_overview(user, 1).await.unwrap().diff;
    assert_eq!(shown, newest);
    newest.unwrap()
}

/// How many events of a kind a user has.
async fn count_of(database: &Database, user: UserId, kind: EventKind) -> usize {
    event_kinds(database, user).await.into_iter().filter(|found| *found == kind).count()
}

/// A connected user to whom two syncs brought two names each; the second sync.
async fn twice_named(database: &Database, name: &str) -> (Link, SyncId) {
    let link = connected(database, name).await;
    sync(database, &link, 2, &[(NAME, "Татьяна"), (LAST, "Ранова")]).await;
    let second = sync(database, &link, 3, &[(NAME, "Ошибка"), (LAST, "Описка")]).await;
    (link, second)
}

async fn every_layer_is_read_back_as_it_was_written(database: &Database) {
    let user = connected(database, "anna").await.user;
    let from_sync = SyncId(Uuid::from_u128(0xfedc_ba98_7654_3210_0123_4567_89ab_cdef));
    let applied = |value: &str, sync| StoredValue { sync, at: at_micros(1), ..kept(value, 0) };
    let text = |value: &str| Some(value.to_owned());
    let mut expected = Profile(
        [
            (NAME, FieldState { own: Some(kept("  '; -- \u{1f469}", 2)), ..FieldState::default() }),
            (
                LAST,
                FieldState {
                    own: Some(kept("Ранова", 3)),
                    google: text("R."),
                    declined: text("R."),
                    policy: Some(Policy::Keep),
                    ..FieldState::default()
                },
            ),
            (
                Field::DisplayName,
                FieldState {
                    own: Some(kept("Таня", 2)),
                    google: text("Т. Р."),
                    applied: Some(applied("Татьяна", Some(from_sync))),
                    policy: Some(Policy::Follow),
                    ..FieldState::default()
                },
            ),
            (Field::Email, FieldState { google: text("anna@gmail.com"), ..FieldState::default() }),
            (
                Field::Avatar,
                FieldState {
                    google: text("h2"),
                    applied: Some(applied("h1", None)),
                    declined: text("h2"),
                    ..FieldState::default()
                },
            ),
            (
                Field::Language,
                FieldState {
                    browser: Some(kept("de", 4)),
                    policy: Some(Policy::FillOnce),
                    ..FieldState::default()
                },
            ),
            (
                Field::Timezone,
                FieldState { browser: Some(kept("Asia/Tokyo", 4)), ..FieldState::default() },
            ),
        ]
        .into(),
    );
    let first = expected.clone();
    let said = change(database, user, 9, |profile| {
        *profile = first;
        "what the rule said"
    })
    .await;
    assert_eq!(said, "what the rule said");
    assert_eq!(profile(database, user).await, expected);

    // Everything that can change does, and everything that can go does.
    let next = |profile: &mut Profile| {
        profile.field_mut(NAME).own = None;
        profile.field_mut(LAST).own = Some(kept("Р.", 10));
        profile.field_mut(LAST).declined = None;
        profile.field_mut(LAST).policy = None;
        profile.field_mut(Field::DisplayName).own = None;
        profile.field_mut(Field::DisplayName).applied = None;
        profile.field_mut(Field::DisplayName).policy = Some(Policy::Keep);
        profile.field_mut(Field::Email).applied = Some(applied("anna@gmail.com", Some(from_sync)));
        profile.field_mut(Field::Avatar).google = text("h3");
        profile.field_mut(Field::Avatar).applied = Some(applied("h3", Some(from_sync)));
        profile.field_mut(Field::Language).browser = Some(kept("fr", 10));
        profile.field_mut(Field::Language).policy = Some(Policy::Follow);
    };
    next(&mut expected);
    expected.0.remove(&NAME);
    change(database, user, 11, next).await;
    assert_eq!(profile(database, user).await, expected);
}

async fn a_change_is_recorded_once_and_no_change_is_not(database: &Database) {
    let user = new_user("anna@example.com", own(&[(NAME, "Таня")]));
    database.store.add_user(&user, at(0)).await.unwrap();
    change(database, user.id, 1, |_| ()).await;
    change(database, user.id, 1, |profile| profile.field_mut(NAME).edit(Some(kept("Таня", 0))))
        .await;
    assert_eq!(event_kinds(database, user.id).await, [EventKind::Registered]);

    change(database, user.id, 2, |profile| {
        profile.field_mut(NAME).edit(Some(kept("Татьяна", 2)));
        profile.field_mut(LAST).edit(Some(kept("Ранова", 2)));
    })
    .await;
    let recorded = [EventKind::Edited, EventKind::Registered];
    assert_eq!(event_kinds(database, user.id).await, recorded);
    assert_eq!(history(database, user.id).await[0].event.at, at(2));

    // What nobody did is not recorded as done.
    let says = |profile: &mut Profile| {
        profile.field_mut(Field::Language).browser = Some(kept("de", 3));
    };
    database.store.save_profile(user.id, None, &entry(), at(3), says).await.unwrap();
    assert_eq!(profile(database, user.id).await.get(Field::Language), Some("de"));
    assert_eq!(event_kinds(database, user.id).await, recorded);
}

async fn asking_for_a_field_that_is_empty_is_no_change(database: &Database) {
    let user = add_user(database, "anna").await;
    let offers =
        change(database, user, 1, |profile| profile.field_mut(Field::Avatar).offer()).await;
    assert_eq!(offers, None);
    assert_eq!(event_kinds(database, user).await, [EventKind::Registered]);
}

async fn without_a_connection_nothing_of_google_is_written(database: &Database) {
    let stranger = add_user(database, "anna").await;
    let link = connected(database, "boris").await;
    database.store.unlink(link.user, link.id, 1, None, &entry(), at(2)).await.unwrap();
    for user in [stranger, link.user] {
        change(database, user, 3, |profile| {
            profile.receive(&received(&[(NAME, "Google")]).values, SyncId(id()), at(3));
            profile.field_mut(NAME).own = Some(kept("Таня", 3));
        })
        .await;
        let slot = FieldState { own: Some(kept("Таня", 3)), ..FieldState::default() };
        assert_eq!(profile(database, user).await, Profile([(NAME, slot)].into()));
    }
    assert_eq!(database.count("google_values").await, 0);
}

async fn of_ten_changes_at_once_none_is_lost(database: &Database) {
    let user = add_user(database, "anna").await;
    let lengths = at_once(10, |n| {
        let store = database.store.clone();
        async move {
            let append = move |profile: &mut Profile| {
                let value = format!("{}{n}", profile.get(NAME).unwrap_or_default());
                profile.field_mut(NAME).edit(Some(kept(&value, 1)));
                value.len()
            };
            store
                .save_profile(user, Some(EventKind::Edited), &entry(), at(1), append)
                .await
                .unwrap()
        }
    })
    .await;
    // Each saw what the one before it had written.
    assert_eq!(lengths.into_iter().collect::<BTreeSet<_>>(), (1..=10).collect());
    let found = profile(database, user).await;
    let digits: BTreeSet<_> = found.get(NAME).unwrap().chars().collect();
    assert_eq!(digits, ('0'..='9').collect());
    assert_eq!(count_of(database, user, EventKind::Edited).await, 10);
}

async fn an_edit_and_a_sync_at_once_leave_what_was_typed(database: &Database) {
    let link = connected(database, "anna").await;
    sync(database, &link, 2, &[(NAME, "Google 0")]).await;
    for round in 1..=20_i64 {
        // Google's value is followed again, so that the sync has something to change.
        change(database, link.user, round, |profile| {
            *profile.field_mut(NAME) = FieldState {
                google: Some(format!("Google {}", round - 1)),
                applied: Some(kept("Google", round)),
                ..FieldState::default()
            };
        })
        .await;
        at_once(2, |n| {
            let (store, record) = (database.store.clone(), sync_of(&link, round));
            async move {
                if n == usize::try_from(round % 2).unwrap() {
                    let answer = received(&[(NAME, &format!("Google {round}"))]);
                    store.save_sync(&record, &answer, at(round)).await.map(drop).unwrap();
                } else {
                    let typed = kept(&format!("Таня {round}"), round);
                    let edit = |profile: &mut Profile| profile.field_mut(NAME).edit(Some(typed));
                    let kind = Some(EventKind::Edited);
                    store.save_profile(record.user, kind, &entry(), at(round), edit).await.unwrap();
                }
            }
        })
        .await;
        let found = profile(database, link.user).await;
        let expected = FieldState {
            own: Some(kept(&format!("Таня {round}"), round)),
            google: Some(format!("Google {round}")),
            policy: Some(Policy::Keep),
            ..FieldState::default()
        };
        assert_eq!(*found.field(NAME), expected);
    }
}

/// PostgreSQL alone: SQLite has one writer, so there an unlink is over or has not begun.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edit_during_an_unlink_is_kept() {
    let Some(database) = &Database::postgres().await else { return };
    let link = connected(database, "anna").await;
    sync(database, &link, 2, &[(NAME, "Google")]).await;
    // What an unlink does.
    let mut unlinking = database.postgres_pool().begin().await.unwrap();
    sqlx::query("delete from connections").execute(&mut *unlinking).await.unwrap();
    let store = database.store.clone();
    let editing = tokio::spawn(async move {
        let edit = |profile: &mut Profile| profile.field_mut(NAME).edit(Some(kept("Таня", 3)));
        let kind = Some(EventKind::Edited);
        store.save_profile(link.user, kind, &entry(), at(3), edit).await.map_err(|e| e.to_string())
    });
    database.until_somebody_waits_for_a_lock().await;
    unlinking.commit().await.unwrap();
    assert_eq!(editing.await.unwrap(), Ok(()));
    let found = profile(database, link.user).await;
    assert_eq!((found.get(NAME), found.source(NAME)), (Some("Таня"), Some(Source::User)));
}

async fn the_profile_of_another_user_is_untouched(database: &Database) {
    let (anna, second) = twice_named(database, "anna").await;
    let (boris, _) = twice_named(database, "boris").await;
    for link in [&anna, &boris] {
        change(database, link.user, 4, |profile| {
            profile.field_mut(Field::Email).edit(Some(kept("to@example.com", 4)));
            profile.field_mut(Field::Language).browser = Some(kept("de", 4));
            profile.field_mut(Field::Timezone).policy = Some(Policy::Keep);
        })
        .await;
    }
    let before = (profile(database, boris.user).await, history(database, boris.user).await);

    change(database, anna.user, 5, |profile| {
        profile.field_mut(Field::Email).edit(None);
        profile.field_mut(Field::Language).browser = Some(kept("fr", 5));
        profile.field_mut(Field::Timezone).policy = None;
        profile.field_mut(LAST).edit(Some(kept("Р.", 5)));
    })
    .await;
    assert_eq!(undo(database, anna.user, second, None, 6).await, [NAME]);
    sync(database, &anna, 7, &[(NAME, "Третье")]).await;
    let after = (profile(database, boris.user).await, history(database, boris.user).await);
    assert_eq!(after, before);
}

async fn one_field_of_a_sync_can_be_taken_back(database: &Database) {
    let (link, second) = twice_named(database, "anna").await;
    assert_eq!(undo(database, link.user, second, Some(NAME), 4).await, [NAME]);
    let found = profile(database, link.user).await;
    assert_eq!((found.get(NAME), found.get(LAST)), (Some("Татьяна"), Some("Описка")));
    assert_eq!(found.source(NAME), Some(Source::Google));
    assert_eq!(newest_diff(database, link.user).await.undone, [NAME]);
    // What is not in the sync cannot be taken back.
    assert_eq!(undo(database, link.user, second, Some(Field::Email), 5).await, []);
    assert_eq!(undo(database, link.user, second, Some(NAME), 5).await, []);
    assert_eq!(count_of(database, link.user, EventKind::Undone).await, 1);

    assert_eq!(undo(database, link.user, second, None, 6).await, [LAST]);
    let diff = newest_diff(database, link.user).await;
    assert_eq!((diff.sync, diff.undone), (second, vec![NAME, LAST]));
    assert_eq!(count_of(database, link.user, EventKind::Undone).await, 2);
}

async fn all_fields_of_a_sync_can_be_taken_back(database: &Database) {
    let (link, second) = twice_named(database, "anna").await;
    assert_eq!(newest_diff(database, link.user).await.undone, []);
    assert_eq!(undo(database, link.user, second, None, 4).await, [NAME, LAST]);
    let found = profile(database, link.user).await;
    assert_eq!((found.get(NAME), found.get(LAST)), (Some("Татьяна"), Some("Ранова")));
    assert_eq!(newest_diff(database, link.user).await.undone, [NAME, LAST]);
    let newest = &history(database, link.user).await[0];
    assert_eq!((newest.event.kind, newest.event.at), (EventKind::Undone, at(4)));
    assert_eq!(newest.diff, None);

    // Once is enough.
    assert_eq!(undo(database, link.user, second, None, 5).await, []);
    assert_eq!(profile(database, link.user).await, found);
    assert_eq!(newest_diff(database, link.user).await.undone, [NAME, LAST]);
    assert_eq!(count_of(database, link.user, EventKind::Undone).await, 1);
}

async fn a_first_value_that_is_taken_back_leaves_what_was_typed(database: &Database) {
    let link = connected(database, "anna").await;
    change(database, link.user, 2, |profile| {
        profile.field_mut(NAME).edit(Some(kept("Таня", 2)));
        profile.field_mut(NAME).decide(Policy::Follow, at(2), None);
    })
    .await;
    let first = sync(database, &link, 3, &[(NAME, "Татьяна"), (LAST, "Ранова")]).await;
    assert_eq!(undo(database, link.user, first, None, 4).await, [NAME, LAST]);
    let found = profile(database, link.user).await;
    assert_eq!((found.get(NAME), found.source(NAME)), (Some("Таня"), Some(Source::User)));
    assert_eq!(found.get(LAST), None);
}

async fn what_was_taken_back_is_not_brought_by_the_next_sync(database: &Database) {
    let (link, second) = twice_named(database, "anna").await;
    undo(database, link.user, second, Some(NAME), 4).await;
    sync(database, &link, 5, &[(NAME, "Ошибка")]).await;
    assert_eq!(profile(database, link.user).await.get(NAME), Some("Татьяна"));
    let third = sync(database, &link, 6, &[(NAME, "Т. Р.")]).await;
    assert_eq!(profile(database, link.user).await.get(NAME), Some("Т. Р."));
    // The dashboard shows the newest diff, which is another one now.
    let diff = newest_diff(database, link.user).await;
    assert_eq!((diff.sync, diff.undone), (third, vec![]));
}

async fn of_ten_who_take_a_change_back_at_once_one_does(database: &Database) {
    let (link, second) = twice_named(database, "anna").await;
    let answers = at_once(10, |_| {
        let store = database.store.clone();
        async move { store.undo_sync(link.user, second, None, &entry(), at(4)).await.unwrap() }
    })
    .await;
    assert_eq!(answers.into_iter().flatten().collect::<Vec<_>>(), [NAME, LAST]);
    assert_eq!(newest_diff(database, link.user).await.undone, [NAME, LAST]);
    assert_eq!(count_of(database, link.user, EventKind::Undone).await, 1);
}

async fn what_was_edited_since_is_not_taken_back(database: &Database) {
    let (link, second) = twice_named(database, "anna").await;
    change(database, link.user, 4, |profile| {
        profile.field_mut(NAME).edit(Some(kept("Таня", 4)));
    })
    .await;
    let before = profile(database, link.user).await;
    assert_eq!(undo(database, link.user, second, Some(NAME), 5).await, []);
    assert_eq!(profile(database, link.user).await, before);
    assert_eq!(newest_diff(database, link.user).await.undone, []);
    assert_eq!(event_kinds(database, link.user).await[0], EventKind::Edited);
    // The other field is still what the sync made of it.
    assert_eq!(undo(database, link.user, second, None, 6).await, [LAST]);
    assert_eq!(profile(database, link.user).await.get(NAME), Some("Таня"));
}

async fn a_sync_of_another_user_is_not_taken_back(database: &Database) {
    let (anna, second) = twice_named(database, "anna").await;
    // The same is shown there, so that only the owner makes the difference.
    let (boris, _) = twice_named(database, "boris").await;
    let stranger = add_user(database, "vera").await;
    let mut before = Vec::new();
    for user in [anna.user, boris.user, stranger] {
        before.push((profile(database, user).await, history(database, user).await));
    }
    for user in [boris.user, stranger] {
        assert_eq!(undo(database, user, second, None, 4).await, []);
        assert_eq!(undo(database, user, second, Some(NAME), 4).await, []);
    }
    for (user, before) in [anna.user, boris.user, stranger].into_iter().zip(before) {
        assert_eq!((profile(database, user).await, history(database, user).await), before);
    }
}

async fn a_sync_that_is_not_there_is_not_taken_back(database: &Database) {
    let (link, second) = twice_named(database, "anna").await;
    let before = (profile(database, link.user).await, history(database, link.user).await);
    assert_eq!(undo(database, link.user, SyncId(id()), None, 4).await, []);
    let after = (profile(database, link.user).await, history(database, link.user).await);
    assert_eq!(after, before);
    // The syncs go with the connection.
    database.store.unlink(link.user, link.id, 1, None, &entry(), at(5)).await.unwrap();
    assert_eq!(undo(database, link.user, second, None, 6).await, []);
    assert_eq!(event_kinds(database, link.user).await[0], EventKind::Unlinked);
}

async fn history_is_read_in_pages_of_these_kinds(database: &Database) {
    let user = add_user(database, "anna").await;
    let store = &database.store;
    // Two at each moment: the later id is newer.
    let kinds = [EventKind::SignedIn, EventKind::Cancelled, EventKind::SignedIn];
    for (n, kind) in (2..).zip(kinds.into_iter().cycle().take(9)) {
        store.add_event(&entry(), user, kind, at(n / 2)).await.unwrap();
    }
    let whole = history(database, user).await;
    let mut expected: Vec<_> = kinds.into_iter().cycle().take(9).collect();
    expected.insert(0, EventKind::Registered);
    expected.reverse();
    assert_eq!(whole.iter().map(|line| line.event.kind).collect::<Vec<_>>(), expected);
    assert!(whole.windows(2).all(|pair| pair[0].event.at >= pair[1].event.at));

    for kinds in [
        EventKind::ALL,
        &[EventKind::SignedIn],
        &[EventKind::Registered, EventKind::Cancelled],
        &[EventKind::Refused],
        &[],
    ] {
        let wanted: Vec<_> =
            whole.iter().filter(|line| kinds.contains(&line.event.kind)).cloned().collect();
        assert_eq!(store.list_history(user, kinds, 0, 100).await.unwrap(), wanted);
        for (offset, limit) in [(0, 1), (0, 4), (1, 3), (4, 4), (9, 2), (10, 5), (99, 9), (2, 0)] {
            let page: Vec<_> = wanted.iter().skip(offset).take(limit).cloned().collect();
            let (offset, limit) = (i64::try_from(offset).unwrap(), i64::try_from(limit).unwrap());
            let found = store.list_history(user, kinds, offset, limit).await.unwrap();
            assert_eq!(found, page, "{kinds:?}, {limit} after {offset}");
        }
    }
}

async fn a_syncs_line_is_found_in_the_history(database: &Database) {
    let link = connected(database, "anna").await;
    let first = sync(database, &link, 2, &[(NAME, "Татьяна")]).await;
    let second = sync(database, &link, 3, &[(NAME, "Таня")]).await;
    let third = sync(database, &link, 3, &[(NAME, "Тата")]).await;
    let newer = async |user, kinds: &'static [EventKind], sync| {
        database.store.count_newer_than_sync(user, kinds, sync).await.unwrap()
    };
    for kinds in [EventKind::ALL, &[EventKind::Updated]] {
        let found = [
            newer(link.user, kinds, first).await,
            newer(link.user, kinds, second).await,
            newer(link.user, kinds, third).await,
        ];
        assert_eq!(found, [2, 1, 0], "of two at one moment the later id is newer");
    }
    assert_eq!(newer(link.user, &[EventKind::Synced], first).await, 0);
    assert_eq!(newer(link.user, EventKind::ALL, SyncId(id())).await, 0);
    let boris = add_user(database, "boris").await;
    assert_eq!(newer(boris, EventKind::ALL, first).await, 0, "not theirs");
}

async fn a_sync_tells_what_it_changed_at_its_line_alone(database: &Database) {
    let link = connected(database, "anna").await;
    assert_eq!(database.store.find_overview(link.user, 1).await.unwrap().diff, None);
    let first = sync(database, &link, 2, &[(NAME, "Татьяна")]).await;
    sync(database, &link, 3, &[(NAME, "Татьяна")]).await;
    let failed = sync_of(&link, 4);
    database.store.save_failed_sync(&failed, SyncFailure::Internal, at(4)).await.unwrap();
    let second = sync(database, &link, 5, &[(NAME, "Таня"), (LAST, "Ранова")]).await;
    sync(database, &link, 6, &[]).await;
    change(database, link.user, 7, |profile| {
        profile.field_mut(LAST).edit(Some(kept("Р.", 7)));
    })
    .await;

    let change = |field, old: Option<&str>, new: &str| Change {
        field,
        old: old.map(str::to_owned),
        old_source: old.map(|_| Source::Google),
        new: Some(new.to_owned()),
    };
    let diff = |sync, changes| Some(Diff { sync, changes, undone: vec![] });
    let second =
        diff(second, vec![change(NAME, Some("Татьяна"), "Таня"), change(LAST, None, "Ранова")]);
    let expected = [
        (EventKind::Edited, None),
        (EventKind::Synced, None),
        (EventKind::Updated, second.clone()),
        (EventKind::SyncFailed, None),
        (EventKind::Synced, None),
        (EventKind::Updated, diff(first, vec![change(NAME, None, "Татьяна")])),
        (EventKind::Linked, None),
        (EventKind::Registered, None),
    ];
    let lines = history(database, link.user).await;
    let found: Vec<_> = lines.into_iter().map(|line| (line.event.kind, line.diff)).collect();
    assert_eq!(found, expected);
    assert_eq!(Some(newest_diff(database, link.user).await), second);
}

async fn nobody_reads_the_history_of_another(database: &Database) {
    let (anna, second) = twice_named(database, "anna").await;
    let boris = connected(database, "boris").await;
    undo(database, anna.user, second, None, 4).await;
    let kinds = event_kinds(database, boris.user).await;
    assert_eq!(kinds, [EventKind::Linked, EventKind::Registered]);
    assert!(history(database, boris.user).await.iter().all(|line| line.diff.is_none()));
    assert_eq!(database.store.find_overview(boris.user, 9).await.unwrap().diff, None);
}

async fn after_an_unlink_the_lines_stay_and_the_values_are_gone(database: &Database) {
    let (link, second) = twice_named(database, "anna").await;
    undo(database, link.user, second, Some(NAME), 4).await;
    let before = history(database, link.user).await;
    assert_eq!(before.iter().filter(|line| line.diff.is_some()).count(), 2);

    database.store.unlink(link.user, link.id, 1, None, &entry(), at(5)).await.unwrap();
    let after = history(database, link.user).await;
    assert_eq!(after[0].event.kind, EventKind::Unlinked);
    let without_values = |line: HistoryEntry| HistoryEntry { diff: None, ..line };
    let expected: Vec<_> = before.into_iter().map(without_values).collect();
    assert_eq!(after[1..], expected);
    assert_eq!(database.store.find_overview(link.user, 9).await.unwrap().diff, None);
}
