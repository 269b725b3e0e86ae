//! Tokens for programs: shown once, known by nobody, bounded, revocable, over when they are over.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use chrono::TimeDelta;
use service::Clock;
use testkit::users::ANNA;
use tracing_subscriber::fmt::MakeWriter;

use crate::program::{Program, made, token_on};
use crate::site::Site;

#[tokio::test]
async fn a_token_is_shown_once_and_works() {
    let site = Site::start().await;
    let mut anna = site.registered(ANNA).await;
    let page = made(&mut anna, "CRM", &["profile:read"], "30").await;
    assert_eq!((page.status, page.header("cache-control")), (200, "no-store"));
    assert!(page.header("set-cookie").is_empty(), "not in a cookie");
    let token = token_on(&page).unwrap();
    assert_eq!(token.len(), 4 + 43);
    assert_eq!(Program::new(&site, &token).get("/api/v1/profile").await.status, 200);

    let list = anna.get("/dashboard/tokens/").await;
    assert!(list.body.contains("CRM") && !list.body.contains(&token), "{}", list.body);
    assert_eq!(token_on(&list), None);
    for path in ["/dashboard/", "/dashboard/history/"] {
        let page = anna.get(path).await;
        assert_eq!(token_on(&page), None, "{path}");
        assert!(page.body.contains("data-kind=\"token.created\""), "{path}");
    }
}

#[tokio::test]
async fn a_reload_shows_no_token_and_makes_no_other() {
    let site = Site::start().await;
    let mut anna = site.registered(ANNA).await;
    let form = anna.get("/dashboard/tokens/").await;
    let key = form.inputs().into_iter().find(|(name, _)| name == "form").unwrap().1;
    let pairs = [("form", key.as_str()), ("name", "CRM"), ("scope", "profile:read"), ("days", "7")];
    let shown = anna.post("/dashboard/tokens/", &pairs).await;
    assert!(token_on(&shown).is_some());
    let again = anna.post("/dashboard/tokens/", &pairs).await;
    assert_eq!((again.status, again.location()), (303, "/dashboard/tokens/"));
    let list = anna.get("/dashboard/tokens/").await;
    assert_eq!((list.notice(), token_on(&list)), ("token_shown_before", None));
    assert_eq!(list.body.matches("data-token=").count(), 1);
}

#[tokio::test]
async fn a_refused_form_says_why_and_keeps_what_was_typed() {
    let site = Site::start().await;
    let mut anna = site.registered(ANNA).await;
    for (name, scopes, days, said) in [
        (" ", &["profile:read"][..], "7", "Дайте токену название"),
        ("CRM", &[], "7", "хотя бы одно разрешение"),
        ("CRM", &["everything"], "7", "хотя бы одно разрешение"),
        ("CRM", &["profile:read"], "100000", "Выберите срок"),
        ("CRM", &["profile:read"], "", "Выберите срок"),
    ] {
        let page = made(&mut anna, name, scopes, days).await;
        assert_eq!(page.status, 422, "{said}");
        assert!(page.body.contains(said), "{said}: {}", page.body);
        assert!(page.body.contains(&format!("value=\"{name}\"")), "{said}");
    }
    for _ in 0..20 {
        assert_eq!(made(&mut anna, "CRM", &["profile:read"], "7").await.status, 200);
    }
    let page = made(&mut anna, "CRM", &["profile:read"], "7").await;
    assert_eq!(page.status, 422);
    assert!(page.body.contains("уже 20 токенов"), "{}", page.body);
}

#[tokio::test]
async fn a_revoked_token_opens_nothing_and_only_its_owner_revokes_it() {
    let site = Site::start().await;
    let mut anna = site.registered(ANNA).await;
    let mut boris = site.registered("boris@example.com").await;
    let program = Program::of(&site, &mut anna, &["profile:read"]).await;
    let list = anna.get("/dashboard/tokens/").await;
    let id = list.body.split("data-token=\"").nth(1).unwrap().split('"').next().unwrap();
    for form in [[("token", id)], [("token", "nonsense")]] {
        boris.post("/dashboard/tokens/revoke/", &form).await;
        assert_eq!(boris.get("/dashboard/tokens/").await.notice(), "token_gone");
    }
    let stranger = site.browser().post("/dashboard/tokens/revoke/", &[("token", id)]).await;
    assert!(stranger.location().starts_with("/login/"), "{}", stranger.location());
    assert_eq!(program.get("/api/v1/profile").await.status, 200);

    let revoked = anna.post("/dashboard/tokens/revoke/", &[("token", id)]).await;
    assert_eq!((revoked.status, revoked.location()), (303, "/dashboard/tokens/"));
    let list = anna.get("/dashboard/tokens/").await;
    assert_eq!(list.notice(), "token_revoked");
    assert!(!list.body.contains("data-token="));
    let refused = program.get("/api/v1/profile").await;
    assert_eq!(refused.status, 401);
    assert!(refused.header("www-authenticate").contains("error=\"invalid_token\""));
    let history = anna.get("/dashboard/history/?show=account").await;
    assert!(history.body.contains("data-kind=\"token.revoked\""), "{}", history.body);
}

#[tokio::test]
async fn a_token_ends_when_its_time_is_over() {
    let clock = Clock::manual(Clock::system().now());
    let site = Site::start_on(clock.clone(), &[]).await;
    let mut anna = site.registered(ANNA).await;
    let program = Program::of(&site, &mut anna, &["profile:read"]).await;
    clock.advance(TimeDelta::days(7) - TimeDelta::seconds(1));
    assert_eq!(program.get("/api/v1/profile").await.status, 200);
    clock.advance(TimeDelta::seconds(1));
    assert_eq!(program.get("/api/v1/profile").await.status, 401);
}

#[tokio::test]
async fn guessing_is_slowed_down_and_says_for_how_long() {
    let site = Site::start().await;
    let guesser = Program::new(&site, &format!("slx_{}", "A".repeat(43)));
    for _ in 0..30 {
        assert_eq!(guesser.get("/api/v1/profile").await.status, 401);
    }
    let page = guesser.get("/api/v1/profile").await;
    assert_eq!((page.status, page.json()["status"].as_u64()), (429, Some(429)));
    let wait: u64 = page.header("retry-after").parse().unwrap();
    assert!((1..=900).contains(&wait), "{wait}");
    let mut anna = site.registered(ANNA).await;
    let right = Program::of(&site, &mut anna, &["profile:read"]).await;
    assert_eq!(right.get("/api/v1/profile").await.status, 429, "a right guess comes too late");
}

/// What all sites of this process log.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// Listens from now on. For the whole process: tracing remembers of each place in the code
    /// whether anybody listens, so a listener of one thread misses what another one has met first.
    fn listen() -> Log {
        let log = Log::default();
        tracing_subscriber::fmt()
            .with_env_filter("info,server=debug,service=debug,tower_http=debug")
            .with_ansi(false)
            .with_writer(log.clone())
            .init();
        log
    }

    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Log;

    fn make_writer(&self) -> Log {
        self.clone()
    }
}

#[tokio::test]
async fn a_token_stands_in_no_log_and_in_no_database() {
    let log = Log::listen();
    let site = Site::start_in_files().await;
    let mut anna = site.registered(ANNA).await;
    let program = Program::of(&site, &mut anna, &["profile:read", "connection:write"]).await;
    program.get("/api/v1/profile").await;
    program.get(&format!("/api/v1/nothing?token={}", program.token)).await;
    program.post("/api/v1/sync", serde_json::json!({})).await;
    let said = log.text();
    assert!(said.contains("path=\"/api/v1/nothing\""), "the log was there to be searched");
    assert!(!said.contains(&program.token));
    let mut searched = 0;
    for entry in std::fs::read_dir(site.folder.path()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        searched += bytes.len();
        let token = program.token.as_bytes();
        assert!(!bytes.windows(token.len()).any(|window| window == token));
    }
    assert!(searched > 10_000, "the database was there to be searched: {searched} bytes");
}
