//! Faults: what an endpoint does wrong, how often, and how that looks on the wire.
//! A fault may act before the work (nothing happened) or after it (it happened, nobody heard).

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The endpoints that are counted and can fail, each on its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Endpoint {
    Discovery,
    Jwks,
    RiscConfiguration,
    /// Any call of the API that manages the event stream.
    RiscManagement,
    Authorize,
    TokenCode,
    TokenRefresh,
    TokenInfo,
    Revoke,
    Userinfo,
    GmailProfile,
    GmailLanguage,
    /// Any other Gmail path. A product that reads no mail keeps this at zero.
    GmailOther,
    CalendarSettings,
    /// Any other Calendar path. A product that reads no events keeps this at zero.
    CalendarOther,
    Picture,
}

/// One way for one endpoint to fail.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Fault {
    pub endpoint: Endpoint,
    #[serde(flatten)]
    pub mishap: InjectedFault,
    /// Wait this long before anything else.
    #[serde(default)]
    pub delay_ms: u64,
    /// How many calls it hits; `None` until cleared.
    #[serde(default)]
    pub times: Option<u32>,
}

/// What goes wrong.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum InjectedFault {
    /// Nothing but the delay.
    Slow,
    /// Another answer instead; the work is not done.
    Answer {
        status: u16,
        /// Extra headers, e.g. `retry-after`; they replace those of the body.
        #[serde(default)]
        headers: BTreeMap<String, String>,
        /// What the body looks like.
        #[serde(default)]
        body: FaultBody,
    },
    /// The request is read and never answered.
    Hang,
    /// A 200 whose body never ends.
    Endless,
    /// The right answer, followed by blanks up to a size and without a `Content-Length`.
    Oversized {
        /// At least this many bytes.
        bytes: usize,
    },
    /// The work is done; half of its answer arrives, then the connection breaks.
    Truncated,
    /// The connection breaks before the work.
    DropBefore,
    /// The work is done and the connection breaks without a word.
    DropAfter,
    /// The work is done and never answered.
    HangAfter,
}

/// The body of a false answer.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(tag = "shape", rename_all = "snake_case")]
pub enum FaultBody {
    /// No body.
    #[default]
    Empty,
    /// An HTML page, as proxies send.
    Html,
    /// JSON cut in the middle, with a JSON content type.
    MalformedJson,
    /// `{"error", "error_description", "error_subtype"}` of the OAuth endpoints
    /// (docs/google-facts.md 1.8).
    OauthError {
        /// E.g. `invalid_grant`.
        error: String,
        /// `error_description`.
        #[serde(default)]
        description: Option<String>,
        /// `error_subtype`, e.g. `invalid_rapt`.
        #[serde(default)]
        subtype: Option<String>,
    },
    /// The classic and the newer API error in one body (docs/google-facts.md 6).
    GoogleError {
        /// E.g. `userRateLimitExceeded`.
        reason: String,
        /// `error.message`.
        #[serde(default)]
        message: Option<String>,
    },
    /// Anything else.
    Raw { content_type: String, text: String },
}

impl Fault {
    /// The mishap at the endpoint, until cleared.
    pub fn new(endpoint: Endpoint, mishap: InjectedFault) -> Fault {
        Fault { endpoint, mishap, delay_ms: 0, times: None }
    }

    /// A status with an empty body.
    pub fn status(endpoint: Endpoint, status: u16) -> Fault {
        Fault::body(endpoint, status, FaultBody::Empty)
    }

    /// A status with a body.
    pub fn body(endpoint: Endpoint, status: u16, body: FaultBody) -> Fault {
        Fault::new(endpoint, InjectedFault::Answer { status, headers: BTreeMap::new(), body })
    }

    /// An OAuth error, 401 for `invalid_client` and 400 for all else.
    pub fn oauth_error(endpoint: Endpoint, error: &str) -> Fault {
        let status = if error == "invalid_client" { 401 } else { 400 };
        let body =
            FaultBody::OauthError { error: error.to_owned(), description: None, subtype: None };
        Fault::body(endpoint, status, body)
    }

    /// Session control: `invalid_grant` with the subtype `invalid_rapt` (docs/google-facts.md 1.8).
    pub fn invalid_rapt() -> Fault {
        let body = FaultBody::OauthError {
            error: "invalid_grant".to_owned(),
            description: Some("reauth related error (invalid_rapt)".to_owned()),
            subtype: Some("invalid_rapt".to_owned()),
        };
        Fault::body(Endpoint::TokenRefresh, 400, body)
    }

    /// An API error with the status and reason.
    pub fn google_error(endpoint: Endpoint, status: u16, reason: &str) -> Fault {
        let body = FaultBody::GoogleError { reason: reason.to_owned(), message: None };
        Fault::body(endpoint, status, body)
    }

    /// The right answer, late.
    pub fn slow(endpoint: Endpoint, delay: Duration) -> Fault {
        let delay_ms = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX);
        Fault { delay_ms, ..Fault::new(endpoint, InjectedFault::Slow) }
    }

    /// The same fault for that many calls.
    pub fn times(self, times: u32) -> Fault {
        Fault { times: Some(times), ..self }
    }

    /// The same false answer with a `Retry-After`.
    pub fn retry_after(mut self, value: &str) -> Fault {
        if let InjectedFault::Answer { headers, .. } = &mut self.mishap {
            headers.insert("retry-after".to_owned(), value.to_owned());
        }
        self
    }
}
