//! The sign-in address: its page, the change to another one, and the links of the mails about it.

use app::draft::DraftOf;
use app::flash::{Flash, Notice};
use app::pages::{AccountsPage, SignInAddress};
use app::request_context::{FormError, RejectedForm};
use axum::body::Bytes;
use axum::extract::RawQuery;
use axum::http::StatusCode;
use axum::response::Response;
use service::{AddressRefusal, LinkRefusal, RestoreRefusal};

use crate::http::extract::form::Form;
use crate::http::extract::page_request::PageRequest;
use crate::http::respond::early_response::HandlerResult;
use crate::http::respond::redirect::see_other;

const UNREAD: &str = "loading the sign-in address failed";
const UNSAVED: &str = "changing the sign-in address failed";

/// `GET /dashboard/account/`.
pub(super) async fn page(request: PageRequest) -> HandlerResult {
    shown(&request, String::new(), None).await
}

/// The page with a form that was typed before and waited for a proof.
pub(super) async fn filled_in(request: &PageRequest, typed: &Form) -> HandlerResult {
    shown(request, typed.line("email"), None).await
}

/// `POST /dashboard/account/address/`: asks for another sign-in address.
pub(super) async fn request_change(request: PageRequest, body: Bytes) -> HandlerResult {
    let form = Form::parse(&body);
    let viewer = request.require_recent_login_keeping_form(DraftOf::Address, &form)?;
    let typed = form.get("email");
    let requested = request.state.services.addresses.request(viewer, typed).await;
    let Err(refusal) = requested.map_err(request.failed(UNSAVED))? else {
        return Ok(to_page(&request, Notice::AddressRequested));
    };
    let mut response = shown(&request, form.line("email"), Some(refusal)).await?;
    *response.status_mut() = match refusal {
        AddressRefusal::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    };
    Ok(response)
}

/// `POST /dashboard/account/cancel/`: takes the wish back. Asks for no proof: it makes nothing
/// worse.
pub(super) async fn cancel(request: PageRequest) -> HandlerResult {
    let cancelled = request.state.services.addresses.cancel(request.require_viewer()?).await;
    cancelled.map_err(request.failed(UNSAVED))?;
    Ok(to_page(&request, Notice::AddressCancelled))
}

/// `GET /address/confirm/?token=…`: says what the button will do.
pub(super) async fn proof_page(request: PageRequest, RawQuery(query): RawQuery) -> HandlerResult {
    let token = token_of(query);
    let user = request.require_viewer()?;
    let email = request.state.services.addresses.proposed(user, &token).await;
    let email = email.map_err(request.failed(UNREAD))?;
    Ok(request.show(AccountsPage::AddressProof { token, email }))
}

/// `POST /address/confirm/`: moves the viewer to the address.
pub(super) async fn prove(request: PageRequest, body: Bytes) -> HandlerResult {
    let form = Form::parse(&body);
    request.require_viewer()?;
    let Some(viewer) = &request.context.viewer else {
        return Ok(to_page(&request, Notice::DeadLink));
    };
    let proved = request.state.services.addresses.prove(viewer, form.get("token")).await;
    let notice = match proved.map_err(request.failed(UNSAVED))? {
        Ok(()) => Notice::AddressChanged,
        Err(refusal) => notice_of(refusal),
    };
    Ok(to_page(&request, notice))
}

/// `GET /address/restore/?token=…`: says what the button will do. For anybody who has the link:
/// its owner may have no session any more.
pub(super) async fn restore_page(request: PageRequest, RawQuery(query): RawQuery) -> HandlerResult {
    let token = token_of(query);
    let email = request.state.services.addresses.former(&token).await;
    let email = email.map_err(request.failed(UNREAD))?;
    Ok(request.show(AccountsPage::AddressRestore { token, email }))
}

/// `POST /address/restore/`: takes the former address back, with a new password.
pub(super) async fn restore(request: PageRequest, body: Bytes) -> HandlerResult {
    let form = Form::parse(&body);
    let token = form.get("token").to_owned();
    let addresses = &request.state.services.addresses;
    let restored = addresses.restore(&token, form.get("password")).await;
    let notice = match restored.map_err(request.failed(UNSAVED))? {
        Ok(()) => Notice::AddressRestored,
        Err(RestoreRefusal::Link(refusal)) => notice_of(refusal),
        Err(RestoreRefusal::Password(fault)) => {
            let email = addresses.former(&token).await.map_err(request.failed(UNREAD))?;
            let rejected = RejectedForm { email: String::new(), reason: FormError::from(fault) };
            let page = AccountsPage::AddressRestore { token, email };
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            return Ok(request.rerender_form("/address/restore/", page, rejected, status));
        }
    };
    let cookies = &request.state.cookies;
    Ok(match notice {
        // Whatever session this browser had is over.
        Notice::AddressRestored => {
            see_other("/login/", [cookies.no_session(), cookies.flash(&Flash::from(notice))])
        }
        _ => see_other("/login/", [cookies.flash(&Flash::from(notice))]),
    })
}

const fn notice_of(refusal: LinkRefusal) -> Notice {
    match refusal {
        LinkRefusal::Unknown => Notice::DeadLink,
        LinkRefusal::Taken => Notice::AddressTaken,
    }
}

async fn shown(
    request: &PageRequest,
    typed: String,
    refusal: Option<AddressRefusal>,
) -> HandlerResult {
    let user = request.require_viewer()?;
    let Some(viewer) = &request.context.viewer else {
        return Ok(to_page(request, Notice::Internal));
    };
    let services = &request.state.services;
    let profile = services.profiles.find(user).await.map_err(request.failed(UNREAD))?;
    let address = services.addresses.page(viewer).await.map_err(request.failed(UNREAD))?;
    let address = SignInAddress { address, typed, refusal };
    Ok(request.show(AccountsPage::SignInAddress { profile, address }))
}

fn to_page(request: &PageRequest, notice: Notice) -> Response {
    see_other(DraftOf::Address.page(), [request.state.cookies.flash(&Flash::from(notice))])
}

/// The token of a link; anything that is none finds nothing.
fn token_of(query: Option<String>) -> String {
    Form::of_query(query).line("token")
}
