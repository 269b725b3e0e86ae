//! The API for programs: who is let in, what it tells, what it changes.

use reqwest::Method;
use sandbox::Visit;
use serde_json::{Value, json};
use testkit::users::{ANNA, PASSWORD, TANYA};

use crate::program::{ALL_SCOPES, Program, connected};
use crate::site::Site;

fn rename(site: &Site, name: &str) {
    site.google.world().edit_account(TANYA, |account| account.given_name = Some(name.to_owned()));
}

async fn field(program: &Program, name: &str) -> Value {
    program.get("/api/v1/profile").await.json()["fields"][name].clone()
}

async fn patch(program: &Program, body: Value) -> testkit::browser::Page {
    program.send(Method::PATCH, "/api/v1/profile", Some(body.to_string()), &[]).await
}

#[tokio::test]
async fn a_session_opens_pages_and_not_the_api() {
    let (_site, mut anna, _) = connected().await;
    for (method, path) in [
        (Method::GET, "/api/v1/profile"),
        (Method::GET, "/api/v1/connection"),
        (Method::POST, "/api/v1/disconnect"),
    ] {
        let headers = [("accept", "application/json"), ("sec-fetch-site", "same-origin")];
        let page = anna.send(method.clone(), path, None, &headers).await;
        assert_eq!(page.status, 401, "{method} {path}");
        assert_eq!(page.header("www-authenticate"), "Bearer realm=\"SELEXIA Travel API\"");
        assert_eq!(page.json()["type"], "/api/#unauthenticated");
    }
    assert_eq!(anna.get("/dashboard/").await.state(), "active");
}

#[tokio::test]
async fn a_token_opens_the_api_from_anywhere_and_no_page() {
    let (_site, mut anna, program) = connected().await;
    let foreign = [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")];
    let page = program.send(Method::POST, "/api/v1/sync", None, &foreign).await;
    assert_eq!(page.status, 200, "a token is no cookie: {}", page.body);
    let page = anna.send(Method::POST, "/gmail/sync/", Some(String::new()), &foreign).await;
    assert_eq!(page.status, 403, "and pages are guarded as before");
    assert_eq!(program.get("/dashboard/").await.body.matches("data-state").count(), 0);
    let page = program.send(Method::POST, "/gmail/sync/", None, &[("accept", "application/json")]);
    assert_eq!(page.await.status, 401);
}

#[tokio::test]
async fn a_token_stands_in_its_header_and_nowhere_else() {
    let (site, _, program) = connected().await;
    let nobody = Program::new(&site, "");
    let address = format!("/api/v1/profile?access_token={}", program.token);
    assert_eq!(nobody.get(&address).await.status, 401);
    for header in [format!("Basic {}", program.token), program.token.clone(), "Bearer".to_owned()] {
        let headers = [("authorization", header.as_str())];
        let page = nobody.send(Method::GET, "/api/v1/profile", None, &headers).await;
        assert_eq!(page.status, 401, "{header}");
    }
    let lower = format!("bearer {}", program.token);
    let headers = [("authorization", lower.as_str())];
    let page = nobody.send(Method::GET, "/api/v1/profile", None, &headers).await;
    assert_eq!(page.status, 200, "the scheme's case does not matter");
}

#[tokio::test]
async fn the_profile_says_of_every_field_whose_it_is() {
    let site = Site::start().await;
    let names = [Some("Таня"), None];
    site.services.accounts.create(ANNA, PASSWORD, names, false).await.unwrap().unwrap();
    let mut anna = site.browser();
    anna.post("/login/", &[("email", ANNA), ("password", PASSWORD)]).await;
    let program = Program::of(&site, &mut anna, &ALL_SCOPES).await;
    let before = program.get("/api/v1/profile").await.json();
    assert_eq!(before["fields"].as_object().unwrap().len(), 7);
    assert_eq!(before["fields"]["last_name"]["source"], "none");
    site.connect(&mut anna, Visit::allow(TANYA)).await;

    let first = field(&program, "first_name").await;
    assert_eq!((&first["value"], &first["source"]), (&json!("Таня"), &json!("user")));
    assert_eq!((&first["google"], &first["awaits_choice"]), (&json!("Татьяна"), &json!(true)));
    assert_eq!((&first["policy"], &first["sync"]), (&Value::Null, &Value::Null));
    let last = field(&program, "last_name").await;
    assert_eq!((&last["value"], &last["source"]), (&json!("Ранова"), &json!("google")));
    assert_eq!(last["policy"], "follow");
    assert!(last["sync"].is_string() && last["changed_at"].is_string());
    let avatar = field(&program, "avatar").await["value"].as_str().unwrap().to_owned();
    assert!(avatar.starts_with("/api/v1/profile/avatar/"), "{avatar}");
    assert_eq!(program.get(&avatar).await.header("content-type"), "image/jpeg");
    let mut boris = site.registered("boris@example.com").await;
    let his = Program::of(&site, &mut boris, &ALL_SCOPES).await;
    assert_eq!(his.get(&avatar).await.status, 404, "a picture is its owner's");
}

#[tokio::test]
async fn an_unchanged_profile_is_not_sent_again() {
    let (_site, _, program) = connected().await;
    let first = program.get("/api/v1/profile").await;
    let tag = first.header("etag").to_owned();
    assert!(tag.starts_with('"') && first.header("cache-control") == "private, no-cache");
    let ask = async |tag: &str| {
        let headers = [("if-none-match", tag)];
        program.send(Method::GET, "/api/v1/profile", None, &headers).await
    };
    let unchanged = ask(&tag).await;
    assert_eq!((unchanged.status, unchanged.body.as_str()), (304, ""));
    assert_eq!(unchanged.header("etag"), tag);
    patch(&program, json!({"last_name": "Соколова"})).await;
    let changed = ask(&tag).await;
    assert_eq!(changed.status, 200);
    assert_ne!(changed.header("etag"), tag);
}

#[tokio::test]
async fn values_are_changed_as_a_whole_or_not_at_all() {
    let (_site, mut anna, program) = connected().await;
    let page = patch(&program, json!({"first_name": " Танечка ", "timezone": "Asia/Kamchatka"}));
    let page = page.await.json();
    assert_eq!(page["fields"]["first_name"]["value"], "Танечка");
    assert_eq!(page["fields"]["first_name"]["policy"], "keep_mine", "it follows no more");
    assert_eq!(anna.get("/dashboard/").await.field("first_name"), "Танечка");

    let long = "я".repeat(201);
    for (body, pointers, code) in [
        (json!({"last_name": "X", "email": "nobody"}), vec!["/email"], "invalid_value"),
        (
            json!({"language": "по-русски", "timezone": "Europe/Atlantis"}),
            vec!["/language", "/timezone"],
            "invalid_value",
        ),
        (json!({"last_name": "X", "nickname": "x"}), vec!["/nickname"], "unknown_member"),
        (json!({"avatar": "x"}), vec!["/avatar"], "unknown_member"),
        (json!({"last_name": 5}), vec!["/last_name"], "invalid_value"),
        (json!({"last_name": long}), vec!["/last_name"], "too_long"),
        (json!([]), vec![""], "invalid_value"),
    ] {
        let page = patch(&program, body.clone()).await;
        assert_eq!(page.status, 422, "{body}");
        let problem = page.json();
        let errors = problem["errors"].as_array().unwrap();
        let said: Vec<_> = errors.iter().map(|error| error["pointer"].as_str().unwrap()).collect();
        assert_eq!(said, pointers, "{body}");
        assert!(errors.iter().all(|error| error["code"] == code), "{problem}");
    }
    assert_eq!(field(&program, "last_name").await["value"], "Ранова", "nothing was saved");
    patch(&program, json!({"timezone": null, "first_name": ""})).await;
    assert_eq!(field(&program, "timezone").await["value"], Value::Null);
    assert_eq!(field(&program, "first_name").await["value"], Value::Null);
}

#[tokio::test]
async fn policies_and_choices_are_the_pages_own() {
    let site = Site::start().await;
    let names = [Some("Таня"), None];
    site.services.accounts.create(ANNA, PASSWORD, names, false).await.unwrap().unwrap();
    let mut anna = site.browser();
    anna.post("/login/", &[("email", ANNA), ("password", PASSWORD)]).await;
    site.connect(&mut anna, Visit::allow(TANYA)).await;
    let program = Program::of(&site, &mut anna, &ALL_SCOPES).await;
    let address = "/api/v1/profile/fields/first_name/choice";
    let chosen = program.post(address, json!({"choice": "apply"})).await;
    assert_eq!((chosen.status, &chosen.json()["value"]), (200, &json!("Татьяна")));
    let again = program.post(address, json!({"choice": "apply"})).await;
    assert_eq!((again.status, &again.json()["type"]), (409, &json!("/api/#nothing-to-choose")));

    let address = "/api/v1/profile/fields/first_name/policy";
    let put = async |policy: &str| {
        let body = json!({"policy": policy}).to_string();
        program.send(Method::PUT, address, Some(body), &[]).await
    };
    let kept = put("keep_mine").await.json();
    assert_eq!((&kept["value"], &kept["policy"]), (&json!("Таня"), &json!("keep_mine")));
    let followed = put("follow").await.json();
    assert_eq!((&followed["value"], &followed["policy"]), (&json!("Татьяна"), &json!("follow")));
    let bad = put("sometimes").await;
    assert_eq!((bad.status, &bad.json()["errors"][0]["pointer"]), (422, &json!("/policy")));
    assert_eq!(program.post("/api/v1/profile/fields/nose/choice", json!({})).await.status, 404);
}

#[tokio::test]
async fn a_sync_tells_what_changed_and_can_be_taken_back() {
    let (site, _, program) = connected().await;
    let unchanged = program.post("/api/v1/sync", json!({})).await.json();
    let expected = json!({"outcome": "unchanged", "failure": null, "changes": [], "sync": null});
    assert_eq!(unchanged, expected);
    rename(&site, "Ошибка");
    let report = program.post("/api/v1/sync", json!({})).await.json();
    assert_eq!(report["outcome"], "updated");
    let change =
        json!({"field": "first_name", "old": "Татьяна", "old_source": "google", "new": "Ошибка"});
    assert!(report["changes"].as_array().unwrap().contains(&change), "{report}");
    let sync = report["sync"].as_str().unwrap();

    let history = program.get("/api/v1/history?filter=profile").await.json();
    assert_eq!(history["lines"][0]["event"], "profile.updated");
    assert_eq!(history["lines"][0]["diff"]["sync"], sync);
    let address = format!("/api/v1/history/{sync}/undo");
    let mut boris = site.registered("boris@example.com").await;
    let his = Program::of(&site, &mut boris, &ALL_SCOPES).await;
    assert_eq!(his.post(&address, json!({})).await.status, 404, "nobody else's");
    let undone = program.post(&address, json!({"field": "first_name"})).await.json();
    assert_eq!(undone, json!({"undone": ["first_name"]}));
    assert_eq!(field(&program, "first_name").await["value"], "Татьяна");
    let again = program.post(&address, json!({"field": "first_name"})).await;
    assert_eq!((again.status, &again.json()["type"]), (409, &json!("/api/#nothing-to-undo")));
    let history = program.get("/api/v1/history").await.json();
    let mut diffs = history["lines"].as_array().unwrap().iter().map(|line| &line["diff"]);
    let diff = diffs.find(|diff| diff["sync"] == sync).unwrap();
    assert_eq!(diff["undone"], json!(["first_name"]));
}

#[tokio::test]
async fn the_connection_shows_its_state_and_no_secret() {
    let (site, mut anna, program) = connected().await;
    let page = program.get("/api/v1/connection").await;
    let state = page.json();
    assert_eq!((&state["status"], &state["cause"]), (&json!("active"), &Value::Null));
    assert_eq!(state["granted"], json!(["email", "openid", "profile"]));
    let account = state["account"].as_str().unwrap();
    assert!(account.contains('…') && !page.body.contains("tanran.an@gmail.com"), "{account}");
    for token in site.google.world().issued() {
        assert!(!page.body.contains(&token));
    }
    let gone = program.send(Method::POST, "/api/v1/disconnect", None, &[]).await;
    assert_eq!((gone.status, gone.body.as_str()), (204, ""));
    assert_eq!(program.get("/api/v1/connection").await.json()["status"], "not_connected");
    assert_eq!(anna.get("/dashboard/").await.state(), "none");
    assert_eq!(field(&program, "first_name").await["value"], Value::Null);
    for path in ["/api/v1/disconnect", "/api/v1/sync"] {
        let page = program.post(path, json!({})).await;
        assert_eq!((page.status, &page.json()["type"]), (409, &json!("/api/#not-connected")));
    }
}

#[tokio::test]
async fn reading_never_asks_google() {
    let (site, _, program) = connected().await;
    let asked = site.google.world().issued().len();
    let before = site.google.world().calls(sandbox::Endpoint::Userinfo);
    for path in ["/api/v1/profile", "/api/v1/connection", "/api/v1/history"] {
        assert_eq!(program.get(path).await.status, 200);
    }
    assert_eq!(site.google.world().calls(sandbox::Endpoint::Userinfo), before);
    assert_eq!(site.google.world().issued().len(), asked);
}

#[tokio::test]
async fn everything_below_api_goes_wrong_with_details() {
    let (site, _, program) = connected().await;
    let large = format!("{{\"first_name\": \"{}\"}}", "a".repeat(70_000));
    let text = [("content-type", "text/plain")];
    let small = || Some("{}".to_owned());
    let profile = "/api/v1/profile";
    for (method, path, body, headers, status, kind) in [
        (Method::GET, "/api/v1/nothing", None, &[][..], 404, "not-found"),
        (Method::GET, "/api/v2/profile", None, &[], 404, "not-found"),
        (Method::GET, "/api/v1/profile/fields/first_name/policy", None, &[], 405, "wrong-method"),
        (Method::DELETE, profile, None, &[], 405, "wrong-method"),
        (Method::POST, "/api/openapi.json", None, &[], 405, "wrong-method"),
        (Method::PATCH, profile, Some(large), &[], 413, "too-large"),
        (Method::PATCH, profile, small(), &text, 415, "unsupported-media-type"),
        (Method::PATCH, profile, Some("{".to_owned()), &[], 400, "bad-request"),
        (Method::PATCH, profile, Some("{\"x\":1}".to_owned()), &[], 422, "invalid-body"),
        (Method::GET, "/api/v1/history?page=x", None, &[], 400, "bad-request"),
        (Method::GET, "/api/v1/history?filter=all&odd=1", None, &[], 400, "bad-request"),
        (Method::POST, "/api/v1/history/x/undo", small(), &[], 404, "not-found"),
    ] {
        let page = program.send(method.clone(), path, body, headers).await;
        assert_eq!(page.status, status, "{method} {path}: {}", page.body);
        assert_eq!(page.header("content-type"), "application/problem+json", "{method} {path}");
        let problem = page.json();
        assert_eq!(problem["type"], format!("/api/#{kind}"), "{method} {path}");
        let reference = page.header("x-request-id");
        assert_eq!(problem["instance"], format!("urn:selexia:request:{reference}"));
        assert_eq!(problem["status"], status);
    }
    let page = program.send(Method::DELETE, profile, None, &[]).await;
    assert!(page.header("allow").contains("PATCH"), "{:?}", page.headers);
    let nobody = Program::new(&site, "");
    assert_eq!(nobody.get("/api/v1/nothing").await.status, 404, "there is nothing to hide");
}

#[tokio::test]
async fn a_users_programs_make_so_many_changes_a_minute() {
    let clock = service::Clock::manual(service::Clock::system().now());
    let site = Site::start_on(clock.clone(), &[]).await;
    let mut anna = site.registered(ANNA).await;
    let program = Program::of(&site, &mut anna, &ALL_SCOPES).await;
    for _ in 0..60 {
        assert_eq!(patch(&program, json!({})).await.status, 200);
    }
    let page = patch(&program, json!({})).await;
    assert_eq!((page.status, &page.json()["type"]), (429, &json!("/api/#too-many-requests")));
    assert!(!page.header("retry-after").is_empty());
    assert_eq!(program.get("/api/v1/profile").await.status, 200, "reading goes on");
    clock.advance(chrono::TimeDelta::minutes(1));
    assert_eq!(patch(&program, json!({})).await.status, 200);
}
