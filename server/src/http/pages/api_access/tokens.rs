//! The page of tokens for programs: the list, the form, and the one sight of a new token.

use app::flash::{Flash, Notice};
use app::pages::{ApiAccessPage, Made, TokensPage};
use axum::body::Bytes;
use axum::http::StatusCode;
use axum::response::Response;
use model::{ApiScope, ApiTokenId, Lifetime, UserId};
use service::{IdempotencyState, KeptAnswer, TokenDraft};
use uuid::Uuid;

use crate::http::extract::form::Form;
use crate::http::extract::page_request::PageRequest;
use crate::http::respond::early_response::{EarlyResponse, HandlerResult};
use crate::http::respond::redirect::see_other;

const UNREAD: &str = "loading the API tokens failed";
const UNMADE: &str = "creating the API token failed";

/// `GET /dashboard/tokens/`.
pub(super) async fn list(request: PageRequest) -> HandlerResult {
    let user = request.require_recent_login()?.user;
    let draft = TokenDraft {
        scopes: [ApiScope::ReadProfile].into(),
        lifetime: Some(Lifetime::Month),
        ..TokenDraft::default()
    };
    let page = TokensPage { draft, ..page_of(&request, user).await? };
    Ok(request.show(ApiAccessPage::Tokens(Box::new(page))))
}

/// `POST /dashboard/tokens/`: makes a token and shows it, here and never again: not in an address,
/// not in a cookie, and not when this answer is asked for once more.
pub(super) async fn create(request: PageRequest, body: Bytes) -> HandlerResult {
    let form = Form::parse(&body);
    // Whoever has a token has what it allows: as weighty as a change of the sign-in address.
    let user = request.require_recent_login()?.user;
    let services = &request.state.services;
    // A browser that reloads this answer sends the form again: it is the same form.
    let key = format!("token form {}", form.find("form").unwrap_or(&request.context.reference));
    let turn = services.idempotency.take_turn(user, &key, &[&body]).await;
    let IdempotencyState::Yours(ticket) = turn.map_err(request.failed(UNMADE))? else {
        return Ok(redirect_to_tokens(&request, Notice::TokenShownBefore));
    };
    let draft = draft(&form);
    match services.tokens.create(user, &draft).await.map_err(request.failed(UNMADE))? {
        Ok(token) => {
            let shown = KeptAnswer { status: 204, body: String::new() };
            let kept = services.idempotency.answered(&ticket, &shown).await;
            kept.map_err(request.failed(UNMADE))?;
            let made = Some(Made { name: draft.name, token });
            let page = TokensPage { made, ..page_of(&request, user).await? };
            Ok(request.show(ApiAccessPage::Tokens(Box::new(page))))
        }
        Err(refusal) => {
            let given_back = services.idempotency.failed(&ticket).await;
            given_back.map_err(request.failed(UNMADE))?;
            let refusal = Some(refusal);
            let page = TokensPage { draft, refusal, ..page_of(&request, user).await? };
            let mut response = request.show(ApiAccessPage::Tokens(Box::new(page)));
            *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(response)
        }
    }
}

/// `POST /dashboard/tokens/revoke/`: the token opens nothing from now on.
pub(super) async fn revoke(request: PageRequest, body: Bytes) -> HandlerResult {
    let form = Form::parse(&body);
    let user = request.require_viewer()?;
    let is_revoked = match Uuid::parse_str(form.get("token")) {
        Ok(id) => {
            let revoked = request.state.services.tokens.revoke(user, ApiTokenId(id)).await;
            revoked.map_err(request.failed("revoking the API token failed"))?
        }
        Err(_) => false,
    };
    let notice = if is_revoked { Notice::TokenRevoked } else { Notice::TokenGone };
    Ok(redirect_to_tokens(&request, notice))
}

fn draft(form: &Form) -> TokenDraft {
    TokenDraft {
        name: form.get("name").to_owned(),
        scopes: form.all("scope").filter_map(ApiScope::parse).collect(),
        lifetime: Lifetime::parse(form.get("days")),
    }
}

async fn page_of(request: &PageRequest, user: UserId) -> Result<TokensPage, EarlyResponse> {
    let services = &request.state.services;
    Ok(TokensPage {
        profile: services.profiles.find(user).await.map_err(request.failed(UNREAD))?,
        tokens: services.tokens.list(user).await.map_err(request.failed(UNREAD))?,
        ..TokensPage::default()
    })
}

fn redirect_to_tokens(request: &PageRequest, notice: Notice) -> Response {
    see_other("/dashboard/tokens/", [request.state.cookies.flash(&Flash::from(notice))])
}
