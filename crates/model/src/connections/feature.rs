//! What the product does for a user, each thing with the one permission that it needs.
//!
//! Google's users may refuse permissions one by one (docs/google-facts.md 1.10), so a feature is on
//! or off on its own, and nothing ever asks "did they grant everything?".

use serde::{Deserialize, Serialize};

use crate::connections::scope::{Scope, ScopeSet};
use crate::string_enum::string_enum;

string_enum! {
    /// Something that a permission makes possible.
    Feature {
        /// First, last and whole name, and the picture.
        Names = "names",
        /// The account's mail address.
        Address = "address",
        /// Size of the mailbox and Gmail's display language.
        Mailbox = "mailbox",
        /// Time zone and language of Google Calendar.
        Calendar = "calendar",
    }
}

/// How a feature stands for a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeatureState {
    /// Granted: it works.
    On,
    /// Belongs to every connection, but the user left its permission out.
    Refused,
    /// An extra that the operator offers and the user has not asked for, or has refused.
    Off,
}

impl Feature {
    /// The permission that it needs; no other.
    pub fn scope(self) -> Scope {
        match self {
            Feature::Names => Scope::profile(),
            Feature::Address => Scope::email(),
            Feature::Mailbox => Scope::gmail_readonly(),
            Feature::Calendar => Scope::calendar_settings(),
        }
    }

    /// Whether it is an extra: asked for only when the user presses its own button.
    pub const fn is_extra(self) -> bool {
        matches!(self, Feature::Mailbox | Feature::Calendar)
    }

    /// How it stands: `None` where the operator does not offer it and Google did not grant it.
    pub fn state(self, offered: &ScopeSet, granted: &ScopeSet) -> Option<FeatureState> {
        if granted.has(&self.scope()) {
            Some(FeatureState::On)
        } else if !self.is_extra() {
            Some(FeatureState::Refused)
        } else {
            offered.has(&self.scope()).then_some(FeatureState::Off)
        }
    }

    /// Whether it may be used: the operator still offers it, and the user granted it.
    pub fn is_usable(self, offered: &ScopeSet, granted: &ScopeSet) -> bool {
        offered.has(&self.scope()) && granted.has(&self.scope())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusing_an_extra_leaves_a_connection_whole() {
        let offered = ScopeSet::parse("openid email profile calendar.settings.readonly");
        let states = |granted: &str| {
            let granted = ScopeSet::parse(granted);
            Feature::ALL.iter().map(|f| f.state(&offered, &granted)).collect::<Vec<_>>()
        };
        use FeatureState::{Off, On, Refused};
        assert_eq!(states("openid email profile"), [Some(On), Some(On), None, Some(Off)]);
        assert_eq!(states("openid email"), [Some(Refused), Some(On), None, Some(Off)]);
        assert_eq!(
            states("openid profile calendar.settings.readonly"),
            [Some(On), Some(Refused), None, Some(On)]
        );
    }

    #[test]
    fn what_the_operator_takes_back_is_no_longer_used() {
        let all = ScopeSet::parse("openid email profile gmail.readonly");
        assert!(Feature::Mailbox.is_usable(&all, &all));
        assert!(!Feature::Mailbox.is_usable(&ScopeSet::sign_in(), &all));
        assert!(!Feature::Mailbox.is_usable(&all, &ScopeSet::sign_in()));
    }
}
