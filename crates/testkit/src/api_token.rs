//! Tokens for programs, made as a user makes them: by the form, read off the page.

use crate::browser::{Browser, Page};

/// Sends the form of a new token as a browser would.
pub async fn made(browser: &mut Browser, name: &str, scopes: &[&str], days: &str) -> Page {
    let form = browser.get("/dashboard/tokens/").await;
    let key = form.inputs().into_iter().find(|(name, _)| name == "form").unwrap().1;
    let mut pairs = vec![("form", key.as_str()), ("name", name), ("days", days)];
    pairs.extend(scopes.iter().map(|scope| ("scope", *scope)));
    browser.post("/dashboard/tokens/", &pairs).await
}

/// The token that a page shows.
pub fn token_on(page: &Page) -> Option<String> {
    let from = page.body.find("slx_")?;
    let token = page.body[from..].chars();
    Some(token.take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).collect())
}
