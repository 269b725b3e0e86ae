//! A browser without script: forms, redirects and cookies by hand.
//! It makes the dashboard worth measuring: signed in, connected, with a history.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, ensure};
use sandbox::{Account, Sandbox, Visit};
use tokio::time::timeout;
use url::Url;
use url::form_urlencoded::Serializer;

use crate::http::Connection;
use crate::site::{EMAIL, PASSWORD};

/// The page that is measured.
pub(crate) const DASHBOARD: &str = "/dashboard/";
const PAGE: &str = "text/html";
const JSON: &str = "application/json";
/// More than any single request takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);
/// What a token for the API begins with.
const TOKEN: &str = "slx_";

/// A browser at one site.
pub(crate) struct Browser {
    site: SocketAddr,
    cookies: BTreeMap<String, String>,
}

/// An answer, kept.
pub(crate) struct Answer {
    status: u16,
    location: Option<String>,
    coding: Option<String>,
    /// The body, as it was sent.
    pub(crate) body: Vec<u8>,
}

impl Browser {
    /// A browser that has been nowhere yet.
    pub(crate) fn new(site: SocketAddr) -> Browser {
        Browser { site, cookies: BTreeMap::new() }
    }

    /// Signs in with address and password.
    pub(crate) async fn sign_in(&mut self) -> anyhow::Result<()> {
        self.enter("/login/", EMAIL).await
    }

    /// Makes an account, and is signed in with it.
    pub(crate) async fn register(&mut self, email: &str) -> anyhow::Result<()> {
        self.enter("/register/", email).await
    }

    async fn enter(&mut self, path: &str, email: &str) -> anyhow::Result<()> {
        let form = form(&[("email", email), ("password", PASSWORD)]);
        let answer = self.post(path, PAGE, &form).await.with_context(|| format!("POST {path}"))?;
        ensure!(answer.status == 303, "{path} was answered with {}", answer.status);
        ensure!(self.cookies.contains_key("selexia_session"), "{path} opened no session");
        Ok(())
    }

    /// Goes to Google and back, and agrees to everything there.
    pub(crate) async fn connect(&mut self, google: &Sandbox, sub: &str) -> anyhow::Result<()> {
        let answer =
            self.post("/gmail/connect/", PAGE, "").await.context("POST /gmail/connect/")?;
        ensure!(answer.status == 303, "connecting was answered with {}", answer.status);
        let address = answer.location.context("connecting leads nowhere")?;
        let address =
            Url::parse(&address).with_context(|| format!("connecting leads to {address}"))?;
        let callback = google.browse(&address, Visit::allow(sub)).await.context("consent")?;
        let path = &callback[url::Position::BeforePath..];
        let answer = self.get(path, "identity").await.context("GET /gmail/callback/")?;
        ensure!(answer.status == 303, "the callback was answered with {}", answer.status);
        Ok(())
    }

    /// Syncs as a program would, and says how it ended.
    pub(crate) async fn sync_once(&mut self) -> anyhow::Result<String> {
        let answer = self.post("/gmail/sync/", JSON, "").await.context("POST /gmail/sync/")?;
        ensure!(answer.status == 200, "a sync was answered with {}", answer.status);
        let report: serde_json::Value = serde_json::from_slice(&answer.body)?;
        Ok(report["outcome"].as_str().context("a sync that ended in no way")?.to_owned())
    }

    /// Makes a token for a program that may read the profile.
    pub(crate) async fn token(&mut self) -> anyhow::Result<String> {
        const PATH: &str = "/dashboard/tokens/";
        let page = self.get(PATH, "identity").await?;
        let key = page.text()?.split_once("name=\"form\" value=\"").context("no form")?.1;
        let key = key.split('"').next().unwrap_or_default().to_owned();
        let days = "7";
        let pairs = [("form", &*key), ("name", "bench"), ("days", days), ("scope", "profile:read")];
        let page = self.post(PATH, PAGE, &form(&pairs)).await?;
        let text = page.text()?;
        let token = &text[text.find(TOKEN).context("no token is shown")?..];
        let end = token.find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-');
        Ok(token[..end.unwrap_or(token.len())].to_owned())
    }

    /// The dashboard, full. The first visit takes away what the last action left to say; the
    /// second is the page as it stays.
    pub(crate) async fn dashboard(&mut self, account: &Account) -> anyhow::Result<Answer> {
        self.get(DASHBOARD, "br").await?;
        let answer = self.get(DASHBOARD, "br").await?;
        ensure!(answer.status == 200, "the dashboard was answered with {}", answer.status);
        let page = answer.text()?;
        let names = [&account.given_name, &account.family_name].into_iter().flatten();
        for text in names.map(String::as_str).chain([EMAIL, &account.email, "/avatar/"]) {
            ensure!(page.contains(text), "the dashboard is not full: it lacks {text}");
        }
        Ok(answer)
    }

    /// Fetches a page or a file.
    pub(crate) async fn get(&mut self, path: &str, coding: &str) -> anyhow::Result<Answer> {
        self.send(self.question(path, coding)).await
    }

    /// The bytes of a GET request with this browser's cookies.
    pub(crate) fn question(&self, path: &str, coding: &str) -> Vec<u8> {
        let head = self.head("GET", path, PAGE);
        format!("{head}Accept-Encoding: {coding}\r\n\r\n").into_bytes()
    }

    /// The bytes of a program's GET request, with a header line of its own.
    pub(crate) fn question_with(&self, path: &str, line: &str) -> Vec<u8> {
        format!("{}{line}\r\n", self.head("GET", path, JSON)).into_bytes()
    }

    /// Sends a request as it is.
    pub(crate) async fn asking(mut self, request: &[u8]) -> anyhow::Result<Answer> {
        let answer = self.send(request.to_vec()).await?;
        ensure!(answer.status == 200, "answered with {}", answer.status);
        Ok(answer)
    }

    async fn post(&mut self, path: &str, accept: &str, form: &str) -> anyhow::Result<Answer> {
        let head = self.head("POST", path, accept);
        let request = format!(
            "{head}Sec-Fetch-Site: same-origin\r\n\
             Content-Type: application/x-www-form-urlencoded\r\n\
             Content-Length: {}\r\n\r\n{form}",
            form.len()
        );
        self.send(request.into_bytes()).await
    }

    fn head(&self, method: &str, path: &str, accept: &str) -> String {
        let cookies: Vec<_> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nAccept: {accept}\r\nAccept-Language: ru\r\n",
            self.site
        );
        if !cookies.is_empty() {
            head += &format!("Cookie: {}\r\n", cookies.join("; "));
        }
        head
    }

    async fn send(&mut self, request: Vec<u8>) -> anyhow::Result<Answer> {
        let mut connection = Connection::open(self.site).await?;
        let reply = timeout(PATIENCE, connection.exchange(&request)).await??;
        for cookie in reply.headers("set-cookie") {
            keep(&mut self.cookies, cookie);
        }
        Ok(Answer {
            status: reply.status,
            location: reply.headers("location").next().map(str::to_owned),
            coding: reply.headers("content-encoding").next().map(str::to_owned),
            body: reply.body.to_vec(),
        })
    }
}

impl Answer {
    /// The body as text.
    pub(crate) fn text(&self) -> anyhow::Result<&str> {
        Ok(std::str::from_utf8(&self.body)?)
    }

    /// The size of a file, which must have come in this coding.
    pub(crate) fn bytes_in(&self, coding: &str) -> anyhow::Result<usize> {
        ensure!(self.status == 200, "answered with {}", self.status);
        ensure!(self.coding.as_deref() == Some(coding), "not sent in {coding}: {:?}", self.coding);
        Ok(self.body.len())
    }
}

fn form(pairs: &[(&str, &str)]) -> String {
    Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// Keeps a cookie, or drops it where it comes back empty.
fn keep(cookies: &mut BTreeMap<String, String>, set_cookie: &str) {
    let pair = set_cookie.split(';').next().unwrap_or_default();
    match pair.split_once('=') {
        Some((name, "")) => drop(cookies.remove(name)),
        Some((name, value)) => drop(cookies.insert(name.to_owned(), value.to_owned())),
        None => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_cookie_is_gone() {
        let mut cookies = BTreeMap::new();
        keep(&mut cookies, "a=1; Path=/");
        keep(&mut cookies, "b=2=2; HttpOnly");
        keep(&mut cookies, "a=; Max-Age=0");
        assert_eq!(cookies, BTreeMap::from([("b".to_owned(), "2=2".to_owned())]));
    }
}
