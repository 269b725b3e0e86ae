//! The user and their profile: edit, decide who owns a field, take a change back, look back.

use std::collections::BTreeMap;
use std::str::FromStr;

use chrono_tz::Tz;
use model::{Email, EventKind, Field, Policy, Profile, StoredValue, SyncId, UserId};
use store::{Diff, HistoryEntry, Store};

use crate::caller;
use crate::clock::Clock;
use crate::error::Result;

/// Lines on a page of the history.
pub const LINES_ON_PAGE: usize = 20;
/// Pages that can be asked for; the history of a life here is shorter.
const LAST_PAGE: usize = 10_000;

/// What was typed into the form of the profile. Fields that are not in it stay as they are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    /// The texts, as they were typed.
    pub values: BTreeMap<Field, String>,
    /// What the user wants for the fields.
    pub policies: BTreeMap<Field, Policy>,
}

/// What the user chose where Google has another value than they had typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// Google's value, now and from now on.
    Apply,
    /// Mine, until Google has yet another one.
    KeepOnce,
    /// Mine, always.
    KeepAlways,
}

/// Which lines of the history to show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Filter {
    #[default]
    All,
    /// What changed in the profile.
    Profile,
    /// What became of the connection.
    Connection,
    /// Sign-ins, what one signs in with, and tokens for programs.
    Account,
    /// What Google told about the account's safety.
    Security,
}

impl Filter {
    /// Every filter, in the order in which they are offered.
    pub const ALL: &'static [Filter] =
        &[Filter::All, Filter::Profile, Filter::Connection, Filter::Account, Filter::Security];

    /// The word in the page's address.
    pub const fn as_str(self) -> &'static str {
        match self {
            Filter::All => "all",
            Filter::Profile => "profile",
            Filter::Connection => "connection",
            Filter::Account => "account",
            Filter::Security => "security",
        }
    }

    /// The filter of a word, if there is one.
    pub fn parse(word: &str) -> Option<Filter> {
        Filter::ALL.iter().copied().find(|filter| filter.as_str() == word)
    }

    fn kinds(self) -> Vec<EventKind> {
        let belongs = |kind: &&EventKind| {
            let area = kind.as_str().split('.').next();
            match self {
                Filter::All => true,
                Filter::Profile => area == Some("profile"),
                Filter::Connection => area == Some("connection"),
                Filter::Account => matches!(area, Some("user" | "address" | "token")),
                Filter::Security => area == Some("security"),
            }
        };
        EventKind::ALL.iter().filter(belongs).copied().collect()
    }
}

/// A page of a user's history.
#[derive(Clone, Debug)]
pub struct History {
    /// Its lines, newest first.
    pub lines: Vec<HistoryEntry>,
    pub filter: Filter,
    /// Which page, from 1.
    pub page: usize,
    /// Whether older lines follow.
    pub has_more: bool,
}

/// The verbs of profiles. Cheap to clone.
#[derive(Clone)]
pub struct Profiles {
    store: Store,
    clock: Clock,
}

impl Profiles {
    /// Profiles kept in `store`.
    pub fn new(store: Store, clock: Clock) -> Profiles {
        Profiles { store, clock }
    }

    pub async fn find(&self, user: UserId) -> Result<Profile> {
        Ok(self.store.find_profile(user).await?)
    }

    /// Takes over what was typed and decided. The inner result is the fields whose text cannot be
    /// what it should be; nothing is changed then.
    pub async fn edit(
        &self,
        user: UserId,
        draft: &Draft,
    ) -> Result<std::result::Result<(), Vec<Field>>> {
        let bad: Vec<Field> = draft
            .values
            .iter()
            .filter(|(field, text)| {
                Field::clean(text).is_some_and(|value| !is_possible(**field, &value))
            })
            .map(|(field, _)| *field)
            .collect();
        if !bad.is_empty() {
            return Ok(Err(bad));
        }
        let now = self.clock.now();
        let rule = |profile: &mut Profile| {
            let before = profile.clone();
            for (field, text) in &draft.values {
                let value = Field::clean(text);
                if value.as_deref() == profile.get(*field) {
                    continue;
                }
                let kept = value.map(|value| StoredValue { value, at: now, sync: None });
                profile.field_mut(*field).edit(kept);
            }
            for (field, policy) in &draft.policies {
                // A form sends every policy: the ones that were there before say nothing new, and
                // must not give back to Google what was typed just now.
                if before.field(*field).effective() != Some(*policy) {
                    profile.field_mut(*field).decide(*policy, now, None);
                }
            }
        };
        let entry = caller::entry(now)?;
        self.store.save_profile(user, Some(EventKind::Edited), &entry, now, rule).await?;
        Ok(Ok(()))
    }

    /// Takes over the user's choices, and returns the fields that waited for one. The others are
    /// passed over.
    pub async fn choose(&self, user: UserId, choices: &[(Field, Choice)]) -> Result<Vec<Field>> {
        let now = self.clock.now();
        let rule = |profile: &mut Profile| {
            let mut chosen = Vec::new();
            for (field, choice) in choices {
                let slot = profile.field_mut(*field);
                if slot.offer().is_none() {
                    continue;
                }
                match choice {
                    Choice::Apply => slot.decide(Policy::Follow, now, None),
                    Choice::KeepOnce => slot.decline(),
                    Choice::KeepAlways => slot.decide(Policy::Keep, now, None),
                }
                chosen.push(*field);
            }
            chosen
        };
        let entry = caller::entry(now)?;
        Ok(self.store.save_profile(user, Some(EventKind::Edited), &entry, now, rule).await?)
    }

    /// Takes back what a sync changed: one field, or all. Returns what was taken back.
    pub async fn undo(
        &self,
        user: UserId,
        sync: SyncId,
        only: Option<Field>,
    ) -> Result<Vec<Field>> {
        let now = self.clock.now();
        Ok(self.store.undo_sync(user, sync, only, &caller::entry(now)?, now).await?)
    }

    /// What one of a user's syncs changed; `None` where it is not theirs, or its connection is
    /// gone.
    pub async fn diff(&self, user: UserId, sync: SyncId) -> Result<Option<Diff>> {
        Ok(self.store.find_diff(user, sync).await?)
    }

    /// Notes what a user's browser says of their language and time zone: the last resort for
    /// both. What cannot be either is passed over.
    pub async fn note_browser(
        &self,
        user: UserId,
        language: Option<&str>,
        timezone: Option<&str>,
    ) -> Result<()> {
        let now = self.clock.now();
        let rule = |profile: &mut Profile| {
            for (field, text) in [(Field::Language, language), (Field::Timezone, timezone)] {
                let value = text.and_then(Field::clean).filter(|value| is_possible(field, value));
                let Some(value) = value else { continue };
                let slot = profile.field_mut(field);
                if slot.browser.as_ref().is_none_or(|kept| kept.value != value) {
                    slot.browser = Some(StoredValue { value, at: now, sync: None });
                }
            }
        };
        Ok(self.store.save_profile(user, None, &caller::entry(now)?, now, rule).await?)
    }

    /// The page of a user's history that a sync stands on; the first where there is no such sync.
    pub async fn page_of(&self, user: UserId, filter: Filter, sync: SyncId) -> Result<usize> {
        let newer = self.store.count_newer_than_sync(user, &filter.kinds(), sync).await?;
        Ok(usize::try_from(newer).unwrap_or_default() / LINES_ON_PAGE + 1)
    }

    /// A page of a user's history.
    pub async fn history(&self, user: UserId, filter: Filter, page: usize) -> Result<History> {
        let page = page.clamp(1, LAST_PAGE);
        let count = |lines: usize| i64::try_from(lines).unwrap_or(i64::MAX);
        let (offset, limit) = (count((page - 1) * LINES_ON_PAGE), count(LINES_ON_PAGE + 1));
        let mut lines = self.store.list_history(user, &filter.kinds(), offset, limit).await?;
        let has_more = lines.len() > LINES_ON_PAGE;
        lines.truncate(LINES_ON_PAGE);
        Ok(History { lines, filter, page, has_more })
    }
}

/// Whether a clean text can be a value of a field at all.
pub(crate) fn is_possible(field: Field, value: &str) -> bool {
    match field {
        Field::Email => Email::parse(value).is_ok(),
        Field::Language => Field::is_language(value),
        Field::Timezone => Tz::from_str(value).is_ok(),
        Field::FirstName | Field::LastName | Field::DisplayName | Field::Avatar => true,
    }
}
