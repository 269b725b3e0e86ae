//! The Google accounts of the stand-in: what its owner may edit and what tokens assert.
//! The seeds are invented people; no real address is meant.

use serde::{Deserialize, Serialize};

/// A Google account. Everything but `sub` may change at any time (docs/google-facts.md 2.2).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Account {
    /// The only stable key.
    pub sub: String,
    /// The primary address; Gmail users may rename it.
    pub email: String,
    /// Whether Google has verified the address.
    #[serde(default = "yes")]
    pub email_verified: bool,
    /// Display name; never guaranteed to be sent.
    #[serde(default)]
    pub name: Option<String>,
    /// Given name.
    #[serde(default)]
    pub given_name: Option<String>,
    /// Family name.
    #[serde(default)]
    pub family_name: Option<String>,
    /// Version of the drawn picture; another number is another image at another address.
    #[serde(default)]
    pub picture: Option<u32>,
    /// Language tag of the account, if Google sends one (docs/google-facts.md 2.5).
    #[serde(default)]
    pub locale: Option<String>,
    /// Workspace domain.
    #[serde(default)]
    pub hd: Option<String>,
    /// What Gmail answers for this account.
    #[serde(default)]
    pub mailbox: Mailbox,
    /// What Calendar's settings answer for this account.
    #[serde(default)]
    pub calendar: Calendar,
    /// Google's error code shown instead of consent, e.g. `org_internal` (docs/google-facts.md
    /// 1.8).
    #[serde(default)]
    pub blocked: Option<String>,
    /// Deleted or disabled by Google: tokens stop working.
    #[serde(default)]
    pub is_disabled: bool,
}

/// The part of Gmail that the product reads (docs/google-facts.md 4).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Mailbox {
    pub messages_total: u64,
    pub threads_total: u64,
    pub history_id: u64,
    pub display_language: String,
}

impl Default for Mailbox {
    fn default() -> Self {
        Mailbox {
            messages_total: 1204,
            threads_total: 871,
            history_id: 94_712,
            display_language: "ru".to_owned(),
        }
    }
}

/// The part of Calendar that the product reads (docs/google-facts.md 4). All values are strings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Calendar {
    /// A name of the IANA database; `Etc/GMT` where nobody chose one.
    pub timezone: String,
    /// The language of Calendar.
    pub locale: String,
}

impl Default for Calendar {
    fn default() -> Self {
        Calendar { timezone: "Asia/Yekaterinburg".to_owned(), locale: "ru".to_owned() }
    }
}

impl Account {
    /// An account with an address and no optional claim.
    pub fn new(sub: impl Into<String>, email: impl Into<String>) -> Account {
        Account {
            sub: sub.into(),
            email: email.into(),
            email_verified: true,
            name: None,
            given_name: None,
            family_name: None,
            picture: None,
            locale: None,
            hd: None,
            mailbox: Mailbox::default(),
            calendar: Calendar::default(),
            blocked: None,
            is_disabled: false,
        }
    }

    /// The same account with its three names.
    pub fn named(mut self, given: &str, family: &str) -> Account {
        self.name = Some(format!("{given} {family}"));
        self.given_name = Some(given.to_owned());
        self.family_name = Some(family.to_owned());
        self
    }

    /// The three accounts every sandbox starts with.
    pub fn seeds() -> Vec<Account> {
        let tatiana = Account {
            picture: Some(1),
            locale: Some("ru".to_owned()),
            ..Account::new("110000000000000000001", "tanran.an@gmail.com")
                .named("Татьяна", "Ранова")
        };
        let ivan =
            Account::new("110000000000000000002", "ivan.petrov@gmail.com").named("Иван", "Петров");
        let anna = Account {
            picture: Some(1),
            locale: Some("en-GB".to_owned()),
            hd: Some("travel.example".to_owned()),
            mailbox: Mailbox { display_language: "en-GB".to_owned(), ..Mailbox::default() },
            calendar: Calendar { timezone: "Europe/London".to_owned(), locale: "en_GB".to_owned() },
            ..Account::new("110000000000000000003", "anna@travel.example").named("Anna", "Example")
        };
        vec![tatiana, ivan, anna]
    }

    /// The name a page shows.
    pub(crate) fn label(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.email)
    }
}

fn yes() -> bool {
    true
}
