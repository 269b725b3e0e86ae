//! The site's own mail: one for each thing that its reader should know, in their language.

use chrono::TimeDelta;
use model::JobKind;
use sandbox::Visit;

use crate::browser::Browser;
use crate::site::{Site, TANYA};

const ANNA: &str = "anna@example.com";

async fn connected(site: &Site) -> Browser {
    let mut anna = site.registered(ANNA).await;
    assert_eq!(site.connect(&mut anna, Visit::allow(TANYA)).await.state(), "active");
    anna
}

async fn subjects(site: &Site) -> Vec<String> {
    site.mails_to(ANNA).await.into_iter().map(|mail| mail.subject).collect()
}

#[tokio::test]
async fn twenty_failing_syncs_are_one_mail_and_a_new_incident_is_another() {
    let site = Site::start().await;
    let mut anna = connected(&site).await;
    for incident in 1..=2 {
        site.google.world().remove_access(TANYA);
        for _ in 0..20 {
            anna.post("/gmail/sync/", &[]).await;
            site.run_due(JobKind::SendMail).await;
        }
        let sent = subjects(&site).await;
        let told = sent.iter().filter(|subject| *subject == "Gmail нужно подключить заново");
        assert_eq!(told.count(), incident, "{sent:?}");
        assert_eq!(site.connect(&mut anna, Visit::allow(TANYA)).await.state(), "active");
    }
    let mail = site.mails_to(ANNA).await.remove(1);
    assert_eq!(mail.links(), [format!("{}dashboard/", site.url)]);
}

#[tokio::test]
async fn a_trouble_that_was_repaired_before_its_mail_left_is_not_told() {
    let site = Site::start().await;
    let mut anna = connected(&site).await;
    site.google.world().remove_access(TANYA);
    anna.post("/gmail/sync/", &[]).await;
    site.connect(&mut anna, Visit::allow(TANYA)).await;
    assert_eq!(subjects(&site).await, ["Gmail подключён", "Gmail подключён"]);
}

#[tokio::test]
async fn connecting_and_disconnecting_are_told_in_the_language_of_the_profile() {
    let site = Site::start().await;
    let mut anna = site.registered(ANNA).await;
    anna.post("/dashboard/profile/", &[("language", "en-GB")]).await;
    site.connect(&mut anna, Visit::allow(TANYA)).await;
    assert_eq!(subjects(&site).await, ["Gmail is connected"]);
    anna.post("/gmail/disconnect/", &[]).await;
    assert_eq!(subjects(&site).await, ["Gmail is connected", "Gmail is disconnected"]);
    for mail in site.mails_to(ANNA).await {
        let cyrillic = |c: char| ('а'..='я').contains(&c) || ('А'..='Я').contains(&c);
        assert!(!mail.text.contains(cyrillic) && !mail.html.contains(cyrillic), "{}", mail.text);
        for of_google in ["tanran.an@gmail.com", "Татьяна"] {
            assert!(!mail.text.contains(of_google), "nothing from Google is in a mail");
        }
    }
}

#[tokio::test]
async fn mail_that_cannot_leave_is_tried_again_under_the_same_name_and_given_up_after_three_days() {
    let site = Site::with_a_clock().await;
    let refuse = |answer: Option<&str>| {
        let answer = answer.map(str::to_owned);
        site.google.world().adjust(|habits| habits.mail_refusal = answer);
    };
    connected(&site).await;
    refuse(Some("451 4.3.0 later"));
    let send = async || site.run_due(JobKind::SendMail).await;
    assert_eq!((send().await, send().await), (1, 0), "it waits");
    site.pass(TimeDelta::seconds(30));
    assert_eq!((send().await, send().await), (1, 0), "longer each time");
    site.pass(TimeDelta::seconds(59));
    assert_eq!(send().await, 0);
    refuse(None);
    site.pass(TimeDelta::seconds(1));
    assert_eq!(subjects(&site).await, ["Gmail подключён"]);

    let mut anna = site.browser();
    anna.post("/login/", &[("email", ANNA), ("password", crate::site::PASSWORD)]).await;
    anna.post("/gmail/disconnect/", &[]).await;
    refuse(Some("451 4.3.0 later"));
    let mut tries = 0;
    for _ in 0..(4 * 24) {
        tries += send().await;
        site.pass(TimeDelta::hours(1));
    }
    assert!((70..=80).contains(&tries), "every hour for three days: {tries}");
    refuse(None);
    assert_eq!(subjects(&site).await.len(), 1, "it came too late to help");
}

#[tokio::test]
async fn a_refusal_for_good_is_believed() {
    let site = Site::with_a_clock().await;
    connected(&site).await;
    let refusal = Some("550 5.1.1 no such mailbox".to_owned());
    site.google.world().adjust(|habits| habits.mail_refusal = refusal);
    assert_eq!(site.run_due(JobKind::SendMail).await, 1);
    site.google.world().adjust(|habits| habits.mail_refusal = None);
    site.pass(TimeDelta::hours(2));
    assert!(subjects(&site).await.is_empty());
}

#[tokio::test]
async fn a_site_without_mail_keeps_none_for_later() {
    let site = Site::start_with(&[("SMTP_URL", "")]).await;
    let mut anna = connected(&site).await;
    site.google.world().remove_access(TANYA);
    anna.post("/gmail/sync/", &[]).await;
    assert_eq!(anna.get("/dashboard/").await.state(), "reconnect");
    assert_eq!(site.run_due(JobKind::SendMail).await, 2);
    assert!(site.google.world().mails().is_empty());
    // Switched on next month, nobody is told of today.
    site.assert_no_job_left().await;
}
