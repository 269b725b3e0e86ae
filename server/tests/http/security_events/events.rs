//! Security events as Google pushes them: what each does to a user here, and what is refused.

use std::time::Duration;

use model::JobKind;
use reqwest::Method;
use sandbox::{Endpoint, EventKind, Fault, IdTokenForge, Naming, SecurityEvent, Signing, Visit};
use serde_json::{Value, json};

use crate::browser::{Browser, Page};
use crate::site::{PASSWORD, Site, TANYA};

const ANNA: &str = "anna@example.com";
const IVAN: &str = "110000000000000000002";

async fn connected(site: &Site) -> Browser {
    let mut anna = site.registered(ANNA).await;
    assert_eq!(site.connect(&mut anna, Visit::allow(TANYA)).await.state(), "active");
    anna
}

/// A delivery as Google makes it.
async fn post(site: &Site, body: impl Into<String>) -> Page {
    let headers = [("accept", "application/json"), ("content-type", "application/secevent+jwt")];
    site.browser().send(Method::POST, "/gmail/events/", Some(body.into()), &headers).await
}

async fn push(site: &Site, event: &SecurityEvent) {
    let page = post(site, site.google.world().sign_event(event)).await;
    assert_eq!((page.status, page.body.as_str()), (202, ""), "{event:?}");
}

fn about_tanya(kind: EventKind) -> SecurityEvent {
    SecurityEvent::about(TANYA, kind)
}

fn secs_ago(site: &Site, secs: i64) -> i64 {
    site.google.world().now().timestamp() - secs
}

/// How often each kind stands in the history.
async fn lines(browser: &mut Browser, kind: &str) -> usize {
    let page = browser.get("/dashboard/history/").await;
    assert_eq!(page.status, 200, "signed out");
    page.body.matches(&format!("data-kind=\"{kind}\"")).count()
}

fn newest_refresh_token(site: &Site) -> String {
    site.google.world().issued_by_kind().refresh_tokens.pop().unwrap()
}

#[tokio::test]
async fn removed_access_is_a_state_with_a_way_out_and_no_token_is_left() {
    let site = Site::start().await;
    let mut anna = connected(&site).await;
    push(&site, &about_tanya(EventKind::TokensRevoked)).await;
    let page = anna.get("/dashboard/").await;
    assert_eq!(page.state(), "reconnect", "on the very next page");
    assert!(page.body.contains("Вы закрыли нам доступ в настройках Google"), "{}", page.body);
    assert_eq!(page.field("first_name"), "Татьяна", "data is kept");
    assert_eq!(lines(&mut anna, "security.tokens_revoked").await, 1);

    let world = site.google.world();
    let calls = world.all_calls();
    anna.post("/gmail/sync/", &[]).await;
    anna.post("/gmail/disconnect/", &[]).await;
    site.run_due(JobKind::RevokeToken).await;
    assert_eq!(world.all_calls(), calls, "there is nothing left to ask Google with");
    assert_eq!(site.connect(&mut anna, Visit::allow(TANYA)).await.state(), "active");
}

#[tokio::test]
async fn a_token_is_known_by_its_prefix_and_by_its_hash() {
    for naming in [Naming::Prefix, Naming::Hash] {
        let site = Site::start().await;
        let mut anna = connected(&site).await;
        let other = SecurityEvent::token_revoked("1//0gAnother-token-of-nobody-here", naming);
        push(&site, &other).await;
        assert_eq!(anna.get("/dashboard/").await.state(), "active", "{naming:?}");
        push(&site, &SecurityEvent::token_revoked(&newest_refresh_token(&site), naming)).await;
        assert_eq!(anna.get("/dashboard/").await.state(), "reconnect", "{naming:?}");
    }
}

#[tokio::test]
async fn a_rotated_token_is_known_and_the_one_before_it_no_longer() {
    let site = Site::start().await;
    let mut anna = connected(&site).await;
    let first = newest_refresh_token(&site);
    site.google.world().adjust(|behaviour| behaviour.rotate_refresh_tokens = true);
    site.google.world().advance(Duration::from_secs(3_700));
    anna.post_for_json("/gmail/sync/").await;
    let second = newest_refresh_token(&site);
    assert_ne!(first, second);
    // The stand-in's clock is an hour ahead by now; ours is not.
    let of = |token: &str| {
        SecurityEvent::token_revoked(token, Naming::Hash).with_claim("iat", secs_ago(&site, 3_700))
    };
    push(&site, &of(&first)).await;
    assert_eq!(anna.get("/dashboard/").await.state(), "active");
    push(&site, &of(&second)).await;
    assert_eq!(anna.get("/dashboard/").await.state(), "reconnect");
}

#[tokio::test]
async fn one_click_is_one_incident_however_it_is_told() {
    for is_reversed in [false, true] {
        let site = Site::start().await;
        let mut anna = connected(&site).await;
        let token = SecurityEvent::token_revoked(&newest_refresh_token(&site), Naming::Hash);
        let mut told = [about_tanya(EventKind::TokensRevoked), token];
        if is_reversed {
            told.reverse();
        }
        let told: Vec<_> = told.iter().map(|event| site.google.world().sign_event(event)).collect();
        for token in told.iter().chain(&told) {
            assert_eq!(post(&site, token).await.status, 202);
        }
        assert_eq!(lines(&mut anna, "connection.needs_reconnect").await, 1);
        assert_eq!(lines(&mut anna, "security.tokens_revoked").await, 1);
    }
}

#[tokio::test]
async fn a_repeated_event_does_nothing_to_a_connection_made_since() {
    let site = Site::start().await;
    let mut anna = connected(&site).await;
    let token = site.google.world().sign_event(&about_tanya(EventKind::TokensRevoked));
    assert_eq!(post(&site, &token).await.status, 202);
    assert_eq!(site.connect(&mut anna, Visit::allow(TANYA)).await.state(), "active");
    assert_eq!(post(&site, &token).await.status, 202, "Google need not send it a third time");
    assert_eq!(anna.get("/dashboard/").await.state(), "active");
}

#[tokio::test]
async fn late_news_of_tokens_before_the_last_consent_makes_us_ask_google() {
    let site = Site::start().await;
    let mut anna = connected(&site).await;
    let late = about_tanya(EventKind::TokensRevoked).with_claim("iat", secs_ago(&site, 3_600));
    push(&site, &late).await;
    assert_eq!(anna.get("/dashboard/").await.state(), "active");
    let asked = site.google.world().calls(Endpoint::Userinfo);
    assert_eq!(site.services.syncs.sync_due().await.unwrap(), 1, "a sync is due at once");
    assert_eq!(site.google.world().calls(Endpoint::Userinfo), asked + 1);
    assert_eq!(anna.get("/dashboard/").await.state(), "active", "and Google says that all is well");
}

#[tokio::test]
async fn sessions_ended_at_google_end_here_for_this_user_alone() {
    let site = Site::start().await;
    let mut anna = connected(&site).await;
    let mut elsewhere = site.browser();
    elsewhere.post("/login/", &[("email", ANNA), ("password", PASSWORD)]).await;
    let mut boris = site.registered("boris@example.com").await;
    site.connect(&mut boris, Visit::allow(IVAN)).await;
    push(&site, &about_tanya(EventKind::SessionsRevoked)).await;
    for browser in [&mut anna, &mut elsewhere] {
        assert_eq!(browser.get("/dashboard/").await.location(), "/login/?next=/dashboard/");
    }
    assert_eq!(boris.get("/dashboard/").await.state(), "active");
    anna.post("/login/", &[("email", ANNA), ("password", PASSWORD)]).await;
    assert_eq!(lines(&mut anna, "security.sessions_revoked").await, 1);
    assert_eq!(anna.get("/dashboard/").await.state(), "active", "the tokens are another matter");
}

#[tokio::test]
async fn a_hijacked_account_loses_sessions_and_tokens_here() {
    let site = Site::start().await;
    let mut anna = connected(&site).await;
    push(&site, &about_tanya(EventKind::AccountDisabled).with("reason", "hijacking")).await;
    assert_eq!(anna.get("/dashboard/").await.location(), "/login/?next=/dashboard/");
    anna.post("/login/", &[("email", ANNA), ("password", PASSWORD)]).await;
    let page = anna.get("/dashboard/").await;
    assert_eq!(page.state(), "reconnect");
    assert!(page.body.contains("мог войти кто-то чужой"), "{}", page.body);
    assert_eq!(lines(&mut anna, "security.account_hijacked").await, 1);
    push(&site, &about_tanya(EventKind::AccountEnabled)).await;
    assert_eq!(anna.get("/dashboard/").await.state(), "reconnect", "tokens do not come back");
}

#[tokio::test]
async fn a_closed_account_rests_until_it_is_open_again() {
    let site = Site::start().await;
    let mut anna = connected(&site).await;
    push(&site, &about_tanya(EventKind::AccountDisabled)).await;
    let page = anna.get("/dashboard/").await;
    assert_eq!(page.state(), "closed");
    assert!(page.body.contains("Google закрыл этот аккаунт"), "{}", page.body);
    assert!(!page.body.contains("action=\"/gmail/resume/\""), "not the user's to open");
    anna.post("/gmail/resume/", &[]).await;
    assert_eq!(anna.get("/dashboard/").await.state(), "closed");
    assert_eq!(site.services.syncs.sync_due().await.unwrap(), 0, "nothing is asked in its name");
    push(&site, &about_tanya(EventKind::AccountEnabled)).await;
    assert_eq!(anna.get("/dashboard/").await.state(), "active");
    assert_eq!(site.services.syncs.sync_due().await.unwrap(), 1, "and it catches up");
    assert_eq!(lines(&mut anna, "security.account_disabled").await, 1);
    assert_eq!(lines(&mut anna, "security.account_enabled").await, 1);
}

#[tokio::test]
async fn what_the_user_paused_stays_paused_whatever_google_tells() {
    let site = Site::start().await;
    let mut anna = connected(&site).await;
    anna.post("/gmail/pause/", &[]).await;
    for kind in [EventKind::AccountDisabled, EventKind::AccountEnabled] {
        push(&site, &about_tanya(kind)).await;
        assert_eq!(anna.get("/dashboard/").await.state(), "paused");
        assert_eq!(site.services.syncs.sync_due().await.unwrap(), 0);
    }
    anna.post("/gmail/resume/", &[]).await;
    assert_eq!(anna.get("/dashboard/").await.state(), "active");
}

#[tokio::test]
async fn agreeing_at_google_opens_what_google_had_closed() {
    let site = Site::start().await;
    let mut anna = connected(&site).await;
    push(&site, &about_tanya(EventKind::AccountDisabled)).await;
    assert_eq!(anna.get("/dashboard/").await.state(), "closed");
    assert_eq!(site.connect(&mut anna, Visit::allow(TANYA)).await.state(), "active");
}

#[tokio::test]
async fn a_user_whose_account_is_open_again_need_not_wait_for_google_to_say_so() {
    let site = Site::start().await;
    let mut anna = connected(&site).await;
    push(&site, &about_tanya(EventKind::AccountDisabled)).await;
    site.google.world().inject(Fault::status(Endpoint::Userinfo, 503).times(1));
    anna.post("/gmail/sync/", &[]).await;
    assert_eq!(anna.get("/dashboard/").await.state(), "closed");
    anna.post("/gmail/sync/", &[]).await;
    assert_eq!(anna.get("/dashboard/").await.state(), "active");
}

#[tokio::test]
async fn the_newer_of_closed_and_open_counts_in_whichever_order_they_come() {
    let site = Site::start().await;
    let mut anna = connected(&site).await;
    let at = |kind, ahead: i64| about_tanya(kind).with_claim("iat", secs_ago(&site, -ahead));
    push(&site, &at(EventKind::AccountEnabled, 20)).await;
    push(&site, &at(EventKind::AccountDisabled, 10)).await;
    assert_eq!(anna.get("/dashboard/").await.state(), "active");
    push(&site, &at(EventKind::AccountDisabled, 40)).await;
    push(&site, &at(EventKind::AccountEnabled, 30)).await;
    assert_eq!(anna.get("/dashboard/").await.state(), "closed");
}

#[tokio::test]
async fn what_only_calls_for_watchfulness_is_a_line_in_the_history() {
    let site = Site::start().await;
    let mut anna = connected(&site).await;
    push(&site, &about_tanya(EventKind::AccountDisabled).with("reason", "bulk-account")).await;
    push(&site, &about_tanya(EventKind::AccountCredentialChangeRequired)).await;
    assert_eq!(lines(&mut anna, "security.account_suspected").await, 1);
    assert_eq!(lines(&mut anna, "security.credential_change_required").await, 1);
    let page = anna.get("/dashboard/history/?show=security").await;
    assert_eq!(page.body.matches("events__item").count(), 2, "{}", page.body);
    assert_eq!(anna.get("/dashboard/").await.state(), "active");
}

#[tokio::test]
async fn what_concerns_nobody_here_is_taken_and_changes_nothing() {
    let site = Site::start().await;
    let mut anna = connected(&site).await;
    let unknown = json!({ "https://schemas.openid.net/secevent/risc/event-type/new": {} });
    let elsewhere =
        json!({ "subject_type": "iss-sub", "iss": "https://evil.example", "sub": TANYA });
    for event in [
        SecurityEvent::about(IVAN, EventKind::SessionsRevoked),
        SecurityEvent::about(IVAN, EventKind::TokensRevoked),
        SecurityEvent::new(EventKind::TokensRevoked),
        SecurityEvent::new(EventKind::TokenRevoked),
        SecurityEvent::new(EventKind::SessionsRevoked).with("subject", elsewhere),
        SecurityEvent::new(EventKind::Verification).with("state", "nobody asked"),
        SecurityEvent::new(EventKind::Verification),
        about_tanya(EventKind::TokensRevoked).with_claim("events", unknown),
    ] {
        push(&site, &event).await;
    }
    assert_eq!(anna.get("/dashboard/").await.state(), "active");
    assert_eq!(site.run_due(JobKind::ApplySecurityEvent).await, 0, "nothing is left to do");
    site.assert_no_job_left().await;
}

#[tokio::test]
async fn one_dead_token_of_the_account_that_is_not_ours_makes_us_ask_google() {
    let site = Site::start().await;
    let mut anna = connected(&site).await;
    let issuer = site.google.world().base().to_owned();
    let owner = json!({ "subject_type": "iss-sub", "iss": issuer, "sub": TANYA });
    let other = SecurityEvent::token_revoked("1//0gAnother-token-of-Tatiana", Naming::Hash);
    push(&site, &other.with("token_subject", owner)).await;
    assert_eq!(anna.get("/dashboard/").await.state(), "active");
    assert_eq!(site.services.syncs.sync_due().await.unwrap(), 1);
}

#[tokio::test]
async fn a_token_that_proves_nothing_is_refused_by_its_name() {
    let site = Site::start().await;
    let mut anna = connected(&site).await;
    let event = || about_tanya(EventKind::TokensRevoked);
    let forged = |forge| event().forged(forge);
    for (name, event, err) in [
        ("another audience", event().with_claim("aud", "someone-else"), "invalid_audience"),
        ("no audience", event().with_claim("aud", Value::Null), "invalid_audience"),
        ("another issuer", event().with_claim("iss", "https://evil.example/"), "invalid_issuer"),
        ("a week old", event().with_claim("iat", secs_ago(&site, 605_000)), "invalid_request"),
        ("from the future", event().with_claim("iat", secs_ago(&site, -600)), "invalid_request"),
        ("no jti", event().with_claim("jti", Value::Null), "invalid_request"),
        ("no events", event().with_claim("events", json!({})), "invalid_request"),
        (
            "a wrong bit",
            forged(IdTokenForge::signed(Signing::CorruptSignature)),
            "authentication_failed",
        ),
        (
            "a foreign key",
            forged(IdTokenForge::signed(Signing::ForeignKey)),
            "authentication_failed",
        ),
        ("alg none", forged(IdTokenForge::signed(Signing::None)), "invalid_key"),
        ("HS256", forged(IdTokenForge::signed(Signing::Hs256WithPublicKey)), "invalid_key"),
        ("an unknown key", forged(IdTokenForge::header("kid", "nobody")), "invalid_key"),
    ] {
        let page = post(&site, site.google.world().sign_event(&event)).await;
        assert_eq!(page.status, 400, "{name}: {}", page.body);
        assert_eq!(page.headers["content-type"], "application/json", "{name}");
        let body: Value = serde_json::from_str(&page.body).unwrap();
        assert_eq!(body["err"], err, "{name}");
        assert!(body["description"].as_str().is_some_and(|text| !text.is_empty()), "{name}");
    }
    for body in ["", "garbage", "a.b.c", "{\"events\":{}}"] {
        assert_eq!(post(&site, body).await.status, 400, "{body}");
    }
    assert_eq!(post(&site, "a".repeat(65 * 1024)).await.status, 413);
    assert_eq!(anna.get("/dashboard/").await.state(), "active", "none of them did anything");
}

#[tokio::test]
async fn both_spellings_of_the_issuer_and_a_list_of_audiences_are_googles() {
    let site = Site::start_with(&[("GMAIL_EVENTS_CLIENT_IDS", "the-app, another")]).await;
    let base = site.google.world().base().to_owned();
    let event = || SecurityEvent::new(EventKind::Verification);
    for event in [
        event().with_claim("iss", base.as_str()),
        event().with_claim("iss", format!("{base}/")),
        event().with_claim("iss", base.trim_start_matches("http://")),
        event().with_claim("aud", json!(["stranger", site.google.client_id()])),
        event().with_claim("aud", "the-app"),
        event().with_claim("exp", 1),
    ] {
        push(&site, &event).await;
    }
}

#[tokio::test]
async fn googles_trouble_and_ours_ask_for_another_delivery() {
    let site = Site::start().await;
    let mut anna = connected(&site).await;
    let world = site.google.world();
    let token = world.sign_event(&about_tanya(EventKind::TokensRevoked));
    for endpoint in [Endpoint::RiscConfiguration, Endpoint::Jwks] {
        // Discovery for the sign-in has been read already; the events' own has not.
        world.inject(Fault::status(endpoint, 503).times(1));
        let page = post(&site, &token).await;
        assert_eq!((page.status, page.headers["retry-after"].to_str().unwrap()), (503, "60"));
    }
    assert_eq!(post(&site, &token).await.status, 202, "and then it is taken");
    assert_eq!(anna.get("/dashboard/").await.state(), "reconnect");

    site.store.close().await;
    let token = world.sign_event(&about_tanya(EventKind::SessionsRevoked));
    assert_eq!(post(&site, &token).await.status, 503, "never taken without being kept");
}

#[tokio::test]
async fn a_new_key_is_fetched_and_garbage_makes_us_fetch_nothing() {
    let site = Site::start().await;
    let world = site.google.world();
    let fetches = || world.calls(Endpoint::Jwks);
    for _ in 0..20 {
        assert_eq!(post(&site, "e30.e30.e30").await.status, 400);
    }
    assert_eq!(fetches(), 0, "what is no token is not worth asking for keys");
    push(&site, &SecurityEvent::new(EventKind::Verification)).await;
    world.rotate_keys(false);
    push(&site, &SecurityEvent::new(EventKind::Verification)).await;
    assert_eq!(fetches(), 2);
    let unknown =
        SecurityEvent::new(EventKind::Verification).forged(IdTokenForge::header("kid", "made up"));
    for _ in 0..20 {
        assert_eq!(post(&site, world.sign_event(&unknown)).await.status, 400);
    }
    assert_eq!(fetches(), 2, "once a minute is enough");
}

#[tokio::test]
async fn a_browser_has_no_business_here_and_its_cookies_no_weight() {
    let site = Site::start().await;
    let mut anna = connected(&site).await;
    assert_eq!(anna.get("/gmail/events/").await.status, 405);
    let token = site.google.world().sign_event(&about_tanya(EventKind::TokensRevoked));
    // As Google's program sends it, or anybody's page: the signature alone decides.
    let headers = [("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")];
    let page = anna.send(Method::POST, "/gmail/events/", Some(token), &headers).await;
    assert_eq!(page.status, 202);
    assert!(!page.headers.contains_key("set-cookie"));
    let page = anna.send(Method::POST, "/gmail/events/", Some(String::new()), &headers).await;
    assert_eq!(page.status, 400, "and a session is none");
}
