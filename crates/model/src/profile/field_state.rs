//! One field of one person: who owns it, what is shown, what may change it.
//!
//! What the user typed, what their browser says and what Google has are kept apart and never
//! merged; what is shown is computed. So disconnecting can only give back what there was before.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::id::SyncId;
use crate::string_enum::string_enum;

string_enum! {
    /// What the user wants for a field.
    Policy {
        /// Google's value, whenever it changes.
        Follow = "follow",
        /// Google's value where there was none, and then no more.
        FillOnce = "fill_once",
        /// Nothing of Google's from now on.
        Keep = "keep",
    }
}

string_enum! {
    /// Where a shown value comes from.
    Source {
        /// The user typed it.
        User = "user",
        /// Google has it.
        Google = "google",
        /// The user's browser says so.
        Browser = "browser",
    }
}

/// A value with its provenance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredValue {
    /// The value, clean and never empty.
    pub value: String,
    /// Since when it is this one.
    pub at: DateTime<Utc>,
    /// The sync that brought it, for a value of Google's.
    pub sync: Option<SyncId>,
}

/// Everything that is known of one field.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldState {
    /// What the user typed.
    pub own: Option<StoredValue>,
    /// What their browser says.
    pub browser: Option<StoredValue>,
    /// What Google last had, whether it is wanted or not.
    pub google: Option<String>,
    /// The value of Google's that is shown.
    pub applied: Option<StoredValue>,
    /// The value of Google's that is not wanted, for as long as Google has it.
    pub declined: Option<String>,
    /// What the user wants, once they have said so.
    pub policy: Option<Policy>,
}

/// A value of Google's that waits for the user's decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// What is shown now.
    pub old: String,
    /// What Google has.
    pub new: String,
}

impl FieldState {
    pub fn shown(&self) -> Option<(&StoredValue, Source)> {
        let google = self.applied.as_ref().map(|kept| (kept, Source::Google));
        let user = || self.own.as_ref().map(|kept| (kept, Source::User));
        let browser = || self.browser.as_ref().map(|kept| (kept, Source::Browser));
        google.or_else(user).or_else(browser)
    }

    /// The text that is shown.
    pub fn text(&self) -> Option<&str> {
        self.shown().map(|(kept, _)| kept.value.as_str())
    }

    /// The policy in effect: the user's, or *follow* where they typed nothing that Google's value
    /// could take the place of. `None` means that they will be asked.
    pub fn effective(&self) -> Option<Policy> {
        self.policy.or(if self.own.is_none() { Some(Policy::Follow) } else { None })
    }

    /// Whether Google's next value will be shown without asking.
    pub fn follows(&self) -> bool {
        self.effective() == Some(Policy::Follow)
    }

    /// The value of Google's that the user should decide on: they had typed another one before
    /// they connected, and have not said yet what they want.
    pub fn offer(&self) -> Option<Offer> {
        let (own, google) = (self.own.as_ref()?, self.google.as_ref()?);
        let is_open = self.policy.is_none()
            && self.applied.is_none()
            && own.value != *google
            && self.declined.as_ref() != Some(google);
        is_open.then(|| Offer { old: own.value.clone(), new: google.clone() })
    }

    /// Google has this value now. A value that Google does not send is not passed here, and so
    /// never erases one.
    pub fn receive(&mut self, google: StoredValue) {
        let is_declined = self.declined.as_deref() == Some(google.value.as_str());
        if !is_declined {
            self.declined = None;
        }
        let is_wanted = match self.policy {
            Some(Policy::FillOnce) => self.own.is_none() && self.applied.is_none(),
            _ => self.follows(),
        };
        let is_same = self.applied.as_ref().is_some_and(|kept| kept.value == google.value);
        self.google = Some(google.value.clone());
        if is_wanted && !is_declined && !is_same {
            self.applied = Some(google);
        }
    }

    /// The user typed this, or emptied the field. A field that Google could fill is theirs from
    /// now on; before a connection there is nothing to be decided.
    pub fn edit(&mut self, own: Option<StoredValue>) {
        self.own = own;
        self.applied = None;
        self.policy = match self.policy {
            _ if self.google.is_some() => Some(Policy::Keep),
            Some(Policy::Keep) => Some(Policy::Keep),
            _ => None,
        };
    }

    /// The user says what they want. What they typed comes back with *keep mine*; a value of
    /// Google's stays as it is where they had none.
    pub fn decide(&mut self, policy: Policy, now: DateTime<Utc>, sync: Option<SyncId>) {
        let is_news = self.policy != Some(policy);
        self.policy = Some(policy);
        match policy {
            Policy::Keep if self.own.is_some() => self.applied = None,
            Policy::Keep => {}
            // Saying again what was said before does not bring back what was undone.
            Policy::Follow | Policy::FillOnce if is_news => {
                self.declined = None;
                if let Some(value) = self.google.clone() {
                    self.receive(StoredValue { value, at: now, sync });
                }
            }
            Policy::Follow | Policy::FillOnce => {}
        }
    }

    /// The user does not want Google's value of now, but has not decided for ever.
    pub fn decline(&mut self) {
        self.declined = self.google.clone();
    }

    /// Takes back that a sync showed `new` instead of `old`, which came from Google as well if it
    /// was `from_google`. False, and nothing done, when something else is shown by now.
    pub fn undo(&mut self, new: &str, old: Option<StoredValue>) -> bool {
        if self.applied.as_ref().is_none_or(|kept| kept.value != new) {
            return false;
        }
        self.declined = Some(new.to_owned());
        self.applied = old;
        true
    }

    /// Everything of Google's goes. What the user typed and decided stays.
    pub fn disconnect(&mut self) {
        self.google = None;
        self.applied = None;
        self.declined = None;
    }
}
