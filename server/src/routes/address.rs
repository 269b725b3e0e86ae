//! The sign-in address: its page, the wish for another one, and the links of the mails about it.

use app::draft::DraftOf;
use app::flash::{Flash, Notice};
use app::pages::{AccountPage, Page};
use app::visit::{Refusal, Refused};
use axum::body::Bytes;
use axum::extract::RawQuery;
use axum::http::StatusCode;
use axum::response::Response;
use model::LocalPath;
use service::{AddressRefusal, LinkRefusal, RestoreRefusal};

use super::asked::{Answer, Asked};
use super::form::{Form, see_other};
use super::page::again;

const UNREAD: &str = "loading the sign-in address failed";
const UNSAVED: &str = "changing the sign-in address failed";
/// Longest address that is given back to its form.
const LONGEST_TYPED_BYTES: usize = 512;

/// `GET /dashboard/account/`.
pub(super) async fn page(asked: Asked) -> Answer {
    shown(&asked, String::new(), None).await
}

/// The page with a form that was typed before and waited for a proof.
pub(super) async fn filled_in(asked: &Asked, typed: &Form) -> Answer {
    shown(asked, line_of(typed.get("email")), None).await
}

/// `POST /dashboard/account/address/`: asks for another sign-in address.
pub(super) async fn request(asked: Asked, body: Bytes) -> Answer {
    let form = Form::parse(&body);
    let viewer = asked.recent_viewer_or_keep(DraftOf::Address, &form)?;
    let typed = form.get("email");
    let requested = asked.state.services.addresses.request(viewer, typed).await;
    let Err(refusal) = requested.map_err(asked.failed(UNSAVED))? else {
        return Ok(to_page(&asked, Notice::AddressRequested));
    };
    let mut response = shown(&asked, line_of(typed), Some(refusal)).await?;
    *response.status_mut() = match refusal {
        AddressRefusal::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    };
    Ok(response)
}

/// `POST /dashboard/account/cancel/`: takes the wish back. Asks for no proof: it makes nothing
/// worse.
pub(super) async fn cancel(asked: Asked) -> Answer {
    let cancelled = asked.state.services.addresses.cancel(asked.viewer()?).await;
    cancelled.map_err(asked.failed(UNSAVED))?;
    Ok(to_page(&asked, Notice::AddressCancelled))
}

/// `GET /address/confirm/?token=…`: says what the button will do.
pub(super) async fn proof(asked: Asked, RawQuery(query): RawQuery) -> Answer {
    let token = token_of(query);
    let user = asked.viewer()?;
    let email = asked.state.services.addresses.proposed(user, &token).await;
    let email = email.map_err(asked.failed(UNREAD))?;
    Ok(asked.show(Page::AddressProof { token, email }))
}

/// `POST /address/confirm/`: moves the viewer to the address.
pub(super) async fn prove(asked: Asked, body: Bytes) -> Answer {
    let form = Form::parse(&body);
    asked.viewer()?;
    let Some(viewer) = &asked.visit.viewer else { return Ok(to_page(&asked, Notice::DeadLink)) };
    let proved = asked.state.services.addresses.prove(viewer, form.get("token")).await;
    let notice = match proved.map_err(asked.failed(UNSAVED))? {
        Ok(()) => Notice::AddressChanged,
        Err(refusal) => notice_of(refusal),
    };
    Ok(to_page(&asked, notice))
}

/// `GET /address/restore/?token=…`: says what the button will do. For anybody who has the link:
/// its owner may have no session any more.
pub(super) async fn way_back(asked: Asked, RawQuery(query): RawQuery) -> Answer {
    let token = token_of(query);
    let email = asked.state.services.addresses.former(&token).await;
    let email = email.map_err(asked.failed(UNREAD))?;
    Ok(asked.show(Page::AddressRestore { token, email }))
}

/// `POST /address/restore/`: takes the former address back, with a new password.
pub(super) async fn restore(asked: Asked, body: Bytes) -> Answer {
    let form = Form::parse(&body);
    let token = form.get("token").to_owned();
    let addresses = &asked.state.services.addresses;
    let restored = addresses.restore(&token, form.get("password")).await;
    let notice = match restored.map_err(asked.failed(UNSAVED))? {
        Ok(()) => Notice::AddressRestored,
        Err(RestoreRefusal::Link(refusal)) => notice_of(refusal),
        Err(RestoreRefusal::Password(fault)) => {
            let email = addresses.former(&token).await.map_err(asked.failed(UNREAD))?;
            let refused = Refused { email: String::new(), reason: Refusal::from(fault) };
            let page = Page::AddressRestore { token, email };
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            return Ok(again(&asked, "/address/restore/", page, refused, status));
        }
    };
    let login = LocalPath::parse("/login/").unwrap_or_else(LocalPath::dashboard);
    let cookies = &asked.state.cookies;
    Ok(match notice {
        // Whatever session this browser had is over.
        Notice::AddressRestored => {
            see_other(&login, [cookies.no_session(), cookies.flash(&Flash::from(notice))])
        }
        _ => see_other(&login, [cookies.flash(&Flash::from(notice))]),
    })
}

const fn notice_of(refusal: LinkRefusal) -> Notice {
    match refusal {
        LinkRefusal::Unknown => Notice::DeadLink,
        LinkRefusal::Taken => Notice::AddressTaken,
    }
}

async fn shown(asked: &Asked, typed: String, refusal: Option<AddressRefusal>) -> Answer {
    let user = asked.viewer()?;
    let Some(viewer) = &asked.visit.viewer else { return Ok(to_page(asked, Notice::Internal)) };
    let services = &asked.state.services;
    let profile = services.profiles.find(user).await.map_err(asked.failed(UNREAD))?;
    let address = services.addresses.page(viewer).await.map_err(asked.failed(UNREAD))?;
    let account = AccountPage { address, typed, refusal };
    Ok(asked.show(Page::Account { profile, account }))
}

fn to_page(asked: &Asked, notice: Notice) -> Response {
    let page = LocalPath::parse(DraftOf::Address.page()).unwrap_or_else(LocalPath::dashboard);
    see_other(&page, [asked.state.cookies.flash(&Flash::from(notice))])
}

/// The token of a link; anything that is none finds nothing.
fn token_of(query: Option<String>) -> String {
    let form = Form::parse(&query.unwrap_or_default().into());
    line_of(form.get("token"))
}

/// An input's value is one line; what a browser could not have sent is not given back.
fn line_of(typed: &str) -> String {
    let is_line = typed.len() <= LONGEST_TYPED_BYTES && !typed.contains(char::is_control);
    if is_line { typed.to_owned() } else { String::new() }
}
