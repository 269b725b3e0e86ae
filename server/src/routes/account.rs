//! Forms of accounts: register, sign in, sign out, language.

use std::net::SocketAddr;

use app::draft::FormDraft;
use app::flash::{Flash, Notice};
use app::pages::Page;
use app::visit::{Refusal, Refused};
use axum::body::Bytes;
use axum::extract::{ConnectInfo, State};
use axum::http::StatusCode;
use axum::response::Response;
use model::locale::parse_accept_language;
use model::{LocalPath, Locale};
use service::{RegisterRefusal, SignedIn};

use super::asked::{Answer, Asked};
use super::confirm;
use super::form::{Form, see_other};
use super::page::again;
use crate::state::AppState;
use crate::web::{accept_language, client_of, cookies};

/// Longest address that is given back to its form.
const LONGEST_TYPED_BYTES: usize = 512;

/// The path of the form's page, with the way on.
pub(super) fn path_with_next(path: &str, form: &Form) -> String {
    form.next().map_or_else(|| path.to_owned(), |next| next.after(path))
}

/// The address as it was typed. An input's value is one line; what a browser could not have sent
/// is not given back.
fn typed_email(form: &Form) -> String {
    let typed = form.get("email");
    let is_line = typed.len() <= LONGEST_TYPED_BYTES && !typed.contains(char::is_control);
    if is_line { typed.to_owned() } else { String::new() }
}

const UNREGISTERED: &str = "creating the account failed";
const UNSIGNED: &str = "starting or ending the session failed";

/// `POST /register/`: makes the account and signs in.
pub(super) async fn register(asked: Asked, body: Bytes) -> Answer {
    let form = Form::parse(&body);
    let accounts = &asked.state.services.accounts;
    let registered = accounts.register(form.get("email"), form.get("password")).await;
    let reason = match registered.map_err(asked.failed(UNREGISTERED))? {
        Ok(user) => {
            let session = accounts.open_session(user, session_of(&asked).as_deref()).await;
            let session = session.map_err(asked.failed(UNSIGNED))?;
            return welcome(&asked, &form, &session, Some(Notice::Registered)).await;
        }
        Err(RegisterRefusal::Email) => Refusal::BadEmail,
        Err(RegisterRefusal::EmailTaken) => Refusal::EmailTaken,
        Err(RegisterRefusal::Password(fault)) => Refusal::from(fault),
    };
    let path = path_with_next("/register/", &form);
    let refused = Refused { email: typed_email(&form), reason };
    Ok(again(&asked, &path, Page::Register, refused, StatusCode::UNPROCESSABLE_ENTITY))
}

/// `POST /login/`: opens a session and goes where the visitor was going.
pub(super) async fn login(
    asked: Asked,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    body: Bytes,
) -> Answer {
    let form = Form::parse(&body);
    let asked = asked.carrying(FormDraft::carried(|name| form.find(name)));
    let client = client_of(&asked.headers, peer, asked.state.trusted_proxies);
    let current = session_of(&asked);
    let accounts = &asked.state.services.accounts;
    let signed_in = accounts
        .sign_in(form.get("email"), form.get("password"), &client, current.as_deref())
        .await;
    match signed_in.map_err(asked.failed(UNSIGNED))? {
        Ok(session) => welcome(&asked, &form, &session, None).await,
        Err(refusal) => {
            let path = path_with_next("/login/", &form);
            Ok(confirm::refused(&asked, &path, Page::Login, typed_email(&form), refusal))
        }
    }
}

/// Sends somebody who has just signed in where they were going, and notes the language that their
/// browser asks for: the last resort for the one of their profile.
async fn welcome(asked: &Asked, form: &Form, session: &SignedIn, notice: Option<Notice>) -> Answer {
    let Asked { state, headers, .. } = asked;
    if let Some(language) = parse_accept_language(accept_language(headers)).first() {
        let noted = state.services.profiles.note_browser(session.user, Some(language), None).await;
        if let Err(error) = noted {
            tracing::warn!(%error, "storing the browser's language failed");
        }
    }
    let Some(notice) = notice else { return confirm::go_on(asked, form, session).await };
    let next = form.next().unwrap_or_else(LocalPath::dashboard);
    let session = state.cookies.session(session);
    Ok(see_other(&next, [session, state.cookies.flash(&Flash::from(notice))]))
}

pub(super) fn session_of(asked: &Asked) -> Option<String> {
    asked.state.cookies.read_session(&cookies(&asked.headers))
}

/// `POST /logout/`: ends the session here and in the browser.
pub(super) async fn logout(asked: Asked) -> Answer {
    let state = &asked.state;
    if let Some(token) = session_of(&asked) {
        let ended = state.services.accounts.sign_out(&token).await;
        ended.map_err(asked.failed(UNSIGNED))?;
    }
    let home = LocalPath::parse("/").unwrap_or_else(LocalPath::dashboard);
    let goodbye = state.cookies.flash(&Flash::from(Notice::SignedOut));
    Ok(see_other(&home, [state.cookies.no_session(), goodbye]))
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
