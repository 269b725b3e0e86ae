//! What programs send: JSON of a known form, refused with a pointer to what is wrong.

use axum::body::to_bytes;
use axum::extract::{FromRequest, Request};
use axum::http::header::CONTENT_TYPE;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::error::Category;
use serde_path_to_error::{Path, Segment};

use crate::http::middleware::body_limit::{LARGEST_BODY_BYTES, says_it_is_too_large};
use crate::http::middleware::trace::reference;
use crate::http::respond::api_problem::{Kind, Problem};
use crate::http::respond::early_response::EarlyResponse;
use crate::http::respond::problem_details::{Fault, FaultCode};
use crate::http::state::AppState;

/// The body of a request. One that was not sent reads as `{}`.
pub(crate) struct JsonBody<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<AppState> for JsonBody<T> {
    type Rejection = EarlyResponse;

    async fn from_request(request: Request, _: &AppState) -> Result<JsonBody<T>, EarlyResponse> {
        let reference = reference(request.extensions());
        let problem = |kind| Problem::new(kind, &reference);
        let (parts, body) = request.into_parts();
        if says_it_is_too_large(&parts.headers) {
            return Err(problem(Kind::TooLarge).into());
        }
        let Ok(bytes) = to_bytes(body, LARGEST_BODY_BYTES).await else {
            return Err(problem(Kind::TooLarge).into());
        };
        let media_type = parts.headers.get(CONTENT_TYPE).map(|value| value.to_str());
        let text = match media_type {
            None if bytes.is_empty() => &b"{}"[..],
            Some(Ok(media_type)) if is_json(media_type) => &bytes[..],
            _ => return Err(problem(Kind::UnsupportedMedia).into()),
        };
        read(text).map(JsonBody).map_err(|fault| match fault {
            Unreadable::Json(detail) => problem(Kind::BadRequest).because(detail).into(),
            Unreadable::Member(fault) => problem(Kind::InvalidBody).with_faults(vec![fault]).into(),
        })
    }
}

fn is_json(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json"
        || (essence.starts_with("application/") && essence.ends_with("+json"))
}

/// Why a body is not what it should be.
#[derive(Debug)]
enum Unreadable {
    /// It is not JSON at all.
    Json(String),
    /// A member of it is wrong.
    Member(Fault),
}

fn read<T: DeserializeOwned>(text: &[u8]) -> Result<T, Unreadable> {
    if text.trim_ascii_start().first() != Some(&b'{') {
        // serde would take a list for the members in their order.
        return Err(match serde_json::from_slice::<IgnoredAny>(text) {
            Ok(_) => Unreadable::Member(Fault {
                pointer: String::new(),
                code: FaultCode::InvalidValue,
                detail: "expected an object".to_owned(),
            }),
            Err(error) => Unreadable::Json(error.to_string()),
        });
    }
    let mut json = serde_json::Deserializer::from_slice(text);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let detail = error.inner().to_string();
        match error.inner().classify() {
            Category::Data => {
                let code = code_of(&detail);
                Unreadable::Member(Fault { pointer: pointer_of(error.path()), code, detail })
            }
            Category::Io | Category::Syntax | Category::Eof => Unreadable::Json(detail),
        }
    })?;
    json.end().map_err(|error| Unreadable::Json(error.to_string()))?;
    Ok(value)
}

/// serde has no codes, but its sentences begin alike.
fn code_of(detail: &str) -> FaultCode {
    if detail.starts_with("unknown field") {
        FaultCode::UnknownMember
    } else if detail.starts_with("missing field") {
        FaultCode::MissingMember
    } else {
        FaultCode::InvalidValue
    }
}

/// The JSON Pointer (RFC 6901) of a place.
fn pointer_of(path: &Path) -> String {
    let segments = path.iter().map(|segment| match segment {
        Segment::Seq { index } => format!("/{index}"),
        Segment::Map { key } => format!("/{}", key.replace('~', "~0").replace('/', "~1")),
        // A variant's name is a value and no step on the way.
        Segment::Enum { .. } | Segment::Unknown => String::new(),
    });
    segments.collect()
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Sample {
        name: String,
        #[serde(default)]
        rest: Vec<u8>,
    }

    fn fault(text: &str) -> (String, FaultCode) {
        match read::<Sample>(text.as_bytes()) {
            Err(Unreadable::Member(fault)) => (fault.pointer, fault.code),
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn what_is_wrong_is_pointed_at() {
        let unknown = fault(r#"{"name": "a", "a/b~c": 1}"#);
        assert_eq!(unknown, ("/a~1b~0c".to_owned(), FaultCode::UnknownMember));
        assert_eq!(fault("{}"), (String::new(), FaultCode::MissingMember));
        for other in ["[]", "[\"a\"]", "5", "null", "\"a\""] {
            assert_eq!(fault(other), (String::new(), FaultCode::InvalidValue), "{other}");
        }
        assert_eq!(fault(r#"{"name": 1}"#), ("/name".to_owned(), FaultCode::InvalidValue));
        let deep = fault(r#"{"name": "a", "rest": [1, "b"]}"#);
        assert_eq!(deep, ("/rest/1".to_owned(), FaultCode::InvalidValue));
        let good = read::<Sample>(br#"{"name": "a", "rest": [1]}"#).unwrap();
        assert_eq!((good.name.as_str(), good.rest), ("a", vec![1]));
    }

    #[test]
    fn what_is_no_json_is_said_to_be_none() {
        for text in ["", "{", "{\"name\": \"a\"} x", "nonsense", "{\"name\": \"a\",}"] {
            assert!(matches!(read::<Sample>(text.as_bytes()), Err(Unreadable::Json(_))), "{text}");
        }
    }

    #[test]
    fn json_has_several_names() {
        for media_type in
            ["application/json", "Application/JSON; charset=utf-8", "application/merge-patch+json"]
        {
            assert!(is_json(media_type), "{media_type}");
        }
        for media_type in ["text/plain", "application/x-www-form-urlencoded", "", "text/x+json"] {
            assert!(!is_json(media_type), "{media_type}");
        }
    }
}
