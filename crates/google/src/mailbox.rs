//! The mailbox's address, totals and language: all that we ever ask of Gmail (docs/google-facts.md
//! 4).
//!
//! No mail is read, listed, sent or labelled; a test holds this crate's sources to it.

use model::connections::status::Mailbox;
use secrecy::SecretString;
use serde::Deserialize;
use url::Url;

use crate::{Error, Google};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Profile {
    email_address: String,
    #[serde(default)]
    messages_total: i64,
    #[serde(default)]
    threads_total: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Language {
    display_language: Option<String>,
}

impl Google {
    /// Reads the mailbox's summary; needs `gmail.readonly`.
    ///
    /// The language is a courtesy: without it the summary is returned all the same.
    ///
    /// # Errors
    /// [`Error::ScopeMissing`] when the permission was not granted, [`Error::Unauthorized`] when
    /// the token is not accepted.
    pub async fn mailbox(&self, access: &SecretString) -> Result<Mailbox, Error> {
        let http = &self.inner.http;
        let profile = self.gmail("profile?fields=emailAddress,messagesTotal,threadsTotal")?;
        let language = self.gmail("settings/language")?;
        let profile: Profile = http.get_api(&profile, access).await?;
        let language: Option<Language> = http.get_api(&language, access).await.ok();
        Ok(Mailbox {
            address: profile.email_address,
            messages_total: profile.messages_total,
            threads_total: profile.threads_total,
            display_language: language.and_then(|language| language.display_language),
        })
    }

    fn gmail(&self, call: &str) -> Result<Url, Error> {
        let root = self.inner.settings.api_url.as_str().trim_end_matches('/');
        Url::parse(&format!("{root}/gmail/v1/users/me/{call}"))
            .map_err(|_| Error::Protocol { what: "the API's address" })
    }
}
