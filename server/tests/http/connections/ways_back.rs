//! Second thoughts: pause instead of disconnecting, take a disconnection back, keep or switch.

use chrono::TimeDelta;
use model::JobKind;
use sandbox::{Answer, Endpoint, Visit};

use crate::browser::{Browser, Page};
use crate::site::{PASSWORD, Site, TANYA};

const ANNA: &str = "anna@example.com";
const IVAN: &str = "110000000000000000002";

/// What the page shows between its head and its foot, without the notice.
fn main_of(page: &Page) -> &str {
    let from = page.body.find("<div class=\"rooms\"").expect("the cabinet");
    let shown = &page.body[from..];
    // The history says that something was taken back, and is right to.
    &shown[..shown.find("class=\"card events").unwrap_or(shown.len())]
}

fn revocation(page: &Page) -> &str {
    let marker = "data-revocation=\"";
    let Some(from) = page.body.find(marker) else { return "" };
    page.body[from + marker.len()..].split('"').next().unwrap()
}

#[tokio::test]
async fn a_disconnection_is_taken_back_within_half_a_minute() {
    let site = Site::start().await;
    let mut anna = site.registered(ANNA).await;
    anna.post("/dashboard/profile/", &[("first_name", "Анна"), ("last_name", "")]).await;
    site.connect(&mut anna, Visit::allow(TANYA)).await;
    anna.post("/dashboard/choices/", &[("first_name", "apply")]).await;
    anna.get("/dashboard/").await;
    let before = anna.get("/dashboard/").await;

    anna.post("/gmail/disconnect/", &[]).await;
    let gone = anna.get("/dashboard/").await;
    assert_eq!((gone.state(), revocation(&gone)), ("none", "undo"));
    assert_eq!(gone.field("first_name"), "Анна");
    for marker in ["удалено", "возвращено ваше", "https://myaccount.google.com/permissions"]
    {
        assert!(gone.body.to_lowercase().contains(marker), "{marker}");
    }
    site.clock.advance(TimeDelta::seconds(29));
    assert_eq!(site.run_due(JobKind::RevokeToken).await, 0, "Google is not told yet");

    let place = |what: &str| gone.body.find(what).unwrap_or_else(|| panic!("no {what}"));
    assert!(place("/gmail/disconnect/undo/") < place("card profile"), "nobody has to look for it");
    let back = anna.post("/gmail/disconnect/undo/", &[]).await;
    assert_eq!((back.status, back.location()), (303, "/dashboard/"));
    assert_eq!(anna.get("/dashboard/").await.notice(), "restored");
    let after = anna.get("/dashboard/").await;
    assert_eq!(main_of(&after), main_of(&before), "everything is as it was");

    // And it is a real connection: it syncs, and nothing is left that could revoke it.
    site.google.world().edit_account(TANYA, |account| account.family_name = Some("Новая".into()));
    anna.post("/gmail/sync/", &[]).await;
    assert_eq!(anna.get("/dashboard/").await.field("last_name"), "Новая");
    site.clock.advance(TimeDelta::minutes(5));
    assert_eq!(site.run_due(JobKind::RevokeToken).await, 0);
    assert_eq!(site.google.world().calls(Endpoint::Revoke), 0);
    site.assert_no_job_left().await;
}

#[tokio::test]
async fn after_half_a_minute_it_is_too_late() {
    let site = Site::start().await;
    let mut anna = site.registered(ANNA).await;
    site.connect(&mut anna, Visit::allow(TANYA)).await;
    anna.post("/gmail/disconnect/", &[]).await;
    site.clock.advance(TimeDelta::seconds(30));
    // Even before the worker has come round.
    assert_eq!(revocation(&anna.get("/dashboard/").await), "pending");
    anna.post("/gmail/disconnect/undo/", &[]).await;
    let late = anna.get("/dashboard/").await;
    assert_eq!((late.notice(), late.state()), ("too_late", "none"));
    assert_eq!(site.run_due(JobKind::RevokeToken).await, 1);
    anna.post("/gmail/disconnect/undo/", &[]).await;
    let done = anna.get("/dashboard/").await;
    assert_eq!((done.notice(), done.state(), revocation(&done)), ("too_late", "none", "done"));
    assert!(site.google.world().grants()[0].revoked_at.is_some());
}

#[tokio::test]
async fn nobody_else_can_take_it_back() {
    let site = Site::start().await;
    let mut anna = site.registered(ANNA).await;
    site.connect(&mut anna, Visit::allow(TANYA)).await;
    anna.post("/gmail/disconnect/", &[]).await;
    let mut nina = site.registered("nina@example.com").await;
    nina.post("/gmail/disconnect/undo/", &[]).await;
    let hers = nina.get("/dashboard/").await;
    assert_eq!((hers.notice(), hers.state()), ("too_late", "none"));
    nina.post("/gmail/disconnect/finish/", &[]).await;
    assert_eq!(revocation(&anna.get("/dashboard/").await), "undo", "hers to decide");
    let mut stranger = site.browser();
    let refused = stranger.post("/gmail/disconnect/undo/", &[]).await;
    assert_eq!(refused.location(), "/login/?next=/dashboard/");
}

#[tokio::test]
async fn who_wants_no_way_back_has_google_told_at_once() {
    let site = Site::start().await;
    let mut anna = site.registered(ANNA).await;
    site.connect(&mut anna, Visit::allow(TANYA)).await;
    anna.post("/gmail/disconnect/", &[]).await;
    anna.post("/gmail/disconnect/finish/", &[]).await;
    assert_eq!(anna.get("/dashboard/").await.notice(), "finished");
    assert_eq!(site.run_due(JobKind::RevokeToken).await, 1);
    assert_eq!(revocation(&anna.get("/dashboard/").await), "done");
}

#[tokio::test]
async fn connecting_again_at_once_is_not_undone_by_the_old_errand() {
    let site = Site::start().await;
    let mut anna = site.registered(ANNA).await;
    site.connect(&mut anna, Visit::allow(TANYA)).await;
    anna.post("/gmail/disconnect/", &[]).await;
    let again = site.connect(&mut anna, Visit::allow(TANYA)).await;
    assert_eq!(again.state(), "active");
    site.clock.advance(TimeDelta::days(3));
    assert_eq!(site.run_due(JobKind::RevokeToken).await, 0);
    assert_eq!(site.google.world().calls(Endpoint::Revoke), 0, "it would end the new grant");
    anna.post("/gmail/disconnect/undo/", &[]).await;
    assert_eq!(anna.get("/dashboard/").await.state(), "active");
}

#[tokio::test]
async fn pausing_keeps_everything_and_stops_what_comes_by_itself() {
    let site = Site::start().await;
    let mut anna = site.registered(ANNA).await;
    site.connect(&mut anna, Visit::allow(TANYA)).await;
    let offer = anna.get("/gmail/disconnect/").await;
    assert!(offer.body.contains("action=\"/gmail/pause/\""), "offered where one disconnects");
    anna.post("/gmail/pause/", &[]).await;
    let paused = anna.get("/dashboard/").await;
    assert_eq!((paused.notice(), paused.state()), ("paused", "paused"));
    assert_eq!(paused.field("first_name"), "Татьяна");

    site.google.world().edit_account(TANYA, |account| account.given_name = Some("Таня".into()));
    site.clock.advance(TimeDelta::days(3));
    assert_eq!(site.services.syncs.sync_due().await.unwrap(), 0);
    anna.post("/gmail/resume/", &[]).await;
    assert_eq!(site.services.syncs.sync_due().await.unwrap(), 1, "and at once");
    let resumed = anna.get("/dashboard/").await;
    assert_eq!((resumed.notice(), resumed.state()), ("resumed", "active"));
    assert_eq!(resumed.field("first_name"), "Таня");
    for (path, notice) in [("/gmail/resume/", "not_connected"), ("/gmail/pause/", "paused")] {
        anna.post(path, &[]).await;
        assert_eq!(anna.get("/dashboard/").await.notice(), notice, "{path}");
    }
}

/// Connected to one account, the user overrides the hint at Google and chooses another.
async fn wrong_choice(site: &Site) -> (Browser, Page) {
    let mut anna = site.registered(ANNA).await;
    site.connect(&mut anna, Visit::allow(TANYA)).await;
    let leaving = anna.post("/gmail/connect/", &[]).await;
    let mut authorize = url::Url::parse(leaving.location()).unwrap();
    assert!(authorize.query().unwrap().contains("login_hint=tanran.an%40gmail.com"));
    assert!(!authorize.query().unwrap().contains("prompt="), "a live refresh token is held");
    let kept: Vec<_> = authorize
        .query_pairs()
        .filter(|(k, _)| k != "login_hint")
        .map(|(k, v)| (k.into_owned(), v.into_owned()))
        .collect();
    authorize.query_pairs_mut().clear().extend_pairs(kept);
    let visit = Visit { account: IVAN.to_owned(), answer: Answer::Allow };
    let callback = site.google.browse(&authorize, visit).await.unwrap();
    let back = anna.get(callback.as_str()).await;
    assert_eq!((back.status, back.location()), (303, "/gmail/switch/"));
    let page = anna.get("/gmail/switch/").await;
    (anna, page)
}

fn is_revoked(site: &Site, sub: &str) -> bool {
    let grants = site.google.world().grants();
    grants.iter().find(|grant| grant.sub == sub).unwrap().revoked_at.is_some()
}

#[tokio::test]
async fn another_account_is_named_and_the_connected_one_can_be_kept() {
    let site = Site::start().await;
    let (mut anna, page) = wrong_choice(&site).await;
    for name in ["ta…@gmail.com", "iv…@gmail.com"] {
        assert!(page.body.contains(name), "{name}");
    }
    assert!(!page.body.contains("tanran.an") && !page.body.contains("ivan.petrov"), "masked");
    anna.post("/gmail/switch/keep/", &[]).await;
    let kept = anna.get("/dashboard/").await;
    assert_eq!((kept.notice(), kept.state()), ("kept", "active"));
    assert_eq!(kept.field("first_name"), "Татьяна");
    assert_eq!(site.run_due(JobKind::RevokeToken).await, 1);
    assert!(is_revoked(&site, IVAN) && !is_revoked(&site, TANYA));
    let over = anna.get("/gmail/switch/").await;
    assert_eq!(over.location(), "/dashboard/", "there is nothing to decide any more");
}

#[tokio::test]
async fn switching_leaves_one_account_for_the_other() {
    let site = Site::start().await;
    let (mut anna, _) = wrong_choice(&site).await;
    anna.post("/gmail/switch/", &[]).await;
    let switched = anna.get("/dashboard/").await;
    assert_eq!((switched.notice(), switched.state()), ("connected", "active"));
    assert_eq!(switched.field("first_name"), "Иван");
    assert!(!switched.body.contains("Татьяна"), "nothing of the other account is left");
    assert_eq!(site.revoke().await, 1);
    assert!(is_revoked(&site, TANYA) && !is_revoked(&site, IVAN));
    anna.post("/gmail/switch/", &[]).await;
    assert_eq!(anna.get("/dashboard/").await.notice(), "unknown_attempt");
}

#[tokio::test]
async fn who_does_not_decide_keeps_the_connected_account() {
    let site = Site::start().await;
    let (mut anna, _) = wrong_choice(&site).await;
    let mut nina = site.registered("nina@example.com").await;
    nina.post("/gmail/switch/", &[]).await;
    assert_eq!(nina.get("/dashboard/").await.state(), "none", "not hers to decide");
    site.clock.advance(TimeDelta::minutes(10));
    anna.post("/confirm/", &[("password", PASSWORD), ("next", "/gmail/switch/")]).await;
    assert_eq!(anna.get("/gmail/switch/").await.location(), "/dashboard/");
    let page = anna.get("/dashboard/").await;
    assert_eq!((page.notice(), page.state()), ("other_account", "active"));
    assert_eq!(site.run_due(JobKind::RevokeToken).await, 1);
    assert!(is_revoked(&site, IVAN) && !is_revoked(&site, TANYA));
}

#[tokio::test]
async fn an_account_that_somebody_else_took_meanwhile_is_not_switched_to() {
    let site = Site::start().await;
    let (mut anna, _) = wrong_choice(&site).await;
    let mut ivan = site.registered("ivan@example.com").await;
    site.connect(&mut ivan, Visit::allow(IVAN)).await;
    anna.post("/gmail/switch/", &[]).await;
    assert_eq!(anna.get("/dashboard/").await.field("first_name"), "Татьяна");
    site.clock.advance(TimeDelta::days(1));
    site.run_due(JobKind::RevokeToken).await;
    assert!(!is_revoked(&site, IVAN), "their connection goes on");
}
