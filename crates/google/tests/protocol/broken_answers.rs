//! What no document promises: every way for an answer to be wrong, at every address we ask.
//!
//! Whatever happens, the call ends soon, in one of four errors, and never in a dead grant.

use std::time::Duration;

use google::{Error, Google, Prompt};
use model::Subject;
use sandbox::{Endpoint, Fault, FaultBody, InjectedFault};

use crate::test_app::{NONCE, TATIANA, TestApp, kind, verifier};

fn mishaps(endpoint: Endpoint) -> Vec<(Fault, &'static str)> {
    let answer = |status, body| Fault::body(endpoint, status, body);
    let mishap = |mishap| Fault::new(endpoint, mishap);
    vec![
        (answer(200, FaultBody::Empty), "protocol"),
        (answer(200, FaultBody::Html), "protocol"),
        (answer(200, FaultBody::MalformedJson), "protocol"),
        (answer(204, FaultBody::Empty), "protocol"),
        (answer(302, FaultBody::Empty), "protocol"),
        (answer(400, FaultBody::Html), "protocol"),
        (answer(404, FaultBody::MalformedJson), "protocol"),
        (answer(429, FaultBody::Html), "rate limited"),
        (answer(500, FaultBody::Empty), "unavailable"),
        (answer(503, FaultBody::Html), "unavailable"),
        (mishap(InjectedFault::Oversized { bytes: 3 << 20 }), "protocol"),
        (mishap(InjectedFault::Truncated), "unanswered"),
        (mishap(InjectedFault::DropBefore), "unanswered"),
        (mishap(InjectedFault::DropAfter), "unanswered"),
        (mishap(InjectedFault::Hang), "unanswered"),
        (mishap(InjectedFault::Endless), "unanswered"),
        (Fault::slow(endpoint, Duration::from_secs(20)), "unanswered"),
    ]
}

async fn survive(
    stage: &TestApp,
    endpoint: Endpoint,
    call: impl AsyncFn(&Google) -> Result<(), Error>,
) {
    for (fault, expected) in mishaps(endpoint) {
        let google = stage.impatient();
        stage.world().inject(fault.clone());
        let error = call(&google).await.expect_err(&format!("{fault:?}"));
        assert_eq!(kind(&error), expected, "{fault:?}: {error}");
        stage.world().clear_faults();
        call(&google).await.unwrap_or_else(|error| panic!("after {fault:?}: {error}"));
    }
}

#[tokio::test]
async fn discovery() {
    let stage = TestApp::new().await;
    survive(&stage, Endpoint::Discovery, async |google| google.warm_up(stage.now()).await).await;
}

#[tokio::test]
async fn keys() {
    let stage = TestApp::new().await;
    survive(&stage, Endpoint::Jwks, async |google| google.warm_up(stage.now()).await).await;
}

#[tokio::test]
async fn exchange() {
    let stage = TestApp::new().await;
    survive(&stage, Endpoint::TokenCode, async |google| {
        let code = stage.code(Prompt::Consent).await;
        google.exchange(&code, &verifier(), NONCE, stage.now()).await.map(drop)
    })
    .await;
}

#[tokio::test]
async fn refresh() {
    let stage = TestApp::new().await;
    let token = stage.consent().await.tokens.refresh.unwrap();
    survive(&stage, Endpoint::TokenRefresh, async |google| {
        google.refresh(&token, stage.now()).await.map(drop)
    })
    .await;
}

#[tokio::test]
async fn userinfo() {
    let stage = TestApp::new().await;
    let access = stage.consent().await.tokens.access;
    let tatiana = Subject::parse(TATIANA).unwrap();
    survive(&stage, Endpoint::Userinfo, async |google| {
        google.userinfo(&access, &tatiana, stage.now()).await.map(drop)
    })
    .await;
}

#[tokio::test]
async fn mailbox() {
    let stage = TestApp::new().await;
    let access = stage.consent().await.tokens.access;
    survive(&stage, Endpoint::GmailProfile, async |google| google.mailbox(&access).await.map(drop))
        .await;
}

#[tokio::test]
async fn picture() {
    let stage = TestApp::new().await;
    let access = stage.consent().await.tokens.access;
    let tatiana = Subject::parse(TATIANA).unwrap();
    let userinfo = stage.google.userinfo(&access, &tatiana, stage.now()).await.unwrap();
    let address = userinfo.picture.unwrap();
    survive(&stage, Endpoint::Picture, async |google| google.picture(&address).await.map(drop))
        .await;
}
