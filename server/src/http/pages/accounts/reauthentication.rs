//! Proving anew who one is, before something that matters; and forms that had to wait for a proof.

use std::net::SocketAddr;
use std::sync::Arc;

use app::draft::{DraftOf, FormDraft};
use app::flash::{Flash, Notice};
use app::pages::AccountsPage;
use app::request_context::{FormError, RejectedForm, RequestContext};
use axum::body::Bytes;
use axum::extract::ConnectInfo;
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use model::LocalPath;
use secrecy::ExposeSecret;
use service::{ConfirmRefusal, SignInRefusal, SignedIn};

use super::email_change;
use crate::http::extract::form::Form;
use crate::http::extract::page_request::PageRequest;
use crate::http::middleware::client::client_of;
use crate::http::pages::profile;
use crate::http::respond::early_response::HandlerResult;
use crate::http::respond::redirect::{see_other, set_cookie};

const UNCONFIRMED: &str = "reauthentication failed with an internal error";

/// `GET /confirm/?next=…`: asks for the password; who gave it lately goes on at once.
pub(super) async fn page(request: PageRequest) -> HandlerResult {
    request.require_viewer()?;
    if request.context.recent_viewer().is_ok() {
        let next = request.context.next.clone().unwrap_or_else(LocalPath::dashboard);
        return Ok(see_other(next.as_str(), []));
    }
    Ok(request.show(AccountsPage::Reauthentication))
}

/// `POST /confirm/`: goes on where the viewer was, under another session token.
pub(super) async fn reauthenticate(
    request: PageRequest,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    body: Bytes,
) -> HandlerResult {
    let form = Form::parse(&body);
    let request = request.with_draft(FormDraft::carried(|name| form.find(name)));
    request.require_viewer()?;
    let (Some(viewer), Some(token)) = (&request.context.viewer, request.session_token()) else {
        return Ok(request.redirect_to_dashboard(&Flash::from(Notice::Internal)));
    };
    let client = client_of(&request.headers, peer, request.state.trusted_proxies);
    let accounts = &request.state.services.accounts;
    let confirmed = accounts.confirm(viewer, form.get("password"), &client, &token).await;
    match confirmed.map_err(request.failed(UNCONFIRMED))? {
        Ok(session) => redirect_after_reauth(&request, &form, &session).await,
        Err(ConfirmRefusal::SignIn(refusal)) => {
            let path = form.path_with_next("/confirm/");
            Ok(rejected_password(
                &request,
                &path,
                AccountsPage::Reauthentication,
                String::new(),
                refusal,
            ))
        }
        Err(ConfirmRefusal::SignedOut) => Ok(see_other(&form.path_with_next("/login/"), [])),
    }
}

/// The page again, for somebody whose password was not right, or came too often.
pub(super) fn rejected_password(
    request: &PageRequest,
    path: &str,
    page: AccountsPage,
    email: String,
    refusal: SignInRefusal,
) -> Response {
    let (reason, status) = match refusal {
        SignInRefusal::Mismatch => (FormError::Mismatch, StatusCode::UNPROCESSABLE_ENTITY),
        SignInRefusal::TooMany { wait_secs } => {
            (FormError::TooMany(model::whole_minutes(wait_secs)), StatusCode::TOO_MANY_REQUESTS)
        }
        SignInRefusal::Blocked => (FormError::Blocked, StatusCode::FORBIDDEN),
    };
    let rejected = RejectedForm { email, reason };
    let mut response = request.rerender_form(path, page, rejected, status);
    if let SignInRefusal::TooMany { wait_secs } = refusal {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(wait_secs));
    }
    response
}

/// Sends somebody who has just proved who they are where they were going, or shows them the form
/// that they had filled in.
pub(super) async fn redirect_after_reauth(
    request: &PageRequest,
    form: &Form,
    session: &SignedIn,
) -> HandlerResult {
    let cookie = request.state.cookies.session(session);
    let Some(draft) = &request.context.draft else {
        let next = form.next().unwrap_or_else(LocalPath::dashboard);
        return Ok(see_other(next.as_str(), [cookie]));
    };
    let viewer = request.state.services.accounts.viewer(session.token.expose_secret()).await;
    let context = RequestContext {
        viewer: viewer.map_err(request.failed(UNCONFIRMED))?.map(Arc::new),
        path: draft.of.page().to_owned(),
        next: None,
        flash: Some(Flash::from(Notice::NotSaved)),
        draft: None,
        rejected: None,
        ..RequestContext::clone(&request.context)
    };
    let request = request.with_context(context);
    let typed = Form::of(draft.fields.clone());
    // Not a redirect: what was typed travels in this very request and lies nowhere in between.
    let mut response = match draft.of {
        DraftOf::Profile => profile::filled_in(&request, &typed).await?,
        DraftOf::Address => email_change::filled_in(&request, &typed).await?,
    };
    set_cookie(&mut response, &cookie);
    Ok(response)
}
