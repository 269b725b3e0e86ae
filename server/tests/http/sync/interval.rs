//! How often the profile is brought up to date: the user's to choose, within the operator's limits.

use chrono::TimeDelta;
use reqwest::Method;
use sandbox::Visit;
use serde_json::{Value, json};
use testkit::users::{ANNA, TANYA};

use crate::program::{ALL_SCOPES, Program};
use crate::site::Site;

/// The words that the cabinet offers.
fn offered(page: &str) -> Vec<&str> {
    let form = page.split("action=\"/gmail/interval/\"").nth(1).expect("the form is there");
    let form = form.split("</form>").next().unwrap();
    form.split("<option value=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect()
}

#[tokio::test]
async fn a_user_chooses_how_often_they_are_synced() {
    let site = Site::start().await;
    let mut anna = site.registered(ANNA).await;
    let page = site.connect(&mut anna, Visit::allow(TANYA)).await;
    assert_eq!(offered(&page.body), ["", "six_hours", "daily", "three_days", "weekly"]);
    let user = site.user(ANNA).await;
    let hours_to_next = async || {
        let cabinet = site.services.connections.cabinet(user).await.unwrap();
        let connection = cabinet.dashboard.connection.unwrap();
        (connection.next_sync_at - connection.synced_at.unwrap()).num_minutes() as f64 / 60.0
    };
    for (word, least, most) in [("three_days", 69.0, 75.0), ("six_hours", 6.0, 6.5)] {
        let saved = anna.post("/gmail/interval/", &[("interval", word)]).await;
        assert_eq!((saved.status, saved.location()), (303, "/dashboard/"));
        let page = anna.get("/dashboard/").await;
        assert_eq!(page.notice(), "interval_saved");
        let chosen = format!("<option value=\"{word}\" selected");
        assert!(page.body.contains(&chosen), "{word} is not shown as chosen");
        let hours = hours_to_next().await;
        assert!((least..=most).contains(&hours), "{word}: {hours}");
    }
    // It becomes due then, and stays the user's choice.
    site.pass(TimeDelta::hours(7));
    assert_eq!(site.services.syncs.sync_due().await.unwrap(), 1);
    assert!((6.0..=6.5).contains(&hours_to_next().await));
    anna.post("/gmail/interval/", &[("interval", "")]).await;
    assert!((23.0..=25.0).contains(&hours_to_next().await));
}

#[tokio::test]
async fn only_what_the_operator_allows_is_offered_and_taken() {
    let limits = [("GMAIL_SYNC_EVERY_MIN", "12h"), ("GMAIL_SYNC_EVERY_MAX", "3d")];
    let site = Site::start_with(&limits).await;
    let mut anna = site.registered(ANNA).await;
    let refused = anna.post("/gmail/interval/", &[("interval", "daily")]).await;
    assert_eq!(refused.location(), "/dashboard/");
    assert_eq!(anna.get("/dashboard/").await.notice(), "not_connected");
    let page = site.connect(&mut anna, Visit::allow(TANYA)).await;
    assert_eq!(offered(&page.body), ["", "daily", "three_days"]);
    for word in ["weekly", "six_hours", "hourly"] {
        anna.post("/gmail/interval/", &[("interval", word)]).await;
        let page = anna.get("/dashboard/").await;
        assert_eq!(page.notice(), "not_saved", "{word}");
        assert!(page.body.contains("<option value=\"\" selected"), "{word}");
    }
    let stranger = site.browser().post("/gmail/interval/", &[("interval", "daily")]).await;
    assert!(stranger.location().starts_with("/login/"), "{}", stranger.location());
    anna.post("/gmail/pause/", &[]).await;
    let page = anna.get("/dashboard/").await;
    assert!(!page.body.contains("/gmail/interval/"), "nothing comes by itself now");
}

#[tokio::test]
async fn a_program_chooses_as_its_user_would() {
    let site = Site::start_with(&[("GMAIL_SYNC_EVERY_MAX", "3d")]).await;
    let mut anna = site.registered(ANNA).await;
    let program = Program::of(&site, &mut anna, &ALL_SCOPES).await;
    let choose = async |interval: Value| {
        let body = json!({"interval": interval}).to_string();
        program.send(Method::PUT, "/api/v1/connection/interval", Some(body), &[]).await
    };
    assert_eq!(choose(json!("daily")).await.status, 409, "nothing is connected");
    site.connect(&mut anna, Visit::allow(TANYA)).await;
    let before = program.get("/api/v1/connection").await.json();
    assert_eq!(before["interval"], Value::Null);
    assert_eq!(before["intervals"], json!(["six_hours", "daily", "three_days"]));
    let chosen = choose(json!("three_days")).await;
    assert_eq!((chosen.status, &chosen.json()["interval"]), (200, &json!("three_days")));
    assert!(chosen.json()["next_sync_at"].as_str() > before["next_sync_at"].as_str());
    for word in ["weekly", "hourly"] {
        let refused = choose(json!(word)).await;
        assert_eq!(refused.status, 422, "{word}");
        let fault = &refused.json()["errors"][0];
        assert_eq!(fault["pointer"], "/interval");
        assert_eq!(fault["detail"], "expected one of: six_hours, daily, three_days", "{word}");
    }
    assert!(anna.get("/dashboard/").await.body.contains("<option value=\"three_days\" selected"));
    let left = choose(Value::Null).await;
    assert_eq!((left.status, &left.json()["interval"]), (200, &Value::Null));
}
