//! The events themselves, typed (docs/google-facts.md 5.5). What is not known is kept as unknown,
//! never refused: Google may add types at any time.

use model::{DisabledReason, SecurityKind, Subject};
use serde_json::Value;

use super::issuer::is_issuer;
use super::names::RefreshName;
use crate::settings::Issuer;

/// What happened, and to whom: no account where it names none of this issuer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecurityEvent {
    /// Every session of the account was ended at Google.
    SessionsRevoked(Option<Subject>),
    /// All tokens that the account ever gave us are dead.
    TokensRevoked(Option<Subject>),
    /// One refresh token is dead.
    TokenRevoked {
        /// Which one, if that is said in a way we know.
        token: Option<RefreshName>,
        /// Whose it was, where that is said as well (`token_subject`).
        owner: Option<Subject>,
    },
    /// Google closed the account.
    AccountDisabled {
        /// Which account.
        account: Option<Subject>,
        /// Why; a reason that we do not know counts as none.
        reason: Option<DisabledReason>,
    },
    /// Google opened the account again.
    AccountEnabled(Option<Subject>),
    /// Google made the account's owner choose another password.
    CredentialChangeRequired(Option<Subject>),
    /// The answer to our question whether events arrive.
    Verification {
        /// What we asked with.
        state: Option<String>,
    },
    /// A type that is not known here.
    Unknown,
}

const RISC: &str = "https://schemas.openid.net/secevent/risc/event-type/";
const OAUTH: &str = "https://schemas.openid.net/secevent/oauth/event-type/";
/// Google's names from before the standard, still listed as supported.
const LEGACY: &str = "https://accounts.google.com/risc/event/";

/// The addresses of the types that we ask Google for.
pub const EVENT_TYPES: [&str; 7] = [
    "https://schemas.openid.net/secevent/risc/event-type/sessions-revoked",
    "https://schemas.openid.net/secevent/oauth/event-type/tokens-revoked",
    "https://schemas.openid.net/secevent/oauth/event-type/token-revoked",
    "https://schemas.openid.net/secevent/risc/event-type/account-disabled",
    "https://schemas.openid.net/secevent/risc/event-type/account-enabled",
    "https://schemas.openid.net/secevent/risc/event-type/account-credential-change-required",
    "https://schemas.openid.net/secevent/risc/event-type/verification",
];

impl SecurityEvent {
    /// Reads an event by the address of its type.
    pub(super) fn read(address: &str, details: &Value, issuer: &Issuer) -> SecurityEvent {
        let account = || account(&details["subject"], issuer);
        match kind_of(address) {
            SecurityKind::SessionsRevoked => SecurityEvent::SessionsRevoked(account()),
            SecurityKind::TokensRevoked => SecurityEvent::TokensRevoked(account()),
            SecurityKind::TokenRevoked => SecurityEvent::TokenRevoked {
                token: RefreshName::read(&details["subject"]),
                owner: self::account(&details["token_subject"], issuer),
            },
            SecurityKind::AccountDisabled => SecurityEvent::AccountDisabled {
                account: account(),
                reason: match details["reason"].as_str() {
                    Some("hijacking") => Some(DisabledReason::Hijacking),
                    Some("bulk-account") => Some(DisabledReason::BulkAccount),
                    _ => None,
                },
            },
            SecurityKind::AccountEnabled => SecurityEvent::AccountEnabled(account()),
            SecurityKind::CredentialChangeRequired => {
                SecurityEvent::CredentialChangeRequired(account())
            }
            SecurityKind::Verification => {
                SecurityEvent::Verification { state: details["state"].as_str().map(str::to_owned) }
            }
            SecurityKind::Unknown | SecurityKind::OtherTokenRevoked => SecurityEvent::Unknown,
        }
    }

    /// Its kind.
    pub const fn kind(&self) -> SecurityKind {
        match self {
            SecurityEvent::SessionsRevoked(_) => SecurityKind::SessionsRevoked,
            SecurityEvent::TokensRevoked(_) => SecurityKind::TokensRevoked,
            SecurityEvent::TokenRevoked { .. } => SecurityKind::TokenRevoked,
            SecurityEvent::AccountDisabled { .. } => SecurityKind::AccountDisabled,
            SecurityEvent::AccountEnabled(_) => SecurityKind::AccountEnabled,
            SecurityEvent::CredentialChangeRequired(_) => SecurityKind::CredentialChangeRequired,
            SecurityEvent::Verification { .. } => SecurityKind::Verification,
            SecurityEvent::Unknown => SecurityKind::Unknown,
        }
    }

    /// The account that it is about, where it names one.
    pub const fn account(&self) -> Option<&Subject> {
        match self {
            SecurityEvent::SessionsRevoked(account)
            | SecurityEvent::TokensRevoked(account)
            | SecurityEvent::TokenRevoked { owner: account, .. }
            | SecurityEvent::AccountDisabled { account, .. }
            | SecurityEvent::AccountEnabled(account)
            | SecurityEvent::CredentialChangeRequired(account) => account.as_ref(),
            SecurityEvent::Verification { .. } | SecurityEvent::Unknown => None,
        }
    }
}

fn kind_of(address: &str) -> SecurityKind {
    let known = [RISC, OAUTH, LEGACY]
        .into_iter()
        .find_map(|base| address.strip_prefix(base).map(|name| (base, name)));
    match known {
        Some((RISC | LEGACY, "sessions-revoked")) => SecurityKind::SessionsRevoked,
        Some((OAUTH, "tokens-revoked") | (LEGACY, "all-token-revoked")) => {
            SecurityKind::TokensRevoked
        }
        Some((OAUTH, "token-revoked") | (LEGACY, "one-token-revoked")) => {
            SecurityKind::TokenRevoked
        }
        Some((RISC | LEGACY, "account-disabled")) => SecurityKind::AccountDisabled,
        Some((RISC, "account-enabled")) => SecurityKind::AccountEnabled,
        Some((RISC | LEGACY, "account-credential-change-required")) => {
            SecurityKind::CredentialChangeRequired
        }
        Some((RISC, "verification")) => SecurityKind::Verification,
        _ => SecurityKind::Unknown,
    }
}

/// The account of an `iss-sub` or `id_token_claims` subject. Keyed by `sub` alone: an address
/// beside it may have changed since (docs/google-facts.md 2.2).
fn account(subject: &Value, issuer: &Issuer) -> Option<Subject> {
    let is_account =
        matches!(subject["subject_type"].as_str(), Some("iss-sub" | "id_token_claims"));
    let is_googles = subject["iss"].as_str().is_some_and(|iss| is_issuer(iss, issuer));
    let sub = subject["sub"].as_str().filter(|_| is_account && is_googles)?;
    Subject::parse(sub).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use url::Url;

    fn read(address: &str, details: &Value) -> SecurityEvent {
        let issuer = Issuer::parse(&Url::parse(crate::DEFAULT_ISSUER).unwrap()).unwrap();
        SecurityEvent::read(address, details, &issuer)
    }

    #[test]
    fn every_type_is_read_by_its_address() {
        let kinds = EVENT_TYPES.map(|address| read(address, &json!({})).kind());
        assert_eq!(SecurityKind::ALL[..7], kinds);
        for (name, kind) in [
            ("one-token-revoked", SecurityKind::TokenRevoked),
            ("all-token-revoked", SecurityKind::TokensRevoked),
            ("account-disabled", SecurityKind::AccountDisabled),
            ("sessions-revoked", SecurityKind::SessionsRevoked),
            ("account-credential-change-required", SecurityKind::CredentialChangeRequired),
        ] {
            assert_eq!(read(&format!("{LEGACY}{name}"), &json!({})).kind(), kind, "{name}");
        }
        for strange in [
            // tokens-revoked lives below oauth, not below risc.
            "https://schemas.openid.net/secevent/risc/event-type/tokens-revoked",
            "https://schemas.openid.net/secevent/risc/event-type/account-purged",
            "https://evil.example/sessions-revoked",
            "sessions-revoked",
            "",
        ] {
            assert_eq!(read(strange, &json!({})).kind(), SecurityKind::Unknown, "{strange}");
        }
    }

    #[test]
    fn an_account_is_named_in_two_ways_and_by_this_issuer_alone() {
        let google = "https://accounts.google.com/";
        for (subject, named) in [
            (json!({"subject_type": "iss-sub", "iss": google, "sub": "110"}), true),
            (json!({"subject_type": "iss-sub", "iss": "accounts.google.com", "sub": "110"}), true),
            (
                json!({"subject_type": "id_token_claims", "iss": google, "sub": "110",
                    "email": "ada@example.com"}),
                true,
            ),
            (
                json!({"subject_type": "iss-sub", "iss": "https://evil.example", "sub": "110"}),
                false,
            ),
            (json!({"subject_type": "iss-sub", "sub": "110"}), false),
            (json!({"subject_type": "iss-sub", "iss": google, "sub": ""}), false),
            (json!({"subject_type": "iss-sub", "iss": google, "sub": 110}), false),
            (json!({"subject_type": "email", "iss": google, "sub": "110"}), false),
            (json!({"subject_type": "id_token_claims", "email": "ada@example.com"}), false),
            (json!("110"), false),
            (json!(null), false),
        ] {
            let event = read(EVENT_TYPES[0], &json!({ "subject": subject }));
            assert_eq!(event.account().is_some(), named, "{subject}");
        }
    }

    #[test]
    fn a_reason_that_is_not_known_is_none() {
        for (reason, read_as) in [
            (json!("hijacking"), Some(DisabledReason::Hijacking)),
            (json!("bulk-account"), Some(DisabledReason::BulkAccount)),
            (json!("bulk_account"), None),
            (json!("something new"), None),
            (json!(null), None),
        ] {
            let event = read(EVENT_TYPES[3], &json!({ "reason": reason }));
            let expected = SecurityEvent::AccountDisabled { account: None, reason: read_as };
            assert_eq!(event, expected, "{reason}");
        }
    }
}
