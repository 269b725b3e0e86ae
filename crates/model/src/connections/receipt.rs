//! What a user is told of a disconnection, and what can still be had of it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::connections::scope::ScopeSet;
use crate::profile::field::Field;
use crate::profile::field_state::Source;
use crate::profile::values::Profile;
use crate::string_enum::string_enum;

string_enum! {
    /// Why a token that is to be revoked may still be wanted.
    UndoKind {
        /// Its user has just disconnected, and may undo it.
        Undo = "undo",
        /// Its user chose another account than the connected one, and has not said which to keep.
        Switch = "switch",
    }
}

/// What became of the fields of a profile at a disconnection. Names of fields, never values.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfileRollback {
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
    pub rollback: ProfileRollback,
}

impl Profile {
    /// What a disconnection does to the fields.
    pub fn rollback(&self) -> ProfileRollback {
        let from_google =
            Field::ALL.iter().copied().filter(|field| self.source(*field) == Some(Source::Google));
        let (restored, deleted) = from_google.partition(|field| self.field(*field).own.is_some());
        ProfileRollback { deleted, restored }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::field_state::StoredValue;

    #[test]
    fn what_the_user_had_typed_is_restored_and_the_rest_deleted() {
        let kept = |value: &str| {
            Some(StoredValue { value: value.to_owned(), at: DateTime::UNIX_EPOCH, sync: None })
        };
        let mut profile = Profile::default();
        profile.field_mut(Field::FirstName).applied = kept("Татьяна");
        profile.field_mut(Field::FirstName).own = kept("Таня");
        profile.field_mut(Field::LastName).own = kept("Ранова");
        profile.field_mut(Field::Avatar).applied = kept("0f");
        let rollback = profile.rollback();
        assert_eq!(rollback.restored, [Field::FirstName]);
        assert_eq!(rollback.deleted, [Field::Avatar]);
    }
}
