//! Telling Google to forget.

use sandbox::{Endpoint, Fault, FaultBody, InjectedFault};
use secrecy::ExposeSecret;

use crate::test_app::{TestApp, kind};

#[tokio::test]
async fn a_revoked_grant_is_gone_and_revoking_it_again_is_fine() {
    let stage = TestApp::new().await;
    let tokens = stage.consent().await.tokens;
    let refresh = tokens.refresh.unwrap();
    stage.google.revoke(&refresh, stage.now()).await.unwrap();
    assert!(!stage.world().is_live(refresh.expose_secret()));
    assert!(!stage.world().is_live(tokens.access.expose_secret()));
    stage.google.revoke(&refresh, stage.now()).await.unwrap();
    assert_eq!(stage.world().calls(Endpoint::Revoke), 2);
}

#[tokio::test]
async fn any_other_answer_must_be_tried_again() {
    let stage = TestApp::new().await;
    let refresh = stage.consent().await.tokens.refresh.unwrap();
    let google = stage.impatient();
    for (fault, expected) in [
        (Fault::status(Endpoint::Revoke, 503), "unavailable"),
        (Fault::status(Endpoint::Revoke, 429), "rate limited"),
        (Fault::status(Endpoint::Revoke, 302), "protocol"),
        (Fault::body(Endpoint::Revoke, 400, FaultBody::Html), "protocol"),
        (Fault::oauth_error(Endpoint::Revoke, "invalid_client"), "operator"),
        (Fault::new(Endpoint::Revoke, InjectedFault::Hang), "unanswered"),
        (Fault::new(Endpoint::Revoke, InjectedFault::DropBefore), "unanswered"),
        (Fault::new(Endpoint::Revoke, InjectedFault::DropAfter), "unanswered"),
    ] {
        stage.world().inject(fault.clone().times(1));
        let refused = google.revoke(&refresh, stage.now()).await.unwrap_err();
        assert_eq!(kind(&refused), expected, "{fault:?}");
    }
    assert!(google.revoke(&refresh, stage.now()).await.is_ok(), "done, whoever heard of it");
}
