//! The fields of the profile, and what is kept of a value that somebody else wrote.

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use crate::string_enum::string_enum;

string_enum! {
    /// A field of the profile that Google can fill.
    #[derive(PartialOrd, Ord)]
    Field {
        /// Given name.
        FirstName = "first_name",
        /// Family name.
        LastName = "last_name",
        /// The name as a whole, as its owner writes it.
        DisplayName = "display_name",
        /// A mail address to be reached at; never the sign-in address.
        Email = "email",
        /// The picture: the key of stored bytes, never an address at Google.
        Avatar = "avatar",
        /// A language, as a BCP 47 tag.
        Language = "language",
        /// A time zone, as a name of the IANA database.
        Timezone = "timezone",
    }
}

impl Field {
    /// Longest value that is kept, in characters.
    pub const LONGEST: usize = 200;

    /// The fields that a person types. A picture is not typed.
    pub const TYPED: &'static [Field] = &[
        Field::FirstName,
        Field::LastName,
        Field::DisplayName,
        Field::Email,
        Field::Language,
        Field::Timezone,
    ];

    /// Whether a text has the form of a language tag, such as `ru` or `en-GB` (BCP 47).
    pub fn is_language(text: &str) -> bool {
        let mut parts = text.split('-');
        let is_word = |part: &str, lengths: std::ops::RangeInclusive<usize>| {
            lengths.contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
        };
        parts.next().is_some_and(|first| {
            is_word(first, 2..=3) && first.bytes().all(|byte| byte.is_ascii_alphabetic())
        }) && parts.all(|part| is_word(part, 1..=8))
    }

    /// What is kept of a value somebody else wrote: one line in Unicode's composed form (NFC),
    /// trimmed, bounded, without control and bidirectional-override characters. `None` when
    /// nothing is left.
    pub fn clean(text: &str) -> Option<String> {
        let invisible = |c: char| {
            c.is_control()
                || matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{feff}')
                || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        };
        let kept: String = text.chars().filter(|c| !invisible(*c)).nfc().collect();
        let kept: String = kept.trim().chars().take(Self::LONGEST).collect();
        let kept = kept.trim_end();
        (!kept.is_empty()).then(|| kept.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_one_bounded_visible_line() {
        assert_eq!(Field::clean(" Анна\u{202e}\r\n "), Some("Анна".to_owned()));
        assert_eq!(Field::clean(&"я".repeat(900)).unwrap().chars().count(), Field::LONGEST);
        assert_eq!(Field::clean("\u{feff}\t"), None);
        // Markup is text like any other; pages escape it.
        assert_eq!(Field::clean("<b>Анна</b>"), Some("<b>Анна</b>".to_owned()));
    }

    #[test]
    fn a_language_is_a_tag() {
        for (text, expected) in [
            ("ru", true),
            ("en-GB", true),
            ("zh-Hant-TW", true),
            ("r", false),
            ("russian", false),
            ("ru_RU", false),
            ("ru-", false),
            ("<b>", false),
            ("", false),
        ] {
            assert_eq!(Field::is_language(text), expected, "{text}");
        }
    }

    #[test]
    fn the_same_letter_is_the_same_value() {
        assert_eq!(Field::clean("Андреи\u{306}"), Some("Андрей".to_owned()));
        assert_eq!(Field::clean("Zoe\u{308}"), Field::clean("Zo\u{eb}"));
    }
}
