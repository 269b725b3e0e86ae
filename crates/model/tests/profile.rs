//! The field policies, by example and over random histories.

use chrono::{DateTime, TimeDelta, Utc};
use model::{Field, GoogleValues, Policy, Profile, Source, StoredValue, SyncId};
use proptest::prelude::*;
use testkit::soak;
use uuid::Uuid;

const NAME: Field = Field::FirstName;

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::seconds(1_800_000_000 + seconds)
}

fn kept(value: &str) -> StoredValue {
    StoredValue { value: value.to_owned(), at: at(0), sync: None }
}

fn google(value: &str) -> GoogleValues {
    GoogleValues::received([(NAME, Some(value.to_owned()))])
}

fn sync(profile: &mut Profile, value: &str, number: u128) -> Vec<model::Change> {
    let number = SyncId(Uuid::from_u128(number));
    profile.receive(&google(value), number, at(1))
}

fn typed(value: &str) -> Profile {
    let mut profile = Profile::default();
    profile.field_mut(NAME).edit(Some(kept(value)));
    profile
}

#[test]
fn an_empty_field_is_filled_and_then_follows() {
    let mut profile = Profile::default();
    let changes = sync(&mut profile, "Татьяна", 1);
    assert_eq!((changes[0].old.as_deref(), changes[0].new.as_deref()), (None, Some("Татьяна")));
    assert_eq!(profile.source(NAME), Some(Source::Google));
    sync(&mut profile, "Таня", 2);
    let (shown, _) = profile.field(NAME).shown().unwrap();
    assert_eq!((shown.value.as_str(), shown.sync), ("Таня", Some(SyncId(Uuid::from_u128(2)))));
}

#[test]
fn a_sync_that_brings_nothing_new_leaves_the_provenance_alone() {
    let mut profile = Profile::default();
    sync(&mut profile, "Татьяна", 1);
    assert_eq!(sync(&mut profile, "Татьяна", 2), []);
    let (shown, _) = profile.field(NAME).shown().unwrap();
    assert_eq!(shown.sync, Some(SyncId(Uuid::from_u128(1))));
}

#[test]
fn what_was_typed_before_waits_for_a_choice() {
    let mut profile = typed("Таня");
    assert_eq!(sync(&mut profile, "Татьяна", 1), []);
    let offers = profile.offers();
    assert_eq!((offers[0].1.old.as_str(), offers[0].1.new.as_str()), ("Таня", "Татьяна"));

    let mut applied = profile.clone();
    applied.field_mut(NAME).decide(Policy::Follow, at(2), None);
    assert_eq!((applied.get(NAME), applied.offers().len()), (Some("Татьяна"), 0));

    let mut declined = profile.clone();
    declined.field_mut(NAME).decline();
    assert_eq!((declined.get(NAME), declined.offers().len()), (Some("Таня"), 0));
    sync(&mut declined, "Татьяна", 2);
    assert_eq!(declined.offers().len(), 0, "the same value is not offered twice");
    sync(&mut declined, "Т. Р.", 3);
    assert_eq!(declined.offers().len(), 1, "another one is");

    profile.field_mut(NAME).decide(Policy::Keep, at(2), None);
    sync(&mut profile, "Т. Р.", 2);
    assert_eq!((profile.get(NAME), profile.offers().len()), (Some("Таня"), 0));
}

#[test]
fn editing_a_followed_field_makes_it_the_users() {
    let mut profile = Profile::default();
    sync(&mut profile, "Татьяна", 1);
    assert!(profile.field(NAME).follows());
    profile.field_mut(NAME).edit(Some(kept("Таня")));
    assert_eq!(profile.field(NAME).policy, Some(Policy::Keep));
    assert_eq!(sync(&mut profile, "Т. Р.", 2), []);
    assert_eq!((profile.get(NAME), profile.source(NAME)), (Some("Таня"), Some(Source::User)));
    profile.field_mut(NAME).decide(Policy::Follow, at(3), None);
    assert_eq!(profile.get(NAME), Some("Т. Р."), "what Google has by now");
}

#[test]
fn an_emptied_field_stays_empty() {
    let mut profile = Profile::default();
    sync(&mut profile, "Татьяна", 1);
    profile.field_mut(NAME).edit(None);
    sync(&mut profile, "Т. Р.", 2);
    assert_eq!(profile.get(NAME), None);
}

#[test]
fn fill_once_fills_once() {
    let mut profile = Profile::default();
    profile.field_mut(NAME).decide(Policy::FillOnce, at(0), None);
    assert_eq!(sync(&mut profile, "Татьяна", 1).len(), 1);
    assert_eq!(sync(&mut profile, "Таня", 2), []);
    assert_eq!(profile.get(NAME), Some("Татьяна"));
    let mut own = typed("Т. Р.");
    own.field_mut(NAME).decide(Policy::FillOnce, at(0), None);
    assert_eq!(sync(&mut own, "Татьяна", 1), []);
    assert_eq!(own.offers(), []);
}

#[test]
fn an_undone_change_does_not_come_back_by_itself() {
    let mut profile = Profile::default();
    sync(&mut profile, "Татьяна", 1);
    let changes = sync(&mut profile, "Ошибка", 2);
    assert_eq!(profile.undo(&changes, at(3)), [NAME]);
    assert_eq!((profile.get(NAME), profile.source(NAME)), (Some("Татьяна"), Some(Source::Google)));
    assert_eq!(profile.undo(&changes, at(3)), [], "once is enough");
    assert_eq!(sync(&mut profile, "Ошибка", 4), [], "the next sync brings the same again");
    profile.field_mut(NAME).decide(Policy::Follow, at(5), None);
    assert_eq!(profile.get(NAME), Some("Ошибка"), "unless the user says so");
    assert_eq!(sync(&mut profile, "Таня", 6).len(), 1, "or Google has something else");
}

#[test]
fn undoing_the_first_fill_gives_back_what_was_typed() {
    let mut profile = typed("Таня");
    sync(&mut profile, "Татьяна", 1);
    let before = profile.clone();
    profile.field_mut(NAME).decide(Policy::Follow, at(2), None);
    let changes = before.changes_to(&profile);
    assert_eq!(profile.undo(&changes, at(3)), [NAME]);
    assert_eq!((profile.get(NAME), profile.source(NAME)), (Some("Таня"), Some(Source::User)));
}

#[test]
fn the_browsers_word_is_the_last_resort() {
    let mut profile = Profile::default();
    profile.field_mut(Field::Language).browser = Some(kept("de"));
    assert_eq!(profile.source(Field::Language), Some(Source::Browser));
    let values = GoogleValues::received([(Field::Language, Some("ru".to_owned()))]);
    let changes = profile.receive(&values, SyncId(Uuid::nil()), at(1));
    assert_eq!((changes.len(), profile.get(Field::Language)), (1, Some("ru")));
    profile.disconnect();
    assert_eq!(profile.get(Field::Language), Some("de"));
}

/// One thing that can happen to a field.
#[derive(Clone, Debug)]
enum Step {
    Receive(Option<String>),
    Edit(Option<String>),
    Decide(Policy),
    Decline,
    UndoLast,
    Disconnect,
}

fn any_step() -> impl Strategy<Value = Step> {
    let value = || prop::option::of("[abc]{0,2}");
    prop_oneof![
        4 => value().prop_map(Step::Receive),
        2 => value().prop_map(Step::Edit),
        2 => prop::sample::select(Policy::ALL).prop_map(Step::Decide),
        1 => Just(Step::Decline),
        2 => Just(Step::UndoLast),
        1 => Just(Step::Disconnect),
    ]
}

fn run(profile: &mut Profile, step: &Step, number: u128, last: &mut Vec<model::Change>) {
    match step {
        Step::Receive(value) => {
            let values = GoogleValues::received([(NAME, value.clone())]);
            let changes = profile.receive(&values, SyncId(Uuid::from_u128(number)), at(1));
            if !changes.is_empty() {
                *last = changes;
            }
        }
        Step::Edit(value) => {
            let clean = value.as_deref().and_then(Field::clean);
            profile.field_mut(NAME).edit(clean.as_deref().map(kept));
        }
        Step::Decide(policy) => profile.field_mut(NAME).decide(*policy, at(1), None),
        Step::Decline => profile.field_mut(NAME).decline(),
        Step::UndoLast => drop(profile.undo(last, at(1))),
        Step::Disconnect => {
            profile.disconnect();
            last.clear();
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(soak::rounds(10_000, 2_000)))]

    /// T18: a *keep mine* value never changes by a sync; an empty answer never erases.
    #[test]
    fn no_sync_changes_what_is_kept_or_erases_anything(
        steps in prop::collection::vec(any_step(), 0..24),
    ) {
        let (mut profile, mut last) = (Profile::default(), Vec::new());
        for (number, step) in steps.iter().enumerate() {
            let before = profile.clone();
            run(&mut profile, step, number as u128, &mut last);
            if let Step::Receive(value) = step {
                if before.field(NAME).policy == Some(Policy::Keep) {
                    prop_assert_eq!(before.get(NAME), profile.get(NAME));
                }
                if value.as_deref().and_then(Field::clean).is_none() {
                    prop_assert_eq!(&before, &profile);
                }
                prop_assert!(before.get(NAME).is_none() || profile.get(NAME).is_some());
            }
        }
    }

    /// T21: whatever happened, disconnecting leaves exactly what the user typed last.
    #[test]
    fn disconnecting_gives_back_what_the_user_had(
        before in prop::option::of("[abc]{1,2}"),
        steps in prop::collection::vec(any_step(), 0..24),
    ) {
        let mut profile = Profile::default();
        profile.field_mut(NAME).edit(before.as_deref().map(kept));
        let (mut own, mut last) = (before, Vec::new());
        for (number, step) in steps.iter().enumerate() {
            run(&mut profile, step, number as u128, &mut last);
            if let Step::Edit(value) = step {
                own = value.as_deref().and_then(Field::clean);
            }
        }
        profile.disconnect();
        prop_assert_eq!(profile.get(NAME), own.as_deref());
        prop_assert!(profile.source(NAME) != Some(Source::Google));
        let slot = profile.field(NAME);
        prop_assert!(slot.google.is_none() && slot.applied.is_none() && slot.declined.is_none());
    }

    /// T21, the other half: without an edit of the user's own, byte for byte what was before.
    #[test]
    fn without_edits_it_is_as_if_nothing_had_been(
        before in prop::option::of("[abc]{1,2}"),
        steps in prop::collection::vec(any_step(), 0..24),
    ) {
        let mut profile = Profile::default();
        profile.field_mut(NAME).edit(before.as_deref().map(kept));
        let untouched = profile.field(NAME).own.clone();
        let mut last = Vec::new();
        for (number, step) in steps.iter().enumerate() {
            if !matches!(step, Step::Edit(_)) {
                run(&mut profile, step, number as u128, &mut last);
            }
        }
        profile.disconnect();
        prop_assert_eq!(&profile.field(NAME).own, &untouched);
        prop_assert_eq!(profile.get(NAME), before.as_deref());
    }
}
