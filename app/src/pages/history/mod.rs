//! What happened, and when.

mod list;

use leptos::prelude::*;
use model::Profile;
use service::History;

use self::list::HistoryList;
use crate::local_time::TimeZone;
use crate::words::say;

/// The page of what happened.
#[derive(Debug)]
pub struct HistoryPage {
    /// The profile, for its time zone.
    pub profile: Profile,
    /// The lines.
    pub history: History,
}

impl HistoryPage {
    pub(super) fn title(&self) -> String {
        say!(history.title)
    }

    pub(super) fn zone(&self) -> TimeZone {
        TimeZone::of(&self.profile)
    }

    pub(super) fn view(self) -> AnyView {
        let history = self.history;
        view! { <HistoryList history/> }.into_any()
    }
}
