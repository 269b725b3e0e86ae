//! The way back from Google.

use app::flash::Flash;
use axum::extract::RawQuery;
use service::{Callback, Outcome};

use crate::http::extract::page_request::PageRequest;
use crate::http::respond::early_response::HandlerResult;
use crate::http::respond::redirect::see_other;

/// `GET /gmail/callback/`: finishes the authorization and leaves this address at once, so that code
/// and state do not stay in the address bar (RFC 9700 section 4.2).
pub(super) async fn callback(request: PageRequest, RawQuery(query): RawQuery) -> HandlerResult {
    let PageRequest { state, context, .. } = &request;
    let Some(viewer) = &context.viewer else {
        // The session ended at Google's. Nothing is taken; a new one begins after signing in.
        return Ok(see_other("/login/?next=/gmail/connect/", []));
    };
    let callback = read(&query.unwrap_or_default());
    let connections = &state.services.connections;
    let completed = connections.complete(viewer.user, context.browser.as_ref(), &callback).await;
    let (outcome, return_to) =
        completed.map_err(request.failed("completing the callback failed"))?;
    if outcome == Outcome::OtherAccount {
        // That page says it, as long as there is something to decide.
        return Ok(see_other("/gmail/switch/", []));
    }
    let flash = Flash::of_authorization(&outcome);
    Ok(see_other(return_to.as_str(), [state.cookies.flash(&flash)]))
}

/// Reads the parameters we know, decoded once; a parameter given twice is given wrongly
/// (RFC 6749 section 3.1) and counts as missing.
fn read(query: &str) -> Callback {
    let pairs: Vec<_> = url::form_urlencoded::parse(query.as_bytes()).collect();
    let only = |name: &str| {
        let mut values = pairs.iter().filter(|(key, _)| key == name).map(|(_, value)| value);
        match (values.next(), values.next()) {
            (Some(value), None) => Some(value.clone().into_owned()),
            _ => None,
        }
    };
    let iss = match pairs.iter().filter(|(key, _)| key == "iss").count() {
        // Two issuers are no issuer, and that is not the same as none given.
        2.. => Some(String::new()),
        _ => only("iss"),
    };
    Callback { state: only("state"), code: only("code"), error: only("error"), iss }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_decoded_once_and_extras_are_ignored() {
        let callback = read("state=a%20b&iss=https%3A%2F%2Fx&code=4%2F0A%252F&authuser=0&prompt=x");
        assert_eq!(callback.code.as_deref(), Some("4/0A%2F"));
        assert_eq!(callback.state.as_deref(), Some("a b"));
        assert_eq!(callback.iss.as_deref(), Some("https://x"));
    }

    #[test]
    fn a_parameter_given_twice_counts_as_missing_or_wrong() {
        let callback = read("state=a&state=b&code=x&iss=good&iss=evil");
        assert_eq!(callback.state, None);
        assert_eq!(callback.iss.as_deref(), Some(""));
    }
}
