//! Problem details (RFC 9457): how every program is told that something did not work.

use std::borrow::Cow;

use axum::Json;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

/// The media type of problem details.
pub(crate) const PROBLEM_JSON: &str = "application/problem+json";

/// Why a request was not carried out.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct Details {
    /// What kind of problem: the address of its explanation. Programs should decide by this.
    #[serde(rename = "type")]
    #[schema(format = "uri-reference")]
    kind: Cow<'static, str>,
    /// The HTTP status, once more.
    status: u16,
    /// The kind of problem in words, always the same for one kind.
    title: Cow<'static, str>,
    /// What was wrong this time.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(crate) detail: Option<String>,
    /// Names this very answer. Tell us when you ask for help.
    #[schema(format = "uri")]
    instance: String,
    /// What is wrong with the members of the request's body.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub(crate) errors: Vec<Fault>,
}

/// One thing that is wrong with a body.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Fault {
    /// Where, as a JSON Pointer (RFC 6901). Empty for the body as a whole.
    #[schema(format = "json-pointer")]
    pub(crate) pointer: String,
    /// What, for programs.
    pub(crate) code: FaultCode,
    /// What, for people.
    pub(crate) detail: String,
}

/// What can be wrong with a member of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FaultCode {
    /// There is no such member here.
    UnknownMember,
    /// A member has to be there and is not.
    MissingMember,
    /// The value is of another type, or none of the words that are possible.
    InvalidValue,
    /// The text is longer than what is kept.
    TooLong,
}

impl Details {
    /// The problem of a request that is called `reference` in the log.
    pub(crate) fn new(
        kind: impl Into<Cow<'static, str>>,
        status: StatusCode,
        title: &'static str,
        reference: &str,
    ) -> Details {
        Details {
            kind: kind.into(),
            status: status.as_u16(),
            title: title.into(),
            detail: None,
            instance: format!("urn:selexia:request:{reference}"),
            errors: Vec::new(),
        }
    }
}

impl IntoResponse for Details {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status);
        let mut response = Json(&self).into_response();
        *response.status_mut() = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        response
    }
}
