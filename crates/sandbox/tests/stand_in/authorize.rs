//! The authorization endpoint: what is refused on Google's own page, what is asked, what returns.

use crate::raw_http::*;
use sandbox::{Answer, BrowseError, Sandbox, Settings, Visit};

async fn refusal(sandbox: &Sandbox, changes: &[(&str, &str)]) -> (u16, String) {
    match sandbox.browse(&authorize_url(sandbox, changes), Visit::allow(TATIANA)).await {
        Err(BrowseError::Refused { status, code }) => (status, code),
        other => panic!("not refused: {other:?}"),
    }
}

#[tokio::test]
async fn only_the_loopback_address_is_accepted() {
    let settings = Settings { listen: "0.0.0.0:0".parse().unwrap(), ..Settings::default() };
    assert!(Sandbox::start(settings).await.is_err());
}

#[tokio::test]
async fn a_wrong_request_ends_on_an_error_page_and_never_redirects() {
    let sandbox = start().await;
    let slashless = CALLBACK.trim_end_matches('/');
    for (changes, status, code) in [
        (("client_id", "nobody"), 401, "invalid_client"),
        (("redirect_uri", slashless), 400, "redirect_uri_mismatch"),
        (("redirect_uri", "http://localhost:3000/gmail/callback/"), 400, "redirect_uri_mismatch"),
        (("response_type", ""), 400, "invalid_request"),
        (("response_type", "token"), 400, "unsupported_response_type"),
        (("scope", ""), 400, "invalid_request"),
        (("scope", "openid gmail.readonly"), 400, "invalid_scope"),
        (("scope", "email openid"), 400, "invalid_scope"),
        (("nonce", ""), 400, "invalid_request"),
        (("prompt", "none consent"), 400, "invalid_request"),
        (("prompt", "Consent"), 400, "invalid_request"),
        (("code_challenge_method", "S512"), 400, "invalid_request"),
        (("code_challenge", "short"), 400, "invalid_request"),
        (("access_type", "Offline"), 400, "invalid_request"),
    ] {
        assert_eq!(refusal(&sandbox, &[changes]).await, (status, code.to_owned()), "{changes:?}");
    }
    let mut doubled = authorize_url(&sandbox, &[]);
    doubled.query_pairs_mut().append_pair("state", "again");
    let page = http().get(doubled).send().await.unwrap();
    assert_eq!(page.status(), 400);
    assert!(page.text().await.unwrap().contains("Error 400: invalid_request"));
}

#[tokio::test]
async fn an_account_that_may_not_use_the_app_is_stranded_at_google() {
    let sandbox = start().await;
    sandbox.world().edit_account(TATIANA, |account| account.blocked = Some("org_internal".into()));
    assert_eq!(refusal(&sandbox, &[]).await, (403, "org_internal".to_owned()));
    sandbox.world().reset();
    sandbox.world().adjust(|google| google.test_users = Some(vec!["ivan.petrov@gmail.com".into()]));
    assert_eq!(refusal(&sandbox, &[]).await, (403, "access_denied".to_owned()));
}

#[tokio::test]
async fn the_callback_carries_state_unchanged_and_the_extras() {
    let sandbox = start().await;
    let url = authorize_url(&sandbox, &[]);
    let callback = sandbox.browse(&url, Visit::allow(ANNA)).await.unwrap();
    assert!(callback.as_str().starts_with(CALLBACK));
    assert_eq!(param(&callback, "state").unwrap(), "st%te /+1");
    assert!(param(&callback, "code").unwrap().starts_with("4/0A"));
    assert!(callback.query().unwrap().contains("code=4%2F0A"));
    assert_eq!(param(&callback, "iss").unwrap(), sandbox.world().base());
    assert_eq!(param(&callback, "hd").unwrap(), "travel.example");
    assert_eq!(param(&callback, "prompt").unwrap(), "consent");

    sandbox.world().adjust(|google| google.callback_extras = false);
    let callback = sandbox.browse(&url, Visit::allow(ANNA)).await.unwrap();
    assert_eq!(param(&callback, "iss"), None);
}

#[tokio::test]
async fn a_denial_comes_back_without_a_code() {
    let sandbox = start().await;
    let url = authorize_url(&sandbox, &[]);
    let callback = sandbox.browse(&url, Visit::deny(TATIANA)).await.unwrap();
    assert_eq!(param(&callback, "error").unwrap(), "access_denied");
    assert_eq!(param(&callback, "state").unwrap(), "st%te /+1");
    assert_eq!(param(&callback, "code"), None);
    assert!(sandbox.world().grants().is_empty());
}

#[tokio::test]
async fn consent_is_shown_once_unless_asked_for_again() {
    let sandbox = start().await;
    let hint = ("login_hint", "tanran.an@gmail.com");
    let first = http().get(authorize_url(&sandbox, &[hint])).send().await.unwrap();
    assert!(first.headers()["location"].to_str().unwrap().starts_with("/o/oauth2/consent"));
    code(&sandbox, &[], Visit::allow(TATIANA)).await;
    let again = http().get(authorize_url(&sandbox, &[hint])).send().await.unwrap();
    assert!(again.headers()["location"].to_str().unwrap().starts_with(CALLBACK));
    let forced =
        http().get(authorize_url(&sandbox, &[hint, ("prompt", "consent")])).send().await.unwrap();
    assert!(forced.headers()["location"].to_str().unwrap().starts_with("/o/oauth2/consent"));
}

#[tokio::test]
async fn the_hint_skips_the_chooser_and_select_account_brings_it_back() {
    let sandbox = start().await;
    for hint in ["tanran.an@gmail.com", TATIANA] {
        let page =
            http().get(authorize_url(&sandbox, &[("login_hint", hint)])).send().await.unwrap();
        assert_eq!(page.status(), 303);
    }
    let changes = [("login_hint", TATIANA), ("prompt", "consent select_account"), ("hl", "en")];
    let page = http().get(authorize_url(&sandbox, &changes)).send().await.unwrap();
    assert_eq!(page.status(), 200);
    let html = page.text().await.unwrap();
    assert!(html.contains("lang=\"en\""));
    assert!(html.contains("data-testid=\"account-tanran.an@gmail.com\""));
}

#[tokio::test]
async fn prompt_none_answers_with_errors_by_redirect() {
    let sandbox = start().await;
    let silent = |hint: &'static str| [("prompt", "none"), ("login_hint", hint)];
    for (changes, expected) in [
        (silent("nobody@gmail.com"), "interaction_required"),
        (silent(TATIANA), "consent_required"),
    ] {
        let url = authorize_url(&sandbox, &changes);
        let callback = sandbox.browse(&url, Visit::allow(TATIANA)).await.unwrap();
        assert_eq!(param(&callback, "error").as_deref(), Some(expected));
    }
    code(&sandbox, &[], Visit::allow(TATIANA)).await;
    code(&sandbox, &silent(TATIANA), Visit::deny(TATIANA)).await;
}

#[tokio::test]
async fn boxes_start_unticked_and_an_unticked_box_is_not_granted() {
    let sandbox = start().await;
    let partial = code(&sandbox, &[], Visit::allow_only(TATIANA, &[])).await;
    let body = exchange(&sandbox, &partial).await;
    assert!(!text(&body, "scope").contains("gmail"));
    assert!(text(&body, "scope").contains("userinfo.email"));

    let visit = Visit { account: TATIANA.into(), answer: Answer::Allow };
    let whole = code(&sandbox, &[("prompt", "consent")], visit).await;
    assert!(text(&exchange(&sandbox, &whole).await, "scope").contains("gmail.readonly"));
}

#[tokio::test]
async fn incremental_authorization_combines_the_grants() {
    let sandbox = start().await;
    code(&sandbox, &[], Visit::allow(TATIANA)).await;
    let changes = [("scope", SIGN_IN), ("include_granted_scopes", "true")];
    let combined = code(&sandbox, &changes, Visit::allow(TATIANA)).await;
    assert!(text(&exchange(&sandbox, &combined).await, "scope").contains("gmail.readonly"));
    let plain = code(&sandbox, &[("scope", SIGN_IN)], Visit::allow(TATIANA)).await;
    assert!(!text(&exchange(&sandbox, &plain).await, "scope").contains("gmail.readonly"));
}

#[tokio::test]
async fn what_comes_from_outside_is_escaped() {
    let sandbox = start().await;
    sandbox.world().edit_account(TATIANA, |account| {
        account.name = Some("<script>alert(1)</script>".into());
    });
    let url = authorize_url(&sandbox, &[("state", "\"><script>alert(2)</script>")]);
    let html = http().get(url).send().await.unwrap().text().await.unwrap();
    assert!(!html.contains("<script>"));
}
