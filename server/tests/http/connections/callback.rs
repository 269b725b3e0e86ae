//! Everything that may be wrong with the way back from Google: nothing is stored, one sentence is
//! said, and a new trip works.

use sandbox::{Endpoint, Fault, FaultBody, IdTokenForge, InjectedFault, Visit, hostile_id_tokens};
use testkit::browser::Browser;
use testkit::soak;
use testkit::users::{ANNA, TANYA};
use url::Url;

use crate::site::Site;

async fn arrives_at(site: &Site, browser: &mut Browser, address: &str) -> (String, String) {
    let back = browser.get(address).await;
    assert_eq!((back.status, back.location()), (303, "/dashboard/"), "{}", back.body);
    let page = browser.get("/dashboard/").await;
    let _ = site;
    (page.notice().to_owned(), page.state().to_owned())
}

fn expected(notice: &str) -> (String, String) {
    (notice.to_owned(), "none".to_owned())
}

fn with(address: &str, name: &str, value: Option<&str>) -> String {
    let mut url = Url::parse(address).unwrap();
    let mut pairs: Vec<(String, String)> = url
        .query_pairs()
        .filter(|(key, _)| key != name)
        .map(|(k, v)| (k.into(), v.into()))
        .collect();
    pairs.extend(value.map(|value| (name.to_owned(), value.to_owned())));
    url.query_pairs_mut().clear().extend_pairs(pairs);
    url.into()
}

#[tokio::test]
async fn a_callback_works_once() {
    let site = Site::start().await;
    let mut anna = site.registered(ANNA).await;
    let callback = site.callback(&mut anna, Visit::allow(TANYA)).await;
    let connected = ("connected".to_owned(), "active".to_owned());
    assert_eq!(arrives_at(&site, &mut anna, &callback).await, connected);
    let replayed = ("unknown_attempt".to_owned(), "active".to_owned());
    assert_eq!(arrives_at(&site, &mut anna, &callback).await, replayed);
}

#[tokio::test]
async fn altered_missing_and_foreign_states_are_refused_and_cost_nothing() {
    let site = Site::start().await;
    let mut anna = site.registered(ANNA).await;
    let callback = site.callback(&mut anna, Visit::allow(TANYA)).await;

    for altered in [with(&callback, "state", Some("altered")), with(&callback, "state", None)] {
        assert_eq!(arrives_at(&site, &mut anna, &altered).await, expected("unknown_attempt"));
    }
    let mut nina = site.registered("nina@example.com").await;
    assert_eq!(arrives_at(&site, &mut nina, &callback).await, expected("unknown_attempt"));
    let mut other_browser = anna.clone();
    other_browser.cookies.remove("selexia_attempt");
    assert_eq!(arrives_at(&site, &mut other_browser, &callback).await, expected("unknown_attempt"));
    assert_eq!(site.google.world().calls(Endpoint::TokenCode), 0, "no code was even tried");

    let connected = ("connected".to_owned(), "active".to_owned());
    assert_eq!(
        arrives_at(&site, &mut anna, &callback).await,
        connected,
        "none of it spoiled the trip"
    );
}

#[tokio::test]
async fn a_session_that_ended_meanwhile_signs_in_and_starts_again() {
    let site = Site::start().await;
    let mut anna = site.registered(ANNA).await;
    let callback = site.callback(&mut anna, Visit::allow(TANYA)).await;
    anna.post("/logout/", &[]).await;
    let back = anna.get(&callback).await;
    assert_eq!(back.location(), "/login/?next=/gmail/connect/");
}

#[tokio::test]
async fn a_wrong_issuer_is_refused_and_extras_are_ignored() {
    let site = Site::start().await;
    let mut anna = site.registered(ANNA).await;
    let callback = site.callback(&mut anna, Visit::allow(TANYA)).await;
    let forged = with(&callback, "iss", Some("https://evil.example"));
    assert_eq!(arrives_at(&site, &mut anna, &forged).await, expected("rejected"));
    assert_eq!(site.google.world().calls(Endpoint::TokenCode), 0);

    let callback = site.callback(&mut anna, Visit::allow(TANYA)).await;
    let callback = with(&with(&callback, "iss", None), "surprise", Some("x"));
    let connected = ("connected".to_owned(), "active".to_owned());
    assert_eq!(arrives_at(&site, &mut anna, &callback).await, connected);
}

#[tokio::test]
async fn garbage_codes_and_foreign_codes_store_nothing() {
    let site = Site::start().await;
    let mut anna = site.registered(ANNA).await;
    let long = "4/".repeat(2_000);
    for code in [Some("garbage"), Some(long.as_str()), None] {
        let callback = site.callback(&mut anna, Visit::allow(TANYA)).await;
        let altered = with(&callback, "code", code);
        assert_eq!(arrives_at(&site, &mut anna, &altered).await, expected("rejected"));
    }
    // A code of another attempt fails at Google for its verifier (PKCE), whatever the state.
    let first = site.callback(&mut anna, Visit::allow(TANYA)).await;
    let second = site.callback(&mut anna, Visit::allow(TANYA)).await;
    let code = Url::parse(&first)
        .unwrap()
        .query_pairs()
        .find(|(k, _)| k == "code")
        .unwrap()
        .1
        .into_owned();
    let injected = with(&second, "code", Some(&code));
    assert_eq!(arrives_at(&site, &mut anna, &injected).await, expected("rejected"));
}

#[tokio::test]
async fn errors_from_google_are_told_apart() {
    let site = Site::start().await;
    let mut anna = site.registered(ANNA).await;
    for (error, notice) in [
        ("access_denied", "cancelled"),
        ("temporarily_unavailable", "google_unavailable"),
        ("server_error", "google_unavailable"),
        ("invalid_scope", "operator_fault"),
        ("<script>", "operator_fault"),
    ] {
        let callback = site.callback(&mut anna, Visit::allow(TANYA)).await;
        let altered = with(&with(&callback, "code", None), "error", Some(error));
        assert_eq!(arrives_at(&site, &mut anna, &altered).await, expected(notice), "{error}");
    }
}

#[tokio::test]
async fn broken_answers_of_the_token_endpoint_store_nothing() {
    let site = Site::start().await;
    let mut anna = site.registered(ANNA).await;
    let token = Endpoint::TokenCode;
    for (fault, notice) in [
        (Fault::body(token, 200, FaultBody::Html), "rejected"),
        (Fault::body(token, 200, FaultBody::MalformedJson), "rejected"),
        (Fault::new(token, InjectedFault::Oversized { bytes: 4_000_000 }), "rejected"),
        (Fault::new(token, InjectedFault::Endless), "rejected"),
        (Fault::status(token, 503), "google_unavailable"),
        (Fault::status(token, 429), "google_unavailable"),
        (Fault::new(token, InjectedFault::Truncated), "google_unavailable"),
        (Fault::new(token, InjectedFault::DropBefore), "google_unavailable"),
        (Fault::oauth_error(token, "invalid_client"), "operator_fault"),
        (Fault::oauth_error(token, "invalid_grant"), "rejected"),
    ] {
        let said = format!("{fault:?}");
        let callback = site.callback(&mut anna, Visit::allow(TANYA)).await;
        site.google.world().inject(fault);
        assert_eq!(arrives_at(&site, &mut anna, &callback).await, expected(notice), "{said}");
        site.google.world().clear_faults();
    }
}

#[tokio::test]
async fn no_hostile_id_token_ever_connects() {
    let site = Site::start().await;
    let mut anna = site.registered(ANNA).await;
    let corpus = hostile_id_tokens(site.google.client_id());
    assert!(corpus.len() >= 30, "{}", corpus.len());
    for hostile in corpus {
        let callback = site.callback(&mut anna, Visit::allow(TANYA)).await;
        site.google.world().forge_id_token(hostile.forge, Some(1));
        let arrived = arrives_at(&site, &mut anna, &callback).await;
        assert_eq!(arrived, expected("rejected"), "{}", hostile.name);
    }
    site.google.world().forge_id_token(IdTokenForge::shift("iat", 60), Some(1));
    let callback = site.callback(&mut anna, Visit::allow(TANYA)).await;
    let connected = ("connected".to_owned(), "active".to_owned());
    assert_eq!(
        arrives_at(&site, &mut anna, &callback).await,
        connected,
        "a clock a minute ahead is fine"
    );
}

#[tokio::test]
async fn a_failing_first_sync_leaves_a_connection_that_catches_up() {
    let site = Site::start().await;
    let mut anna = site.registered(ANNA).await;
    let callback = site.callback(&mut anna, Visit::allow(TANYA)).await;
    site.google.world().inject(Fault::status(Endpoint::Userinfo, 503));
    let arrived = arrives_at(&site, &mut anna, &callback).await;
    assert_eq!(arrived, ("connected_later".to_owned(), "down".to_owned()));
    site.google.world().clear_faults();
    anna.post("/gmail/sync/", &[]).await;
    assert_eq!(anna.get("/dashboard/").await.field("first_name"), "Татьяна");
}

/// T3: a doubled callback makes one connection, a thousand times.
#[tokio::test(flavor = "multi_thread")]
async fn a_doubled_callback_makes_one_connection_each_time() {
    let site = Site::start().await;
    let mut anna = site.registered(ANNA).await;
    for round in 0..soak::rounds(1_000, 100) {
        let callback = site.callback(&mut anna, Visit::allow(TANYA)).await;
        let (mut first, mut second) = (anna.clone(), anna.clone());
        let before = site.google.world().calls(Endpoint::TokenCode);
        tokio::join!(first.get(&callback), second.get(&callback));
        let mut notices =
            [first, second].map(|b| b.cookies.get("selexia_flash").cloned().unwrap_or_default());
        notices.sort();
        assert_eq!(notices, ["connected", "unknown_attempt"], "round {round}");
        assert_eq!(site.google.world().calls(Endpoint::TokenCode) - before, 1, "round {round}");
        anna.post("/gmail/disconnect/", &[]).await;
        // Connecting the account again ends the errand to revoke it.
    }
    assert_eq!(site.google.world().grants().len(), 1);
}
