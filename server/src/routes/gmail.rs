//! The way back from Google, and the door to the server functions of `app`.

use app::flash::Flash;
use axum::extract::{RawQuery, Request};
use axum::response::{IntoResponse, Redirect, Response};
use leptos::context::provide_context;
use leptos_axum::handle_server_fns_with_context;
use service::Callback;

use super::asked::{Answer, Asked};
use super::form::see_other;

/// `POST` to the address of a server function: one door for forms, the client and programs.
pub(super) async fn server_function(asked: Asked, request: Request) -> Response {
    let Asked { state, visit, .. } = asked;
    let context = move || {
        provide_context(state.services.clone());
        provide_context(visit.clone());
    };
    handle_server_fns_with_context(context, request).await.into_response()
}

/// `GET /gmail/callback/`: finishes the trip and leaves this address at once, so that code and
/// state do not stay in the address bar (RFC 9700 section 4.2).
pub(super) async fn callback(asked: Asked, RawQuery(query): RawQuery) -> Answer {
    let Asked { state, visit, .. } = &asked;
    let Some(viewer) = &visit.viewer else {
        // The session ended at Google's. Nothing is taken; a new trip begins after signing in.
        return Ok(Redirect::to("/login/?next=/gmail/connect/").into_response());
    };
    let callback = read(&query.unwrap_or_default());
    let gmail = &state.services.gmail;
    let completed = gmail.complete(viewer.user, visit.browser.as_ref(), &callback).await;
    let (outcome, return_to) =
        completed.map_err(asked.failed("a callback could not be completed"))?;
    Ok(see_other(&return_to, [state.cookies.flash(&Flash::of_trip(&outcome))]))
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
