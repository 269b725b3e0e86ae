//! Forms of accounts: register, sign in, sign out, language.

use std::net::SocketAddr;
use std::sync::Arc;

use app::flash::{Flash, Notice};
use app::pages::Page;
use app::visit::{Refusal, Refused, Visit};
use axum::Extension;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, State};
use axum::http::header::{ACCEPT_LANGUAGE, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use model::account::InvalidPassword;
use model::locale::wishes;
use model::{LocalPath, Locale};
use service::{RegisterRefusal, SignInRefusal, SignedIn};

use super::form::{Form, see_other};
use super::page::again;
use super::problem::{Problem, problem};
use crate::state::AppState;
use crate::web::client_of;

/// Longest address that is given back to its form.
const LONGEST_TYPED_BYTES: usize = 512;

/// The path of the form's page, with the way on.
fn path_with_next(path: &str, form: &Form) -> String {
    match form.next() {
        Some(next) => {
            let next: String =
                url::form_urlencoded::byte_serialize(next.as_str().as_bytes()).collect();
            format!("{path}?next={next}")
        }
        None => path.to_owned(),
    }
}

fn refused(form: &Form, reason: Refusal) -> Refused {
    // An input's value is one line; what a browser could not have sent is not given back.
    let typed = form.get("email");
    let is_line = typed.len() <= LONGEST_TYPED_BYTES && !typed.contains(char::is_control);
    Refused { email: if is_line { typed.to_owned() } else { String::new() }, reason }
}

fn failed(
    state: &AppState,
    visit: &Arc<Visit>,
    headers: &HeaderMap,
    error: &service::Error,
) -> Response {
    tracing::error!(%error, "an account form failed");
    problem(state, visit, headers, Problem::Internal)
}

/// `POST /register/`: makes the account and signs in.
pub(super) async fn register(
    State(state): State<AppState>,
    Extension(visit): Extension<Arc<Visit>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let form = Form::parse(&body);
    let accounts = &state.services.accounts;
    let registered = match accounts.register(form.get("email"), form.get("password")).await {
        Ok(registered) => registered,
        Err(error) => return failed(&state, &visit, &headers, &error),
    };
    let reason = match registered {
        Ok(user) => {
            let current = session_of(&state, &headers);
            return match accounts.open_session(user, current.as_deref()).await {
                Ok(session) => {
                    welcome(&state, &headers, &form, &session, Some(Notice::Registered)).await
                }
                Err(error) => failed(&state, &visit, &headers, &error),
            };
        }
        Err(RegisterRefusal::Email) => Refusal::BadEmail,
        Err(RegisterRefusal::EmailTaken) => Refusal::EmailTaken,
        Err(RegisterRefusal::Password(InvalidPassword::TooShort)) => Refusal::TooShort,
        Err(RegisterRefusal::Password(InvalidPassword::TooLong)) => Refusal::TooLong,
        Err(RegisterRefusal::Password(InvalidPassword::TooCommon)) => Refusal::TooCommon,
    };
    let path = path_with_next("/register/", &form);
    let refused = refused(&form, reason);
    again(&state, &visit, &path, Page::Register, refused, StatusCode::UNPROCESSABLE_ENTITY)
}

/// `POST /login/`: opens a session and goes where the visitor was going.
pub(super) async fn login(
    State(state): State<AppState>,
    Extension(visit): Extension<Arc<Visit>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let form = Form::parse(&body);
    let client = client_of(&headers, peer, state.trusted_proxies);
    let current = session_of(&state, &headers);
    let accounts = &state.services.accounts;
    let signed_in = accounts
        .sign_in(form.get("email"), form.get("password"), &client, current.as_deref())
        .await;
    let path = path_with_next("/login/", &form);
    let again =
        |reason, status| again(&state, &visit, &path, Page::Login, refused(&form, reason), status);
    match signed_in {
        Err(error) => failed(&state, &visit, &headers, &error),
        Ok(Ok(session)) => welcome(&state, &headers, &form, &session, None).await,
        Ok(Err(SignInRefusal::Mismatch)) => {
            again(Refusal::Mismatch, StatusCode::UNPROCESSABLE_ENTITY)
        }
        Ok(Err(SignInRefusal::TooMany { wait_secs })) => {
            // Rounded up: who comes back a moment early would be refused again.
            let minutes = (wait_secs + 59) / 60;
            let mut response = again(Refusal::TooMany(minutes), StatusCode::TOO_MANY_REQUESTS);
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(wait_secs));
            response
        }
    }
}

/// Sends somebody who has just signed in where they were going, and notes the language that their
/// browser asks for: the last resort for the one of their profile.
async fn welcome(
    state: &AppState,
    headers: &HeaderMap,
    form: &Form,
    session: &SignedIn,
    notice: Option<Notice>,
) -> Response {
    let wanted = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    if let Some(language) = wanted.and_then(|header| wishes(header).first().copied()) {
        let noted = state.services.profiles.note_browser(session.user, Some(language), None).await;
        if let Err(error) = noted {
            tracing::warn!(%error, "a browser's language could not be noted");
        }
    }
    let next = form.next().unwrap_or_else(LocalPath::dashboard);
    let session = state.cookies.session(session);
    match notice {
        Some(notice) => see_other(&next, [session, state.cookies.flash(&Flash::from(notice))]),
        None => see_other(&next, [session]),
    }
}

fn session_of(state: &AppState, headers: &HeaderMap) -> Option<String> {
    state.cookies.read_session(&crate::web::cookies(headers))
}

/// `POST /logout/`: ends the session here and in the browser.
pub(super) async fn logout(
    State(state): State<AppState>,
    Extension(visit): Extension<Arc<Visit>>,
    headers: HeaderMap,
) -> Response {
    if let Some(token) = session_of(&state, &headers)
        && let Err(error) = state.services.accounts.sign_out(&token).await
    {
        return failed(&state, &visit, &headers, &error);
    }
    let home = LocalPath::parse("/").unwrap_or_else(LocalPath::dashboard);
    let goodbye = state.cookies.flash(&Flash::from(Notice::SignedOut));
    see_other(&home, [state.cookies.no_session(), goodbye])
}

/// `POST /language/`: remembers the language and comes back to the page.
pub(super) async fn language(State(state): State<AppState>, body: Bytes) -> Response {
    let form = Form::parse(&body);
    let back = form.next().or_else(|| LocalPath::parse("/")).unwrap_or_else(LocalPath::dashboard);
    match Locale::from_tag(form.get("language")) {
        Some(locale) => see_other(&back, [state.cookies.language(locale)]),
        None => see_other(&back, []),
    }
}
