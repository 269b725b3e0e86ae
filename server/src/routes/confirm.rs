//! Proving anew who one is, before something that matters; and forms that had to wait for a proof.

use std::net::SocketAddr;
use std::sync::Arc;

use app::draft::{DraftOf, FormDraft};
use app::flash::{Flash, Notice};
use app::pages::Page;
use app::visit::{Refusal, Refused, Visit};
use axum::body::Bytes;
use axum::extract::ConnectInfo;
use axum::http::header::{RETRY_AFTER, SET_COOKIE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use model::LocalPath;
use secrecy::ExposeSecret;
use service::{ConfirmRefusal, SignInRefusal, SignedIn};

use super::account::{path_with_next, session_of};
use super::asked::{Answer, Asked};
use super::form::{Form, see_other};
use super::page::again;
use super::{address, profile};
use crate::web::client_of;

const UNCONFIRMED: &str = "reauthentication failed with an internal error";

/// `GET /confirm/?next=…`: asks for the password; who gave it lately goes on at once.
pub(super) async fn page(asked: Asked) -> Answer {
    asked.viewer()?;
    if asked.visit.recent_viewer().is_ok() {
        let next = asked.visit.next.clone().unwrap_or_else(LocalPath::dashboard);
        return Ok(Redirect::to(next.as_str()).into_response());
    }
    Ok(asked.show(Page::Confirm))
}

/// `POST /confirm/`: goes on where the viewer was, under another session token.
pub(super) async fn confirm(
    asked: Asked,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    body: Bytes,
) -> Answer {
    let form = Form::parse(&body);
    let asked = asked.carrying(FormDraft::carried(|name| form.find(name)));
    asked.viewer()?;
    let (Some(viewer), Some(token)) = (&asked.visit.viewer, session_of(&asked)) else {
        return Ok(asked.back(&Flash::from(Notice::Internal)));
    };
    let client = client_of(&asked.headers, peer, asked.state.trusted_proxies);
    let accounts = &asked.state.services.accounts;
    let confirmed = accounts.confirm(viewer, form.get("password"), &client, &token).await;
    match confirmed.map_err(asked.failed(UNCONFIRMED))? {
        Ok(session) => go_on(&asked, &form, &session).await,
        Err(ConfirmRefusal::SignIn(refusal)) => {
            let path = path_with_next("/confirm/", &form);
            Ok(refused(&asked, &path, Page::Confirm, String::new(), refusal))
        }
        Err(ConfirmRefusal::SignedOut) => {
            Ok(Redirect::to(&path_with_next("/login/", &form)).into_response())
        }
    }
}

/// The page again, for somebody whose password was not right, or came too often.
pub(super) fn refused(
    asked: &Asked,
    path: &str,
    page: Page,
    email: String,
    refusal: SignInRefusal,
) -> Response {
    let (reason, status) = match refusal {
        SignInRefusal::Mismatch => (Refusal::Mismatch, StatusCode::UNPROCESSABLE_ENTITY),
        SignInRefusal::TooMany { wait_secs } => {
            (Refusal::TooMany(model::whole_minutes(wait_secs)), StatusCode::TOO_MANY_REQUESTS)
        }
        SignInRefusal::Blocked => (Refusal::Blocked, StatusCode::FORBIDDEN),
    };
    let mut response = again(asked, path, page, Refused { email, reason }, status);
    if let SignInRefusal::TooMany { wait_secs } = refusal {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(wait_secs));
    }
    response
}

/// Sends somebody who has just proved who they are where they were going, or shows them the form
/// that they had filled in.
pub(super) async fn go_on(asked: &Asked, form: &Form, session: &SignedIn) -> Answer {
    let cookie = asked.state.cookies.session(session);
    let Some(draft) = &asked.visit.draft else {
        return Ok(see_other(&form.next().unwrap_or_else(LocalPath::dashboard), [cookie]));
    };
    let viewer = asked.state.services.accounts.viewer(session.token.expose_secret()).await;
    let visit = Visit {
        viewer: viewer.map_err(asked.failed(UNCONFIRMED))?.map(Arc::new),
        path: draft.of.page().to_owned(),
        next: None,
        flash: Some(Flash::from(Notice::NotSaved)),
        draft: None,
        refused: None,
        ..Visit::clone(&asked.visit)
    };
    let asked = asked.for_visit(visit);
    let typed = Form::of(draft.fields.clone());
    // Not a redirect: what was typed travels in this very request and lies nowhere in between.
    let mut response = match draft.of {
        DraftOf::Profile => profile::filled_in(&asked, &typed).await?,
        DraftOf::Address => address::filled_in(&asked, &typed).await?,
    };
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    Ok(response)
}
