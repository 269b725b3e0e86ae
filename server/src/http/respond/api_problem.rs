//! The kinds of problem that the API knows: each has an address, a status and an explanation.

use axum::http::header::{ALLOW, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use super::early_response::EarlyResponse;
use super::problem_details::{Details, Fault};

macro_rules! kinds {
    ($($variant:ident = $slug:literal, $status:ident, $title:literal, $about:literal;)*) => {
        /// What kind of problem a request met.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Kind { $(#[doc = $about] $variant),* }

        impl Kind {
            pub(crate) const ALL: &'static [Kind] = &[$(Kind::$variant),*];

            /// Its name in the address of its explanation.
            pub(crate) const fn slug(self) -> &'static str {
                match self { $(Kind::$variant => $slug),* }
            }

            pub(crate) const fn status(self) -> StatusCode {
                match self { $(Kind::$variant => StatusCode::$status),* }
            }

            pub(crate) const fn title(self) -> &'static str {
                match self { $(Kind::$variant => $title),* }
            }

            /// What it means and what to do about it.
            pub(crate) const fn about(self) -> &'static str {
                match self { $(Kind::$variant => $about),* }
            }
        }
    };
}

kinds! {
    BadRequest = "bad-request", BAD_REQUEST, "the request cannot be read",
        "The body is not JSON, or a parameter is not what it should be.";
    BadKey = "bad-idempotency-key", BAD_REQUEST, "the idempotency key cannot be used",
        "Idempotency-Key must be 1 to 255 visible ASCII characters, with or without quotation marks.";
    Unauthenticated = "unauthenticated", UNAUTHORIZED, "a live token is needed",
        "There is no token, or it was revoked or has expired. Make one in your cabinet and send it \
         as `Authorization: Bearer …`. A browser's session is not accepted here.";
    Forbidden = "insufficient-scope", FORBIDDEN, "the token does not allow this",
        "The operation needs scopes that the token was not given; WWW-Authenticate names them.";
    NotFound = "not-found", NOT_FOUND, "no such resource",
        "There is nothing at this address, or nothing of yours.";
    WrongMethod = "wrong-method", METHOD_NOT_ALLOWED, "the resource does not have this method",
        "Allow names the methods that it has.";
    NotConnected = "not-connected", CONFLICT, "Gmail is not connected",
        "There is no connection to sync or to end. Only the user can connect, in a browser: Google \
         asks for their consent there.";
    NothingToChoose = "nothing-to-choose", CONFLICT, "the field does not wait for a choice",
        "Google has no other value than the user's, or the choice was made already.";
    NothingToUndo = "nothing-to-undo", CONFLICT, "there is nothing to take back",
        "The sync did not change this, it was taken back already, or another value is shown by now.";
    Running = "request-running", CONFLICT, "the same request is being carried out",
        "A request with this Idempotency-Key has not ended yet. Ask again after Retry-After.";
    Forgotten = "answer-forgotten", GONE, "the request was carried out and its answer is forgotten",
        "The request with this Idempotency-Key had its effect. Its answer was deleted, because the \
         user has disconnected Google since.";
    TooLarge = "too-large", PAYLOAD_TOO_LARGE, "the request body is too large",
        "A body may have 64 KiB.";
    UnsupportedMedia = "unsupported-media-type", UNSUPPORTED_MEDIA_TYPE, "the body must be JSON",
        "Send `Content-Type: application/json`.";
    InvalidBody = "invalid-body", UNPROCESSABLE_ENTITY, "the body is not what it should be",
        "`errors` names each member that is wrong. Nothing was changed.";
    KeyReused = "idempotency-key-reused", UNPROCESSABLE_ENTITY,
        "the idempotency key belongs to another request",
        "This Idempotency-Key was sent with another method, address or body in the last 24 hours. \
         Draw a new key for every new request.";
    TooMany = "too-many-requests", TOO_MANY_REQUESTS, "too many requests",
        "Too many wrong tokens came from this client, or too many changes for this user. Ask again \
         after Retry-After.";
    Internal = "internal", INTERNAL_SERVER_ERROR, "internal error",
        "Our fault, and logged. Trying again later may help; `instance` is what to tell us.";
}

impl Kind {
    /// The kind of an answer that has a status and says nothing else.
    pub(crate) fn of(status: StatusCode) -> Kind {
        Kind::ALL
            .iter()
            .copied()
            .find(|kind| kind.status() == status)
            .unwrap_or(if status.is_client_error() { Kind::BadRequest } else { Kind::Internal })
    }
}

/// A problem on its way to whoever asked.
pub(crate) struct Problem {
    details: Details,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl Problem {
    /// A problem of the request that is called `reference` in the log.
    pub(crate) fn new(kind: Kind, reference: &str) -> Problem {
        let address = format!("/api/#{}", kind.slug());
        let details = Details::new(address, kind.status(), kind.title(), reference);
        Problem { details, headers: Vec::new() }
    }

    /// With what was wrong this time.
    pub(crate) fn because(mut self, detail: impl Into<String>) -> Problem {
        self.details.detail = Some(detail.into());
        self
    }

    /// With what is wrong in the body.
    pub(crate) fn with_faults(mut self, faults: Vec<Fault>) -> Problem {
        self.details.errors = faults;
        self
    }

    /// With the seconds after which asking again makes sense.
    pub(crate) fn retry_after(mut self, wait_secs: i64) -> Problem {
        self.headers.push((RETRY_AFTER, HeaderValue::from(wait_secs)));
        self
    }

    /// With the methods that there are instead.
    pub(crate) fn allow(mut self, methods: HeaderValue) -> Problem {
        self.headers.push((ALLOW, methods));
        self
    }

    /// With what a token must be like (RFC 6750 section 3). `challenge` is of our own making.
    pub(crate) fn challenge(mut self, challenge: &str) -> Problem {
        if let Ok(challenge) = HeaderValue::from_str(challenge) {
            self.headers.push((WWW_AUTHENTICATE, challenge));
        }
        self
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.details.into_response();
        response.headers_mut().extend(self.headers);
        response
    }
}

impl From<Problem> for EarlyResponse {
    fn from(problem: Problem) -> EarlyResponse {
        problem.into_response().into()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_kind_has_an_address_of_its_own() {
        let slugs: BTreeSet<_> = Kind::ALL.iter().map(|kind| kind.slug()).collect();
        assert_eq!(slugs.len(), Kind::ALL.len());
    }

    #[test]
    fn a_bare_status_finds_its_kind() {
        for (status, kind) in [
            (StatusCode::NOT_FOUND, Kind::NotFound),
            (StatusCode::METHOD_NOT_ALLOWED, Kind::WrongMethod),
            (StatusCode::IM_A_TEAPOT, Kind::BadRequest),
            (StatusCode::BAD_GATEWAY, Kind::Internal),
        ] {
            assert_eq!(Kind::of(status), kind);
        }
    }
}
