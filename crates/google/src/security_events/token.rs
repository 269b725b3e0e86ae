//! What a security event token must say to be believed (RFC 8417 section 2.2, docs/google-facts.md
//! 5.3).
//!
//! One pure function over claims whose signature has passed: no keys, no network, no clock.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::event::SecurityEvent;
use super::issuer::is_issuer;
use crate::IdTokenFault;
use crate::id_token::Audience;
use crate::settings::Issuer;

/// How far Google's clock may be ahead of ours.
const SKEW_SECS: i64 = 5 * 60;
/// Older news is no news: whoever repeats a token after this long repeats it to no effect.
const LONGEST_AGE_SECS: i64 = 7 * 24 * 60 * 60;
/// Longest `jti`, and most events of one token; Google sends one.
const LONGEST_JTI_BYTES: usize = 1_024;
const MOST_EVENTS: usize = 16;

/// A token of Google's for us, with what it tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventToken {
    /// Names the token: one that comes again is the same (RFC 7519 section 4.1.7).
    pub jti: String,
    /// When Google signed it.
    pub issued_at: DateTime<Utc>,
    /// What happened, by the address of its type; Google sends one a token.
    pub events: Vec<(String, SecurityEvent)>,
}

/// The check that a security event token did not pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EventFault {
    /// Not three segments of base64url JSON with the documented types, or too long.
    #[error("malformed")]
    Malformed,
    /// Not RS256, or with header extensions that must be understood.
    #[error("algorithm not allowed")]
    Algorithm,
    /// No key id, or one that Google does not publish.
    #[error("unknown signing key")]
    UnknownKey,
    /// The signature is not that key's over this text.
    #[error("invalid signature")]
    Signature,
    /// `iss` is not Google, in any of its spellings.
    #[error("wrong issuer")]
    Issuer,
    /// `aud` names none of our clients.
    #[error("wrong audience")]
    Audience,
    /// `iat` is missing, over a week ago, or ahead of us by more than clocks may differ.
    #[error("issued outside the accepted week")]
    IssuedAt,
    /// `jti` is missing, empty or endless.
    #[error("no token id (jti)")]
    Jti,
    /// `events` is missing or empty, or holds more than any token of Google's.
    #[error("no events")]
    Events,
}

impl EventFault {
    /// The error code that a transmitter expects (RFC 8935 section 2.4).
    pub const fn code(self) -> &'static str {
        match self {
            EventFault::Malformed | EventFault::IssuedAt | EventFault::Jti | EventFault::Events => {
                "invalid_request"
            }
            EventFault::Algorithm | EventFault::UnknownKey => "invalid_key",
            EventFault::Signature => "authentication_failed",
            EventFault::Issuer => "invalid_issuer",
            EventFault::Audience => "invalid_audience",
        }
    }
}

impl From<IdTokenFault> for EventFault {
    /// The two kinds of token share their form, their keys and nothing else.
    fn from(fault: IdTokenFault) -> EventFault {
        match fault {
            IdTokenFault::Algorithm => EventFault::Algorithm,
            IdTokenFault::UnknownKey => EventFault::UnknownKey,
            IdTokenFault::Signature => EventFault::Signature,
            _ => EventFault::Malformed,
        }
    }
}

/// The claims as they stand in the token. `exp` is not among them: events are history, and
/// history does not expire (docs/google-facts.md 5.3).
#[derive(Clone, Deserialize)]
pub(super) struct Claims {
    iss: Option<String>,
    aud: Option<Audience>,
    iat: Option<i64>,
    jti: Option<String>,
    events: Option<Map<String, Value>>,
}

/// What the token tells, if it is Google's, for us, and of this week.
pub(super) fn check(
    claims: Claims,
    issuer: &Issuer,
    client_ids: &[String],
    now: DateTime<Utc>,
) -> Result<EventToken, EventFault> {
    if !claims.iss.is_some_and(|iss| is_issuer(&iss, issuer)) {
        return Err(EventFault::Issuer);
    }
    let audiences = claims.aud.as_ref().map(Audience::as_slice).unwrap_or_default();
    if !audiences.iter().any(|audience| client_ids.contains(audience)) {
        return Err(EventFault::Audience);
    }
    let now = now.timestamp();
    let issued_at = claims
        .iat
        .filter(|iat| (now - LONGEST_AGE_SECS..=now + SKEW_SECS).contains(iat))
        .and_then(|iat| DateTime::from_timestamp(iat, 0))
        .ok_or(EventFault::IssuedAt)?;
    let is_name = |jti: &String| (1..=LONGEST_JTI_BYTES).contains(&jti.len());
    let jti = claims.jti.filter(is_name).ok_or(EventFault::Jti)?;
    let is_some = |events: &Map<_, _>| (1..=MOST_EVENTS).contains(&events.len());
    let events = claims.events.filter(is_some).ok_or(EventFault::Events)?;
    let events = events
        .into_iter()
        .map(|(address, details)| {
            let event = SecurityEvent::read(&address, &details, issuer);
            (address, event)
        })
        .collect();
    Ok(EventToken { jti, issued_at, events })
}

#[cfg(test)]
mod tests {
    use super::*;
    use EventFault::{Events, IssuedAt, Jti, Malformed};
    use serde_json::json;
    use url::Url;

    const NOW: i64 = 1_790_000_000;

    fn checked(changes: &[(&str, Value)]) -> Result<EventToken, EventFault> {
        let address = "https://schemas.openid.net/secevent/risc/event-type/verification";
        let mut claims = json!({
            "iss": "https://accounts.google.com/", "aud": "me", "iat": NOW, "jti": "evt-1",
            "events": { address: { "state": "s" } },
        });
        for (name, value) in changes {
            claims[*name] = value.clone();
        }
        let claims = serde_json::from_value(claims).map_err(|_| Malformed)?;
        let issuer = Issuer::parse(&Url::parse(crate::DEFAULT_ISSUER).unwrap()).unwrap();
        let clients = ["me".to_owned(), "my other".to_owned()];
        check(claims, &issuer, &clients, DateTime::from_timestamp(NOW, 0).unwrap())
    }

    #[test]
    fn a_good_token_tells_what_happened() {
        let token = checked(&[]).unwrap();
        assert_eq!((token.jti.as_str(), token.issued_at.timestamp()), ("evt-1", NOW));
        let verification = SecurityEvent::Verification { state: Some("s".to_owned()) };
        assert_eq!(token.events[0].1, verification);
    }

    #[test]
    fn each_claim_is_held_to_its_rule() {
        for (name, value, fault) in [
            ("iss", json!("https://accounts.google.com"), None),
            ("iss", json!("accounts.google.com"), None),
            ("iss", json!("accounts.google.com/"), None),
            ("iss", json!("https://accounts.google.com//"), None),
            ("iss", json!("http://accounts.google.com/"), Some(EventFault::Issuer)),
            ("iss", json!("https://accounts.google.com.evil.example/"), Some(EventFault::Issuer)),
            ("iss", json!("https://accounts.google.com/x"), Some(EventFault::Issuer)),
            ("iss", json!("https://ACCOUNTS.google.com/"), Some(EventFault::Issuer)),
            ("iss", json!(null), Some(EventFault::Issuer)),
            ("iss", json!(7), Some(Malformed)),
            ("aud", json!("my other"), None),
            ("aud", json!(["other", "me"]), None),
            ("aud", json!("other"), Some(EventFault::Audience)),
            ("aud", json!([]), Some(EventFault::Audience)),
            ("aud", json!("ME"), Some(EventFault::Audience)),
            ("aud", json!(null), Some(EventFault::Audience)),
            ("iat", json!(NOW - LONGEST_AGE_SECS), None),
            ("iat", json!(NOW - LONGEST_AGE_SECS - 1), Some(IssuedAt)),
            ("iat", json!(NOW + SKEW_SECS), None),
            ("iat", json!(NOW + SKEW_SECS + 1), Some(IssuedAt)),
            ("iat", json!(i64::MAX), Some(IssuedAt)),
            ("iat", json!(null), Some(IssuedAt)),
            ("iat", json!("now"), Some(Malformed)),
            ("exp", json!(1), None),
            ("exp", json!("never"), None),
            ("jti", json!(""), Some(Jti)),
            ("jti", json!("x".repeat(LONGEST_JTI_BYTES + 1)), Some(Jti)),
            ("jti", json!(null), Some(Jti)),
            ("jti", json!(7), Some(Malformed)),
            ("events", json!({}), Some(Events)),
            ("events", json!(null), Some(Events)),
            ("events", json!([]), Some(Malformed)),
            ("events", json!("all"), Some(Malformed)),
            ("events", json!({"https://example.com/new": 7}), None),
        ] {
            assert_eq!(checked(&[(name, value.clone())]).err(), fault, "{name} {value}");
        }
    }
}
