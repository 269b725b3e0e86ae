//! The document of the API is a promise: every operation is called, and every answer, good or bad,
//! is what the document says.

use std::collections::BTreeSet;

use jsonschema::Validator;
use reqwest::Method;
use sandbox::Visit;
use serde_json::{Value, json};
use testkit::browser::Page;
use testkit::users::{ANNA, PASSWORD, TANYA};

use crate::program::{ALL_SCOPES, Program, made, token_on};
use crate::site::Site;

/// The served document, and what of it was called.
struct Contract {
    document: Value,
    called: BTreeSet<(String, String)>,
    anchors: String,
}

impl Contract {
    async fn of(site: &Site) -> Contract {
        let page = site.browser().get("/api/openapi.json").await;
        assert_eq!(page.status, 200);
        let mut document = page.json();
        // Answers may grow with a version, but not with a mistake: here nothing undocumented
        // passes.
        for schema in document["components"]["schemas"].as_object_mut().unwrap().values_mut() {
            if schema["properties"].is_object() {
                schema["additionalProperties"] = false.into();
            }
        }
        let anchors = site.browser().get("/api/").await.body;
        Contract { document, called: BTreeSet::new(), anchors }
    }

    fn operations(&self) -> Vec<(String, String)> {
        let paths = self.document["paths"].as_object().unwrap().iter();
        let of_path = |(path, item): (&String, &Value)| {
            let methods = item.as_object().unwrap().keys();
            methods.map(|method| (method.clone(), path.clone())).collect::<Vec<_>>()
        };
        paths.flat_map(of_path).collect()
    }

    fn scopes(&self, method: &str, path: &str) -> Vec<String> {
        let scopes = &self.document["paths"][path][method]["security"][0]["token"];
        serde_json::from_value(scopes.clone()).unwrap()
    }

    fn validator(&self, pointer: &str) -> Validator {
        let mut schema = self.document.clone();
        schema["$schema"] = "https://json-schema.org/draft/2020-12/schema".into();
        schema["$ref"] = format!("#{pointer}").into();
        jsonschema::options().should_validate_formats(true).build(&schema).unwrap()
    }

    /// Asserts that an answer of an operation is one that the document promises.
    fn holds(&mut self, method: &str, path: &str, page: &Page) {
        let place = format!("{method} {path} {}: {}", page.status, page.body);
        let status = page.status.to_string();
        let answer = &self.document["paths"][path][method]["responses"][&status];
        assert!(answer.is_object(), "undocumented status: {place}");
        self.called.insert((method.to_owned(), path.to_owned()));
        let Some(content) = answer["content"].as_object() else {
            assert_eq!(page.body, "", "undocumented body: {place}");
            return;
        };
        let media_type = page.header("content-type");
        assert!(content.contains_key(media_type), "{media_type} of {place}");
        if !media_type.ends_with("json") {
            return;
        }
        // As a JSON Pointer within an address.
        let escape = |part: &str| {
            let pointer = part.replace('~', "~0").replace('/', "~1");
            pointer.replace('{', "%7B").replace('}', "%7D")
        };
        let pointer = format!(
            "/paths/{}/{method}/responses/{status}/content/{}/schema",
            escape(path),
            escape(media_type)
        );
        let errors: Vec<_> =
            self.validator(&pointer).iter_errors(&page.json()).map(|e| e.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?} in {place}");
        if page.status >= 400 {
            let problem = page.json();
            let kind = problem["type"].as_str().unwrap();
            let anchor = format!("id=\"{}\"", kind.strip_prefix("/api/#").unwrap());
            assert!(self.anchors.contains(&anchor), "{kind} leads nowhere");
            let said = answer["description"].as_str().unwrap();
            let slug = kind.strip_prefix("/api/#").unwrap();
            assert!(said.contains(slug), "{slug} is not among: {said} ({place})");
        }
    }
}

#[tokio::test]
async fn every_operation_answers_as_the_document_says() {
    let site = Site::start().await;
    let names = [Some("Таня"), None];
    site.services.accounts.create(ANNA, PASSWORD, names, false).await.unwrap().unwrap();
    let mut anna = site.browser();
    anna.post("/login/", &[("email", ANNA), ("password", PASSWORD)]).await;
    let program = Program::of(&site, &mut anna, &ALL_SCOPES).await;
    let mut contract = Contract::of(&site).await;
    let profile = "/api/v1/profile";
    contract.holds("get", profile, &program.get(profile).await);
    contract.holds("get", "/api/v1/connection", &program.get("/api/v1/connection").await);
    site.connect(&mut anna, Visit::allow(TANYA)).await;

    let page = program.get(profile).await;
    contract.holds("get", profile, &page);
    let known = [("if-none-match", page.header("etag"))];
    contract.holds("get", profile, &program.send(Method::GET, profile, None, &known).await);
    let avatar = page.json()["fields"]["avatar"]["value"].as_str().unwrap().to_owned();
    let path = "/api/v1/profile/avatar/{hash}";
    contract.holds("get", path, &program.get(&avatar).await);
    contract.holds("get", path, &program.get("/api/v1/profile/avatar/x").await);

    let text = [("content-type", "text/plain")];
    let bad_key = [("idempotency-key", "a b")];
    for (body, headers) in [
        (json!({"last_name": "Соколова"}).to_string(), &[][..]),
        (json!({"email": "nobody"}).to_string(), &[]),
        (json!({"odd": 1}).to_string(), &[]),
        ("{".to_owned(), &[]),
        ("{}".to_owned(), &text),
        ("{}".to_owned(), &bad_key),
        ("x".repeat(70_000), &[]),
    ] {
        let page = program.send(Method::PATCH, profile, Some(body), headers).await;
        contract.holds("patch", profile, &page);
    }

    let choice = "/api/v1/profile/fields/{field}/choice";
    let policy = "/api/v1/profile/fields/{field}/policy";
    for field in ["first_name", "first_name", "nose"] {
        let address = choice.replace("{field}", field);
        contract.holds("post", choice, &program.post(&address, json!({"choice": "keep"})).await);
        let address = policy.replace("{field}", field);
        for body in [json!({"policy": "follow"}), json!({})] {
            let page = program.send(Method::PUT, &address, Some(body.to_string()), &[]).await;
            contract.holds("put", policy, &page);
        }
    }

    contract.holds("get", "/api/v1/connection", &program.get("/api/v1/connection").await);
    let interval = "/api/v1/connection/interval";
    for body in [json!({"interval": "weekly"}), json!({"interval": null}), json!({})] {
        let page = program.send(Method::PUT, interval, Some(body.to_string()), &[]).await;
        contract.holds("put", interval, &page);
    }
    site.google.world().edit_account(TANYA, |account| account.given_name = Some("Ё".to_owned()));
    let report = program.post("/api/v1/sync", json!({})).await;
    contract.holds("post", "/api/v1/sync", &report);
    let sync = report.json()["sync"].as_str().unwrap().to_owned();
    site.google.world().remove_access(TANYA);
    contract.holds("post", "/api/v1/sync", &program.post("/api/v1/sync", json!({})).await);
    contract.holds("get", "/api/v1/connection", &program.get("/api/v1/connection").await);

    for query in ["", "?filter=profile&page=1", "?filter=account", "?page=x"] {
        let page = program.get(&format!("/api/v1/history{query}")).await;
        contract.holds("get", "/api/v1/history", &page);
    }
    let undo = "/api/v1/history/{sync}/undo";
    for (sync, body) in [
        (sync.as_str(), json!({"field": "first_name"})),
        (&sync, json!({"field": "first_name"})),
        (&sync, json!({"field": "nose"})),
        ("x", json!({})),
    ] {
        let page = program.post(&undo.replace("{sync}", sync), body).await;
        contract.holds("post", undo, &page);
    }

    let same = [("idempotency-key", "k")];
    for body in ["{}", "{}", "{ }"] {
        let page = program.send(Method::PATCH, profile, Some(body.to_owned()), &same).await;
        contract.holds("patch", profile, &page);
    }
    for path in ["/api/v1/disconnect", "/api/v1/disconnect", "/api/v1/sync"] {
        contract.holds("post", path, &program.send(Method::POST, path, None, &[]).await);
    }
    let forgotten = program.send(Method::PATCH, profile, Some("{}".to_owned()), &same).await;
    assert_eq!(forgotten.status, 410);
    contract.holds("patch", profile, &forgotten);

    let called: Vec<_> = contract.called.iter().cloned().collect();
    let mut all = contract.operations();
    all.sort();
    assert_eq!(called, all, "an operation that nobody called promises nothing");
}

#[tokio::test]
async fn every_operation_needs_every_scope_that_it_lists_and_no_other() {
    let site = Site::start().await;
    let mut anna = site.registered(ANNA).await;
    let mut contract = Contract::of(&site).await;
    for missing in ALL_SCOPES {
        let others: Vec<_> = ALL_SCOPES.into_iter().filter(|scope| *scope != missing).collect();
        let page = made(&mut anna, missing, &others, "7").await;
        let program = Program::new(&site, &token_on(&page).unwrap());
        for (method, path) in contract.operations() {
            let address = path
                .replace("{field}", "first_name")
                .replace("{sync}", "018f0000-0000-7000-8000-000000000000")
                .replace("{hash}", "x");
            let verb = Method::from_bytes(method.to_ascii_uppercase().as_bytes()).unwrap();
            let body = (method != "get").then(|| "{}".to_owned());
            let page = program.send(verb, &address, body, &[]).await;
            contract.holds(&method, &path, &page);
            let is_needed = contract.scopes(&method, &path).iter().any(|scope| scope == missing);
            assert_eq!(page.status == 403, is_needed, "{method} {path} without {missing}");
            assert_ne!(page.status, 401);
            if is_needed {
                let challenge = page.header("www-authenticate");
                assert!(challenge.contains("error=\"insufficient_scope\""), "{challenge}");
                assert!(challenge.contains(missing), "{challenge}");
            }
        }
    }
    let needed: BTreeSet<_> = contract
        .operations()
        .iter()
        .flat_map(|(method, path)| contract.scopes(method, path))
        .collect();
    assert_eq!(needed.len(), ALL_SCOPES.len(), "every scope is good for something: {needed:?}");
}

#[tokio::test]
async fn without_a_token_every_operation_says_so() {
    let site = Site::start().await;
    let mut contract = Contract::of(&site).await;
    for (method, path) in contract.operations() {
        let verb = Method::from_bytes(method.to_ascii_uppercase().as_bytes()).unwrap();
        let address = path.replace(['{', '}'], "");
        let page = Program::new(&site, "").send(verb, &address, None, &[]).await;
        assert_eq!(page.status, 401, "{method} {path}");
        contract.holds(&method, &path, &page);
    }
}

#[tokio::test]
async fn what_is_sent_is_described_as_strictly_as_it_is_read() {
    let site = Site::start().await;
    let contract = Contract::of(&site).await;
    for (schema, good, bad) in [
        ("ProfilePatch", json!({"first_name": null, "email": "a@b.c"}), json!({"avatar": "x"})),
        ("PolicyBody", json!({"policy": "keep_mine"}), json!({"policy": "keep"})),
        ("ChoiceBody", json!({"choice": "always_keep"}), json!({})),
        ("UndoBody", json!({}), json!({"field": "nose"})),
        ("IntervalBody", json!({"interval": null}), json!({})),
    ] {
        let validator = contract.validator(&format!("/components/schemas/{schema}"));
        assert!(validator.is_valid(&good), "{schema} {good}");
        assert!(!validator.is_valid(&bad), "{schema} {bad}");
    }
    let place = &contract.document["components"]["schemas"];
    for name in ["ProfilePatch", "PolicyBody", "ChoiceBody", "UndoBody", "IntervalBody"] {
        assert_eq!(place[name]["additionalProperties"], false, "{name}");
    }
}

#[tokio::test]
async fn the_document_is_as_reviewed() {
    let site = Site::start().await;
    let document = site.browser().get("/api/openapi.json").await.json();
    let document = serde_json::to_string_pretty(&document).unwrap();
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("openapi", document);
    });
}
