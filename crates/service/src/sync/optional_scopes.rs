//! What the extra permissions add to a sync: each read only where the operator offers it and the
//! user granted it, and none ever fails a sync.

use google::CalendarSettings;
use model::connections::status::Mailbox;
use model::{Feature, Field};

use crate::grants::refresh::AccessToken;
use crate::profile::is_possible;
use crate::sync::Syncs;

/// What came of the extras.
#[derive(Clone, Debug, Default)]
pub(crate) struct OptionalData {
    pub(crate) mailbox: Option<Mailbox>,
    calendar: CalendarSettings,
}

impl OptionalData {
    /// The languages that Gmail and Calendar are used in, the better source first.
    pub(crate) fn languages(&self) -> impl Iterator<Item = String> + use<> {
        let gmail = self.mailbox.as_ref().and_then(|mailbox| mailbox.display_language.clone());
        // Calendar writes `en_GB` where BCP 47 has `en-GB`.
        let calendar = self.calendar.locale.as_ref().map(|locale| locale.replace('_', "-"));
        gmail.into_iter().chain(calendar)
    }

    /// Calendar's time zone, if it is one.
    pub(crate) fn timezone(&self) -> Option<String> {
        let timezone = self.calendar.timezone.clone();
        timezone.filter(|name| is_possible(Field::Timezone, name))
    }
}

impl Syncs {
    /// Reads the extras, both at once: neither waits for the other's slowness.
    pub(crate) async fn extras(&self, fresh: &AccessToken) -> OptionalData {
        let is_on =
            |feature: Feature| feature.is_usable(&self.context.offered, &fresh.grant.granted);
        let mailbox = async {
            if !is_on(Feature::Mailbox) {
                return None;
            }
            let mailbox = self.context.google.mailbox(&fresh.access).await;
            mailbox.inspect_err(|error| tracing::warn!(%error, "reading the mailbox failed")).ok()
        };
        let calendar = async {
            if !is_on(Feature::Calendar) {
                return CalendarSettings::default();
            }
            let calendar = self.context.google.calendar(&fresh.access).await;
            calendar
                .inspect_err(|error| tracing::warn!(%error, "reading Calendar settings failed"))
                .unwrap_or_default()
        };
        let (mailbox, calendar) = futures::join!(mailbox, calendar);
        OptionalData { mailbox, calendar }
    }
}
