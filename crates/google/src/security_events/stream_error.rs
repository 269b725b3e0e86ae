//! Why the stream could not be managed, each with what the operator has to do about it.
//!
//! Google tells its many reasons for a 403 apart by their sentence alone (docs/google-facts.md
//! 5.1), so words of that sentence are looked for; where none is known, every possible reason is
//! named.

use http::{Response, StatusCode};
use serde::Deserialize;

/// Why Google did not do what was asked of the stream.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StreamError {
    /// 400: a field of the request is missing or wrong.
    #[error("Google finds the request incomplete: is SELEXIA_BASE_URL the site's real address?")]
    Incomplete,
    /// 401: the signed token was not accepted.
    #[error(
        "Google does not accept the service account's signature: is the key in \
         GMAIL_EVENTS_KEY_FILE deleted or switched off, or is this machine's clock wrong?"
    )]
    Unauthorized,
    /// 403: something is missing in the project.
    #[error("Google forbids it: {0}")]
    Forbidden(Forbidden),
    /// 404: the project has no stream.
    #[error("the project has no stream yet: run `selexia gmail events register`")]
    NotRegistered,
    /// Network, timeout, 429 or 5xx.
    #[error("Google is unavailable ({what}): try again later")]
    Unavailable {
        /// What happened, in fixed words.
        what: &'static str,
    },
    /// The answer is not what the documents promise.
    #[error("Google's answer is not as documented: is GMAIL_RISC_URL right?")]
    Protocol,
    /// The private key does not sign.
    #[error("the private key in GMAIL_EVENTS_KEY_FILE does not sign: download a new key")]
    Unsigned,
}

/// What is missing, and how to mend it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Forbidden {
    /// The receiver is not https.
    #[error("events go to https alone: serve the site over https and set SELEXIA_BASE_URL")]
    NotHttps,
    /// The project's stream is Firebase's.
    #[error("Firebase manages this project's stream: use a project without Firebase sign-in")]
    ManagedByFirebase,
    /// There is no such project.
    #[error("the service account's project is gone: make a key in the OAuth client's project")]
    NoProject,
    /// The service account lacks the role.
    #[error("give the service account the role RISC Configuration Admin (roles/riscconfigs.admin)")]
    NoPermission,
    /// The caller is a person or something else.
    #[error("GMAIL_EVENTS_KEY_FILE must hold the key of a service account")]
    NotServiceAccount,
    /// The receiver's domain is not the project's.
    #[error("add the site's domain to the authorized domains of the project's consent screen")]
    ForeignDomain,
    /// The project has no OAuth client.
    #[error("the service account must be of the project that the OAuth client is in")]
    NoClient,
    /// A status other than enabled or disabled.
    #[error("the stream knows no such status")]
    UnknownStatus,
    /// The API is not switched on.
    #[error("switch on the RISC API in the project and accept its terms")]
    ApiOff,
    /// In words that we do not know.
    #[error(
        "check that the RISC API is on, that the service account is of the OAuth client's project \
         and has roles/riscconfigs.admin, and that the site is on https in an authorized domain"
    )]
    Unknown,
}

/// The first row whose words occur decides, so the particular stands before the general.
const REASONS: &[(&str, Forbidden)] = &[
    ("has not been used", Forbidden::ApiOff),
    ("disabled", Forbidden::ApiOff),
    ("https", Forbidden::NotHttps),
    ("firebase", Forbidden::ManagedByFirebase),
    ("delivery method", Forbidden::ManagedByFirebase),
    ("project not found", Forbidden::NoProject),
    ("permission", Forbidden::NoPermission),
    ("not a service account", Forbidden::NotServiceAccount),
    ("domain", Forbidden::ForeignDomain),
    ("oauth client", Forbidden::NoClient),
    ("status", Forbidden::UnknownStatus),
];

/// What an answer other than 200 means.
pub(super) fn refusal(response: &Response<Vec<u8>>) -> StreamError {
    let status = response.status();
    if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS {
        return StreamError::Unavailable { what: "it answered that it is unwell" };
    }
    match status {
        StatusCode::BAD_REQUEST => StreamError::Incomplete,
        StatusCode::UNAUTHORIZED => StreamError::Unauthorized,
        StatusCode::FORBIDDEN => StreamError::Forbidden(reason(&message(response.body()))),
        StatusCode::NOT_FOUND => StreamError::NotRegistered,
        _ => StreamError::Protocol,
    }
}

fn reason(message: &str) -> Forbidden {
    let message = message.to_lowercase();
    let known = REASONS.iter().find(|(words, _)| message.contains(words));
    known.map_or(Forbidden::Unknown, |(_, reason)| *reason)
}

fn message(body: &[u8]) -> String {
    #[derive(Deserialize)]
    struct Refusal {
        error: Sentence,
    }
    #[derive(Deserialize)]
    struct Sentence {
        message: String,
    }
    serde_json::from_slice(body).map_or_else(|_| String::new(), |r: Refusal| r.error.message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, message: &str) -> StreamError {
        let body = serde_json::json!({ "error": { "code": status, "message": message } });
        refusal(&Response::builder().status(status).body(body.to_string().into_bytes()).unwrap())
    }

    #[test]
    fn every_refusal_names_its_remedy() {
        for (message, reason) in [
            ("Receiver endpoint must use HTTPS.", Forbidden::NotHttps),
            ("Delivery method not compliant: managed by Firebase", Forbidden::ManagedByFirebase),
            ("The Google Cloud project was not found: project not found", Forbidden::NoProject),
            ("The service account lacks permission.", Forbidden::NoPermission),
            ("The caller is not a service account.", Forbidden::NotServiceAccount),
            ("The endpoint is not in the project's domains.", Forbidden::ForeignDomain),
            ("There is no OAuth client in the project.", Forbidden::NoClient),
            ("Unsupported status.", Forbidden::UnknownStatus),
            (
                "RISC API has not been used in project 1 before or it is disabled.",
                Forbidden::ApiOff,
            ),
            ("Something new.", Forbidden::Unknown),
            ("", Forbidden::Unknown),
        ] {
            assert_eq!(answer(403, message), StreamError::Forbidden(reason), "{message}");
        }
        assert_eq!(
            answer(400, "Stream configuration must contain $fieldname field."),
            StreamError::Incomplete
        );
        assert_eq!(answer(401, "Unauthorized"), StreamError::Unauthorized);
        assert_eq!(answer(404, "no RISC configuration"), StreamError::NotRegistered);
        assert_eq!(answer(302, ""), StreamError::Protocol);
        for status in [429, 500, 503] {
            assert!(matches!(answer(status, ""), StreamError::Unavailable { .. }), "{status}");
        }
    }
}
