//! Userinfo and the mailbox's summary.

use std::time::Duration;

use google::{Error, OperatorFault, Prompt};
use model::Subject;
use sandbox::{Endpoint, Fault, FaultBody, Visit};
use serde_json::json;

use crate::test_app::{NONCE, TATIANA, TestApp, verifier};

fn tatiana() -> Subject {
    Subject::parse(TATIANA).expect("a subject")
}

#[tokio::test]
async fn userinfo_is_the_profile_as_it_is_now() {
    let stage = TestApp::new().await;
    let access = stage.consent().await.tokens.access;
    let userinfo = stage.google.userinfo(&access, &tatiana(), stage.now()).await.unwrap();
    assert_eq!(userinfo.name.as_deref(), Some("Татьяна Ранова"));
    assert_eq!(userinfo.given_name.as_deref(), Some("Татьяна"));
    assert_eq!(userinfo.family_name.as_deref(), Some("Ранова"));
    assert_eq!(userinfo.email.as_deref(), Some("tanran.an@gmail.com"));
    assert_eq!(userinfo.locale.as_deref(), Some("ru"));
    assert!(userinfo.email_verified && userinfo.picture.is_some());

    stage.world().edit_account(TATIANA, |account| {
        account.email = "renamed@gmail.com".to_owned();
        account.name = None;
    });
    let userinfo = stage.google.userinfo(&access, &tatiana(), stage.now()).await.unwrap();
    assert_eq!(userinfo.email.as_deref(), Some("renamed@gmail.com"));
    assert_eq!(userinfo.name, None);
}

#[tokio::test]
async fn a_profile_of_somebody_else_is_refused() {
    let stage = TestApp::new().await;
    let access = stage.consent().await.tokens.access;
    let other = Subject::parse("110000000000000000002").unwrap();
    let refused = stage.google.userinfo(&access, &other, stage.now()).await;
    let what = "a profile of another account";
    assert_eq!(refused.unwrap_err(), Error::Protocol { what });
}

#[tokio::test]
async fn only_a_true_word_makes_an_address_verified() {
    let stage = TestApp::new().await;
    let access = stage.consent().await.tokens.access;
    for (value, expected) in [(json!("true"), true), (json!("false"), false), (json!(1), false)] {
        stage.world().adjust(|behaviour| {
            behaviour.userinfo_overrides.insert("email_verified".to_owned(), value.clone());
        });
        let userinfo = stage.google.userinfo(&access, &tatiana(), stage.now()).await.unwrap();
        assert_eq!(userinfo.email_verified, expected, "{value}");
    }
}

#[tokio::test]
async fn a_token_that_is_over_is_unauthorized() {
    let stage = TestApp::new().await;
    let access = stage.consent().await.tokens.access;
    stage.world().advance(Duration::from_secs(4000));
    let refused = stage.google.userinfo(&access, &tatiana(), stage.now()).await;
    assert_eq!(refused.unwrap_err(), Error::Unauthorized);
    assert_eq!(stage.google.mailbox(&access).await.unwrap_err(), Error::Unauthorized);
    let unsendable = "new\nline".into();
    assert_eq!(stage.google.mailbox(&unsendable).await.unwrap_err(), Error::Unauthorized);
}

#[tokio::test]
async fn the_mailbox_is_its_summary_and_language() {
    let stage = TestApp::new().await;
    let access = stage.consent().await.tokens.access;
    let mailbox = stage.google.mailbox(&access).await.unwrap();
    assert_eq!(mailbox.address, "tanran.an@gmail.com");
    assert_eq!((mailbox.messages_total, mailbox.threads_total), (1204, 871));
    assert_eq!(mailbox.display_language.as_deref(), Some("ru"));
    assert_eq!(stage.world().calls(Endpoint::GmailOther), 0, "no mail is touched");
}

#[tokio::test]
async fn without_its_language_the_mailbox_is_still_read() {
    let stage = TestApp::new().await;
    let access = stage.consent().await.tokens.access;
    for status in [401, 403, 500] {
        stage.world().inject(Fault::status(Endpoint::GmailLanguage, status).times(1));
        let mailbox = stage.google.mailbox(&access).await.unwrap();
        assert_eq!(mailbox.display_language, None, "{status}");
    }
}

#[tokio::test]
async fn the_calendar_is_its_time_zone_and_language() {
    let stage = TestApp::new().await;
    let access = stage.consent().await.tokens.access;
    let calendar = stage.google.calendar(&access).await.unwrap();
    assert_eq!(calendar.timezone.as_deref(), Some("Asia/Yekaterinburg"));
    assert_eq!(calendar.locale.as_deref(), Some("ru"));

    // Calendar's default is not a choice of its owner's.
    stage.world().edit_account(TATIANA, |account| {
        account.calendar.timezone = "Etc/GMT".to_owned();
    });
    assert_eq!(stage.google.calendar(&access).await.unwrap().timezone, None);
    assert_eq!(stage.world().calls(Endpoint::CalendarOther), 0, "no event is touched");

    stage.world().inject(Fault::status(Endpoint::CalendarSettings, 503).times(1));
    let refused = stage.google.calendar(&access).await.unwrap_err();
    assert!(matches!(refused, Error::Unavailable { .. }), "{refused}");
}

#[tokio::test]
async fn a_permission_that_was_not_given_is_missing() {
    let stage = TestApp::new().await;
    let code = stage.code_of(Prompt::Consent, Visit::allow_only(TATIANA, &[])).await;
    let consent = stage.google.exchange(&code, &verifier(), NONCE, stage.now()).await.unwrap();
    let refused = stage.google.mailbox(&consent.tokens.access).await;
    assert_eq!(refused.unwrap_err(), Error::ScopeMissing);
    let refused = stage.google.calendar(&consent.tokens.access).await;
    assert_eq!(refused.unwrap_err(), Error::ScopeMissing);
}

#[tokio::test]
async fn every_403_has_its_own_meaning() {
    let stage = TestApp::new().await;
    let access = stage.consent().await.tokens.access;
    for (reason, expected) in [
        ("insufficientPermissions", Error::ScopeMissing),
        ("userRateLimitExceeded", Error::RateLimited { retry_after: None }),
        ("rateLimitExceeded", Error::RateLimited { retry_after: None }),
        ("dailyLimitExceeded", Error::RateLimited { retry_after: None }),
        ("accessNotConfigured", Error::Operator { code: OperatorFault::ApiNotEnabled }),
        ("forbidden", Error::Protocol { what: "a refusal in unknown words" }),
    ] {
        stage.world().inject(Fault::google_error(Endpoint::GmailProfile, 403, reason).times(1));
        assert_eq!(stage.google.mailbox(&access).await.unwrap_err(), expected, "{reason}");
    }
}

#[tokio::test]
async fn a_429_says_how_long_to_wait() {
    let stage = TestApp::new().await;
    let access = stage.consent().await.tokens.access;
    let fault = |wait: &str| {
        let body = FaultBody::GoogleError { reason: "rateLimitExceeded".to_owned(), message: None };
        Fault::body(Endpoint::Userinfo, 429, body).retry_after(wait).times(1)
    };
    // The stand-in's answers carry the machine's date, so a far one shows as the longest wait.
    for (wait, expected) in [
        ("90", Some(Duration::from_secs(90))),
        ("Wed, 01 Jan 2098 00:00:00 GMT", Some(Duration::from_secs(86_400))),
        ("Sun, 06 Nov 1994 08:49:37 GMT", Some(Duration::ZERO)),
        ("later", None),
    ] {
        stage.world().inject(fault(wait));
        let refused = stage.google.userinfo(&access, &tatiana(), stage.now()).await;
        assert_eq!(refused.unwrap_err(), Error::RateLimited { retry_after: expected }, "{wait}");
    }
}
