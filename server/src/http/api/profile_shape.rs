//! How the profile looks to programs.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use model::{Field, FieldState, Profile, Source};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::names::{PolicyName, value_of};

/// The profile with everything that is known of each field.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Profile)]
pub(crate) struct ProfileState {
    /// Every field, whether it has a value or not.
    fields: FieldStates,
    /// Since when the newest of the values is what it is; null where there is none.
    #[schema(required)]
    updated_at: Option<DateTime<Utc>>,
}

/// The fields by name.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Fields)]
struct FieldStates {
    /// Given name.
    first_name: FieldBody,
    /// Family name.
    last_name: FieldBody,
    /// The name as a whole, as its owner writes it.
    display_name: FieldBody,
    /// An address to be reached at; never the sign-in address.
    email: FieldBody,
    /// The picture, as the path that it is served at.
    avatar: FieldBody,
    /// A language, as a BCP 47 tag.
    language: FieldBody,
    /// A time zone of the IANA database.
    timezone: FieldBody,
}

/// Where a value comes from.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Origin {
    /// The user typed it.
    User,
    /// Google has it.
    Google,
    /// The user's browser says so.
    Browser,
    /// There is no value.
    None,
}

impl From<Option<Source>> for Origin {
    fn from(source: Option<Source>) -> Origin {
        match source {
            Some(Source::User) => Origin::User,
            Some(Source::Google) => Origin::Google,
            Some(Source::Browser) => Origin::Browser,
            None => Origin::None,
        }
    }
}

/// One field.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Field)]
pub(super) struct FieldBody {
    /// The value that is shown; null where there is none.
    #[schema(required)]
    value: Option<String>,
    /// Where the value comes from.
    source: Origin,
    /// What the user wants for the field; null where they have not decided and will be asked.
    #[schema(required)]
    policy: Option<PolicyName>,
    /// Since when the value is what it is.
    #[schema(required)]
    changed_at: Option<DateTime<Utc>>,
    /// The sync that brought the value, where one did. See the history.
    #[schema(required)]
    sync: Option<Uuid>,
    /// What Google last had, whether it is shown or not; null where it had nothing, or nothing is
    /// connected.
    #[schema(required)]
    google: Option<String>,
    /// Whether Google has another value than the user's, and the user should choose.
    awaits_choice: bool,
}

impl ProfileState {
    pub(crate) fn of(profile: &Profile) -> ProfileState {
        let state = |field| FieldBody::of(field, profile.field(field));
        let shown = Field::ALL.iter().filter_map(|field| profile.field(*field).shown());
        ProfileState {
            updated_at: shown.map(|(kept, _)| kept.at).max(),
            fields: FieldStates {
                first_name: state(Field::FirstName),
                last_name: state(Field::LastName),
                display_name: state(Field::DisplayName),
                email: state(Field::Email),
                avatar: state(Field::Avatar),
                language: state(Field::Language),
                timezone: state(Field::Timezone),
            },
        }
    }
}

impl FieldBody {
    pub(super) fn of(field: Field, slot: &FieldState) -> FieldBody {
        let shown = slot.shown();
        FieldBody {
            value: shown.map(|(kept, _)| value_of(field, &kept.value)),
            source: shown.map(|(_, source)| source).into(),
            policy: slot.effective().map(PolicyName::from),
            changed_at: shown.map(|(kept, _)| kept.at),
            sync: shown
                .filter(|(_, source)| *source == Source::Google)
                .and_then(|(kept, _)| kept.sync)
                .map(|sync| sync.0),
            google: slot.google.as_deref().map(|value| value_of(field, value)),
            awaits_choice: slot.offer().is_some(),
        }
    }
}

/// New values. A picture cannot be typed.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ProfilePatch {
    /// Given name.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, max_length = 200)]
    first_name: Option<Option<String>>,
    /// Family name.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, max_length = 200)]
    last_name: Option<Option<String>>,
    /// The name as a whole.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, max_length = 200)]
    display_name: Option<Option<String>>,
    /// A mail address to be reached at.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, max_length = 200)]
    email: Option<Option<String>>,
    /// A BCP 47 tag, such as `en-GB`.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, max_length = 200)]
    language: Option<Option<String>>,
    /// A name of the IANA database, such as `Europe/Moscow`.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, max_length = 200)]
    timezone: Option<Option<String>>,
}

/// A member that is there, `null` included. One that is not there never comes here.
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

impl ProfilePatch {
    /// The texts of the members that were sent; `null` is the empty text.
    pub(super) fn values(self) -> BTreeMap<Field, String> {
        let members = [
            (Field::FirstName, self.first_name),
            (Field::LastName, self.last_name),
            (Field::DisplayName, self.display_name),
            (Field::Email, self.email),
            (Field::Language, self.language),
            (Field::Timezone, self.timezone),
        ];
        let sent = members.into_iter().filter_map(|(field, text)| Some((field, text?)));
        sent.map(|(field, text)| (field, text.unwrap_or_default())).collect()
    }
}

/// Who owns a field from now on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PolicyBody {
    /// The policy.
    pub(super) policy: PolicyName,
}

/// Which of two values to keep.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ChoiceBody {
    /// The choice.
    pub(super) choice: ChoiceName,
}

/// What to do where Google has another value than the user's.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum ChoiceName {
    /// Google's value, now and from now on.
    Apply,
    /// The user's, until Google has yet another one.
    Keep,
    /// The user's, always.
    AlwaysKeep,
}
