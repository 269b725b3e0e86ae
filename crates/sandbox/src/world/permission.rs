//! The permissions this Google knows, with the words its consent page uses for them.
//! Deliberately not the product's own scope type: a mistake there must not be mirrored here.

use std::collections::BTreeSet;

use serde::{Serialize, Serializer};

const AUTH: &str = "https://www.googleapis.com/auth/";

/// One permission a client may ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Permission {
    Email,
    Profile,
    GmailReadonly,
    GmailMetadata,
    GmailModify,
    GmailSettingsBasic,
    GmailFull,
    CalendarSettingsReadonly,
    ProfileLanguageRead,
    UserBirthdayRead,
    OpenId,
}

/// A set of permissions, in the order in which token answers list them: never the order asked.
pub type Permissions = BTreeSet<Permission>;

impl Permission {
    /// Every permission, in answer order.
    pub const ALL: [Permission; 11] = [
        Permission::Email,
        Permission::Profile,
        Permission::GmailReadonly,
        Permission::GmailMetadata,
        Permission::GmailModify,
        Permission::GmailSettingsBasic,
        Permission::GmailFull,
        Permission::CalendarSettingsReadonly,
        Permission::ProfileLanguageRead,
        Permission::UserBirthdayRead,
        Permission::OpenId,
    ];

    /// The short name: `email`, `gmail.readonly`. Check boxes and `/sandbox/grants` use it.
    pub fn short(self) -> &'static str {
        match self {
            Permission::OpenId => "openid",
            Permission::Email => "email",
            Permission::Profile => "profile",
            Permission::GmailReadonly => "gmail.readonly",
            Permission::GmailMetadata => "gmail.metadata",
            Permission::GmailModify => "gmail.modify",
            Permission::GmailSettingsBasic => "gmail.settings.basic",
            Permission::GmailFull => "https://mail.google.com/",
            Permission::CalendarSettingsReadonly => "calendar.settings.readonly",
            Permission::ProfileLanguageRead => "profile.language.read",
            Permission::UserBirthdayRead => "user.birthday.read",
        }
    }

    /// The full spelling of token answers: `email` comes back as its userinfo alias
    /// (docs/google-facts.md 1.5).
    pub fn wire(self) -> String {
        match self {
            Permission::OpenId | Permission::GmailFull => self.short().to_owned(),
            Permission::Email | Permission::Profile => format!("{AUTH}userinfo.{}", self.short()),
            other => format!("{AUTH}{}", other.short()),
        }
    }

    /// Reads the spelling of an authorization request; anything else is unknown to Google.
    pub fn parse(text: &str) -> Option<Permission> {
        match text {
            "email" => Some(Permission::Email),
            "profile" => Some(Permission::Profile),
            _ => Permission::ALL.into_iter().find(|p| p.wire() == text),
        }
    }

    /// Reads either the spelling of a request or the short name.
    pub fn named(text: &str) -> Option<Permission> {
        Permission::parse(text).or_else(|| Permission::ALL.into_iter().find(|p| p.short() == text))
    }

    /// Whether it belongs to plain sign-in, which never has a check box (docs/google-facts.md
    /// 1.10).
    pub fn is_sign_in(self) -> bool {
        matches!(self, Permission::OpenId | Permission::Email | Permission::Profile)
    }

    /// Whether a changed password ends it (docs/google-facts.md 1.9).
    pub fn is_gmail(self) -> bool {
        matches!(
            self,
            Permission::GmailReadonly
                | Permission::GmailMetadata
                | Permission::GmailModify
                | Permission::GmailSettingsBasic
                | Permission::GmailFull
        )
    }

    /// The sentence on the consent page, in Russian and in English.
    pub(crate) fn sentence(self) -> (&'static str, &'static str) {
        match self {
            Permission::OpenId => ("Подтверждать, что это вы", "Confirm that it is you"),
            Permission::Email => {
                ("Видеть адрес электронной почты аккаунта", "See your account's email address")
            }
            Permission::Profile => (
                "Видеть имя, фотографию и другие общедоступные сведения",
                "See your name, photo and other public details",
            ),
            Permission::GmailReadonly => {
                ("Просматривать письма и настройки Gmail", "View your email messages and settings")
            }
            Permission::GmailMetadata => (
                "Просматривать метаданные писем: заголовки и ярлыки",
                "View email message metadata such as labels and headers",
            ),
            Permission::GmailModify => (
                "Читать, составлять и отправлять письма Gmail",
                "Read, compose and send emails from your Gmail account",
            ),
            Permission::GmailSettingsBasic => (
                "Просматривать и изменять настройки и фильтры Gmail",
                "See, edit and change your email settings and filters",
            ),
            Permission::GmailFull => (
                "Читать, создавать, отправлять и удалять все письма Gmail",
                "Read, compose, send and permanently delete all your email",
            ),
            Permission::CalendarSettingsReadonly => {
                ("Просматривать настройки Календаря", "View your Calendar settings")
            }
            Permission::ProfileLanguageRead => {
                ("Видеть предпочитаемые языки", "See your language preferences")
            }
            Permission::UserBirthdayRead => {
                ("Видеть полную дату рождения", "See and download your exact date of birth")
            }
        }
    }
}

impl Serialize for Permission {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.short())
    }
}

/// The permissions that get a check box: with a choice to make there is a box, without there is
/// none (docs/google-facts.md 1.10).
pub(crate) fn boxed(asked: &Permissions) -> Permissions {
    let extra: Permissions = asked.iter().copied().filter(|p| !p.is_sign_in()).collect();
    let is_a_choice = extra.len() > 1 || (extra.len() == 1 && extra.len() < asked.len());
    if is_a_choice { extra } else { Permissions::new() }
}

/// The `scope` member of a token answer.
pub(crate) fn wire(granted: &Permissions) -> String {
    granted.iter().map(|p| p.wire()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_appears_only_where_there_is_a_choice() {
        use Permission::{Email, GmailReadonly, OpenId, UserBirthdayRead};
        assert!(boxed(&[OpenId, Email].into()).is_empty());
        assert!(boxed(&[GmailReadonly].into()).is_empty());
        assert_eq!(boxed(&[OpenId, GmailReadonly].into()), [GmailReadonly].into());
        assert_eq!(boxed(&[GmailReadonly, UserBirthdayRead].into()).len(), 2);
    }

    #[test]
    fn a_request_must_spell_scopes_as_google_does() {
        assert_eq!(Permission::parse("gmail.readonly"), None);
        assert_eq!(
            Permission::parse("https://www.googleapis.com/auth/gmail.readonly"),
            Some(Permission::GmailReadonly)
        );
        assert_eq!(
            Permission::parse("https://www.googleapis.com/auth/userinfo.email"),
            Some(Permission::Email)
        );
    }
}
