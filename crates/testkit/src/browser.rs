//! A browser without script: keeps cookies, follows nothing by itself.

use std::collections::BTreeMap;
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, COOKIE, HeaderMap, LOCATION, SET_COOKIE};
use reqwest::{Client, Method, Response, redirect};
use sandbox::{Sandbox, Visit};
use serde_json::Value;
use url::Url;

use crate::users::PASSWORD;

/// How long an event may take to come.
const PATIENCE: Duration = Duration::from_secs(20);

/// A browser at one site. Clones have cookies of their own.
#[derive(Clone)]
pub struct Browser {
    client: Client,
    base: Url,
    /// By their names.
    pub cookies: BTreeMap<String, String>,
}

/// An answer, read to its end.
pub struct Page {
    /// The HTTP status.
    pub status: u16,
    /// All of them.
    pub headers: HeaderMap,
    /// The body, as text.
    pub body: String,
}

/// A stream of server-sent events, read as browsers read it.
pub struct Events {
    response: Response,
    text: String,
}

impl Events {
    /// The HTTP status.
    pub fn status(&self) -> u16 {
        self.response.status().as_u16()
    }

    /// A header's text.
    pub fn header(&self, name: &str) -> &str {
        self.response.headers()[name].to_str().unwrap()
    }

    /// The next event and its data; `None` at the end. Comments are passed over.
    pub async fn next(&mut self) -> Option<(String, Value)> {
        loop {
            while let Some((block, rest)) = self.text.split_once("\n\n") {
                let line = |name: &str| block.lines().find_map(|line| line.strip_prefix(name));
                let event = line("event: ").map(str::to_owned);
                let data = line("data: ").map(|data| serde_json::from_str(data).unwrap());
                self.text = rest.to_owned();
                if let (Some(event), Some(data)) = (event, data) {
                    return Some((event, data));
                }
            }
            let chunk = tokio::time::timeout(PATIENCE, self.response.chunk()).await;
            let chunk = chunk.expect("the stream says nothing").unwrap()?;
            self.text.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }
}

impl Page {
    /// Where the answer leads; empty where it leads nowhere.
    pub fn location(&self) -> &str {
        self.headers.get(LOCATION).map_or("", |value| value.to_str().unwrap())
    }

    /// The code of the notice that the page shows.
    pub fn notice(&self) -> &str {
        self.attribute("data-notice=\"")
    }

    /// The state that the connection card shows.
    pub fn state(&self) -> &str {
        self.attribute("data-state=\"")
    }

    /// The body of an answer to a program.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.body))
    }

    /// A header's text; empty where there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The text shown for a profile field.
    pub fn field(&self, name: &str) -> &str {
        let marker = format!("data-field=\"{name}\"");
        let from = self.body.find(&marker).expect("the field is on the page");
        let rest = &self.body[from..];
        let rest = &rest[rest.find('>').unwrap() + 1..];
        &rest[..rest.find('<').unwrap()]
    }

    /// The fields of the page's forms as a browser would send them: inputs with their values,
    /// lists with what is selected.
    pub fn inputs(&self) -> Vec<(String, String)> {
        let of = |tag: &str, name: &str| {
            let marker = format!(" {name}=\"");
            let value = tag.split_once(&marker)?.1.split('"').next()?;
            Some(value.replace("&quot;", "\"").replace("&amp;", "&"))
        };
        let tags = |part: &str| part.split('>').next().unwrap_or_default().to_owned();
        let mut pairs = Vec::new();
        for part in self.body.split('<') {
            let tag = tags(part);
            if tag.starts_with("input ") && !tag.contains("type=\"radio\"") {
                let name = of(&tag, "name").unwrap_or_default();
                pairs.push((name, of(&tag, "value").unwrap_or_default()));
            } else if tag.starts_with("select ") {
                pairs.push((of(&tag, "name").unwrap_or_default(), String::new()));
            } else if tag.starts_with("option ")
                && tag.contains(" selected")
                && let Some(last) = pairs.last_mut()
            {
                last.1 = of(&tag, "value").unwrap_or_default();
            }
        }
        pairs
    }

    fn attribute(&self, marker: &str) -> &str {
        let Some(from) = self.body.find(marker) else { return "" };
        let rest = &self.body[from + marker.len()..];
        &rest[..rest.find('"').unwrap()]
    }
}

impl Browser {
    /// One that has been nowhere yet.
    pub fn new(base: Url) -> Browser {
        let client = Client::builder().redirect(redirect::Policy::none()).build().unwrap();
        Browser { client, base, cookies: BTreeMap::new() }
    }

    /// Opens a page.
    pub async fn get(&mut self, path: &str) -> Page {
        self.send(Method::GET, path, None, &[("accept", "text/html,*/*;q=0.8")]).await
    }

    /// Sends a form of the site's own.
    pub async fn post(&mut self, path: &str, form: &[(&str, &str)]) -> Page {
        let body = serde_urlencoded::to_string(form).unwrap();
        let headers = [("accept", "text/html,*/*;q=0.8"), ("sec-fetch-site", "same-origin")];
        self.send(Method::POST, path, Some(body), &headers).await
    }

    /// A program's POST.
    pub async fn post_for_json(&mut self, path: &str) -> Page {
        self.send(Method::POST, path, Some(String::new()), &[("accept", "application/json")]).await
    }

    /// Opens a stream of server-sent events.
    pub async fn events(&self, path: &str) -> Events {
        let url = self.base.join(path).unwrap();
        let request = self.client.get(url).header(COOKIE, self.cookie());
        let request = request.header("accept", "text/event-stream");
        Events { response: request.send().await.unwrap(), text: String::new() }
    }

    /// Makes an account, and is signed in with it.
    pub async fn register(&mut self, email: &str) {
        let page = self.post("/register/", &[("email", email), ("password", PASSWORD)]).await;
        assert_eq!((page.status, page.location()), (303, "/dashboard/"), "{}", page.body);
    }

    /// The trip to Google, from the button of a feature where one is named, up to the address that
    /// Google sends the browser back to.
    pub async fn visit_google(
        &mut self,
        google: &Sandbox,
        feature: Option<&str>,
        visit: Visit,
    ) -> String {
        let form: Vec<_> = feature.map(|feature| ("feature", feature)).into_iter().collect();
        let leaving = self.post("/gmail/connect/", &form).await;
        assert_eq!(leaving.status, 303, "{}", leaving.body);
        let authorize = Url::parse(leaving.location()).unwrap();
        google.browse(&authorize, visit).await.unwrap().to_string()
    }

    /// The whole trip to Google and back; gives the dashboard that it ends on.
    pub async fn connect(&mut self, google: &Sandbox, feature: Option<&str>, visit: Visit) -> Page {
        let callback = self.visit_google(google, feature, visit).await;
        let back = self.get(&callback).await;
        assert_eq!((back.status, back.location()), (303, "/dashboard/"), "{}", back.body);
        self.get("/dashboard/").await
    }

    /// The cookies as a request sends them.
    pub fn cookie(&self) -> String {
        self.cookies.iter().map(|(k, v)| format!("{k}={v}")).collect::<Vec<_>>().join("; ")
    }

    /// Sends a request as it is, and keeps the cookies of its answer.
    pub async fn send(
        &mut self,
        method: Method,
        path: &str,
        body: Option<String>,
        headers: &[(&str, &str)],
    ) -> Page {
        let url = self.base.join(path).unwrap();
        let mut request = self.client.request(method, url).header(COOKIE, self.cookie());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(body);
        }
        let response = request.send().await.unwrap();
        for cookie in response.headers().get_all(SET_COOKIE) {
            let cookie = cookie.to_str().unwrap();
            let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
            if cookie.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        Page { status, headers, body: response.text().await.unwrap() }
    }
}
