//! The page about the API: the very document that programs get, arranged for people.

use app::pages::{ApiAccessPage, reference as shown};
use axum::response::Response;
use model::ApiScope;
use serde_json::Value;

use crate::http::api::document::{document, operations_in};
use crate::http::extract::page_request::PageRequest;

/// `GET /api/`.
pub(super) async fn page(request: PageRequest) -> Response {
    let site = request.state.base_url.as_str().trim_end_matches('/');
    let reference = read(&document().value, site);
    request.show(ApiAccessPage::Reference(Box::new(reference)))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn paragraphs(value: &Value) -> Vec<String> {
    let text = value.as_str().unwrap_or_default();
    let parts =
        text.split("\n\n").map(|part| part.split_whitespace().collect::<Vec<_>>().join(" "));
    parts.filter(|part| !part.is_empty()).collect()
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn members_of(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

/// Follows a reference within the document.
fn resolved<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    let pointer = value["$ref"].as_str().and_then(|address| address.strip_prefix('#'));
    pointer.and_then(|pointer| document.pointer(pointer)).unwrap_or(value)
}

fn read(document: &Value, site: &str) -> shown::Reference {
    let groups = list(&document["tags"]).map(|tag| {
        let operations = operations_in(document)
            .filter(|(_, _, operation)| operation["tags"][0] == tag["name"])
            .map(|(path, method, operation)| operation_of(document, site, path, method, operation));
        shown::Group {
            name: text(&tag["name"]),
            about: text(&tag["description"]),
            operations: operations.collect(),
        }
    });
    let problems = list(&document["x-problem-types"]).map(|kind| shown::ProblemKind {
        anchor: text(&kind["type"]).replace("/api/#", ""),
        status: kind["status"].to_string(),
        title: text(&kind["title"]),
        about: text(&kind["description"]),
    });
    let schemas =
        members_of(&document["components"]["schemas"]).map(|(name, schema)| shown::Schema {
            name: name.clone(),
            about: paragraphs(&schema["description"]),
            members: properties_of(schema),
            words: list(&schema["enum"]).map(text).collect(),
        });
    shown::Reference {
        title: text(&document["info"]["title"]),
        about: paragraphs(&document["info"]["description"]),
        scopes: ApiScope::ALL.to_vec(),
        groups: groups.collect(),
        problems: problems.collect(),
        schemas: schemas.collect(),
    }
}

fn operation_of(
    document: &Value,
    site: &str,
    path: &str,
    method: &str,
    operation: &Value,
) -> shown::Operation {
    let parameters = list(&operation["parameters"]).map(|parameter| {
        let parameter = resolved(document, parameter);
        shown::Member {
            name: text(&parameter["name"]),
            place: Some(text(&parameter["in"])),
            kind: kind_of(&parameter["schema"]),
            is_required: parameter["required"] == true,
            about: text(&parameter["description"]),
        }
    });
    let json = &operation["requestBody"]["content"]["application/json"];
    let answers = members_of(&operation["responses"]).map(|(status, answer)| shown::AnswerKind {
        status: status.clone(),
        about: text(&answer["description"]),
        kind: members_of(&answer["content"]).next().map(|(_, content)| kind_of(&content["schema"])),
    });
    shown::Operation {
        id: text(&operation["operationId"]),
        method: method.to_ascii_uppercase(),
        path: path.to_owned(),
        title: text(&operation["summary"]),
        about: paragraphs(&operation["description"]),
        scopes: list(&operation["security"][0]["token"]).map(text).collect(),
        parameters: parameters.collect(),
        body: json.is_object().then(|| kind_of(&json["schema"])),
        answers: answers.collect(),
        example: example_of(site, path, method, &json["example"]),
    }
}

fn properties_of(schema: &Value) -> Vec<shown::Member> {
    let properties = members_of(&schema["properties"]).map(|(name, property)| shown::Member {
        name: name.clone(),
        place: None,
        kind: kind_of(property),
        is_required: list(&schema["required"]).any(|required| required == name),
        about: text(&property["description"]),
    });
    properties.collect()
}

/// The type of a value in words, with the schema to look up where it has a name.
fn kind_of(schema: &Value) -> shown::Kind {
    let named = |name: &str| shown::Kind {
        before: String::new(),
        name: Some(name.to_owned()),
        after: String::new(),
    };
    let plain = |text: String| shown::Kind { before: text, name: None, after: String::new() };
    if let Some(name) = schema["$ref"].as_str().and_then(|address| address.rsplit('/').next()) {
        return named(name);
    }
    for union in ["oneOf", "anyOf", "allOf"] {
        let Some(options) = schema[union].as_array() else { continue };
        let is_null = |option: &&Value| option["type"] == "null";
        let mut kind =
            options.iter().find(|o| !is_null(o)).map_or_else(|| plain("any".to_owned()), kind_of);
        if options.iter().any(|option| is_null(&option)) {
            kind.after.push_str(" or null");
        }
        return kind;
    }
    let types: Vec<_> = match &schema["type"] {
        Value::String(only) => vec![only.as_str()],
        Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
        _ => vec!["any"],
    };
    if types == ["array"] {
        let mut kind = kind_of(&schema["items"]);
        kind.before.insert_str(0, "list of ");
        return kind;
    }
    let format = schema["format"].as_str().map(|format| format!(" ({format})")).unwrap_or_default();
    let types: Vec<_> = types
        .iter()
        .map(|name| if *name == "null" { (*name).to_owned() } else { format!("{name}{format}") })
        .collect();
    plain(types.join(" or "))
}

/// A call that a reader can paste after setting two variables.
fn example_of(site: &str, path: &str, method: &str, body: &Value) -> String {
    let path =
        path.replace("{field}", "first_name").replace("{sync}", "$SYNC").replace("{hash}", "$HASH");
    let mut lines = vec![
        format!("curl -X {} \"{site}{path}\"", method.to_ascii_uppercase()),
        "-H \"Authorization: Bearer $TOKEN\"".to_owned(),
    ];
    if method != "get" {
        lines.push("-H \"Idempotency-Key: $(uuidgen)\"".to_owned());
    }
    if !body.is_null() {
        lines.push("-H \"Content-Type: application/json\"".to_owned());
        lines.push(format!("-d '{body}'"));
    }
    lines.join(" \\\n  ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn said(schema: &Value) -> String {
        let kind = kind_of(schema);
        format!("{}{}{}", kind.before, kind.name.unwrap_or_default(), kind.after)
    }

    #[test]
    fn types_are_said_in_words() {
        for (schema, words) in [
            (json!({"type": "string"}), "string"),
            (
                json!({"type": ["string", "null"], "format": "date-time"}),
                "string (date-time) or null",
            ),
            (json!({"$ref": "#/components/schemas/Field"}), "Field"),
            (
                json!({"type": "array", "items": {"$ref": "#/components/schemas/Change"}}),
                "list of Change",
            ),
            (
                json!({"oneOf": [{"type": "null"}, {"$ref": "#/components/schemas/Diff"}]}),
                "Diff or null",
            ),
            (json!({}), "any"),
        ] {
            assert_eq!(said(&schema), words, "{schema}");
        }
    }

    #[test]
    fn every_operation_and_schema_of_the_document_is_on_the_page() {
        let document = &document().value;
        let page = read(document, "https://travel.example");
        let operations: usize = page.groups.iter().map(|group| group.operations.len()).sum();
        assert_eq!(operations, operations_in(document).count());
        let names: Vec<_> = page.schemas.iter().map(|schema| schema.name.as_str()).collect();
        let groups = page.groups.iter().flat_map(|group| &group.operations);
        for operation in groups {
            for answer in &operation.answers {
                let named = answer.kind.as_ref().and_then(|kind| kind.name.as_deref());
                assert!(named.is_none_or(|name| names.contains(&name)), "{named:?}");
            }
        }
    }
}
