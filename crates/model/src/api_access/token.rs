//! What a user gives to a program of theirs: a name to know it by, what it may do, for how long.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::id::ApiTokenId;
use crate::profile::field::Field;
use crate::string_enum::string_enum;

string_enum! {
    /// One thing that a token allows. Not a permission at Google, which is a
    /// [`crate::connections::scope::Scope`].
    #[derive(PartialOrd, Ord)]
    ApiScope {
        /// See the profile, its pictures, and what changed in it.
        ReadProfile = "profile:read",
        /// Change the profile and who decides about its fields.
        WriteProfile = "profile:write",
        /// See the state of the link to Google.
        ReadConnection = "connection:read",
        /// Sync and disconnect.
        WriteConnection = "connection:write",
    }
}

string_enum! {
    /// How long a token lives. None lives for ever: a forgotten one must end by itself.
    Lifetime {
        /// Seven days.
        Week = "7",
        /// Thirty days.
        Month = "30",
        /// Ninety days.
        Quarter = "90",
        /// 365 days.
        Year = "365",
    }
}

impl Lifetime {
    /// The same, as a span of time.
    pub const fn span(self) -> TimeDelta {
        TimeDelta::days(match self {
            Lifetime::Week => 7,
            Lifetime::Month => 30,
            Lifetime::Quarter => 90,
            Lifetime::Year => 365,
        })
    }
}

/// What the user calls a token: one visible line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenName(String);

/// Why a text cannot be a token's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a token's name is 1 to 60 visible characters")]
pub struct InvalidTokenName;

impl TokenName {
    /// Longest name, in characters.
    pub const LONGEST: usize = 60;

    /// Cleans a name as profile values are cleaned; refuses what is empty or too long.
    pub fn parse(text: &str) -> Result<TokenName, InvalidTokenName> {
        match Field::clean(text) {
            Some(name) if name.chars().count() <= Self::LONGEST => Ok(TokenName(name)),
            _ => Err(InvalidTokenName),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A token as its owner sees it. Holds neither the token nor its hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiToken {
    /// Names it when it is revoked.
    pub id: ApiTokenId,
    /// What its owner calls it.
    pub name: String,
    pub scopes: BTreeSet<ApiScope>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it ends by itself.
    pub expires_at: DateTime<Utc>,
    /// When it was last used, to within a few minutes.
    pub last_used_at: Option<DateTime<Utc>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_visible_line_of_bounded_length() {
        assert_eq!(TokenName::parse(" CRM\u{202e}\n").unwrap().as_str(), "CRM");
        assert_eq!(TokenName::parse(&"я".repeat(60)).unwrap().as_str().chars().count(), 60);
        for text in ["", " \t", "\u{200b}", &"я".repeat(61)] {
            assert_eq!(TokenName::parse(text), Err(InvalidTokenName), "{text:?}");
        }
    }

    #[test]
    fn every_lifetime_lasts_the_days_that_it_is_called_by_and_none_is_for_ever() {
        for lifetime in Lifetime::ALL {
            assert_eq!(lifetime.span().num_days().to_string(), lifetime.as_str());
        }
        for word in ["0", "-1", "366", "never", ""] {
            assert_eq!(Lifetime::parse(word), None, "{word}");
        }
    }
}
