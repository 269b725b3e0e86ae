//! What every test of the stand-in needs: a client of the raw HTTP, on purpose without the
//! product's own Google crate.

use reqwest::{Client, Response};
use sandbox::{Sandbox, Settings, Visit};
use serde_json::Value;
use url::Url;

pub(crate) const CALLBACK: &str = "http://127.0.0.1:3000/gmail/callback/";
pub(crate) const TATIANA: &str = "110000000000000000001";
pub(crate) const ANNA: &str = "110000000000000000003";
pub(crate) const SIGN_IN: &str = "openid email profile";
pub(crate) const WITH_GMAIL: &str =
    "openid email profile https://www.googleapis.com/auth/gmail.readonly";
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

pub(crate) async fn start() -> Sandbox {
    Sandbox::start(Settings::redirecting_to(CALLBACK)).await.unwrap()
}

pub(crate) fn http() -> Client {
    Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap()
}

/// A good authorization URL; later pairs replace earlier ones and an empty value removes one.
pub(crate) fn authorize_url(sandbox: &Sandbox, changes: &[(&str, &str)]) -> Url {
    let mut pairs = vec![
        ("client_id", sandbox.client_id()),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("scope", WITH_GMAIL),
        ("state", "st%te /+1"),
        ("nonce", "n-1"),
        ("access_type", "offline"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    for (name, value) in changes {
        pairs.retain(|(known, _)| known != name);
        if !value.is_empty() {
            pairs.push((name, value));
        }
    }
    let mut url = sandbox.issuer().join("/o/oauth2/v2/auth").unwrap();
    url.query_pairs_mut().extend_pairs(pairs);
    url
}

pub(crate) fn param(url: &Url, name: &str) -> Option<String> {
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

/// Visits with these changes to the request and returns the code.
pub(crate) async fn code(sandbox: &Sandbox, changes: &[(&str, &str)], visit: Visit) -> String {
    let callback = sandbox.browse(&authorize_url(sandbox, changes), visit).await.unwrap();
    param(&callback, "code").unwrap()
}

pub(crate) async fn exchange_with(sandbox: &Sandbox, changes: &[(&str, &str)]) -> Response {
    let mut form = vec![
        ("grant_type", "authorization_code"),
        ("client_id", sandbox.client_id()),
        ("client_secret", sandbox.client_secret()),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    for (name, value) in changes {
        form.retain(|(known, _)| known != name);
        if !value.is_empty() {
            form.push((name, value));
        }
    }
    post(sandbox, "/token", &form).await
}

pub(crate) async fn exchange(sandbox: &Sandbox, code: &str) -> Value {
    exchange_with(sandbox, &[("code", code)]).await.json().await.unwrap()
}

/// Allows everything and exchanges the code.
pub(crate) async fn connect(sandbox: &Sandbox) -> Value {
    let code = code(sandbox, &[("prompt", "consent")], Visit::allow(TATIANA)).await;
    exchange(sandbox, &code).await
}

pub(crate) async fn refresh(sandbox: &Sandbox, token: &str) -> Response {
    let form = [
        ("grant_type", "refresh_token"),
        ("client_id", sandbox.client_id()),
        ("client_secret", sandbox.client_secret()),
        ("refresh_token", token),
    ];
    post(sandbox, "/token", &form).await
}

pub(crate) async fn post(sandbox: &Sandbox, path: &str, form: &[(&str, &str)]) -> Response {
    http().post(address(sandbox, path)).form(form).send().await.unwrap()
}

pub(crate) async fn get(sandbox: &Sandbox, path: &str, token: &str) -> Response {
    http().get(address(sandbox, path)).bearer_auth(token).send().await.unwrap()
}

pub(crate) fn address(sandbox: &Sandbox, path: &str) -> String {
    format!("{}{path}", sandbox.world().base())
}

pub(crate) fn text<'a>(body: &'a Value, name: &str) -> &'a str {
    body[name].as_str().unwrap_or_else(|| panic!("no {name} in {body}"))
}

/// Status, `error` and `error_description` of an OAuth error.
pub(crate) async fn error(response: Response) -> (u16, String, String) {
    let status = response.status().as_u16();
    let body: Value = response.json().await.unwrap();
    (status, text(&body, "error").to_owned(), text(&body, "error_description").to_owned())
}
