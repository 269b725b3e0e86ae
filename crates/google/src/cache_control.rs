//! How long a fetched document may be kept, by its own headers (RFC 9111 section 4.2).
//!
//! Bounded on both sides: no header can make us hammer Google, or trust a withdrawn key for weeks.

use chrono::TimeDelta;
use http::HeaderMap;
use http::header::{AGE, CACHE_CONTROL};

const SHORTEST: TimeDelta = TimeDelta::minutes(5);
const USUAL: TimeDelta = TimeDelta::hours(1);
const LONGEST: TimeDelta = TimeDelta::hours(24);

/// Five minutes to a day: `max-age` less `Age`, an hour where nothing is said.
pub(crate) fn fresh_for(headers: &HeaderMap) -> TimeDelta {
    let text = headers.get(CACHE_CONTROL).and_then(|value| value.to_str().ok()).unwrap_or("");
    let directives = || text.split(',').map(str::trim);
    if directives()
        .any(|d| d.eq_ignore_ascii_case("no-store") || d.eq_ignore_ascii_case("no-cache"))
    {
        return SHORTEST;
    }
    let max_age = directives().find_map(|directive| {
        let (name, seconds) = directive.split_once('=')?;
        name.eq_ignore_ascii_case("max-age").then(|| parse_seconds(seconds))?
    });
    let age = headers.get(AGE).and_then(|value| parse_seconds(value.to_str().ok()?));
    let lifetime = max_age.map_or(USUAL, |max_age| max_age - age.unwrap_or_default());
    lifetime.clamp(SHORTEST, LONGEST)
}

fn parse_seconds(text: &str) -> Option<TimeDelta> {
    let seconds: u32 = text.trim().trim_matches('"').parse().ok()?;
    Some(TimeDelta::seconds(seconds.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_decide_within_bounds() {
        for (cache_control, age, expected_minutes) in [
            (None, None, 60),
            (Some("public, max-age=18660, must-revalidate"), None, 311),
            (Some("public, max-age=18660"), Some("660"), 300),
            (Some("MAX-AGE=600"), None, 10),
            (Some("max-age=0"), None, 5),
            (Some("max-age=600"), Some("9999"), 5),
            (Some("max-age=31536000"), None, 1440),
            (Some("no-store, max-age=86400"), None, 5),
            (Some("max-age=never"), None, 60),
            (Some("private"), None, 60),
        ] {
            let mut headers = HeaderMap::new();
            cache_control.map(|text| headers.insert(CACHE_CONTROL, text.parse().unwrap()));
            age.map(|text| headers.insert(AGE, text.parse().unwrap()));
            let minutes = fresh_for(&headers).num_minutes();
            assert_eq!(minutes, expected_minutes, "{cache_control:?} {age:?}");
        }
    }
}
