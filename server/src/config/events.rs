//! Who manages the stream of security events, where, and for which clients events may be meant.

use google::ServiceAccount;
use url::Url;

use super::gmail::{address, list};
use super::{Faults, Raw};

/// The settings of Cross-Account Protection.
#[derive(Clone, Debug)]
pub struct EventsConfig {
    /// Where the stream is managed.
    pub api_url: Url,
    /// Client ids of the same project besides our own.
    pub other_clients: Vec<String>,
    /// Who manages it; only the command line needs that.
    pub account: Option<ServiceAccount>,
}

impl EventsConfig {
    pub fn read(raw: &Raw, faults: &mut Faults) -> Option<EventsConfig> {
        let api_url = address(raw, "GMAIL_RISC_URL", faults);
        let account = raw.get("GMAIL_EVENTS_KEY_FILE").map(|path| key_file(path, faults));
        Some(EventsConfig {
            api_url: api_url?,
            other_clients: list(raw.get_or_default("GMAIL_EVENTS_CLIENT_IDS")),
            account: match account {
                Some(account) => Some(account?),
                None => None,
            },
        })
    }
}

fn key_file(path: &str, faults: &mut Faults) -> Option<ServiceAccount> {
    const SETTING: &str = "GMAIL_EVENTS_KEY_FILE";
    let problem = match std::fs::read_to_string(path) {
        Ok(text) => match ServiceAccount::parse(&text) {
            Ok(account) => return Some(account),
            Err(fault) => fault.to_string(),
        },
        Err(error) => format!("cannot be read: {error}"),
    };
    faults.add(
        SETTING,
        problem,
        "name the JSON key of a service account, downloaded from Google's console",
    );
    None
}
