//! What time it is at Google, by the `Date` of its answers (RFC 9110 section 6.6.1).
//!
//! A clock of ours that is wrong refuses good ID tokens and keeps dead access tokens; nothing else
//! would show why.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use chrono::{DateTime, TimeDelta, Utc};
use http::HeaderMap;
use http::header::DATE;

/// The last `Date` that was heard. Clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct ClockSkew(Arc<Mutex<Option<Heard>>>);

#[derive(Clone, Copy, Debug)]
struct Heard {
    date: DateTime<Utc>,
    at: Instant,
}

impl ClockSkew {
    /// Takes note of an answer's headers.
    pub(crate) fn observe(&self, headers: &HeaderMap) {
        let date = headers.get(DATE).and_then(|value| value.to_str().ok());
        let Some(date) = date.and_then(|text| DateTime::parse_from_rfc2822(text).ok()) else {
            return;
        };
        let heard = Heard { date: date.to_utc(), at: Instant::now() };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(heard);
    }

    /// How far Google is ahead of `now`; a `Date` is exact to the second at best.
    pub(crate) fn skew(&self, now: DateTime<Utc>) -> Option<TimeDelta> {
        let heard = (*self.0.lock().unwrap_or_else(PoisonError::into_inner))?;
        Some(heard.date + heard.at.elapsed() - now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_date_is_compared_with_our_time() {
        let clock = ClockSkew::default();
        let now = DateTime::parse_from_rfc2822("Sun, 06 Nov 1994 08:49:37 GMT").unwrap().to_utc();
        assert_eq!(clock.skew(now), None);
        for (date, minutes) in [
            ("Sun, 06 Nov 1994 08:49:37 GMT", 0),
            ("Sun, 06 Nov 1994 08:59:37 GMT", 10),
            ("long ago", 10),
            ("Sun, 06 Nov 1994 08:44:37 GMT", -5),
        ] {
            clock.observe(&HeaderMap::from_iter([(DATE, date.parse().unwrap())]));
            let off = clock.skew(now).unwrap() - TimeDelta::minutes(minutes);
            assert!(off.abs() < TimeDelta::seconds(30), "{date}: {off}");
        }
    }
}
