//! What the server functions of `app` have done, as an answer: a form is sent to the page that says
//! it, a program gets a status and the body that the function gave back.

use app::error::AppError;
use app::flash::{Flash, Notice};
use app::reply::Reply;
use app::request_context::RequestContext;
use axum::http::header::{LOCATION, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use model::LocalPath;

use super::problem::wants_json;
use super::redirect::{see_other, set_cookie};

/// The answer for `reply`; `body` is the function's result, as a program reads it.
pub(crate) fn answer(
    context: &RequestContext,
    headers: &HeaderMap,
    reply: &Reply,
    body: Response,
) -> Response {
    let cookies = context.cookies;
    let wait_secs = match reply {
        Reply::Refused(AppError::TooOften { wait_secs })
        | Reply::Stay(AppError::TooOften { wait_secs }) => Some(*wait_secs),
        _ => None,
    };
    let (status, address, flash) = match reply {
        Reply::LeaveTo { address, browser } => {
            return see_other(address, [cookies.attempt(browser)]);
        }
        Reply::Started => return with_status(body, StatusCode::ACCEPTED, None),
        Reply::Stay(error) => return with_status(body, status_of(*error), wait_secs),
        Reply::Done(flash) => (StatusCode::OK, dashboard(), Some(flash.clone())),
        Reply::Refused(error) => (status_of(*error), page_after(*error, context), flash_of(*error)),
    };
    let flash = flash.map(|flash| cookies.flash(&flash));
    if wants_json(headers) {
        let mut response = with_status(body, status, wait_secs);
        if let Some(cookie) = flash {
            set_cookie(&mut response, &cookie);
        }
        response
    } else {
        let mut response = see_other(&address, flash);
        retry_after(&mut response, wait_secs);
        response
    }
}

/// Where a form goes on: to the page that says what happened, or to a proof of who one is.
fn page_after(error: AppError, context: &RequestContext) -> String {
    match error {
        AppError::SignedOut => LocalPath::dashboard().after("/login/"),
        // A page of the same address asks before this is done: one goes on from there.
        AppError::NotRecent => {
            let here = LocalPath::parse(&context.path).unwrap_or_else(LocalPath::dashboard);
            here.after("/confirm/")
        }
        _ => dashboard(),
    }
}

const fn status_of(error: AppError) -> StatusCode {
    match error {
        AppError::SignedOut => StatusCode::UNAUTHORIZED,
        AppError::NotRecent => StatusCode::FORBIDDEN,
        AppError::NotConnected
        | AppError::NeedsReconnect
        | AppError::TooLate
        | AppError::NotRunning => StatusCode::CONFLICT,
        AppError::TooOften { .. } => StatusCode::TOO_MANY_REQUESTS,
        AppError::GoogleUnavailable => StatusCode::SERVICE_UNAVAILABLE,
        AppError::Malformed | AppError::Offline | AppError::Internal => {
            StatusCode::INTERNAL_SERVER_ERROR
        }
    }
}

/// What the next page says; the page that asks who one is says it by itself.
fn flash_of(error: AppError) -> Option<Flash> {
    let notice = match error {
        AppError::SignedOut | AppError::NotRecent => return None,
        AppError::TooOften { wait_secs } => return Some(Flash::of_wait(wait_secs)),
        AppError::NotConnected => Notice::NotConnected,
        AppError::NeedsReconnect => Notice::SyncReconnect,
        AppError::TooLate => Notice::SyncTooLate,
        AppError::NotRunning => Notice::SyncNotRunning,
        AppError::GoogleUnavailable => Notice::GoogleUnavailable,
        AppError::Malformed | AppError::Offline | AppError::Internal => Notice::Internal,
    };
    Some(notice.into())
}

fn dashboard() -> String {
    LocalPath::dashboard().to_string()
}

/// The function's own body; where it would send the caller is not for programs.
fn with_status(mut body: Response, status: StatusCode, wait_secs: Option<i64>) -> Response {
    *body.status_mut() = status;
    body.headers_mut().remove(LOCATION);
    retry_after(&mut body, wait_secs);
    body
}

/// Says when it is worth trying again, in seconds (RFC 9110 section 10.2.3).
fn retry_after(response: &mut Response, wait_secs: Option<i64>) {
    if let Some(wait_secs) = wait_secs {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(wait_secs));
    }
}

#[cfg(test)]
mod tests {
    use app::cookies::Cookies;
    use axum::http::header::{ACCEPT, SET_COOKIE};
    use axum::response::IntoResponse;
    use model::Locale;

    use super::*;

    const ALL: [AppError; 11] = [
        AppError::SignedOut,
        AppError::NotRecent,
        AppError::NotConnected,
        AppError::NeedsReconnect,
        AppError::TooOften { wait_secs: 61 },
        AppError::TooLate,
        AppError::NotRunning,
        AppError::GoogleUnavailable,
        AppError::Malformed,
        AppError::Offline,
        AppError::Internal,
    ];

    fn answered(accept: &'static str, error: AppError) -> Response {
        let context = RequestContext {
            viewer: None,
            locale: Locale::all().next().unwrap(),
            path: "/gmail/connect/".to_owned(),
            next: None,
            flash: None,
            browser: None,
            cookies: Cookies { is_secure: false },
            rejected: None,
            draft: None,
            reference: String::new(),
            contact: None,
        };
        let headers = [(ACCEPT, HeaderValue::from_static(accept))].into_iter().collect();
        answer(&context, &headers, &Reply::Refused(error), "result".into_response())
    }

    #[test]
    fn a_form_is_sent_on_whatever_a_server_function_refuses() {
        for error in ALL {
            let response = answered("text/html", error);
            assert_eq!(response.status(), StatusCode::SEE_OTHER, "{error:?}");
            let location = response.headers()[LOCATION].to_str().unwrap();
            let is_told = response.headers().contains_key(SET_COOKIE);
            match error {
                AppError::SignedOut => assert_eq!(location, "/login/?next=/dashboard/"),
                AppError::NotRecent => assert_eq!(location, "/confirm/?next=/gmail/connect/"),
                _ => assert!(location == "/dashboard/" && is_told, "{error:?}"),
            }
        }
    }

    #[test]
    fn a_program_is_never_redirected_and_never_told_that_a_refusal_is_fine() {
        for error in ALL {
            let response = answered("application/json", error);
            let status = response.status();
            assert!(status.is_client_error() || status.is_server_error(), "{error:?}: {status}");
            assert!(!response.headers().contains_key(LOCATION), "{error:?}");
        }
        let limited = answered("application/json", AppError::TooOften { wait_secs: 61 });
        assert_eq!(limited.headers()[RETRY_AFTER], "61");
    }
}
