//! A program that acts for a user: it has a token and no cookies.

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE};
use reqwest::{Client, Method};
use serde_json::Value;
pub(crate) use testkit::api_token::{made, token_on};
use testkit::browser::{Browser, Page};
use url::Url;

use crate::site::Site;

pub(crate) const ALL_SCOPES: [&str; 4] =
    ["profile:read", "profile:write", "connection:read", "connection:write"];

#[derive(Clone)]
pub(crate) struct Program {
    client: Client,
    base: Url,
    pub(crate) token: String,
}

impl Program {
    pub(crate) fn new(site: &Site, token: &str) -> Program {
        let client = Client::builder().build().unwrap();
        Program { client, base: site.url.clone(), token: token.to_owned() }
    }

    /// A program with a new token of the user who is signed in there.
    pub(crate) async fn of(site: &Site, browser: &mut Browser, scopes: &[&str]) -> Program {
        let page = made(browser, "test", scopes, "7").await;
        assert_eq!(page.status, 200, "{}", page.body);
        Program::new(site, &token_on(&page).expect("the token is shown"))
    }

    pub(crate) async fn get(&self, path: &str) -> Page {
        self.send(Method::GET, path, None, &[]).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Page {
        self.send(Method::POST, path, Some(body.to_string()), &[]).await
    }

    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<String>,
        headers: &[(&str, &str)],
    ) -> Page {
        let mut request = self.client.request(method, self.base.join(path).unwrap());
        if !self.token.is_empty() {
            request = request.header(AUTHORIZATION, format!("Bearer {}", self.token));
        }
        let has_type = headers.iter().any(|(name, _)| *name == "content-type");
        if let Some(body) = body {
            if !has_type {
                request = request.header(CONTENT_TYPE, "application/json");
            }
            request = request.body(body);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let body = response.bytes().await.unwrap();
        Page { status, headers, body: String::from_utf8_lossy(&body).into_owned() }
    }
}

/// A site, Anna's browser there, connected, and a program that may do everything for her.
pub(crate) async fn connected() -> (Site, Browser, Program) {
    let (site, mut anna) = Site::with_anna_connected().await;
    let program = Program::of(&site, &mut anna, &ALL_SCOPES).await;
    (site, anna, program)
}
