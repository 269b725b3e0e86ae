//! The background work, seen from outside: what is left over is noticed.

use model::JobKind;
use sandbox::{Endpoint, Fault, Visit};

use crate::site::{Site, TANYA};

/// A site whose user has connected and disconnected: two mails, and a revocation that waits for
/// half a minute.
async fn disconnected() -> Site {
    let site = Site::with_a_clock().await;
    let mut anna = site.registered("anna@example.com").await;
    site.connect(&mut anna, Visit::allow(TANYA)).await;
    anna.post("/gmail/disconnect/", &[]).await;
    site
}

#[tokio::test]
async fn a_walk_that_leaves_a_job_over_fails() {
    let site = disconnected().await;
    let jobs = site.services.jobs.clone();
    let left = tokio::spawn(async move { Site::assert_none_left_in(&jobs).await }).await;
    assert!(left.unwrap_err().is_panic(), "the revocation waits for half a minute");
    site.pass(chrono::TimeDelta::seconds(30));
    site.assert_no_job_left().await;
    assert_eq!(site.google.world().calls(Endpoint::Revoke), 1);
    assert_eq!(site.google.world().mails().len(), 2);
}

#[tokio::test]
async fn a_walk_that_gave_a_job_up_fails() {
    let site = disconnected().await;
    let refusal = Some("550 5.1.1 no such mailbox".to_owned());
    site.google.world().adjust(|habits| habits.mail_refusal = refusal);
    assert_eq!(site.run_due(JobKind::SendMail).await, 2);
    site.google.world().adjust(|habits| habits.mail_refusal = None);
    site.pass(chrono::TimeDelta::seconds(30));
    let jobs = site.services.jobs.clone();
    let left = tokio::spawn(async move { Site::assert_none_left_in(&jobs).await }).await;
    assert!(left.unwrap_err().is_panic(), "two mails were given up");
    // They are kept for an operator to see, and go at last.
    let counts = site.services.jobs.counts().await.unwrap();
    assert_eq!(
        counts.iter().map(|count| (count.waiting, count.given_up)).collect::<Vec<_>>(),
        [(0, 2)]
    );
    site.pass(chrono::TimeDelta::days(31));
    site.services.jobs.purge().await.unwrap();
    site.assert_no_job_left().await;
}

/// One kind that cannot be done stands in no other's way.
#[tokio::test]
async fn mail_leaves_while_google_is_down() {
    let site = disconnected().await;
    site.google.world().inject(Fault::status(Endpoint::Revoke, 503));
    site.pass(chrono::TimeDelta::seconds(30));
    site.services.jobs.run_all_due().await.unwrap();
    assert_eq!(site.google.world().mails().len(), 2);
    let counts = site.services.jobs.counts().await.unwrap();
    let left: Vec<_> = counts.iter().map(|count| (count.kind, count.waiting)).collect();
    assert_eq!(left, [(JobKind::RevokeToken, 1)]);
}
