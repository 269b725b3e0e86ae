//! The profile: every field with who owns it, and the rules that go over several fields.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::id::SyncId;
use crate::profile::field::Field;
use crate::profile::field_state::{FieldState, Offer, Source, StoredValue};
use crate::sync::record::Change;

/// What the user typed when the account was made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OwnValues(pub BTreeMap<Field, String>);

/// What Google sent, cleaned.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct GoogleValues(pub BTreeMap<Field, String>);

impl GoogleValues {
    /// Cleans and keeps what Google sent; blank values are as good as none.
    pub fn received(values: impl IntoIterator<Item = (Field, Option<String>)>) -> GoogleValues {
        let cleaned =
            values.into_iter().filter_map(|(field, value)| Some((field, Field::clean(&value?)?)));
        GoogleValues(cleaned.collect())
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Profile(pub BTreeMap<Field, FieldState>);

static EMPTY: FieldState = FieldState {
    own: None,
    browser: None,
    google: None,
    applied: None,
    declined: None,
    policy: None,
};

impl Profile {
    /// Everything that is known of a field.
    pub fn field(&self, field: Field) -> &FieldState {
        self.0.get(&field).unwrap_or(&EMPTY)
    }

    /// The same, to be changed.
    pub fn field_mut(&mut self, field: Field) -> &mut FieldState {
        self.0.entry(field).or_default()
    }

    /// A field's value, if it has one.
    pub fn get(&self, field: Field) -> Option<&str> {
        self.field(field).text()
    }

    /// Where a field's value comes from, if it has one.
    pub fn source(&self, field: Field) -> Option<Source> {
        self.field(field).shown().map(|(_, source)| source)
    }

    /// The name to greet with, the shorter one first.
    pub fn greeting_name(&self) -> Option<&str> {
        self.get(Field::FirstName).or_else(|| self.get(Field::DisplayName))
    }

    /// The name as a whole: display name, else first and last name, whatever is there.
    pub fn full_name(&self) -> Option<String> {
        if let Some(name) = self.get(Field::DisplayName) {
            return Some(name.to_owned());
        }
        let parts: Vec<_> =
            [Field::FirstName, Field::LastName].iter().filter_map(|f| self.get(*f)).collect();
        (!parts.is_empty()).then(|| parts.join(" "))
    }

    /// The fields where Google has another value than the user typed, and nobody has decided yet.
    pub fn offers(&self) -> Vec<(Field, Offer)> {
        self.0.iter().filter_map(|(field, slot)| Some((*field, slot.offer()?))).collect()
    }

    /// A sync brought these values. Returns what a reader sees change.
    pub fn receive(
        &mut self,
        values: &GoogleValues,
        sync: SyncId,
        now: DateTime<Utc>,
    ) -> Vec<Change> {
        let before = self.clone();
        for (field, value) in &values.0 {
            let kept = StoredValue { value: value.clone(), at: now, sync: Some(sync) };
            self.field_mut(*field).receive(kept);
        }
        before.changes_to(self)
    }

    /// What a reader would see change from this profile to the next.
    pub fn changes_to(&self, next: &Profile) -> Vec<Change> {
        let changed = Field::ALL.iter().filter(|field| self.get(**field) != next.get(**field));
        changed
            .map(|field| Change {
                field: *field,
                old: self.get(*field).map(str::to_owned),
                old_source: self.source(*field),
                new: next.get(*field).map(str::to_owned),
            })
            .collect()
    }

    /// Whether any field is another one, in what is shown or in what stands behind it.
    pub fn differs_from(&self, other: &Profile) -> bool {
        Field::ALL.iter().any(|field| self.field(*field) != other.field(*field))
    }

    /// Takes back what a sync changed in these fields, as far as it is still what is shown.
    /// Returns the fields that were taken back.
    pub fn undo(&mut self, changes: &[Change], now: DateTime<Utc>) -> Vec<Field> {
        let mut undone = Vec::new();
        for change in changes {
            let Some(new) = &change.new else { continue };
            let was_google = change.old_source == Some(Source::Google);
            let old = change.old.clone().filter(|_| was_google);
            let old = old.map(|value| StoredValue { value, at: now, sync: None });
            if self.field_mut(change.field).undo(new, old) {
                undone.push(change.field);
            }
        }
        undone
    }

    /// Everything of Google's goes.
    pub fn disconnect(&mut self) {
        self.0.values_mut().for_each(FieldState::disconnect);
    }
}
