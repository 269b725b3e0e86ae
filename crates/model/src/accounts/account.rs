//! What may be a sign-in address and what may be a password.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A sign-in address: kept as typed, compared without regard to case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Email(String);

/// Why a text is not a mail address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a mail address")]
pub struct InvalidEmail;

/// Longest address that SMTP can carry (RFC 5321 section 4.5.3.1.3, less the angle brackets).
const LONGEST_EMAIL_BYTES: usize = 254;

impl Email {
    /// Accepts `local@domain` with a dotted domain; only a message sent there proves more.
    pub fn parse(text: &str) -> Result<Email, InvalidEmail> {
        let text = text.trim();
        let (local, domain) = text.rsplit_once('@').ok_or(InvalidEmail)?;
        let printable =
            |c: char| !c.is_whitespace() && !c.is_control() && !"<>()[],;:\\\"".contains(c);
        let labels_are_full = domain.split('.').all(|label| {
            !label.is_empty()
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.chars().all(|c| c.is_alphanumeric() || c == '-')
        });
        let sound = text.len() <= LONGEST_EMAIL_BYTES
            && !local.is_empty()
            && local.len() <= 64
            && !local.contains('@')
            && text.chars().all(printable)
            && domain.contains('.')
            && labels_are_full;
        if sound { Ok(Email(text.to_owned())) } else { Err(InvalidEmail) }
    }

    /// The address as its owner typed it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form under which addresses are unique.
    pub fn key(&self) -> String {
        self.0.to_lowercase()
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// `an…@gmail.com`: enough to recognise one's own address, too little to write to it.
pub fn masked(email: &str) -> String {
    match email.rsplit_once('@') {
        Some((local, domain)) => {
            let shown: String = local.chars().take(2).collect();
            format!("{shown}…@{domain}")
        }
        None => "…".to_owned(),
    }
}

/// Two addresses of one person, masked as far as they can still be told apart.
pub fn mask_distinctly(one: &str, other: &str) -> (String, String) {
    match (masked(one), masked(other)) {
        (one_masked, other_masked) if one_masked == other_masked => {
            (one.to_owned(), other.to_owned())
        }
        masked => masked,
    }
}

/// A password as typed: never trimmed, never cut short, never printed.
#[derive(Clone)]
pub struct Password(String);

/// Why a password is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPassword {
    /// Fewer than [`Password::SHORTEST`] characters.
    #[error("too short")]
    TooShort,
    /// More than [`Password::LONGEST`] characters.
    #[error("too long")]
    TooLong,
    /// On the list that every attacker tries first.
    #[error("too common")]
    TooCommon,
}

impl Password {
    /// Fewest characters of a new password (OWASP ASVS 5.0, 6.2.1).
    pub const SHORTEST: usize = 8;
    /// Most characters of a password; long enough for any phrase, short enough to hash.
    pub const LONGEST: usize = 256;

    /// A password that somebody chooses now: length and commonness are judged.
    pub fn choose(text: &str) -> Result<Password, InvalidPassword> {
        match text.chars().count() {
            n if n < Self::SHORTEST => Err(InvalidPassword::TooShort),
            n if n > Self::LONGEST => Err(InvalidPassword::TooLong),
            _ if is_common(text) => Err(InvalidPassword::TooCommon),
            _ => Ok(Password(text.to_owned())),
        }
    }

    /// A password typed at sign-in: whatever was accepted once may still be used.
    pub fn typed(text: &str) -> Result<Password, InvalidPassword> {
        if text.chars().count() > Self::LONGEST {
            return Err(InvalidPassword::TooLong);
        }
        Ok(Password(text.to_owned()))
    }

    /// The bytes to hash.
    pub fn expose(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password")
    }
}

/// The commonest passwords of eight characters and more, lower case, one a line.
const COMMON: &str = include_str!("common_passwords.txt");

fn is_common(text: &str) -> bool {
    let lower = text.to_lowercase();
    let first = lower.chars().next();
    lower.chars().all(|c| Some(c) == first) || COMMON.lines().any(|common| common == lower)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_accounts_are_told_apart_whatever_they_are_called() {
        let pair = |one, other| mask_distinctly(one, other);
        let masked = ("an…@gmail.com".to_owned(), "iv…@gmail.com".to_owned());
        assert_eq!(pair("anna@gmail.com", "ivan@gmail.com"), masked);
        let whole = ("anna.work@gmail.com".to_owned(), "anna.home@gmail.com".to_owned());
        assert_eq!(pair("anna.work@gmail.com", "anna.home@gmail.com"), whole);
    }

    #[test]
    fn addresses_keep_their_case_and_compare_without_it() {
        let email = Email::parse("  tanRan.an@yandex.ru ").unwrap();
        assert_eq!(email.as_str(), "tanRan.an@yandex.ru");
        assert_eq!(email.key(), "tanran.an@yandex.ru");
    }

    #[test]
    fn what_is_no_address_is_refused() {
        let long = format!("{}@example.com", "a".repeat(250));
        for text in [
            "",
            "anna",
            "@example.com",
            "anna@",
            "anna@host",
            "a b@example.com",
            "a@b@c.com",
            "anna@-a.com",
            "anna@a..com",
            "<anna@example.com>",
            "anna\n@example.com",
            &long,
        ] {
            assert_eq!(Email::parse(text), Err(InvalidEmail), "{text:?}");
        }
    }

    #[test]
    fn letters_of_any_alphabet_are_fine() {
        assert!(Email::parse("анна@почта.рф").is_ok());
    }

    #[test]
    fn password_length_is_counted_in_characters() {
        assert!(Password::choose("пароль1").is_err());
        assert!(Password::choose("пароль №1").is_ok());
        assert!(Password::choose(&"я7".repeat(128)).is_ok());
        assert_eq!(Password::choose(&"я".repeat(257)).unwrap_err(), InvalidPassword::TooLong);
    }

    #[test]
    fn common_and_monotonous_passwords_are_refused() {
        for text in ["password", "PassWord", "12345678", "qwertyui", "aaaaaaaaaa", "йцукенгш"]
        {
            assert_eq!(Password::choose(text).unwrap_err(), InvalidPassword::TooCommon, "{text}");
        }
    }

    #[test]
    fn a_password_never_prints_itself() {
        assert_eq!(format!("{:?}", Password::choose("testpass123").unwrap()), "Password");
    }

    #[test]
    fn a_masked_address_shows_two_letters() {
        assert_eq!(masked("anna.petrova@gmail.com"), "an…@gmail.com");
        assert_eq!(masked("я@почта.рф"), "я…@почта.рф");
    }
}
