//! The languages of the site and how one is chosen.

use serde::{Deserialize, Serialize};

/// The tags of the site's languages, its first one first.
const TAGS: &[&str] = include!(concat!(env!("OUT_DIR"), "/tags.rs"));

/// Who understands none of the site's languages most likely understands this one.
const SECOND_LANGUAGE: &str = "en";

/// A language of the site: one of those that `app/Cargo.toml` lists and `app/locales` translates.
/// No code names one, so that a further one needs none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "&'static str")]
pub struct Locale(&'static str);

/// Not a language of the site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a language of the site")]
pub struct InvalidLocale;

impl Default for Locale {
    /// The site's first language.
    fn default() -> Locale {
        Locale(TAGS[0])
    }
}

impl From<Locale> for &'static str {
    fn from(locale: Locale) -> &'static str {
        locale.0
    }
}

impl TryFrom<String> for Locale {
    type Error = InvalidLocale;

    fn try_from(tag: String) -> Result<Locale, InvalidLocale> {
        Locale::from_tag(&tag).ok_or(InvalidLocale)
    }
}

impl Locale {
    /// Every language of the site, its first one first.
    pub fn all() -> impl Iterator<Item = Locale> {
        TAGS.iter().copied().map(Locale)
    }

    /// The BCP 47 tag, as it stands in `lang` attributes and in the language cookie.
    pub const fn tag(self) -> &'static str {
        self.0
    }

    /// The language of a tag such as `en-GB`, if we speak it.
    pub fn from_tag(tag: &str) -> Option<Locale> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        Locale::all().find(|locale| primary.eq_ignore_ascii_case(locale.tag()))
    }

    /// The best language for an `Accept-Language` header (RFC 9110 section 12.5.4).
    ///
    /// Somebody who lists none of our languages gets English, where we speak it; an empty header
    /// gets the site's first language.
    pub fn negotiate(header: &str) -> Locale {
        let wishes = parse_accept_language(header);
        let spoken = wishes.iter().find_map(|tag| Locale::from_tag(tag));
        match (spoken, wishes.iter().any(|tag| *tag != "*")) {
            (Some(locale), _) => locale,
            (None, true) => Locale::from_tag(SECOND_LANGUAGE).unwrap_or_default(),
            (None, false) => Locale::default(),
        }
    }
}

/// The tags of an `Accept-Language` header, the most wanted first.
pub fn parse_accept_language(header: &str) -> Vec<&str> {
    let mut wishes: Vec<(&str, f32)> = header
        .split(',')
        .filter_map(|part| {
            let mut pieces = part.trim().split(';');
            let tag = pieces.next().filter(|tag| !tag.is_empty())?;
            let weight = pieces
                .find_map(|piece| piece.trim().strip_prefix("q=")?.parse().ok())
                .unwrap_or(1.0);
            Some((tag, weight))
        })
        .filter(|(_, weight)| *weight > 0.0)
        .collect();
    // Stable: of two equal wishes the first one stands.
    wishes.sort_by(|(_, a), (_, b)| b.total_cmp(a));
    wishes.into_iter().map(|(tag, _)| tag).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_heaviest_language_we_speak_wins() {
        for (header, expected) in [
            ("", "ru"),
            ("*", "ru"),
            ("ru-RU,ru;q=0.9,en;q=0.8", "ru"),
            ("en-GB,en;q=0.9,ru;q=0.8", "en"),
            ("de,ru;q=0.5,en;q=0.7", "en"),
            ("de-DE,fr", "en"),
            ("en;q=0, ru;q=0.1", "ru"),
            ("garbage;;q=x,,", "en"),
        ] {
            assert_eq!(Locale::negotiate(header).tag(), expected, "{header:?}");
        }
    }

    #[test]
    fn a_language_is_written_as_its_tag_and_no_other_is_read() {
        for locale in Locale::all() {
            assert_eq!(<&str>::from(locale), locale.tag());
            assert_eq!(Locale::try_from(locale.tag().to_owned()), Ok(locale));
        }
        assert_eq!(Locale::try_from("tlh".to_owned()), Err(InvalidLocale));
    }
}
