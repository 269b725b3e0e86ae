//! The profile: what the user typed, what Google has, and which of the two is shown.
//!
//! The two are kept apart and never merged. What is shown is computed, so disconnecting can only
//! give back what the user had before, and nothing from Google can stay behind in it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Change;
use crate::connection::words;

words! {
    /// A field of the profile that Google can fill.
    #[derive(PartialOrd, Ord)]
    Field {
        /// Given name.
        FirstName = "first_name",
        /// Family name.
        LastName = "last_name",
        /// The name as a whole, as its owner writes it.
        DisplayName = "display_name",
        /// A mail address to be reached at; never the sign-in address.
        Email = "email",
        /// The picture: the key of stored bytes, never an address at Google.
        Avatar = "avatar",
    }
}

impl Field {
    /// Longest value that is kept, in characters.
    pub const LONGEST: usize = 200;

    /// What is kept of a value somebody else wrote: one line, trimmed, bounded, without control
    /// and bidirectional-override characters. `None` when nothing is left.
    pub fn clean(text: &str) -> Option<String> {
        let invisible = |c: char| {
            c.is_control()
                || matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{feff}')
                || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        };
        let kept: String = text.chars().filter(|c| !invisible(*c)).collect();
        let kept: String = kept.trim().chars().take(Self::LONGEST).collect();
        let kept = kept.trim_end();
        (!kept.is_empty()).then(|| kept.to_owned())
    }
}

/// Where a shown value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The user typed it.
    User,
    /// Google has it.
    Google,
}

/// What the user typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OwnValues(pub BTreeMap<Field, String>);

/// What Google last had. Lives and dies with the connection.
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

    /// These values over the earlier ones: what Google does not send never erases one.
    pub fn over(self, earlier: &GoogleValues) -> GoogleValues {
        let mut merged = earlier.0.clone();
        merged.extend(self.0);
        GoogleValues(merged)
    }
}

/// The profile as it is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    values: BTreeMap<Field, (String, Source)>,
}

impl Profile {
    /// Google's value where there is one, else the user's own.
    pub fn shown(own: &OwnValues, google: &GoogleValues) -> Profile {
        let mut values: BTreeMap<_, _> =
            own.0.iter().map(|(field, value)| (*field, (value.clone(), Source::User))).collect();
        let from_google =
            google.0.iter().map(|(field, value)| (*field, (value.clone(), Source::Google)));
        values.extend(from_google);
        Profile { values }
    }

    /// A field's value, if it has one.
    pub fn get(&self, field: Field) -> Option<&str> {
        self.values.get(&field).map(|(value, _)| value.as_str())
    }

    /// Where a field's value comes from, if it has one.
    pub fn source(&self, field: Field) -> Option<Source> {
        self.values.get(&field).map(|(_, source)| *source)
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

    /// What a reader would see change from this profile to the next.
    pub fn changes_to(&self, next: &Profile) -> Vec<Change> {
        Field::ALL
            .iter()
            .filter(|field| self.get(**field) != next.get(**field))
            .map(|field| Change {
                field: *field,
                old: self.get(*field).map(str::to_owned),
                new: next.get(*field).map(str::to_owned),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn google(values: &[(Field, &str)]) -> GoogleValues {
        GoogleValues::received(values.iter().map(|(f, v)| (*f, Some((*v).to_owned()))))
    }

    #[test]
    fn google_fills_and_its_source_is_named() {
        let own = OwnValues([(Field::FirstName, "Таня".to_owned())].into());
        let shown = Profile::shown(&own, &google(&[(Field::FirstName, "Татьяна")]));
        assert_eq!(shown.get(Field::FirstName), Some("Татьяна"));
        assert_eq!(shown.source(Field::FirstName), Some(Source::Google));
        assert_eq!(
            Profile::shown(&own, &GoogleValues::default()).get(Field::FirstName),
            Some("Таня")
        );
    }

    #[test]
    fn a_blank_or_missing_value_never_erases() {
        let earlier = google(&[(Field::LastName, "Ранова")]);
        for sent in [google(&[]), google(&[(Field::LastName, "  \u{202e}\n ")])] {
            assert_eq!(sent.over(&earlier), earlier);
        }
    }

    #[test]
    fn values_are_one_bounded_visible_line() {
        assert_eq!(Field::clean(" Анна\u{202e}\r\n "), Some("Анна".to_owned()));
        assert_eq!(Field::clean(&"я".repeat(900)).unwrap().chars().count(), Field::LONGEST);
        assert_eq!(Field::clean("\u{feff}\t"), None);
        // Markup is text like any other; pages escape it.
        assert_eq!(Field::clean("<b>Анна</b>"), Some("<b>Анна</b>".to_owned()));
    }

    fn any_values() -> impl Strategy<Value = BTreeMap<Field, String>> {
        prop::collection::btree_map(prop::sample::select(Field::ALL), "[a-zа-я ]{0,6}", 0..5)
    }

    proptest! {
        #[test]
        fn disconnecting_after_any_syncs_gives_back_what_was_there(
            own in any_values(), answers in prop::collection::vec(any_values(), 0..6),
        ) {
            let own = OwnValues(own);
            let before = Profile::shown(&own, &GoogleValues::default());
            let mut held = GoogleValues::default();
            for answer in answers {
                held = GoogleValues::received(answer.into_iter().map(|(f, v)| (f, Some(v)))).over(&held);
            }
            // Disconnecting forgets what Google had, and nothing else.
            drop(held);
            prop_assert_eq!(before, Profile::shown(&own, &GoogleValues::default()));
        }

        #[test]
        fn no_answer_from_google_ever_empties_a_field(held in any_values(), sent in any_values()) {
            let held = GoogleValues::received(held.into_iter().map(|(f, v)| (f, Some(v))));
            let merged = GoogleValues::received(sent.into_iter().map(|(f, v)| (f, Some(v)))).over(&held);
            for field in held.0.keys() {
                prop_assert!(!merged.0[field].is_empty());
            }
        }
    }
}
