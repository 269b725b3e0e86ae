//! Moments as the page's reader would tell them.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use leptos::prelude::use_context;
use leptos_i18n::td_string;
use model::{Field, Profile};

use crate::words::{locale, say};

/// The language whose dates readers see: of its regional kinds the one that writes dates as
/// [`moment`] does.
pub(crate) fn dates() -> String {
    say!(dates.tag)
}

/// The zone that a page's moments are told in: the reader's, where it is known.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TimeZone(Option<Tz>);

impl TimeZone {
    /// Not known.
    pub(crate) const UNKNOWN: TimeZone = TimeZone(None);

    /// The one of a profile's owner.
    pub(crate) fn of(profile: &Profile) -> TimeZone {
        TimeZone(profile.get(Field::Timezone).and_then(|zone| zone.parse().ok()))
    }
}

/// A moment in the reader's zone. Where that is not known it is told in UTC, and says so.
pub(crate) fn moment(at: DateTime<Utc>) -> String {
    let (local, note) = match use_context::<TimeZone>() {
        Some(TimeZone(Some(zone))) => (at.with_timezone(&zone).naive_local(), ""),
        _ => (at.naive_utc(), " UTC"),
    };
    let text = local.format(td_string!(locale(), dates.moment));
    format!("{text}{note}")
}
