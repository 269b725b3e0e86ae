//! Two of Calendar's settings, and nothing else of it: time zone and language (docs/google-facts.md
//! 4).

use secrecy::SecretString;
use serde::Deserialize;
use url::Url;

use crate::{Error, Google};

/// What a calendar that nobody ever set up says; it is no choice of its owner's.
const NEVER_SET: &str = "Etc/GMT";

/// What Calendar knows of its owner.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CalendarSettings {
    /// The time zone, a name of the IANA database; `None` where its owner never chose one.
    pub timezone: Option<String>,
    /// The language, as Google writes it.
    pub locale: Option<String>,
}

#[derive(Deserialize)]
struct Setting {
    value: String,
}

impl Google {
    /// Reads Calendar's time zone and language; needs `calendar.settings.readonly`.
    ///
    /// The language is a courtesy: without it the time zone is returned all the same.
    ///
    /// # Errors
    /// [`Error::ScopeMissing`] when the permission was not granted, [`Error::Unauthorized`] when
    /// the token is not accepted.
    pub async fn calendar(&self, access: &SecretString) -> Result<CalendarSettings, Error> {
        let http = &self.inner.http;
        let timezone: Setting = http.get_api(&self.setting("timezone")?, access).await?;
        let locale: Option<Setting> = http.get_api(&self.setting("locale")?, access).await.ok();
        Ok(CalendarSettings {
            timezone: Some(timezone.value).filter(|value| value != NEVER_SET),
            locale: locale.map(|setting| setting.value),
        })
    }

    fn setting(&self, name: &str) -> Result<Url, Error> {
        let root = self.inner.settings.calendar_url.as_str().trim_end_matches('/');
        Url::parse(&format!("{root}/calendar/v3/users/me/settings/{name}"))
            .map_err(|_| Error::Protocol { what: "the calendar's address" })
    }
}
