//! A sync that is watched: its steps as events, a second start that joins, a stop that changes
//! nothing.

use std::time::Duration;

use model::{Actor, Origin, Step, SyncId, Trigger, UserId};
use sandbox::{Endpoint, Fault, InjectedFault};
use serde_json::{Value, json};
use store::{NewHistoryEvent, NewRun, ReceivedProfile, RunClaim, Store, SyncRecord};
use testkit::browser::{Browser, Events};
use testkit::users::{ANNA, TANYA};

use crate::site::Site;

async fn connected() -> (Site, Browser, UserId) {
    let (site, anna) = Site::with_anna_connected().await;
    let user = site.user(ANNA).await;
    (site, anna, user)
}

/// Google takes its time to answer, so that there is something to watch.
fn slow(site: &Site, endpoint: Endpoint) {
    site.google.world().inject(Fault::slow(endpoint, Duration::from_millis(400)).times(1));
}

/// Google never answers.
fn hang(site: &Site) {
    site.google.world().inject(Fault::new(Endpoint::Userinfo, InjectedFault::Hang).times(1));
}

/// Begins a sync as the button does; gives the run and whether it was joined.
async fn start(browser: &mut Browser) -> (String, bool) {
    let page = browser.post_for_json("/gmail/sync/start/").await;
    assert_eq!(page.status, 202, "{}", page.body);
    let started: Value = serde_json::from_str(&page.body).unwrap();
    (started["run"].as_str().unwrap().to_owned(), started["joined"].as_bool().unwrap())
}

async fn watch(browser: &Browser, run: &str) -> Events {
    let events = browser.events(&format!("/gmail/sync/events/?run={run}")).await;
    assert_eq!(events.status(), 200);
    events
}

/// Reads up to the step, and fails where it does not come.
async fn until_step(events: &mut Events, step: Step) {
    loop {
        let (event, data) = events.next().await.expect("the stream ended");
        assert_eq!(event, "step", "{data}");
        if data["step"] == step.as_str() {
            return;
        }
    }
}

/// Comes back when Google was asked there so many times.
async fn until_calls(site: &Site, endpoint: Endpoint, calls: u64) {
    let asked = async {
        while site.google.world().calls(endpoint) < calls {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), asked).await.expect("Google was not asked");
}

/// The site's database, as another process has it.
async fn another_process(site: &Site) -> Store {
    Store::open(&site.database, 2).await.unwrap()
}

/// A run of another process, alive for so many seconds from now.
async fn run_elsewhere(store: &Store, user: UserId, alive_secs: i64) -> SyncRecord {
    let now = service::Clock::system().now();
    let connection = store.find_grant(user).await.unwrap().unwrap().connection;
    let id = SyncId(uuid::Uuid::from_u128(7));
    let lease_ends_at = now + chrono::TimeDelta::seconds(alive_secs);
    let trigger = Trigger::Schedule;
    let run = NewRun { id, connection, trigger, lease_ends_at, is_counted: false };
    assert_eq!(store.claim_run(&run, None, now).await.unwrap(), RunClaim::Begun);
    SyncRecord {
        id,
        connection,
        user,
        trigger: Trigger::Schedule,
        started_at: now,
        next_sync_at: now,
        next_after_change_at: now,
        quiet_syncs: 0,
        entry: NewHistoryEvent { id: uuid::Uuid::from_u128(8), origin: Origin::of(Actor::Site) },
    }
}

#[tokio::test]
async fn steps_come_in_their_order_and_the_end_says_what_changed() {
    let (site, mut anna, _) = connected().await;
    site.google.world().edit_account(TANYA, |account| {
        account.family_name = Some("Соколова".to_owned());
    });
    slow(&site, Endpoint::Userinfo);
    slow(&site, Endpoint::Picture);
    let (run, joined) = start(&mut anna).await;
    assert!(!joined);
    let mut events = watch(&anna, &run).await;
    assert_eq!(events.header("content-type"), "text/event-stream");
    assert_eq!(events.header("cache-control"), "no-store");
    assert_eq!(events.header("x-accel-buffering"), "no");

    let mut steps = Vec::new();
    let report = loop {
        let (event, data) = events.next().await.expect("the stream ended without an end");
        match event.as_str() {
            "step" => {
                assert_eq!(data["state"], "running");
                steps.push(Step::parse(data["step"].as_str().unwrap()).unwrap());
            }
            "done" => break data,
            other => panic!("{other}: {data}"),
        }
    };
    let place = |step: &Step| Step::ALL.iter().position(|other| other == step);
    assert!(steps.is_sorted_by_key(place), "{steps:?}");
    assert!(steps.contains(&Step::Google) && steps.contains(&Step::Picture), "{steps:?}");
    assert_eq!(report["outcome"], "updated");
    let change = json!({
        "field": "last_name", "old": "Ранова", "old_source": "google", "new": "Соколова",
    });
    assert!(report["changed"].as_array().unwrap().contains(&change), "{report}");
    assert_eq!(events.next().await, None, "and nothing follows");

    // Who asks again is told the end again, and the cabinet says it once.
    let again = watch(&anna, &run).await.next().await.unwrap();
    assert_eq!(again, ("done".to_owned(), report));
    let result = anna.get(&format!("/gmail/sync/result/?run={run}")).await;
    assert_eq!((result.status, result.location()), (303, "/dashboard/"));
    let page = anna.get("/dashboard/").await;
    assert!(page.notice().starts_with("synced.last_name"), "{}", page.notice());
    assert_eq!(page.field("last_name"), "Соколова");
    assert_eq!(anna.get("/dashboard/").await.notice(), "");
}

#[tokio::test]
async fn whoever_starts_while_a_sync_runs_joins_it() {
    let (site, mut anna, user) = connected().await;
    let before = site.google.world().calls(Endpoint::Userinfo);
    slow(&site, Endpoint::Userinfo);
    let (run, _) = start(&mut anna).await;
    assert_eq!(start(&mut anna).await, (run.clone(), true));
    let (mut form, mut program) = (anna.clone(), anna.clone());
    let (form, report, worker) = tokio::join!(
        form.post("/gmail/sync/", &[]),
        program.post_for_json("/gmail/sync/"),
        site.services.syncs.sync(user, Trigger::Schedule),
    );
    assert_eq!((form.status, form.location()), (303, "/dashboard/"));
    let unchanged = json!({"outcome": "unchanged", "changed": []});
    assert_eq!(serde_json::from_str::<Value>(&report.body).unwrap(), unchanged);
    assert_eq!(json!(worker.unwrap().unwrap()), unchanged);
    assert_eq!(watch(&anna, &run).await.next().await, Some(("done".to_owned(), unchanged)));
    assert_eq!(site.google.world().calls(Endpoint::Userinfo), before + 1);
}

#[tokio::test]
async fn a_stopped_sync_changes_nothing_and_the_history_says_so_calmly() {
    let (site, mut anna, user) = connected().await;
    site.google.world().edit_account(TANYA, |account| account.given_name = Some("Таня".to_owned()));
    let before = site.services.profiles.find(user).await.unwrap();
    hang(&site);
    let (run, _) = start(&mut anna).await;
    let mut events = watch(&anna, &run).await;
    until_step(&mut events, Step::Google).await;
    let stopped = anna.post("/gmail/sync/cancel/", &[]).await;
    assert_eq!((stopped.status, stopped.location()), (303, "/dashboard/"));
    let end = loop {
        let (event, data) = events.next().await.expect("the stream ended without an end");
        match event.as_str() {
            "step" => assert_eq!(data["state"], "cancelling"),
            _ => break (event, data),
        }
    };
    assert_eq!(end, ("done".to_owned(), json!({"outcome": "cancelled", "changed": []})));

    let page = anna.get("/dashboard/").await;
    assert_eq!((page.notice(), page.state()), ("sync_cancelled", "active"));
    assert_eq!(page.field("first_name"), "Татьяна");
    assert!(page.body.contains("data-kind=\"connection.sync_cancelled\""), "{}", page.body);
    assert_eq!(site.services.profiles.find(user).await.unwrap(), before);
    // Nothing stands in the way of the next one.
    anna.post("/gmail/sync/", &[]).await;
    assert_eq!(anna.get("/dashboard/").await.field("first_name"), "Таня");
}

#[tokio::test]
async fn a_stop_never_loses_a_refresh_token_that_google_has_just_replaced() {
    let (site, mut anna, _) = connected().await;
    let world = site.google.world();
    world.adjust(|behaviour| behaviour.rotate_refresh_tokens = true);
    world.advance(Duration::from_secs(3_700));
    slow(&site, Endpoint::TokenRefresh);
    let (run, _) = start(&mut anna).await;
    until_calls(&site, Endpoint::TokenRefresh, 1).await;
    assert_eq!(anna.post_for_json("/gmail/sync/cancel/").await.status, 200);
    let mut events = watch(&anna, &run).await;
    let end = loop {
        match events.next().await.expect("the stream ended without an end") {
            (event, data) if event == "done" => break data,
            _ => {}
        }
    };
    assert_eq!(end["outcome"], "cancelled");
    world.advance(Duration::from_secs(3_700));
    let report = anna.post_for_json("/gmail/sync/").await;
    assert!(report.body.contains("unchanged"), "{}", report.body);
}

#[tokio::test]
async fn a_browser_that_hangs_up_stops_nothing() {
    let (site, anna, _) = connected().await;
    let world = site.google.world();
    world.adjust(|behaviour| behaviour.rotate_refresh_tokens = true);
    world.advance(Duration::from_secs(3_700));
    slow(&site, Endpoint::TokenRefresh);
    let mut hasty = anna.clone();
    let asked = tokio::spawn(async move { hasty.post("/gmail/sync/", &[]).await.status });
    until_calls(&site, Endpoint::TokenRefresh, 1).await;
    asked.abort();
    assert!(asked.await.unwrap_err().is_cancelled());
    site.services.syncs.finish_runs().await;
    world.advance(Duration::from_secs(3_700));
    let report = anna.clone().post_for_json("/gmail/sync/").await;
    assert!(report.body.contains("unchanged"), "{}", report.body);
}

#[tokio::test]
async fn a_run_of_another_process_is_joined_watched_and_too_late_to_stop() {
    let (site, mut anna, user) = connected().await;
    let store = another_process(&site).await;
    let record = run_elsewhere(&store, user, 30).await;
    let (run, joined) = start(&mut anna).await;
    assert_eq!((run.clone(), joined), (record.id.to_string(), true));
    let mut events = watch(&anna, &run).await;
    until_step(&mut events, Step::Token).await;
    let lease = record.started_at + chrono::TimeDelta::seconds(30);
    store.save_run_step(record.id, Some(Step::Saving), lease).await.unwrap();
    until_step(&mut events, Step::Saving).await;

    let late = anna.post_for_json("/gmail/sync/cancel/").await;
    assert_eq!((late.status, late.body.as_str()), (409, r#"{"error":"too_late"}"#));
    anna.post("/gmail/sync/cancel/", &[]).await;
    assert_eq!(anna.get("/dashboard/").await.notice(), "sync_too_late");
    store.save_sync(&record, &ReceivedProfile::default(), record.started_at).await.unwrap();
    let end = events.next().await.unwrap();
    assert_eq!(end, ("done".to_owned(), json!({"outcome": "unchanged", "changed": []})));
}

#[tokio::test]
async fn another_process_can_stop_a_run() {
    let (site, mut anna, user) = connected().await;
    hang(&site);
    let (run, _) = start(&mut anna).await;
    let mut events = watch(&anna, &run).await;
    until_step(&mut events, Step::Google).await;
    another_process(&site).await.save_run_cancel(user).await.unwrap();
    let (event, data) = events.next().await.unwrap();
    assert_eq!((event.as_str(), &data["outcome"]), ("done", &json!("cancelled")));
}

#[tokio::test]
async fn the_run_of_a_process_that_died_is_taken_over() {
    let (site, mut anna, user) = connected().await;
    let dead = run_elsewhere(&another_process(&site).await, user, -1).await;
    let seen = watch(&anna, &dead.id.to_string()).await.next().await.unwrap();
    let failed = json!({"outcome": "failed", "failure": "internal", "changed": []});
    assert_eq!(seen, ("done".to_owned(), failed));
    let report = anna.post_for_json("/gmail/sync/").await;
    assert!(report.body.contains("unchanged"), "{}", report.body);
    let (run, joined) = start(&mut anna).await;
    assert!(!joined && run != dead.id.to_string());
}

#[tokio::test]
async fn nobody_watches_or_stops_the_run_of_another() {
    let (site, mut anna, _) = connected().await;
    let mut boris = site.registered("boris@example.com").await;
    hang(&site);
    let (run, _) = start(&mut anna).await;
    let path = format!("/gmail/sync/events/?run={run}");
    assert_eq!(boris.events(&path).await.status(), 404);
    assert_eq!(boris.events("/gmail/sync/events/?run=x").await.status(), 404);
    assert_eq!(boris.events("/gmail/sync/events/").await.status(), 204, "there is none of his");
    assert_eq!(site.browser().events(&path).await.status(), 401);
    let refused = boris.post_for_json("/gmail/sync/cancel/").await;
    assert_eq!((refused.status, refused.body.as_str()), (409, r#"{"error":"not_running"}"#));
    assert_eq!(
        boris.get(&format!("/gmail/sync/result/?run={run}")).await.location(),
        "/dashboard/"
    );
    assert_eq!(boris.get("/dashboard/").await.notice(), "sync_not_running");
    for path in ["/gmail/sync/start/", "/gmail/sync/cancel/"] {
        let stranger = site.browser().post_for_json(path).await;
        let signed_out = (401, r#"{"error":"signed_out"}"#);
        assert_eq!((stranger.status, stranger.body.as_str()), signed_out, "{path}");
    }
    // Hers goes on, and is found without its name.
    let mut events = anna.events("/gmail/sync/events/").await;
    until_step(&mut events, Step::Google).await;
    anna.post("/gmail/sync/cancel/", &[]).await;
}

#[tokio::test]
async fn a_stream_ends_with_its_session() {
    let (site, mut anna, user) = connected().await;
    hang(&site);
    let (run, _) = start(&mut anna).await;
    let mut events = watch(&anna, &run).await;
    until_step(&mut events, Step::Google).await;
    anna.post("/logout/", &[]).await;
    site.services.syncs.cancel_sync(user).await.unwrap();
    assert_eq!(events.next().await, None, "who has left is told nothing more");
}

#[tokio::test]
async fn open_streams_do_not_keep_a_process_that_is_asked_to_stop() {
    let (mut site, mut anna, user) = connected().await;
    hang(&site);
    let (run, _) = start(&mut anna).await;
    let mut events = watch(&anna, &run).await;
    until_step(&mut events, Step::Google).await;
    let stopped = tokio::time::timeout(Duration::from_secs(10), site.stop());
    let (stopped, end) = tokio::join!(stopped, events.next());
    assert!(stopped.is_ok(), "the stream keeps the process alive");
    assert_eq!(end, None);
    site.services.syncs.cancel_sync(user).await.unwrap();
}

#[tokio::test]
async fn syncs_by_hand_are_limited_and_say_when_they_go_on() {
    let (site, mut anna, user) = connected().await;
    for _ in 0..20 {
        assert_eq!(anna.post_for_json("/gmail/sync/").await.status, 200);
    }
    for path in ["/gmail/sync/", "/gmail/sync/start/"] {
        let refused = anna.post_for_json(path).await;
        assert_eq!(refused.status, 429, "{path}");
        let error: Value = serde_json::from_str(&refused.body).unwrap();
        let wait = error["wait_secs"].as_i64().unwrap();
        assert!(error["error"] == "too_often" && (1..=600).contains(&wait), "{error}");
        assert_eq!(refused.headers["retry-after"], wait.to_string());
    }
    let form = anna.post("/gmail/sync/", &[]).await;
    assert_eq!((form.status, form.location()), (303, "/dashboard/"));
    let page = anna.get("/dashboard/").await;
    assert!(page.notice().starts_with("sync_too_often."), "{}", page.notice());
    assert!(page.body.contains("Снова можно через 10 мин."), "{}", page.body);
    // The worker and the operator are not held up by that.
    for trigger in [Trigger::Schedule, Trigger::Operator] {
        assert!(site.services.syncs.sync(user, trigger).await.unwrap().is_ok());
    }
}
