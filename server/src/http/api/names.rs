//! The product's enums in the API: the very ones of `model`, with schemas made from them.

use std::borrow::Cow;

use model::{
    Actor, Cause, EventKind, Field, Policy, Source, SyncFailure, SyncInterval, SyncOutcome,
};
use serde::de::{Deserialize, Deserializer, Error};
use serde::{Serialize, Serializer};
use service::Filter;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

macro_rules! names {
    ($($name:ident of $model:ty = $about:literal;)*) => {$(
        #[doc = $about]
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) struct $name(pub(super) $model);

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.0.as_str())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                let word = <$model>::parse(&text).map($name);
                word.ok_or_else(|| D::Error::custom(no_such_word(<$model>::ALL.iter().map(|word| word.as_str()))))
            }
        }

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let words = <$model>::ALL.iter().map(|word| word.as_str());
                let schema = ObjectBuilder::new().schema_type(Type::String);
                schema.enum_values(Some(words)).description(Some($about)).into()
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                stringify!($name).into()
            }
        }
    )*};
}

names! {
    FieldName of Field = "A field of the profile.";
    SourceName of Source = "Where a value comes from.";
    CauseName of Cause = "Why a connection needs its user.";
    FailureName of SyncFailure = "Why a sync could not be done.";
    OutcomeName of SyncOutcome = "How a sync ended.";
    IntervalName of SyncInterval = "How often syncs come by themselves.";
    ActorName of Actor = "Who did something.";
    EventName of EventKind = "What happened. New kinds may be added.";
    FilterName of Filter = "Which lines of the history.";
}

/// What to send instead of a word that there is not.
pub(super) fn no_such_word<'a>(words: impl Iterator<Item = &'a str>) -> String {
    format!("expected one of: {}", words.collect::<Vec<_>>().join(", "))
}

/// What the user wants for a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum PolicyName {
    /// Google's value, whenever it changes.
    Follow,
    /// Google's value where there was none, and then no more.
    FillOnce,
    /// The user's own, whatever Google has.
    KeepMine,
}

impl From<Policy> for PolicyName {
    fn from(policy: Policy) -> PolicyName {
        match policy {
            Policy::Follow => PolicyName::Follow,
            Policy::FillOnce => PolicyName::FillOnce,
            Policy::Keep => PolicyName::KeepMine,
        }
    }
}

impl From<PolicyName> for Policy {
    fn from(name: PolicyName) -> Policy {
        match name {
            PolicyName::Follow => Policy::Follow,
            PolicyName::FillOnce => Policy::FillOnce,
            PolicyName::KeepMine => Policy::Keep,
        }
    }
}

/// The value of a field as programs read it: a picture is the path that it is served at.
pub(super) fn value_of(field: Field, value: &str) -> String {
    match field {
        Field::Avatar => format!("/api/v1/profile/avatar/{value}"),
        _ => value.to_owned(),
    }
}
