//! What only the operator can mend: one alert a kind, however many connections it touches.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::string_enum::string_enum;

string_enum! {
    /// The kinds of alert.
    AlertKind {
        /// Grants die a week after consent.
        ProjectInTesting = "project_in_testing",
        /// Google does not know our client, or not this secret.
        ClientRefused = "client_refused",
        /// Our client was deleted at Google.
        ClientDeleted = "client_deleted",
        /// Google refuses our requests as malformed or not registered.
        RequestRefused = "request_refused",
        /// An API is not switched on in our project.
        ApiNotEnabled = "api_not_enabled",
        /// Our clock and Google's disagree.
        ClockSkew = "clock_skew",
        /// Stored tokens open with none of our keys.
        KeyMissing = "key_missing",
    }
}

/// An alert as the operator sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    pub kind: AlertKind,
    /// Since when, without a quiet day in between.
    pub since: DateTime<Utc>,
    /// When it was last noticed.
    pub seen_at: DateTime<Utc>,
    /// How often it was noticed since.
    pub times: i64,
}

impl AlertKind {
    /// What is wrong and what to do, in a sentence for the log.
    pub const fn advice(self) -> &'static str {
        match self {
            AlertKind::ProjectInTesting => {
                "grants end a week after consent: the Google project is in Testing; publish it \
                 (OAuth consent screen, Publish app)"
            }
            AlertKind::ClientRefused => {
                "Google refuses the client for every user: compare GMAIL_CLIENT_ID and \
                 GMAIL_CLIENT_SECRET with the console; a new secret was perhaps made there"
            }
            AlertKind::ClientDeleted => {
                "the OAuth client was deleted at Google: it can be restored there for 30 days"
            }
            AlertKind::RequestRefused => {
                "Google refuses our requests: compare the registered redirect address and scopes \
                 with SELEXIA_BASE_URL and GMAIL_SCOPES"
            }
            AlertKind::ApiNotEnabled => {
                "an API is not switched on in the Google project: enable it in the console's \
                 library"
            }
            AlertKind::ClockSkew => {
                "this machine's clock and Google's disagree by more than a minute: check NTP"
            }
            AlertKind::KeyMissing => {
                "stored tokens cannot be opened: is a key missing from ENCRYPTION_KEYS?"
            }
        }
    }
}
