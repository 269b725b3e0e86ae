//! The OpenAPI document: made from the declarations of the operations, and what holds for all of
//! them added.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderValue, Method};
use axum::response::{IntoResponse, Response};
use model::ApiScope;
use serde_json::{Map, Value, json};

use super::operations::operations;
use crate::http::respond::api_problem::Kind;
use crate::http::respond::problem_details::PROBLEM_JSON;

/// The document, and what the routes need to know of it.
pub(crate) struct Document {
    /// The document.
    pub(crate) value: Value,
    text: String,
    /// What an operation needs, by path and lower-case method.
    scopes: BTreeMap<(String, String), Vec<ApiScope>>,
}

/// The document. Made once: nothing in it depends on a setting or a request.
pub(crate) fn document() -> &'static Document {
    static DOCUMENT: LazyLock<Document> = LazyLock::new(|| {
        let (_, made) = operations().split_for_parts();
        let mut value = serde_json::to_value(made).expect("the document is plain data");
        complete(&mut value);
        Document { text: value.to_string(), scopes: scopes_in(&value), value }
    });
    &DOCUMENT
}

impl Document {
    /// The scopes that an operation needs; `None` where there is no such operation.
    pub(super) fn scopes(&self, method: &Method, path: &str) -> Option<&[ApiScope]> {
        let method = if method == Method::HEAD { &Method::GET } else { method };
        let key = (path.to_owned(), method.as_str().to_ascii_lowercase());
        self.scopes.get(&key).map(Vec::as_slice)
    }
}

/// `GET /api/openapi.json`. For everybody: it tells nothing of anybody.
pub(super) async fn openapi() -> Response {
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (CACHE_CONTROL, HeaderValue::from_static("public, max-age=300")),
    ];
    (headers, document().text.as_str()).into_response()
}

/// The operations of a document: path, method, what is said of it.
pub(crate) fn operations_in(document: &Value) -> impl Iterator<Item = (&str, &str, &Value)> {
    let paths = document["paths"].as_object().into_iter().flatten();
    paths.flat_map(|(path, item)| {
        let methods = item.as_object().into_iter().flatten();
        methods.map(move |(method, operation)| (path.as_str(), method.as_str(), operation))
    })
}

fn scopes_in(document: &Value) -> BTreeMap<(String, String), Vec<ApiScope>> {
    let scopes_of = |operation: &Value| {
        let words = operation["security"][0]["token"].as_array();
        let words = words.expect("every operation says what it needs").iter();
        words
            .map(|word| word.as_str().and_then(ApiScope::parse))
            .collect::<Option<Vec<_>>>()
            .filter(|scopes| !scopes.is_empty())
            .expect("what it needs are scopes that tokens can have")
    };
    operations_in(document)
        .map(|(path, method, operation)| {
            ((path.to_owned(), method.to_owned()), scopes_of(operation))
        })
        .collect()
}

/// Adds what no single operation should have to repeat.
fn complete(document: &mut Value) {
    document["components"]["securitySchemes"] = json!({"token": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "slx_ and 43 characters",
        "description": "A token from the user's cabinet. Its scopes: profile:read, profile:write, \
                        connection:read, connection:write.",
    }});
    document["components"]["parameters"] = json!({"IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "required": false,
        "description": "Names this request, so that it is carried out once however often it is \
                        sent. Recommended for every change. 1 to 255 visible ASCII characters.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 257},
    }});
    // An extension of ours: OpenAPI has no place for the kinds of problem.
    let kinds = Kind::ALL.iter().map(|kind| {
        json!({
            "type": format!("/api/#{}", kind.slug()),
            "status": kind.status().as_u16(),
            "title": kind.title(),
            "description": kind.about(),
        })
    });
    document["x-problem-types"] = kinds.collect();
    let paths = document["paths"].as_object_mut().into_iter().flatten();
    for (path, item) in paths {
        for (method, operation) in item.as_object_mut().into_iter().flatten() {
            complete_operation(path, method, operation);
        }
    }
}

fn complete_operation(path: &str, method: &str, operation: &mut Value) {
    let is_write = method != "get";
    let mut kinds = vec![Kind::Unauthenticated, Kind::Forbidden, Kind::TooMany, Kind::Internal];
    if is_write {
        let of_keys =
            [Kind::BadKey, Kind::Running, Kind::Forgotten, Kind::TooLarge, Kind::KeyReused];
        kinds.extend(of_keys);
        let parameters = &mut operation["parameters"];
        if !parameters.is_array() {
            *parameters = json!([]);
        }
        if let Some(parameters) = parameters.as_array_mut() {
            parameters.push(json!({"$ref": "#/components/parameters/IdempotencyKey"}));
        }
    }
    if operation["requestBody"].is_object() {
        kinds.extend([Kind::BadRequest, Kind::UnsupportedMedia, Kind::InvalidBody]);
    } else if operation["parameters"].as_array().is_some_and(|all| all.iter().any(is_query)) {
        kinds.push(Kind::BadRequest);
    }
    if path.contains('{') {
        kinds.push(Kind::NotFound);
    }
    kinds.extend(match operation["operationId"].as_str().unwrap_or_default() {
        "sync" | "disconnect" => Some(Kind::NotConnected),
        "chooseFieldValue" => Some(Kind::NothingToChoose),
        "undoSync" => Some(Kind::NothingToUndo),
        _ => None,
    });
    if let Some(responses) = operation["responses"].as_object_mut() {
        add_problems(responses, &kinds);
    }
}

fn is_query(parameter: &Value) -> bool {
    parameter["in"] == "query"
}

/// One response a status, which names all kinds of problem that have it.
fn add_problems(responses: &mut Map<String, Value>, kinds: &[Kind]) {
    for kind in kinds {
        let schema = json!({"$ref": "#/components/schemas/Problem"});
        let response = responses.entry(kind.status().as_str().to_owned()).or_insert_with(
            || json!({"description": "", "content": {PROBLEM_JSON: {"schema": schema}}}),
        );
        let known = response["description"].as_str().unwrap_or_default();
        let parted = if known.is_empty() { "" } else { " " };
        response["description"] =
            format!("{known}{parted}{}: {}.", kind.slug(), kind.title()).into();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_needs_scopes_and_says_how_it_can_fail() {
        let document = document();
        assert_eq!(document.value["openapi"].as_str().map(|version| &version[..3]), Some("3.1"));
        let mut count = 0;
        for (path, method, operation) in operations_in(&document.value) {
            count += 1;
            let method = Method::from_bytes(method.to_ascii_uppercase().as_bytes()).unwrap();
            assert!(document.scopes(&method, path).is_some_and(|scopes| !scopes.is_empty()));
            for status in ["401", "403", "429", "500"] {
                assert!(operation["responses"][status].is_object(), "{method} {path} {status}");
            }
            for part in ["summary", "description", "operationId"] {
                assert!(operation[part].is_string(), "{method} {path} has no {part}");
            }
        }
        assert_eq!(count, 11);
        assert_eq!(document.scopes(&Method::DELETE, "/api/v1/profile"), None);
        let head = document.scopes(&Method::HEAD, "/api/v1/profile");
        assert_eq!(head, Some(&[ApiScope::ReadProfile][..]));
    }
}
