//! A stand-in and a client that knows its address, and the steps that every test begins with.

use std::time::Duration;

use chrono::{DateTime, Utc};
use google::{AuthorizeRequest, Consent, Error, Google, Prompt, Settings, Verifier};
use model::ScopeSet;
use sandbox::{Sandbox, Visit, World};
use url::Url;

pub(crate) const REDIRECT: &str = "http://127.0.0.1:3000/gmail/callback/";
pub(crate) const TATIANA: &str = "110000000000000000001";
pub(crate) const NONCE: &str = "a-nonce-of-this-attempt";
pub(crate) const STATE: &str = "a-state-of-this-attempt";

pub(crate) struct TestApp {
    pub(crate) sandbox: Sandbox,
    pub(crate) google: Google,
}

impl TestApp {
    pub(crate) async fn new() -> TestApp {
        let sandbox =
            Sandbox::start(sandbox::Settings::redirecting_to(REDIRECT)).await.expect("a stand-in");
        let google = client(&sandbox, Duration::from_secs(10));
        TestApp { sandbox, google }
    }

    /// A client without memory that gives up soon.
    pub(crate) fn impatient(&self) -> Google {
        client(&self.sandbox, Duration::from_millis(500))
    }

    pub(crate) fn world(&self) -> &World {
        self.sandbox.world()
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.world().now()
    }

    /// Sends Tatiana through Google's pages; she allows everything.
    pub(crate) async fn code(&self, prompt: Prompt) -> String {
        self.code_of(prompt, Visit::allow(TATIANA)).await
    }

    pub(crate) async fn code_of(&self, prompt: Prompt, visit: Visit) -> String {
        let (verifier, scopes) = (verifier(), scopes());
        let ask = AuthorizeRequest { prompt, ..ask(&verifier, &scopes) };
        let url = self.google.authorize_url(&ask, self.now()).await.expect("an address");
        let callback = self.sandbox.browse(&url, visit).await.expect("a callback");
        parameter(&callback, "code").expect("a code in the callback")
    }

    /// A whole trip: consent screen, code, exchange.
    pub(crate) async fn try_consent(&self) -> Result<Consent, Error> {
        let code = self.code(Prompt::Consent).await;
        self.google.exchange(&code, &verifier(), NONCE, self.now()).await
    }

    pub(crate) async fn consent(&self) -> Consent {
        self.try_consent().await.expect("a consent")
    }
}

fn client(sandbox: &Sandbox, timeout: Duration) -> Google {
    Google::new(Settings { timeout, ..settings(sandbox) }).expect("sound settings")
}

/// Settings for a stand-in.
pub(crate) fn settings(sandbox: &Sandbox) -> Settings {
    Settings {
        issuer: sandbox.issuer(),
        api_url: sandbox.issuer(),
        calendar_url: sandbox.issuer(),
        client_id: sandbox.client_id().to_owned(),
        client_secret: sandbox.client_secret().into(),
        redirect_uri: Url::parse(REDIRECT).expect("an address"),
        picture_hosts: Vec::new(),
        timeout: Duration::from_secs(10),
    }
}

pub(crate) fn verifier() -> Verifier {
    Verifier::from_random(&[7; 32])
}

pub(crate) fn scopes() -> ScopeSet {
    ScopeSet::parse("openid email profile gmail.readonly calendar.settings.readonly")
}

pub(crate) fn ask<'a>(verifier: &'a Verifier, scopes: &'a ScopeSet) -> AuthorizeRequest<'a> {
    AuthorizeRequest {
        state: STATE,
        nonce: NONCE,
        verifier,
        scopes,
        prompt: Prompt::AsNeeded,
        login_hint: None,
        language: "ru",
    }
}

pub(crate) fn parameter(url: &Url, name: &str) -> Option<String> {
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

/// A short name for what an error is, where its details do not matter.
pub(crate) fn kind(error: &Error) -> &'static str {
    match error {
        Error::Ended { .. } => "ended",
        Error::Unauthorized => "unauthorized",
        Error::ScopeMissing => "scope missing",
        Error::RateLimited { .. } => "rate limited",
        Error::Unavailable { .. } => "unavailable",
        Error::Unanswered { .. } => "unanswered",
        Error::Protocol { .. } => "protocol",
        Error::Identity(_) => "identity",
        Error::Operator { .. } => "operator",
    }
}
