//! What Google was asked for and what it granted.
//!
//! Google answers `email` with `…/auth/userinfo.email` and in another order (docs/google-facts.md
//! 1.5), so scopes are folded to one spelling and compared as sets.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

const PREFIX: &str = "https://www.googleapis.com/auth/";

/// One permission, in its short spelling: `email`, `gmail.readonly`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Scope(String);

impl Scope {
    /// Folds Google's spellings of one permission into the short one.
    pub fn parse(text: &str) -> Scope {
        let short = text.strip_prefix(PREFIX).unwrap_or(text);
        Scope(match short {
            "userinfo.email" => "email".to_owned(),
            "userinfo.profile" => "profile".to_owned(),
            other => other.to_owned(),
        })
    }

    /// OpenID Connect itself: an ID token and the subject.
    pub fn openid() -> Scope {
        Scope("openid".to_owned())
    }

    /// The account's mail address.
    pub fn email() -> Scope {
        Scope("email".to_owned())
    }

    /// Name and picture.
    pub fn profile() -> Scope {
        Scope("profile".to_owned())
    }

    /// The mailbox's address, totals and display language. Restricted by Google
    /// (docs/google-facts.md 4).
    pub fn gmail_readonly() -> Scope {
        Scope("gmail.readonly".to_owned())
    }

    /// Settings of Google Calendar, among them the time zone; no calendar, no event.
    pub fn calendar_settings() -> Scope {
        Scope("calendar.settings.readonly".to_owned())
    }

    /// Whether it reaches Gmail: such a grant ends when the password changes (docs/google-facts.md
    /// 1.9).
    pub fn is_gmail(&self) -> bool {
        self.0.starts_with("gmail.") || self.0 == "https://mail.google.com/"
    }

    /// The short spelling, for our own tables and pages.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The spelling that goes into an authorization request.
    pub fn wire(&self) -> String {
        let is_bare = matches!(self.0.as_str(), "openid" | "email" | "profile");
        if is_bare || self.0.contains("://") {
            self.0.clone()
        } else {
            format!("{PREFIX}{}", self.0)
        }
    }
}

/// A set of permissions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ScopeSet(BTreeSet<Scope>);

impl ScopeSet {
    /// Reads a space-separated list (RFC 6749 section 3.3) in any order and spelling.
    pub fn parse(text: &str) -> ScopeSet {
        text.split_whitespace().map(Scope::parse).collect()
    }

    /// The three sign-in scopes that need no review by Google.
    pub fn sign_in() -> ScopeSet {
        [Scope::openid(), Scope::email(), Scope::profile()].into_iter().collect()
    }

    /// Whether the permission is in the set.
    pub fn has(&self, scope: &Scope) -> bool {
        self.0.contains(scope)
    }

    /// What is asked here but not granted there.
    pub fn missing_from(&self, granted: &ScopeSet) -> ScopeSet {
        self.0.difference(&granted.0).cloned().collect()
    }

    /// Whether nothing is in the set.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The permissions, in alphabetical order.
    pub fn iter(&self) -> impl Iterator<Item = &Scope> {
        self.0.iter()
    }

    /// The list for an authorization request: `openid` first (docs/google-facts.md 1.2), then the
    /// rest.
    pub fn wire(&self) -> String {
        let (first, rest): (Vec<_>, Vec<_>) = self.0.iter().partition(|s| **s == Scope::openid());
        first.into_iter().chain(rest).map(Scope::wire).collect::<Vec<_>>().join(" ")
    }
}

impl FromIterator<Scope> for ScopeSet {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        ScopeSet(scopes.into_iter().collect())
    }
}

/// The short spellings, space-separated: the form in our tables.
impl fmt::Display for ScopeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.0.iter().map(Scope::as_str).collect();
        f.write_str(&names.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn googles_spelling_and_order_do_not_matter() {
        let granted = ScopeSet::parse(
            "https://www.googleapis.com/auth/userinfo.profile openid \
             https://www.googleapis.com/auth/userinfo.email",
        );
        assert_eq!(granted, ScopeSet::sign_in());
        assert!(ScopeSet::sign_in().missing_from(&granted).is_empty());
    }

    #[test]
    fn the_request_begins_with_openid_and_names_scopes_in_full() {
        let asked = ScopeSet::parse("gmail.readonly profile openid email");
        assert_eq!(
            asked.wire(),
            "openid email https://www.googleapis.com/auth/gmail.readonly profile"
        );
    }

    #[test]
    fn an_unticked_box_is_seen() {
        let asked = ScopeSet::parse("openid email profile gmail.readonly");
        let missing = asked.missing_from(&ScopeSet::sign_in());
        assert_eq!(missing.to_string(), "gmail.readonly");
    }
}
