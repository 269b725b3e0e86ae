//! The event stream: managed by the service account alone, pushed again until it is taken, and
//! told of every removal.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post as posted;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use reqwest::Response;
use sandbox::{EventKind, Sandbox, SecurityEvent};
use serde_json::{Value, json};

use crate::raw_http::*;

/// A receiver that answers with the statuses it was given, then with 202, and keeps what came.
#[derive(Clone)]
struct Receiver {
    url: String,
    answers: Arc<Mutex<Vec<u16>>>,
    taken: Arc<Mutex<Vec<String>>>,
}

impl Receiver {
    async fn start(answers: &[u16]) -> Receiver {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let receiver = Receiver {
            url: format!("http://{}/", listener.local_addr().unwrap()),
            answers: Arc::new(Mutex::new(answers.to_vec())),
            taken: Arc::default(),
        };
        let router = Router::new().route("/", posted(receive)).with_state(receiver.clone());
        tokio::spawn(axum::serve(listener, router).into_future());
        receiver
    }

    fn taken(&self) -> Vec<String> {
        self.taken.lock().unwrap().clone()
    }
}

async fn receive(State(receiver): State<Receiver>, body: String) -> StatusCode {
    let mut answers = receiver.answers.lock().unwrap();
    if !answers.is_empty() {
        return StatusCode::from_u16(answers.remove(0)).unwrap();
    }
    receiver.taken.lock().unwrap().push(body);
    StatusCode::ACCEPTED
}

/// A token as the service account signs it, with some claims changed.
fn token(sandbox: &Sandbox, changes: &Value) -> String {
    let file: Value = serde_json::from_str(&sandbox.world().service_account()).unwrap();
    let base = sandbox.world().base();
    let now = sandbox.world().now().timestamp();
    let mut claims = json!({
        "iss": file["client_email"], "sub": file["client_email"],
        "aud": format!("{base}/google.identity.risc.v1beta.RiscManagementService"),
        "iat": now, "exp": now + 3_600,
    });
    for (name, value) in changes.as_object().unwrap() {
        claims[name] = value.clone();
    }
    let key = EncodingKey::from_rsa_pem(text(&file, "private_key").as_bytes()).unwrap();
    let kid = Some(text(&file, "private_key_id").to_owned());
    encode(&Header { kid, ..Header::new(Algorithm::RS256) }, &claims, &key).unwrap()
}

async fn manage(sandbox: &Sandbox, token: &str, path: &str, body: Option<&Value>) -> Response {
    let address = address(sandbox, &format!("/v1beta/{path}"));
    let request = match body {
        Some(body) => http().post(address).body(body.to_string()),
        None => http().get(address),
    };
    request.bearer_auth(token).send().await.unwrap()
}

async fn register(sandbox: &Sandbox, url: &str) -> Response {
    let types = ["sessions-revoked", "account-disabled", "verification", "made-up"]
        .map(|name| format!("https://schemas.openid.net/secevent/risc/event-type/{name}"));
    let oauth = ["tokens-revoked", "token-revoked"]
        .map(|name| format!("https://schemas.openid.net/secevent/oauth/event-type/{name}"));
    let body = json!({
        "delivery": {
            "delivery_method": "https://schemas.openid.net/secevent/risc/delivery-method/push",
            "url": url,
        },
        "events_requested": types.iter().chain(&oauth).collect::<Vec<_>>(),
    });
    manage(sandbox, &token(sandbox, &json!({})), "stream:update", Some(&body)).await
}

async fn until(taken: impl Fn() -> usize, count: usize) {
    let watch = async {
        while taken() < count {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), watch).await.expect("nothing came");
}

#[tokio::test]
async fn only_a_token_that_the_service_account_signed_for_this_api_and_now_manages() {
    let sandbox = start().await;
    let now = sandbox.world().now().timestamp();
    for (changes, status) in [
        (json!({}), 404),
        (json!({ "aud": "https://risc.googleapis.com/" }), 401),
        (json!({ "iss": "somebody@else" }), 401),
        (json!({ "sub": "somebody@else" }), 401),
        (json!({ "exp": now - 1 }), 401),
        (json!({ "exp": now + 7_200 }), 401),
        (json!({ "iat": now + 600 }), 401),
    ] {
        let answer = manage(&sandbox, &token(&sandbox, &changes), "stream", None).await;
        assert_eq!(answer.status(), status, "{changes}");
    }
    for bearer in ["", "a.b.c", sandbox.client_secret()] {
        assert_eq!(manage(&sandbox, bearer, "stream", None).await.status(), 401, "{bearer}");
    }
}

#[tokio::test]
async fn a_stream_is_https_complete_and_drops_what_it_does_not_know() {
    let sandbox = start().await;
    let good = token(&sandbox, &json!({}));
    let incomplete = manage(&sandbox, &good, "stream:update", Some(&json!({}))).await;
    assert_eq!(incomplete.status(), 400);
    assert!(incomplete.text().await.unwrap().contains("must contain delivery field"));
    assert_eq!(register(&sandbox, "http://app.example/events").await.status(), 403);
    assert_eq!(register(&sandbox, "https://app.example/events").await.status(), 200);
    let stream: Value = manage(&sandbox, &good, "stream", None).await.json().await.unwrap();
    assert_eq!(stream["delivery"]["url"], "https://app.example/events");
    assert_eq!(stream["events_delivered"].as_array().unwrap().len(), 5, "{stream}");
    let odd = json!({ "status": "odd" });
    assert_eq!(manage(&sandbox, &good, "stream/status:update", Some(&odd)).await.status(), 403);
}

#[tokio::test]
async fn what_is_not_taken_is_pushed_again_and_then_given_up() {
    let sandbox = start().await;
    let receiver = Receiver::start(&[503, 400]).await;
    register(&sandbox, &receiver.url).await;
    let event = SecurityEvent::about(TATIANA, EventKind::SessionsRevoked);
    let pushed = sandbox.world().push_events(std::slice::from_ref(&event), 1).await;
    assert_eq!(pushed[0].statuses, [503, 400, 202]);
    assert_eq!(receiver.taken(), [pushed[0].token.clone()]);

    let twice = json!({ "events": [event], "copies": 2 });
    let answer =
        http().post(address(&sandbox, "/sandbox/deliveries")).json(&twice).send().await.unwrap();
    let sent: Value = answer.json().await.unwrap();
    assert_eq!(sent[0]["token"], sent[1]["token"], "the same token twice");
    assert_eq!(sandbox.world().deliveries().len(), 3);
}

#[tokio::test]
async fn what_is_switched_off_or_not_asked_for_is_not_sent() {
    let sandbox = start().await;
    let receiver = Receiver::start(&[]).await;
    let world = sandbox.world();
    let event = SecurityEvent::about(TATIANA, EventKind::SessionsRevoked);
    assert!(world.push_events(std::slice::from_ref(&event), 1).await.is_empty(), "no stream");
    register(&sandbox, &receiver.url).await;
    let other = SecurityEvent::about(TATIANA, EventKind::AccountEnabled);
    assert!(world.push_events(&[other], 1).await.is_empty(), "not asked for");
    let off = json!({ "status": "disabled" });
    let good = token(&sandbox, &json!({}));
    assert_eq!(manage(&sandbox, &good, "stream/status:update", Some(&off)).await.status(), 200);
    register(&sandbox, &receiver.url).await;
    assert!(world.push_events(&[event], 1).await.is_empty(), "an update does not switch it on");
    assert!(receiver.taken().is_empty());
}

#[tokio::test]
async fn removing_access_is_told_twice_and_a_verification_once() {
    let sandbox = start().await;
    let receiver = Receiver::start(&[]).await;
    register(&sandbox, &receiver.url).await;
    let refresh = text(&connect(&sandbox).await, "refresh_token").to_owned();
    post_form(&sandbox, "/remove-access", &[("account", TATIANA)]).await;
    until(|| receiver.taken().len(), 2).await;
    assert!(!sandbox.world().is_live(&refresh));

    let good = token(&sandbox, &json!({}));
    let state = json!({ "state": "a state" });
    assert_eq!(manage(&sandbox, &good, "stream:verify", Some(&state)).await.status(), 200);
    until(|| receiver.taken().len(), 3).await;
    let events: Vec<Value> = receiver.taken().iter().map(|token| claims(token)).collect();
    let of = |n: usize| events[n]["events"].as_object().unwrap().iter().next().unwrap();
    assert!(of(0).0.ends_with("/tokens-revoked") && of(0).1["subject"]["sub"] == TATIANA);
    assert!(of(1).0.ends_with("/token-revoked"));
    assert_eq!(of(1).1["subject"]["token_identifier_alg"], "hash_base64_sha512_sha512");
    assert_eq!(of(2).1["state"], "a state");
}

async fn post_form(sandbox: &Sandbox, path: &str, form: &[(&str, &str)]) {
    assert_eq!(post(sandbox, path, form).await.status(), 303);
}

fn claims(token: &str) -> Value {
    use base64::Engine;
    let payload = token.split('.').nth(1).unwrap();
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(payload).unwrap();
    serde_json::from_slice(&bytes).unwrap()
}
