//! Where a browser may be sent next: only to a page of ours.

use std::fmt;

/// A path on this site, safe to put into `Location` (RFC 9700 section 4.11: no open redirect).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalPath(String);

/// Longest path that we carry along.
const LONGEST_BYTES: usize = 512;

impl LocalPath {
    /// The personal cabinet, where every walk ends.
    pub fn dashboard() -> LocalPath {
        LocalPath("/dashboard/".to_owned())
    }

    /// Accepts what every browser resolves to this very host.
    ///
    /// Browsers read `//host`, `/\host` and paths with stray control characters as other hosts, so
    /// those are refused rather than repaired. `None` for anything refused.
    pub fn parse(text: &str) -> Option<LocalPath> {
        let mut rest = text.chars();
        let rooted = rest.next() == Some('/') && !matches!(rest.next(), Some('/' | '\\'));
        let plain = text.chars().all(|c| c.is_ascii_graphic() && c != '\\' && c != '"');
        let climbs = text.split(['/', '?', '#']).any(|part| part == "..");
        (rooted && plain && !climbs && text.len() <= LONGEST_BYTES)
            .then(|| LocalPath(text.to_owned()))
    }

    /// The path of a page that leads on here: `page?next=…`, with what would end the value or
    /// change in it escaped.
    pub fn after(&self, page: &str) -> String {
        let mut text = format!("{page}?next=");
        for c in self.0.chars() {
            match c {
                '%' => text.push_str("%25"),
                '&' => text.push_str("%26"),
                '+' => text.push_str("%2B"),
                '#' => text.push_str("%23"),
                plain => text.push(plain),
            }
        }
        text
    }

    /// The path, as given.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for LocalPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_ours_pass() {
        for text in ["/", "/dashboard/", "/gmail/connect/?from=banner", "/a#b"] {
            assert_eq!(LocalPath::parse(text).unwrap().as_str(), text);
        }
    }

    #[test]
    fn the_way_on_survives_being_a_value() {
        for (next, expected) in [
            ("/dashboard/", "/login/?next=/dashboard/"),
            ("/a?b=1&c=2#d", "/login/?next=/a?b=1%26c=2%23d"),
            ("/a?b=%26+", "/login/?next=/a?b=%2526%2B"),
        ] {
            assert_eq!(LocalPath::parse(next).unwrap().after("/login/"), expected);
        }
    }

    #[test]
    fn everything_that_could_leave_the_site_is_refused() {
        let long = format!("/{}", "a".repeat(600));
        for text in [
            "",
            "dashboard",
            "//evil.example",
            "/\\evil.example",
            "\\/evil.example",
            "https://evil.example",
            "javascript:alert(1)",
            "/\t/evil.example",
            "/\n/evil",
            " /dashboard/",
            "/%0d%0a x",
            "/../admin",
            "/a/../..//evil",
            "/дом",
            &long,
        ] {
            assert_eq!(LocalPath::parse(text), None, "{text:?}");
        }
    }
}
