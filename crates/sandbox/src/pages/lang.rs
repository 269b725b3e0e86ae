//! The language of a page: `hl` first, then the browser's, else Russian.

use axum::http::{HeaderMap, header};

use crate::params::Params;

/// The two languages of the pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lang {
    Ru,
    En,
}

impl Lang {
    /// The language of an authorization request's user.
    pub(crate) fn of(query: &str, headers: &HeaderMap) -> Lang {
        let asked = Params::parse(query.as_bytes());
        let browser = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        let tag = asked.get("hl").or(browser).unwrap_or_default();
        if tag.trim_start().to_ascii_lowercase().starts_with("en") { Lang::En } else { Lang::Ru }
    }

    pub(crate) fn tag(self) -> &'static str {
        self.pick("ru", "en")
    }

    pub(crate) fn pick<'a>(self, ru: &'a str, en: &'a str) -> &'a str {
        match self {
            Lang::Ru => ru,
            Lang::En => en,
        }
    }
}
