//! The one redirect of the site, and the cookies that go with an answer.

use axum::http::header::{LOCATION, SET_COOKIE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

/// Sends the browser on with 303, whatever it had asked with (RFC 9110 section 15.4.4).
pub(crate) fn see_other(address: &str, cookies: impl IntoIterator<Item = String>) -> Response {
    let Ok(location) = HeaderValue::from_str(address) else {
        tracing::error!("an address of ours cannot stand in a header");
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let mut response = (StatusCode::SEE_OTHER, [(LOCATION, location)]).into_response();
    for cookie in cookies {
        set_cookie(&mut response, &cookie);
    }
    response
}

/// Adds a cookie to an answer.
pub(crate) fn set_cookie(response: &mut Response, cookie: &str) {
    if let Ok(cookie) = HeaderValue::from_str(cookie) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
}
