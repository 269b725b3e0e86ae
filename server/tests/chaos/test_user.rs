//! Somebody who uses the site all the time, over whichever node answers, and remembers what they
//! were told had been done.

use std::time::Duration;

use reqwest::{Client, Method, Response, StatusCode, redirect};
use sandbox::{Account, Sandbox, Visit};
use serde_json::json;
use testkit::api_token::{made, token_on};
use testkit::browser::Browser;
use testkit::nodes::NODES;
use testkit::seeded_rng::SeededRng;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use url::Url;

/// How soon a node that does not answer is asked again, or another one.
const AGAIN: Duration = Duration::from_millis(50);
/// How soon it is asked whether the turn of a node is over that had begun the same and died, or a
/// minute in which a program has made as many writes as it may. Each question counts as a write.
const TURN: Duration = Duration::from_secs(3);

pub(crate) struct TestUser {
    /// What they sign in with.
    pub(crate) email: String,
    /// Edits that were acknowledged.
    pub(crate) edits: u64,
    nodes: [Url; NODES],
    client: Client,
    cookies: String,
    token: String,
    first_name: String,
    last_name: String,
    rng: SeededRng,
}

impl TestUser {
    /// Registers, connects, and makes a token for a program, while nothing dies.
    pub(crate) async fn settle(
        number: usize,
        nodes: &[Url; NODES],
        google: &Sandbox,
        rng: SeededRng,
    ) -> TestUser {
        let subject = format!("14000000000000000{number:04}");
        let mut account = Account::new(&subject, format!("person{number}@gmail.com"));
        account.name = Some("Google".to_owned());
        google.world().add_account(account);
        let mut browser = Browser::new(nodes[0].clone());
        let email = format!("person{number}@example.com");
        browser.register(&email).await;
        let page = browser.connect(google, None, Visit::allow(&subject)).await;
        assert_eq!(page.state(), "active");
        let page = made(&mut browser, "chaos", &["profile:read", "profile:write"], "7").await;
        let patience = Duration::from_secs(10);
        let client = Client::builder().redirect(redirect::Policy::none()).timeout(patience);
        TestUser {
            email,
            edits: 0,
            nodes: nodes.clone(),
            client: client.build().unwrap(),
            cookies: browser.cookie(),
            token: token_on(&page).expect("a token"),
            first_name: String::new(),
            last_name: String::new(),
            rng,
        }
    }

    /// Does one thing after the other until it is over.
    pub(crate) async fn live(mut self, over: CancellationToken) -> TestUser {
        while !over.is_cancelled() {
            match self.rng.below(4) {
                0 => self.edits_in_a_browser().await,
                1 => self.lets_a_program_edit().await,
                2 => self.syncs().await,
                _ => self.looks().await,
            }
            sleep(Duration::from_millis(20 + self.rng.below(120))).await;
        }
        self
    }

    async fn edits_in_a_browser(&mut self) {
        let name = format!("Name {}", self.edits);
        let form = serde_urlencoded::to_string([("first_name", &name)]).unwrap();
        let saved = self.until_answered(Method::POST, "/dashboard/profile/", &form, &[]).await;
        assert_eq!(saved.headers()["location"], "/dashboard/");
        (self.first_name, self.edits) = (name, self.edits + 1);
    }

    async fn lets_a_program_edit(&mut self) {
        let name = format!("Name {}", self.edits);
        let body = json!({"last_name": name}).to_string();
        let authorization = format!("Bearer {}", self.token);
        let key = format!("edit-{}", self.edits);
        let headers = [
            ("authorization", authorization.as_str()),
            ("content-type", "application/json"),
            ("idempotency-key", key.as_str()),
        ];
        // Over the limit of the minute a program waits and repeats, under the same key: whether an
        // attempt before was carried out is for that to say.
        let saved = loop {
            let answer =
                self.until_answered(Method::PATCH, "/api/v1/profile", &body, &headers).await;
            if answer.status() != StatusCode::TOO_MANY_REQUESTS {
                break answer;
            }
            sleep(TURN).await;
        };
        assert_eq!(saved.status(), 200, "{:?}", saved.text().await);
        (self.last_name, self.edits) = (name, self.edits + 1);
    }

    async fn syncs(&mut self) {
        let headers = [("accept", "application/json")];
        let done = self.until_answered(Method::POST, "/gmail/sync/", "", &headers).await;
        // Too often is an answer as well.
        assert!([200, 429].contains(&done.status().as_u16()), "{}", done.status());
    }

    async fn looks(&mut self) {
        let page = self.until_answered(Method::GET, "/dashboard/", "", &[]).await;
        assert_eq!(page.status(), 200, "the session is known on every node");
    }

    /// Once nothing dies any more.
    pub(crate) async fn finds_everything_as_it_was_left(&mut self) {
        for node in 0..NODES {
            let page = self.ask(node, Method::GET, "/dashboard/", "", &[]).await.unwrap();
            let page = page.text().await.unwrap();
            for (field, value) in [("first_name", &self.first_name), ("last_name", &self.last_name)]
            {
                let shown = format!("data-field=\"{field}\">{value}<");
                assert!(value.is_empty() || page.contains(&shown), "{value} is lost: {page}");
            }
            assert!(!page.contains("data-state=\"reconnect\""), "a good connection was given up");
        }
    }

    /// And Google is told at once.
    pub(crate) async fn disconnects(&mut self) {
        for path in ["/gmail/disconnect/", "/gmail/disconnect/finish/"] {
            let done = self.until_answered(Method::POST, path, "", &[]).await;
            assert_eq!(done.headers()["location"], "/dashboard/", "{path}");
        }
    }

    /// Asks one node after the other, as a balancer and a patient person do, until one answers.
    async fn until_answered(
        &mut self,
        method: Method,
        path: &str,
        body: &str,
        headers: &[(&str, &str)],
    ) -> Response {
        loop {
            let node = usize::try_from(self.rng.below(NODES as u64)).unwrap();
            match self.ask(node, method.clone(), path, body, headers).await {
                Ok(answer) if answer.status() == StatusCode::CONFLICT => sleep(TURN).await,
                Ok(answer) if !answer.status().is_server_error() => return answer,
                _ => sleep(AGAIN).await,
            }
        }
    }

    async fn ask(
        &self,
        node: usize,
        method: Method,
        path: &str,
        body: &str,
        headers: &[(&str, &str)],
    ) -> reqwest::Result<Response> {
        let mut request = self.client.request(method, self.nodes[node].join(path).unwrap());
        let is_set = |name: &str| headers.iter().any(|(known, _)| *known == name);
        if !is_set("authorization") {
            request =
                request.header("cookie", &self.cookies).header("sec-fetch-site", "same-origin");
        }
        if !is_set("content-type") && !body.is_empty() {
            request = request.header("content-type", "application/x-www-form-urlencoded");
        }
        if !is_set("accept") {
            request = request.header("accept", "text/html");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(body.to_owned()).send().await
    }
}
