//! Who Google says somebody is.

use serde::{Deserialize, Serialize};

/// Google's name for an account: never changes, never reused, the only key (docs/google-facts.md
/// 2.2).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Subject(String);

/// Why a text cannot be a subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a subject is 1 to 255 ASCII characters")]
pub struct InvalidSubject;

impl Subject {
    /// OpenID Connect Core section 2: at most 255 ASCII characters, case matters.
    pub fn parse(text: &str) -> Result<Subject, InvalidSubject> {
        let sound =
            !text.is_empty() && text.len() <= 255 && text.chars().all(|c| c.is_ascii_graphic());
        if sound { Ok(Subject(text.to_owned())) } else { Err(InvalidSubject) }
    }

    /// The subject, as Google wrote it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a verified ID token asserts. Keyed by the subject: the address may change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    pub subject: Subject,
    /// Its address at this moment, if the `email` scope was granted.
    pub email: Option<String>,
    /// Whether Google verified that address; anything but true is false.
    pub email_verified: bool,
    /// The Workspace domain (`hd`), absent for private accounts.
    pub hosted_domain: Option<String>,
}
