//! How a server function answers: a form with a redirect and a flash, a program with a status.

use http::header::{ACCEPT, LOCATION, RETRY_AFTER, SET_COOKIE};
use http::request::Parts;
use http::{HeaderValue, StatusCode};
use leptos::prelude::*;
use leptos_axum::ResponseOptions;
use model::LocalPath;

use crate::error::AppError;
use crate::flash::{Flash, Notice};
use crate::visit::Visit;

/// Whether the caller asked for JSON and not for a page.
fn is_program() -> bool {
    let accept = use_context::<Parts>()
        .and_then(|parts| parts.headers.get(ACCEPT)?.to_str().map(str::to_owned).ok())
        .unwrap_or_default();
    accept.contains("application/json") && !accept.contains("text/html")
}

/// Sends the browser on, as the answer to a POST (RFC 9110 section 15.4.4).
pub(super) fn see_other(address: &str) {
    let response = expect_context::<ResponseOptions>();
    match HeaderValue::from_str(address) {
        Ok(location) => {
            response.set_status(StatusCode::SEE_OTHER);
            response.insert_header(LOCATION, location);
        }
        Err(_) => response.set_status(StatusCode::INTERNAL_SERVER_ERROR),
    }
}

/// Adds a cookie to the answer.
pub(super) fn set_cookie(cookie: &str) {
    if let Ok(value) = HeaderValue::from_str(cookie) {
        expect_context::<ResponseOptions>().append_header(SET_COOKIE, value);
    }
}

/// Answers with a status that is neither 200 nor an error of ours.
pub(super) fn set_status(status: StatusCode) {
    expect_context::<ResponseOptions>().set_status(status);
}

/// Says when it is worth trying again, in seconds (RFC 9110 section 10.2.3).
pub(super) fn retry_after(wait_secs: i64) {
    expect_context::<ResponseOptions>().insert_header(RETRY_AFTER, HeaderValue::from(wait_secs));
}

/// Ends a server function: the notice waits for the next page, a form is sent there.
pub(super) fn conclude<T>(
    result: Result<T, AppError>,
    notice: impl FnOnce(&T) -> Flash,
) -> Result<T, AppError> {
    let visit = Visit::current();
    let proof = match result {
        Err(AppError::SignedOut) => {
            Some((StatusCode::UNAUTHORIZED, LocalPath::dashboard().after("/login/")))
        }
        // A page of the same address asks before this is done: one goes on from there.
        Err(AppError::NotRecent) => {
            let here = LocalPath::parse(&visit.path).unwrap_or_else(LocalPath::dashboard);
            Some((StatusCode::FORBIDDEN, here.after("/confirm/")))
        }
        _ => None,
    };
    if let Some((status, address)) = proof {
        if is_program() {
            expect_context::<ResponseOptions>().set_status(status);
        } else {
            see_other(&address);
        }
        return result;
    }
    let (flash, status) = match &result {
        Ok(value) => (notice(value), StatusCode::OK),
        Err(AppError::NotConnected) => (Notice::NotConnected.into(), StatusCode::CONFLICT),
        Err(AppError::NeedsReconnect) => (Notice::SyncReconnect.into(), StatusCode::CONFLICT),
        Err(AppError::TooLate) => (Notice::SyncTooLate.into(), StatusCode::CONFLICT),
        Err(AppError::NotRunning) => (Notice::SyncNotRunning.into(), StatusCode::CONFLICT),
        Err(AppError::TooOften { wait_secs }) => {
            retry_after(*wait_secs);
            (Flash::of_wait(*wait_secs), StatusCode::TOO_MANY_REQUESTS)
        }
        Err(AppError::GoogleUnavailable) => {
            (Notice::GoogleUnavailable.into(), StatusCode::SERVICE_UNAVAILABLE)
        }
        Err(_) => (Notice::Internal.into(), StatusCode::INTERNAL_SERVER_ERROR),
    };
    set_cookie(&visit.cookies.flash(&flash));
    if is_program() {
        expect_context::<ResponseOptions>().set_status(status);
    } else {
        see_other("/dashboard/");
    }
    result
}
