//! Why a request led to no page.

use http::StatusCode;

/// What went wrong with a request as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    NotFound,
    /// There is one, but not in this way.
    WrongMethod,
    /// It came from another site.
    Forbidden,
    /// Its body is too large.
    TooLarge,
    Internal,
    /// Ours, and over in a moment.
    Unavailable,
}

impl Problem {
    /// The status of the answer (RFC 9110 section 15).
    pub const fn status(self) -> StatusCode {
        match self {
            Problem::NotFound => StatusCode::NOT_FOUND,
            Problem::WrongMethod => StatusCode::METHOD_NOT_ALLOWED,
            Problem::Forbidden => StatusCode::FORBIDDEN,
            Problem::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Problem::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Problem::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// The title of the problem details for programs, in English by their custom.
    pub const fn title_for_programs(self) -> &'static str {
        match self {
            Problem::NotFound => "no such resource",
            Problem::WrongMethod => "the resource does not have this method",
            Problem::Forbidden => "the request came from another site",
            Problem::TooLarge => "the request body is too large",
            Problem::Internal => "internal error",
            Problem::Unavailable => "the database cannot be reached",
        }
    }

    /// Whether the visitor can do nothing but tell us its reference.
    pub const fn is_ours(self) -> bool {
        matches!(self, Problem::Internal | Problem::Unavailable)
    }
}
