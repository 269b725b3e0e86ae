//! Old grant, new access token.

use std::time::Duration;

use google::{Ended, Error, OperatorFault};
use sandbox::{Endpoint, Fault};
use secrecy::{ExposeSecret, SecretString};

use crate::test_app::{TATIANA, TestApp, scopes};

async fn refresh_token(stage: &TestApp) -> SecretString {
    stage.consent().await.tokens.refresh.expect("a refresh token")
}

#[tokio::test]
async fn a_refresh_gives_a_new_access_token_and_keeps_the_refresh_token() {
    let stage = TestApp::new().await;
    let token = refresh_token(&stage).await;
    stage.world().advance(Duration::from_secs(3600));
    let refreshed = stage.google.refresh(&token, stage.now()).await.unwrap();
    assert!(refreshed.refresh.is_none(), "nothing to overwrite the stored one with");
    assert_eq!(refreshed.granted, Some(scopes()));
    assert!(refreshed.access_expires_at > stage.now());
    assert!(stage.world().is_live(refreshed.access.expose_secret()));
}

#[tokio::test]
async fn a_rotated_refresh_token_is_handed_on() {
    let stage = TestApp::new().await;
    let token = refresh_token(&stage).await;
    stage.world().adjust(|behaviour| behaviour.rotate_refresh_tokens = true);
    let next = stage.google.refresh(&token, stage.now()).await.unwrap().refresh.unwrap();
    assert_ne!(next.expose_secret(), token.expose_secret());
    assert!(stage.google.refresh(&next, stage.now()).await.is_ok());
    let dead = stage.google.refresh(&token, stage.now()).await;
    assert_eq!(dead.unwrap_err(), Error::Ended { reason: Ended::Revoked });
}

#[tokio::test]
async fn an_id_token_on_a_refresh_changes_nothing() {
    let stage = TestApp::new().await;
    let token = refresh_token(&stage).await;
    stage.world().adjust(|behaviour| behaviour.id_token_on_refresh = true);
    assert!(stage.google.refresh(&token, stage.now()).await.is_ok());
}

#[tokio::test]
async fn access_that_the_user_removed_is_over() {
    let stage = TestApp::new().await;
    let token = refresh_token(&stage).await;
    stage.world().remove_access(TATIANA);
    let refused = stage.google.refresh(&token, stage.now()).await;
    assert_eq!(refused.unwrap_err(), Error::Ended { reason: Ended::Revoked });
}

#[tokio::test]
async fn every_refusal_says_who_can_mend_it() {
    let stage = TestApp::new().await;
    let token = refresh_token(&stage).await;
    let oauth = |error| Fault::oauth_error(Endpoint::TokenRefresh, error);
    let operator = |code| Error::Operator { code };
    for (fault, expected) in [
        (oauth("invalid_grant"), Error::Ended { reason: Ended::Revoked }),
        (oauth("admin_policy_enforced"), Error::Ended { reason: Ended::AdminPolicy }),
        (Fault::invalid_rapt(), Error::Ended { reason: Ended::SessionControl }),
        (oauth("invalid_client"), operator(OperatorFault::InvalidClient)),
        (oauth("unauthorized_client"), operator(OperatorFault::UnauthorizedClient)),
        (
            oauth("temporarily_unavailable"),
            Error::Unavailable { what: "Google answered that it is unwell" },
        ),
    ] {
        stage.world().inject(fault.clone().times(1));
        let refused = stage.google.refresh(&token, stage.now()).await;
        assert_eq!(refused.unwrap_err(), expected, "{fault:?}");
    }
    assert!(stage.google.refresh(&token, stage.now()).await.is_ok(), "the token was kept alive");
}
