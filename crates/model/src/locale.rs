//! The two languages of the site and how one is chosen.

use serde::{Deserialize, Serialize};

/// A language of the site.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Locale {
    /// Russian, the site's first language.
    #[default]
    Ru,
    /// English.
    En,
}

impl Locale {
    /// The BCP 47 tag, as it stands in `lang` attributes and in the language cookie.
    pub const fn tag(self) -> &'static str {
        match self {
            Locale::Ru => "ru",
            Locale::En => "en",
        }
    }

    /// The language of a tag such as `en-GB`, if we speak it.
    pub fn from_tag(tag: &str) -> Option<Locale> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        [Locale::Ru, Locale::En]
            .into_iter()
            .find(|locale| primary.eq_ignore_ascii_case(locale.tag()))
    }

    /// The best language for an `Accept-Language` header (RFC 9110 section 12.5.4).
    ///
    /// Somebody who lists neither of our languages gets English; an empty header gets Russian.
    pub fn negotiate(header: &str) -> Locale {
        let wishes = wishes(header);
        let spoken = wishes.iter().find_map(|tag| Locale::from_tag(tag));
        match (spoken, wishes.iter().any(|tag| *tag != "*")) {
            (Some(locale), _) => locale,
            (None, true) => Locale::En,
            (None, false) => Locale::Ru,
        }
    }
}

/// The tags of an `Accept-Language` header, the most wanted first.
pub fn wishes(header: &str) -> Vec<&str> {
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
            ("", Locale::Ru),
            ("*", Locale::Ru),
            ("ru-RU,ru;q=0.9,en;q=0.8", Locale::Ru),
            ("en-GB,en;q=0.9,ru;q=0.8", Locale::En),
            ("de,ru;q=0.5,en;q=0.7", Locale::En),
            ("de-DE,fr", Locale::En),
            ("en;q=0, ru;q=0.1", Locale::Ru),
            ("garbage;;q=x,,", Locale::En),
        ] {
            assert_eq!(Locale::negotiate(header), expected, "{header:?}");
        }
    }
}
