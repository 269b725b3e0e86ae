//! Register, sign in, sign out.

use std::net::SocketAddr;

use app::draft::FormDraft;
use app::flash::{Flash, Notice};
use app::pages::AccountsPage;
use app::request_context::{FormError, RejectedForm};
use axum::body::Bytes;
use axum::extract::ConnectInfo;
use axum::http::StatusCode;
use axum::response::Response;
use model::LocalPath;
use model::locale::parse_accept_language;
use service::{RegisterRefusal, SignedIn};

use super::reauthentication::{redirect_after_reauth, rejected_password};
use crate::http::extract::form::Form;
use crate::http::extract::page_request::PageRequest;
use crate::http::middleware::client::client_of;
use crate::http::middleware::request_context::accept_language;
use crate::http::respond::early_response::HandlerResult;
use crate::http::respond::redirect::see_other;

const UNREGISTERED: &str = "creating the account failed";
const UNSIGNED: &str = "starting or ending the session failed";

/// `GET /register/`.
pub(super) async fn register_page(request: PageRequest) -> Response {
    request.show(AccountsPage::Register)
}

/// `GET /login/`.
pub(super) async fn login_page(request: PageRequest) -> Response {
    request.show(AccountsPage::SignIn)
}

/// `POST /register/`: makes the account and signs in.
pub(super) async fn register(request: PageRequest, body: Bytes) -> HandlerResult {
    let form = Form::parse(&body);
    let accounts = &request.state.services.accounts;
    let registered = accounts.register(form.get("email"), form.get("password")).await;
    let reason = match registered.map_err(request.failed(UNREGISTERED))? {
        Ok(user) => {
            let session = accounts.open_session(user, request.session_token().as_deref()).await;
            let session = session.map_err(request.failed(UNSIGNED))?;
            let registered = Some(Notice::Registered);
            return redirect_after_sign_in(&request, &form, &session, registered).await;
        }
        Err(RegisterRefusal::Email) => FormError::BadEmail,
        Err(RegisterRefusal::EmailTaken) => FormError::EmailTaken,
        Err(RegisterRefusal::Password(fault)) => FormError::from(fault),
    };
    let path = form.path_with_next("/register/");
    let rejected = RejectedForm { email: form.line("email"), reason };
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(request.rerender_form(&path, AccountsPage::Register, rejected, status))
}

/// `POST /login/`: opens a session and goes where the visitor was going.
pub(super) async fn login(
    request: PageRequest,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    body: Bytes,
) -> HandlerResult {
    let form = Form::parse(&body);
    let request = request.with_draft(FormDraft::carried(|name| form.find(name)));
    let client = client_of(&request.headers, peer, request.state.trusted_proxies);
    let current = request.session_token();
    let accounts = &request.state.services.accounts;
    let signed_in = accounts
        .sign_in(form.get("email"), form.get("password"), &client, current.as_deref())
        .await;
    match signed_in.map_err(request.failed(UNSIGNED))? {
        Ok(session) => redirect_after_sign_in(&request, &form, &session, None).await,
        Err(refusal) => {
            let path = form.path_with_next("/login/");
            let email = form.line("email");
            Ok(rejected_password(&request, &path, AccountsPage::SignIn, email, refusal))
        }
    }
}

/// Sends somebody who has just signed in where they were going, and notes the language that their
/// browser asks for: the last resort for the one of their profile.
async fn redirect_after_sign_in(
    request: &PageRequest,
    form: &Form,
    session: &SignedIn,
    notice: Option<Notice>,
) -> HandlerResult {
    let PageRequest { state, headers, .. } = request;
    if let Some(language) = parse_accept_language(accept_language(headers)).first() {
        let noted = state.services.profiles.note_browser(session.user, Some(language), None).await;
        if let Err(error) = noted {
            tracing::warn!(%error, "storing the browser's language failed");
        }
    }
    let Some(notice) = notice else { return redirect_after_reauth(request, form, session).await };
    let next = form.next().unwrap_or_else(LocalPath::dashboard);
    let session = state.cookies.session(session);
    Ok(see_other(next.as_str(), [session, state.cookies.flash(&Flash::from(notice))]))
}

/// `POST /logout/`: ends the session here and in the browser.
pub(super) async fn logout(request: PageRequest) -> HandlerResult {
    let state = &request.state;
    if let Some(token) = request.session_token() {
        let ended = state.services.accounts.sign_out(&token).await;
        ended.map_err(request.failed(UNSIGNED))?;
    }
    let goodbye = state.cookies.flash(&Flash::from(Notice::SignedOut));
    Ok(see_other("/", [state.cookies.no_session(), goodbye]))
}
