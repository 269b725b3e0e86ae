//! After an unlink nothing from Google is left anywhere, and what the user typed is as it was.
//!
//! The search goes through every column of every table, those of later migrations included.

use std::collections::BTreeMap;

use model::connections::status::Mailbox;
use model::{
    Cause, EventKind, Field, FieldState, GoogleValues, OwnValues, Policy, Profile, StoredValue,
    SyncFailure, UserId,
};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseResult, TestRng, TestRunner};
use store::{Avatar, Link, Linked, ReceivedProfile, Renewal, Store, SyncStored, Unlinked};

use crate::database::Database;
use crate::samples::{
    add_user, at, claim_revocations, entry, grant_of, id, kept, link_to, new_user, received,
    revocation, sealed, sync_of, values_of,
};

on_both_engines! {
    nothing_from_google_outlives_an_unlink_but_the_sealed_token,
    nothing_from_google_outlives_the_user_but_the_sealed_token,
    after_any_history_the_user_has_what_they_typed,
}

/// What Google sent in [`eventful`], and what was made of it. Each stands in some column.
const MARKERS: &[&str] = &[
    "subject-of-google",
    "first@google",
    "second@google",
    "domain.google",
    "Имя-от-Google",
    "Earlier-name",
    "hash-of-google",
    "picture-of-google",
    "box@google",
    "sealed-access",
    "sealed-refresh",
];
/// The refresh token, sealed for its row in the outbox.
const SEALED_ANEW: &str = "sealed-anew";

/// Everything that can happen to a connection, with all that Google can send.
async fn eventful(database: &Database) -> Link {
    let store = &database.store;
    let mut link = link_to("subject-of-google", add_user(database, "anna").await);
    link.identity.email = Some("first@google".to_owned());
    link.identity.hosted_domain = Some("domain.google".to_owned());
    link.access = sealed("sealed-access");
    link.refresh = Some(sealed("sealed-refresh"));
    assert_eq!(store.link(&link, at(1)).await.unwrap(), Linked::New);
    let answer = ReceivedProfile { email: None, ..received(&[(Field::FirstName, "Earlier-name")]) };
    store.save_sync(&sync_of(&link, 2), &answer, at(2)).await.unwrap();
    // Before the address changes, or the search for it would prove nothing.
    assert_eq!(database.places_of(b"first@google").await, ["connections.email"]);
    let answer = ReceivedProfile {
        email: Some("second@google".to_owned()),
        avatar: Some(Avatar {
            hash: "hash-of-google".to_owned(),
            media_type: "image/png".to_owned(),
            bytes: b"\x89PNG\0picture-of-google\xff".to_vec(),
        }),
        mailbox: Some(Mailbox { address: "box@google".to_owned(), ..Mailbox::default() }),
        ..received(&[(Field::FirstName, "Имя-от-Google"), (Field::Avatar, "hash-of-google")])
    };
    store.save_sync(&sync_of(&link, 3), &answer, at(3)).await.unwrap();
    store.save_failed_sync(&sync_of(&link, 4), SyncFailure::Internal, at(4)).await.unwrap();
    let marked = store
        .save_needs_reconnect(link.id, link.user, 1, Cause::AdminPolicy, &entry(), at(5))
        .await;
    assert!(marked.unwrap());
    link
}

async fn assert_only_the_sealed_token_is_left(database: &Database) {
    for marker in MARKERS {
        assert_eq!(database.places_of(marker.as_bytes()).await, Vec::<String>::new(), "{marker}");
    }
    let places = database.places_of(SEALED_ANEW.as_bytes()).await;
    assert_eq!(places, ["revocations.token"]);
    let claimed = claim_revocations(&database.store, at(9), at(60), 1).await.unwrap();
    database.store.save_revoked(claimed[0].id, &entry(), at(10)).await.unwrap();
    let places = database.places_of(SEALED_ANEW.as_bytes()).await;
    assert_eq!(places, Vec::<String>::new());
}

async fn nothing_from_google_outlives_an_unlink_but_the_sealed_token(database: &Database) {
    let link = eventful(database).await;
    for marker in MARKERS.iter().filter(|marker| **marker != "first@google") {
        assert_ne!(database.places_of(marker.as_bytes()).await, Vec::<String>::new(), "{marker}");
    }
    let revocation = revocation(SEALED_ANEW);
    let done =
        database.store.unlink(link.user, link.id, 1, Some(&revocation), &entry(), at(9)).await;
    assert_eq!(done.unwrap(), Unlinked::Done);
    assert_only_the_sealed_token_is_left(database).await;
}

async fn nothing_from_google_outlives_the_user_but_the_sealed_token(database: &Database) {
    let link = eventful(database).await;
    let revocation = revocation(SEALED_ANEW);
    database.store.add_revocation(link.user, &revocation, at(9)).await.unwrap();
    database.execute("delete from users").await;
    assert_only_the_sealed_token_is_left(database).await;
}

/// One thing that can happen to a connected user.
#[derive(Clone, Debug)]
enum Step {
    Sync(GoogleValues),
    FailedSync,
    Renewal,
    NeedsReconnect,
    LinkAgain,
    UnlinkAndLink,
    Edit(Field, Option<String>),
    Decide(Field, Policy),
    Decline(Field),
    UndoLast,
}

fn any_own() -> impl Strategy<Value = OwnValues> {
    // PostgreSQL's text holds every character but NUL.
    prop::collection::btree_map(prop::sample::select(Field::ALL), "[^\\x00]{0,12}", 0..=5)
        .prop_map(OwnValues)
}

fn any_step() -> impl Strategy<Value = Step> {
    let values: BTreeMap<Field, _> =
        Field::ALL.iter().map(|field| (*field, prop::option::of("\\PC{0,8}"))).collect();
    let fields: Vec<_> = values.keys().copied().collect();
    let answer = values.into_values().collect::<Vec<_>>().prop_map(move |values| {
        Step::Sync(GoogleValues::received(fields.iter().copied().zip(values)))
    });
    let field = || prop::sample::select(Field::ALL);
    prop_oneof![
        4 => answer,
        1 => Just(Step::FailedSync),
        1 => Just(Step::Renewal),
        1 => Just(Step::NeedsReconnect),
        1 => Just(Step::LinkAgain),
        1 => Just(Step::UnlinkAndLink),
        3 => (field(), prop::option::of("\\PC{1,8}")).prop_map(|(field, value)| Step::Edit(field, value)),
        2 => (field(), prop::sample::select(Policy::ALL)).prop_map(|(field, policy)| Step::Decide(field, policy)),
        1 => field().prop_map(Step::Decline),
        2 => Just(Step::UndoLast),
    ]
}

async fn after_any_history_the_user_has_what_they_typed(database: &Database) {
    let config = Config { cases: 24, failure_persistence: None, ..Config::default() };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(config, rng);
    let histories = (any_own(), prop::collection::vec(any_step(), 0..16));
    tokio::task::block_in_place(|| {
        let runtime = tokio::runtime::Handle::current();
        runner
            .run(&histories, |(own, steps)| runtime.block_on(live_and_unlink(database, own, steps)))
    })
    .unwrap();
}

async fn live_and_unlink(database: &Database, own: OwnValues, steps: Vec<Step>) -> TestCaseResult {
    let store = &database.store;
    let user = new_user(&format!("{}@example.com", id().simple()), own.clone());
    store.add_user(&user, at(0)).await.unwrap();
    let link = link_to(&id().to_string(), user.id);
    store.link(&link, at(0)).await.unwrap();
    // What they typed last, by the steps alone, and all the rest, by the model.
    let mut typed: BTreeMap<_, _> =
        own.0.iter().map(|(field, value)| (*field, kept(value, 0))).collect();
    let mut expected = Profile::default();
    for (field, kept) in &typed {
        expected.field_mut(*field).own = Some(kept.clone());
    }
    let mut last = None;
    for (secs, step) in (1..).zip(steps) {
        let grant = grant_of(database, user.id).await;
        let generation = grant.generation;
        match step {
            Step::Sync(values) => {
                let record = sync_of(&link, secs);
                let changes = expected.receive(&values, record.id, at(secs));
                let answer = ReceivedProfile { values, ..ReceivedProfile::default() };
                let stored = store.save_sync(&record, &answer, at(secs)).await.unwrap();
                prop_assert_eq!(stored, SyncStored::Changed(changes.clone()));
                if !changes.is_empty() {
                    last = Some((record.id, changes));
                }
            }
            Step::FailedSync => {
                let failure = SyncFailure::GoogleUnavailable;
                store.save_failed_sync(&sync_of(&link, secs), failure, at(secs)).await.unwrap();
            }
            Step::Renewal => {
                let renewal = Renewal {
                    connection: link.id,
                    generation,
                    fence: grant.refresh_fence,
                    renewed_at: at(secs),
                    access: sealed("renewed"),
                    access_expires_at: at(secs),
                    refresh: None,
                    marks: None,
                    refresh_expires_at: None,
                    granted: None,
                };
                assert!(store.save_renewal(&renewal).await.unwrap());
            }
            Step::NeedsReconnect => {
                let (cause, entry) = (Cause::GrantEnded, entry());
                let marked = store.save_needs_reconnect(
                    link.id,
                    user.id,
                    generation,
                    cause,
                    &entry,
                    at(secs),
                );
                marked.await.unwrap();
            }
            Step::LinkAgain => {
                let again = Link { entry: entry(), ..link.clone() };
                prop_assert_eq!(store.link(&again, at(secs)).await.unwrap(), Linked::Again);
            }
            Step::UnlinkAndLink => {
                let done =
                    store.unlink(user.id, link.id, generation, None, &entry(), at(secs)).await;
                prop_assert_eq!(done.unwrap(), Unlinked::Done);
                let anew = Link { entry: entry(), ..link.clone() };
                prop_assert_eq!(store.link(&anew, at(secs)).await.unwrap(), Linked::New);
                expected.disconnect();
                last = None;
            }
            Step::Edit(field, value) => {
                let own = value.map(|value| kept(&value, secs));
                let edit = |profile: &mut Profile| profile.field_mut(field).edit(own.clone());
                change(store, user.id, secs, &mut expected, edit).await;
                match own {
                    Some(kept) => typed.insert(field, kept),
                    None => typed.remove(&field),
                };
            }
            Step::Decide(field, policy) => {
                let decide = |profile: &mut Profile| {
                    profile.field_mut(field).decide(policy, at(secs), None);
                };
                change(store, user.id, secs, &mut expected, decide).await;
            }
            Step::Decline(field) => {
                let decline = |profile: &mut Profile| profile.field_mut(field).decline();
                change(store, user.id, secs, &mut expected, decline).await;
            }
            Step::UndoLast => {
                if let Some((sync, changes)) = &last {
                    let undone = store.undo_sync(user.id, *sync, None, &entry(), at(secs)).await;
                    prop_assert_eq!(undone.unwrap(), expected.undo(changes, at(secs)));
                }
            }
        }
        let found = store.find_profile(user.id).await.unwrap();
        prop_assert_eq!(&typed_in(&found), &typed);
        prop_assert_eq!(found, without_empty(&expected));
    }
    let generation = grant_of(database, user.id).await.generation;
    let done = store.unlink(user.id, link.id, generation, None, &entry(), at(99)).await;
    prop_assert_eq!(done.unwrap(), Unlinked::Done);
    let shown = store.find_overview(user.id, 1).await.unwrap().profile;
    for field in Field::ALL {
        prop_assert_eq!(shown.get(*field), typed.get(field).map(|kept| kept.value.as_str()));
    }
    prop_assert_eq!(typed_in(&shown), typed);
    prop_assert_eq!(values_of(store, user.id).await.1, GoogleValues::default());
    // What they decided stays as well.
    expected.disconnect();
    prop_assert_eq!(shown, without_empty(&expected));
    Ok(())
}

/// Changes the stored profile and the expected one by the same rule.
async fn change(
    store: &Store,
    user: UserId,
    secs: i64,
    expected: &mut Profile,
    rule: impl Fn(&mut Profile),
) {
    rule(expected);
    let edited = Some(EventKind::Edited);
    store.save_profile(user, edited, &entry(), at(secs), rule).await.unwrap();
}

fn typed_in(profile: &Profile) -> BTreeMap<Field, StoredValue> {
    let slots = profile.0.iter();
    slots.filter_map(|(field, slot)| Some((*field, slot.own.clone()?))).collect()
}

/// A profile without the fields of which nothing is known: no row stands for them.
fn without_empty(profile: &Profile) -> Profile {
    let slots = profile.0.clone().into_iter();
    Profile(slots.filter(|(_, slot)| *slot != FieldState::default()).collect())
}
