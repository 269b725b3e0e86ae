//! Every refusal of Google's and what it means for us, as one table.
//!
//! Three dialects come in (docs/google-facts.md 1.8 and 6): OAuth's `{"error": "word"}`, the
//! classic
//! `errors[].reason` and the newer `status` with `details[].reason`. All are lists of words.

use http::{Response, StatusCode};
use serde::Deserialize;

use crate::retry_after::retry_after;
use crate::{Ended, Error, OperatorFault};

/// What kind of address refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EndpointKind {
    /// A public document: discovery, keys, a picture.
    Document,
    /// The token or the revocation endpoint.
    Token,
    /// An API called with an access token.
    Api,
}

/// What a word means.
#[derive(Clone, Copy)]
enum Meaning {
    Ended(Ended),
    Operator(OperatorFault),
    ScopeMissing,
    SlowDown,
    Unwell,
}

use EndpointKind::{Api, Token};
use Meaning::{ScopeMissing, SlowDown, Unwell};

/// The first row whose word occurs decides, so the particular stands before the general.
const MEANINGS: &[(EndpointKind, &str, Meaning)] = &[
    (Token, "invalid_rapt", Meaning::Ended(Ended::SessionControl)),
    (Token, "admin_policy_enforced", Meaning::Ended(Ended::AdminPolicy)),
    (Token, "access_not_configured", Meaning::Ended(Ended::AdminPolicy)),
    (Token, "org_internal", Meaning::Ended(Ended::AdminPolicy)),
    // No code tells this one; the description is Google's, word for word (docs/google-facts.md
    // 1.8).
    (Token, "Account has been deleted", Meaning::Ended(Ended::AccountDeleted)),
    (Token, "invalid_grant", Meaning::Ended(Ended::Revoked)),
    // Not the user's fault and not the user's to mend: the client can be restored for 30 days.
    (Token, "deleted_client", Meaning::Operator(OperatorFault::DeletedClient)),
    (Token, "invalid_client", Meaning::Operator(OperatorFault::InvalidClient)),
    (Token, "unauthorized_client", Meaning::Operator(OperatorFault::UnauthorizedClient)),
    (Token, "redirect_uri_mismatch", Meaning::Operator(OperatorFault::RedirectUriMismatch)),
    (Token, "invalid_scope", Meaning::Operator(OperatorFault::InvalidScope)),
    (Token, "unsupported_grant_type", Meaning::Operator(OperatorFault::UnsupportedGrantType)),
    (Token, "invalid_request", Meaning::Operator(OperatorFault::InvalidRequest)),
    (Token, "rate_limit_exceeded", SlowDown),
    (Token, "temporarily_unavailable", Unwell),
    (Token, "server_error", Unwell),
    (Api, "accessNotConfigured", Meaning::Operator(OperatorFault::ApiNotEnabled)),
    (Api, "SERVICE_DISABLED", Meaning::Operator(OperatorFault::ApiNotEnabled)),
    (Api, "insufficientPermissions", ScopeMissing),
    (Api, "ACCESS_TOKEN_SCOPE_INSUFFICIENT", ScopeMissing),
    (Api, "insufficient_scope", ScopeMissing),
    (Api, "rateLimitExceeded", SlowDown),
    (Api, "userRateLimitExceeded", SlowDown),
    (Api, "dailyLimitExceeded", SlowDown),
    (Api, "RATE_LIMIT_EXCEEDED", SlowDown),
    (Api, "RESOURCE_EXHAUSTED", SlowDown),
];

/// What an answer other than 200 means.
///
/// The status comes before the words: a 5xx never ends a grant, whatever its body claims.
pub(crate) fn classify(asked: EndpointKind, response: &Response<Vec<u8>>) -> Error {
    let status = response.status();
    let slow_down = || Error::RateLimited { retry_after: retry_after(response.headers()) };
    if status.is_server_error() || status == StatusCode::REQUEST_TIMEOUT {
        return Error::Unavailable { what: "Google answered that it is unwell" };
    }
    if status == StatusCode::TOO_MANY_REQUESTS {
        return slow_down();
    }
    if asked == Api && status == StatusCode::UNAUTHORIZED {
        return Error::Unauthorized;
    }
    let words = words(response.body());
    let meaning = MEANINGS
        .iter()
        .find(|(place, word, _)| *place == asked && words.iter().any(|heard| heard == word));
    match meaning {
        Some((_, _, Meaning::Ended(reason))) => Error::Ended { reason: *reason },
        Some((_, _, Meaning::Operator(code))) => Error::Operator { code: *code },
        Some((_, _, ScopeMissing)) => Error::ScopeMissing,
        Some((_, _, SlowDown)) => slow_down(),
        Some((_, _, Unwell)) => Error::Unavailable { what: "Google answered that it is unwell" },
        None if status.is_redirection() => Error::Protocol { what: "a redirect" },
        None => Error::Protocol { what: "a refusal in unknown words" },
    }
}

/// Whether a refused revocation says that there was nothing left to revoke (docs/google-facts.md
/// 1.7).
pub(crate) fn is_already_revoked(response: &Response<Vec<u8>>) -> bool {
    response.status() == StatusCode::BAD_REQUEST
        && words(response.body()).iter().any(|word| word == "invalid_token")
}

#[derive(Deserialize)]
struct Refusal {
    error: Said,
    error_subtype: Option<String>,
    error_description: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Said {
    Word(String),
    Sentence {
        status: Option<String>,
        #[serde(default)]
        errors: Vec<Reason>,
        #[serde(default)]
        details: Vec<Reason>,
    },
}

#[derive(Deserialize)]
struct Reason {
    reason: Option<String>,
}

/// Every code in a refusal, in all three dialects. Text for humans is left alone, but for OAuth's
/// description, which counts as one long word: it tells a deleted account from a withdrawn grant.
fn words(body: &[u8]) -> Vec<String> {
    let Ok(Refusal { error, error_subtype, error_description }) = serde_json::from_slice(body)
    else {
        return Vec::new();
    };
    match error {
        Said::Word(word) => {
            [Some(word), error_subtype, error_description].into_iter().flatten().collect()
        }
        Said::Sentence { status, errors, details } => {
            let reasons = errors.into_iter().chain(details).map(|entry| entry.reason);
            [status].into_iter().chain(reasons).flatten().collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    use EndpointKind::Document;

    fn answer(status: u16, body: &str) -> Response<Vec<u8>> {
        Response::builder().status(status).body(body.as_bytes().to_vec()).unwrap()
    }

    #[test]
    fn every_refusal_has_one_meaning() {
        let ended = |reason| Error::Ended { reason };
        let operator = |code| Error::Operator { code };
        let unwell = || Error::Unavailable { what: "Google answered that it is unwell" };
        let slow_down = || Error::RateLimited { retry_after: None };
        let unknown = || Error::Protocol { what: "a refusal in unknown words" };
        for (asked, status, body, expected) in [
            (
                Token,
                400,
                r#"{"error":"invalid_grant","error_description":"Token has been expired or revoked."}"#,
                ended(Ended::Revoked),
            ),
            (
                Token,
                400,
                r#"{"error":"invalid_grant","error_subtype":"invalid_rapt"}"#,
                ended(Ended::SessionControl),
            ),
            (
                Token,
                400,
                r#"{"error":"invalid_grant","error_description":"Account has been deleted"}"#,
                ended(Ended::AccountDeleted),
            ),
            (
                Token,
                400,
                r#"{"error":"admin_policy_enforced","error_description":"no"}"#,
                ended(Ended::AdminPolicy),
            ),
            (Token, 403, r#"{"error":"org_internal"}"#, ended(Ended::AdminPolicy)),
            (Token, 400, r#"{"error":"access_not_configured"}"#, ended(Ended::AdminPolicy)),
            (Token, 401, r#"{"error":"invalid_client"}"#, operator(OperatorFault::InvalidClient)),
            (Token, 401, r#"{"error":"deleted_client"}"#, operator(OperatorFault::DeletedClient)),
            (
                Token,
                400,
                r#"{"error":"unauthorized_client"}"#,
                operator(OperatorFault::UnauthorizedClient),
            ),
            (
                Token,
                400,
                r#"{"error":"redirect_uri_mismatch"}"#,
                operator(OperatorFault::RedirectUriMismatch),
            ),
            (Token, 400, r#"{"error":"invalid_scope"}"#, operator(OperatorFault::InvalidScope)),
            (Token, 400, r#"{"error":"invalid_request"}"#, operator(OperatorFault::InvalidRequest)),
            (
                Token,
                400,
                r#"{"error":"unsupported_grant_type"}"#,
                operator(OperatorFault::UnsupportedGrantType),
            ),
            (Token, 403, r#"{"error":"rate_limit_exceeded"}"#, slow_down()),
            (Token, 429, "", slow_down()),
            (Token, 400, r#"{"error":"temporarily_unavailable"}"#, unwell()),
            (Token, 503, r#"{"error":"invalid_grant"}"#, unwell()),
            (Token, 500, "<html>", unwell()),
            (Token, 400, "<html>invalid_grant</html>", unknown()),
            (Token, 400, r#"{"error":"something_new"}"#, unknown()),
            (Token, 302, "", Error::Protocol { what: "a redirect" }),
            (
                Api,
                401,
                r#"{"error":"invalid_request","error_description":"Invalid Credentials"}"#,
                Error::Unauthorized,
            ),
            (Api, 401, "", Error::Unauthorized),
            (
                Api,
                403,
                r#"{"error":{"errors":[{"domain":"global","reason":"insufficientPermissions"}],"code":403}}"#,
                Error::ScopeMissing,
            ),
            (
                Api,
                403,
                r#"{"error":{"code":403,"status":"PERMISSION_DENIED","details":[{"@type":"x"},{"reason":"ACCESS_TOKEN_SCOPE_INSUFFICIENT"}]}}"#,
                Error::ScopeMissing,
            ),
            (
                Api,
                403,
                r#"{"error":{"errors":[{"reason":"accessNotConfigured"}],"code":403,"status":"PERMISSION_DENIED"}}"#,
                operator(OperatorFault::ApiNotEnabled),
            ),
            (Api, 403, r#"{"error":{"errors":[{"reason":"userRateLimitExceeded"}]}}"#, slow_down()),
            (Api, 403, r#"{"error":{"errors":[{"reason":"dailyLimitExceeded"}]}}"#, slow_down()),
            (Api, 403, r#"{"error":{"status":"RESOURCE_EXHAUSTED"}}"#, slow_down()),
            (Api, 403, r#"{"error":{"code":403,"message":"userRateLimitExceeded"}}"#, unknown()),
            (Api, 400, r#"{"error":"invalid_grant"}"#, unknown()),
            (Api, 502, "", unwell()),
            (Api, 408, "", unwell()),
            (Document, 404, "", unknown()),
            (Document, 401, "", unknown()),
            (Document, 504, "", unwell()),
        ] {
            assert_eq!(
                classify(asked, &answer(status, body)),
                expected,
                "{asked:?} {status} {body}"
            );
        }
    }

    #[test]
    fn the_wait_that_google_names_is_passed_on() {
        let mut response = answer(429, "{}");
        response.headers_mut().insert("retry-after", "90".parse().unwrap());
        let expected = Error::RateLimited { retry_after: Some(Duration::from_secs(90)) };
        assert_eq!(classify(Api, &response), expected);
    }

    #[test]
    fn nothing_left_to_revoke_is_told_apart_from_a_refusal() {
        assert!(is_already_revoked(&answer(400, r#"{"error":"invalid_token"}"#)));
        assert!(!is_already_revoked(&answer(503, r#"{"error":"invalid_token"}"#)));
        assert!(!is_already_revoked(&answer(400, r#"{"error":"invalid_request"}"#)));
    }
}
