//! Plays the user's browser against the real pages, for tests that need a consent and not a page.

use std::time::Duration;

use reqwest::{Client, Response, header, redirect};
use url::Url;

use crate::pages;

/// Who visits and what they answer.
#[derive(Clone, Debug)]
pub struct Visit {
    /// The subject of the account to choose.
    pub account: String,
    /// The answer on the consent page, if it is shown.
    pub answer: Answer,
}

/// What the user does on the consent page.
#[derive(Clone, Debug)]
pub enum Answer {
    /// Ticks every box and allows.
    Allow,
    /// Ticks these boxes only (`gmail.readonly`, or the full scope) and allows.
    AllowOnly(Vec<String>),
    /// Presses Cancel.
    Deny,
}

impl Visit {
    /// Chooses the account and allows all.
    pub fn allow(account: impl Into<String>) -> Visit {
        Visit { account: account.into(), answer: Answer::Allow }
    }

    /// Chooses the account and ticks only these boxes.
    pub fn allow_only(account: impl Into<String>, scopes: &[&str]) -> Visit {
        let scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        Visit { account: account.into(), answer: Answer::AllowOnly(scopes) }
    }

    /// Chooses the account and cancels.
    pub fn deny(account: impl Into<String>) -> Visit {
        Visit { account: account.into(), answer: Answer::Deny }
    }
}

/// Why the visit did not end at the client.
#[derive(Debug, thiserror::Error)]
pub enum BrowseError {
    /// Google showed an error page: the user is stranded there (docs/google-facts.md 1.8).
    #[error("Google refused with {status} {code}")]
    Refused {
        /// The HTTP status of the page.
        status: u16,
        /// Google's error code, e.g. `redirect_uri_mismatch`.
        code: String,
    },
    /// The address is not one of this sandbox, or its pages went in circles.
    #[error("unexpected answer: {0}")]
    Unexpected(String),
    /// The connection failed.
    #[error(transparent)]
    Http(#[from] reqwest::Error),
}

/// More steps than any visit takes.
const STEPS: usize = 8;

pub(crate) async fn visit(base: &Url, start: &Url, visit: Visit) -> Result<Url, BrowseError> {
    if start.origin() != base.origin() {
        return Err(BrowseError::Unexpected(format!("{start} is not an address of this sandbox")));
    }
    let client = Client::builder()
        .redirect(redirect::Policy::none())
        .timeout(Duration::from_secs(30))
        .no_proxy()
        .build()?;
    let request = start.query().unwrap_or_default();
    let mut response = client.get(start.clone()).send().await?;
    for _ in 0..STEPS {
        if let Some(next) = location(&response)? {
            if next.origin() != base.origin() || !next.path().starts_with("/o/oauth2/") {
                return Ok(next);
            }
            response = client.get(next).send().await?;
            continue;
        }
        response = match named(&response, pages::PAGE).as_str() {
            "chooser" => choose(&client, base, request, &visit).await?,
            "consent" if shown_account(&response) != visit.account => {
                choose(&client, base, request, &visit).await?
            }
            "consent" => answer(&client, response, request, &visit).await?,
            _ => {
                let status = response.status().as_u16();
                return Err(BrowseError::Refused { status, code: named(&response, pages::ERROR) });
            }
        };
    }
    Err(BrowseError::Unexpected("the pages went in circles".to_owned()))
}

async fn choose(
    client: &Client,
    base: &Url,
    request: &str,
    visit: &Visit,
) -> Result<Response, BrowseError> {
    let address = format!("{}o/oauth2/chooser", base.as_str());
    let form = [("request", request), ("account", &visit.account)];
    Ok(client.post(address).form(&form).send().await?)
}

async fn answer(
    client: &Client,
    page: Response,
    request: &str,
    visit: &Visit,
) -> Result<Response, BrowseError> {
    let mut address = page.url().clone();
    address.set_query(None);
    let html = page.text().await?;
    let mut form = vec![("request", request), ("account", visit.account.as_str())];
    form.push(("answer", if matches!(visit.answer, Answer::Deny) { "deny" } else { "allow" }));
    match &visit.answer {
        Answer::Allow => form.extend(boxes(&html).map(|scope| ("scope", scope))),
        Answer::AllowOnly(scopes) => {
            form.extend(scopes.iter().map(|scope| ("scope", scope.as_str())));
        }
        Answer::Deny => {}
    }
    Ok(client.post(address).form(&form).send().await?)
}

/// The boxes on the page, by the name behind their test id.
fn boxes(html: &str) -> impl Iterator<Item = &str> {
    html.split("data-testid=\"scope-").skip(1).filter_map(|rest| rest.split('"').next())
}

fn shown_account(page: &Response) -> String {
    let account = page.url().query_pairs().find(|(name, _)| name == "account");
    account.map(|(_, sub)| sub.into_owned()).unwrap_or_default()
}

fn location(response: &Response) -> Result<Option<Url>, BrowseError> {
    let Some(value) = response.headers().get(header::LOCATION) else { return Ok(None) };
    let text = value.to_str().map_err(|error| BrowseError::Unexpected(error.to_string()))?;
    let next =
        response.url().join(text).map_err(|error| BrowseError::Unexpected(error.to_string()))?;
    Ok(Some(next))
}

fn named(response: &Response, name: header::HeaderName) -> String {
    let value = response.headers().get(name).and_then(|value| value.to_str().ok());
    value.unwrap_or("no sandbox page").to_owned()
}
