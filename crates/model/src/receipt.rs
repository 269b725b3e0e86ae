//! What a user is told of a disconnection, and what can still be had of it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::connection::words;
use crate::{Field, Profile, ScopeSet, Source};

words! {
    /// Why a token that is to be revoked may still be wanted.
    WayBack {
        /// Its user has just disconnected, and may think better of it.
        Undo = "undo",
        /// Its user chose another account than the connected one, and has not said which to keep.
        Switch = "switch",
    }
}

/// What became of the fields of a profile at a disconnection. Names of fields, never values.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parting {
    /// Fields that Google had filled, and that are empty now or say what the browser says.
    pub deleted: Vec<Field>,
    /// Fields that say again what the user had typed.
    pub restored: Vec<Field>,
}

/// What is kept of a connection that is over: the proof of a consent and of its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// When the user connected.
    pub connected_at: DateTime<Utc>,
    /// What they had granted.
    pub granted: ScopeSet,
    /// What became of the fields.
    #[serde(flatten)]
    pub parting: Parting,
}

impl Profile {
    /// What a disconnection does to the fields.
    pub fn parting(&self) -> Parting {
        let from_google =
            Field::ALL.iter().copied().filter(|field| self.source(*field) == Some(Source::Google));
        let (restored, deleted) = from_google.partition(|field| self.slot(*field).own.is_some());
        Parting { deleted, restored }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Kept;

    #[test]
    fn what_the_user_had_typed_is_restored_and_the_rest_deleted() {
        let kept = |value: &str| {
            Some(Kept { value: value.to_owned(), at: DateTime::UNIX_EPOCH, sync: None })
        };
        let mut profile = Profile::default();
        profile.slot_mut(Field::FirstName).applied = kept("Татьяна");
        profile.slot_mut(Field::FirstName).own = kept("Таня");
        profile.slot_mut(Field::LastName).own = kept("Ранова");
        profile.slot_mut(Field::Avatar).applied = kept("0f");
        let parting = profile.parting();
        assert_eq!(parting.restored, [Field::FirstName]);
        assert_eq!(parting.deleted, [Field::Avatar]);
    }
}
