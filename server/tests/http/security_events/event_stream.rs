//! The operator's side of security events: the real command line, the stand-in's management API,
//! and what the user sees after pressing «Remove access» at Google.

use std::path::PathBuf;
use std::process::{Command, Output};
use std::time::Duration;

use sandbox::{Endpoint, Fault, FaultBody, Visit};

use crate::site::{Site, TANYA};

const ANNA: &str = "anna@example.com";

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&[output.stdout.as_slice(), &output.stderr].concat()).into_owned()
}

fn key_file(site: &Site) -> PathBuf {
    let path = site.folder.path().join("service-account.json");
    std::fs::write(&path, site.google.world().service_account()).unwrap();
    path
}

/// Runs `selexia gmail events …` over the site's database, as an operator beside it would.
async fn run(site: &Site, word: &str, settings: &[(&str, String)]) -> Output {
    let key = vault::Key::generate(vault::KeyId::parse("k1").unwrap()).unwrap().expose();
    let google = site.google.issuer().to_string();
    let mut command = Command::new(env!("CARGO_BIN_EXE_selexia"));
    command
        .args(["gmail", "events", word])
        .env_clear()
        .env("DATABASE_URL", &site.database)
        .env("SELEXIA_BASE_URL", site.url.as_str())
        .env("GMAIL_CLIENT_ID", site.google.client_id())
        .env("GMAIL_CLIENT_SECRET", site.google.client_secret())
        .env("GMAIL_ISSUER", &google)
        .env("GMAIL_API_URL", &google)
        .env("GMAIL_RISC_URL", &google)
        .env("ENCRYPTION_KEYS", key.as_str())
        .envs(settings.iter().map(|(name, value)| (*name, value)));
    tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
}

async fn ran(site: &Site, word: &str) -> Output {
    let key = key_file(site).display().to_string();
    run(site, word, &[("GMAIL_EVENTS_KEY_FILE", key)]).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operator_registers_tries_and_sees_the_stream() {
    let site = Site::start().await;
    let none = ran(&site, "status").await;
    assert!(said(&none).contains("stream: none"), "{}", said(&none));
    let verify = ran(&site, "verify").await;
    assert_eq!(verify.status.code(), Some(1));
    assert!(said(&verify).contains("selexia gmail events register"), "{}", said(&verify));

    let registered = ran(&site, "register").await;
    assert!(registered.status.success(), "{}", said(&registered));
    let expected =
        format!("registered: {}\nevents: 7 of 7", site.url.join("/gmail/events/").unwrap());
    assert!(said(&registered).contains(&expected), "{}", said(&registered));

    let verified = ran(&site, "verify").await;
    assert!(verified.status.success(), "{}", said(&verified));
    assert!(said(&verified).contains("the event arrived"), "{}", said(&verified));

    let status = said(&ran(&site, "status").await);
    for line in ["status: enabled", "token-revoked", "last event: 20", "verification: arrived 20"] {
        assert!(status.contains(line), "{line} in {status}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_google_drops_and_forbids_is_named() {
    let site = Site::start().await;
    let world = site.google.world();
    let without = run(&site, "register", &[]).await;
    assert!(said(&without).contains("GMAIL_EVENTS_KEY_FILE is missing"), "{}", said(&without));
    let other = site.folder.path().join("other.json");
    std::fs::write(&other, "{\"web\":{\"client_secret\":\"s3cret\"}}").unwrap();
    let other = [("GMAIL_EVENTS_KEY_FILE", other.display().to_string())];
    let refused = said(&run(&site, "register", &other).await);
    assert!(refused.contains("is not the JSON key of a service account"), "{refused}");
    assert!(!refused.contains("s3cret"));

    let body = FaultBody::GoogleError {
        reason: "forbidden".to_owned(),
        message: Some("The endpoint is not in the project's domains.".to_owned()),
    };
    world.inject(Fault::body(Endpoint::RiscManagement, 403, body).times(1));
    let refused = ran(&site, "register").await;
    assert_eq!(refused.status.code(), Some(1));
    assert!(said(&refused).contains("authorized domains"), "{}", said(&refused));

    let stream = serde_json::json!({
        "delivery": { "url": site.url.join("/gmail/events/").unwrap() },
        "events_delivered": [google::EVENT_TYPES[0]],
    });
    let body =
        FaultBody::Raw { content_type: "application/json".to_owned(), text: stream.to_string() };
    let nothing =
        FaultBody::Raw { content_type: "application/json".to_owned(), text: "{}".to_owned() };
    world.inject(Fault::body(Endpoint::RiscManagement, 200, nothing).times(2));
    world.inject(Fault::body(Endpoint::RiscManagement, 200, body).times(1));
    let registered = ran(&site, "register").await;
    assert_eq!(registered.status.code(), Some(1));
    let said = said(&registered);
    assert!(said.contains("events: 1 of 7"), "{said}");
    assert_eq!(said.matches("dropped by Google: https://").count(), 6, "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn removing_access_at_google_turns_the_cabinet_amber_by_itself() {
    let site = Site::start().await;
    let mut anna = site.registered(ANNA).await;
    assert_eq!(site.connect(&mut anna, Visit::allow(TANYA)).await.state(), "active");
    assert!(ran(&site, "register").await.status.success());
    let world = site.google.world();
    let page = reqwest::get(site.google.issuer()).await.unwrap().text().await.unwrap();
    assert!(page.contains("remove-access-tanran.an@gmail.com"), "{page}");
    let form = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
    let answer = form
        .build()
        .unwrap()
        .post(site.google.issuer().join("/remove-access").unwrap())
        .body(format!("account={TANYA}"))
        .header("content-type", "application/x-www-form-urlencoded")
        .send();
    assert_eq!(answer.await.unwrap().status(), 303);

    let told = async {
        while world.deliveries().len() < 2 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), told).await.expect("nothing was sent");
    for delivery in world.deliveries() {
        assert_eq!(delivery.statuses, [202]);
    }
    assert_eq!(anna.get("/dashboard/").await.state(), "reconnect");
    let history = anna.get("/dashboard/history/?show=security").await;
    assert_eq!(history.body.matches("events__item").count(), 1, "told twice, happened once");
}
