//! The page of tokens for programs: the list, the form, and the one sight of a new token.

use app::flash::{Flash, Notice};
use app::pages::{Made, Page, TokensPage};
use axum::body::Bytes;
use axum::http::StatusCode;
use model::{ApiScope, ApiTokenId, Lifetime, LocalPath, UserId};
use service::{IdempotencyState, KeptAnswer, TokenDraft};
use uuid::Uuid;

use super::asked::{Answer, Asked, Instead};
use super::form::{Form, see_other};

const UNREAD: &str = "loading the API tokens failed";
const UNMADE: &str = "creating the API token failed";

/// `GET /dashboard/tokens/`.
pub(super) async fn list(asked: Asked) -> Answer {
    let user = asked.recent_viewer()?.user;
    let draft = TokenDraft {
        scopes: [ApiScope::ReadProfile].into(),
        lifetime: Some(Lifetime::Month),
        ..TokenDraft::default()
    };
    let page = TokensPage { draft, ..page(&asked, user).await? };
    Ok(asked.show(Page::Tokens(Box::new(page))))
}

/// `POST /dashboard/tokens/`: makes a token and shows it, here and never again: not in an address,
/// not in a cookie, and not when this answer is asked for once more.
pub(super) async fn create(asked: Asked, body: Bytes) -> Answer {
    let form = Form::parse(&body);
    // Whoever has a token has what it allows: as weighty as a change of the sign-in address.
    let user = asked.recent_viewer()?.user;
    let services = &asked.state.services;
    // A browser that reloads this answer sends the form again: it is the same form.
    let key = format!("token form {}", form.find("form").unwrap_or(&asked.visit.reference));
    let turn = services.idempotency.take_turn(user, &key, &[&body]).await;
    let IdempotencyState::Yours(ticket) = turn.map_err(asked.failed(UNMADE))? else {
        return Ok(back(&asked, Notice::TokenShownBefore));
    };
    let draft = draft(&form);
    match services.tokens.create(user, &draft).await.map_err(asked.failed(UNMADE))? {
        Ok(token) => {
            let shown = KeptAnswer { status: 204, body: String::new() };
            let kept = services.idempotency.answered(&ticket, &shown).await;
            kept.map_err(asked.failed(UNMADE))?;
            let made = Some(Made { name: draft.name, token });
            let page = TokensPage { made, ..page(&asked, user).await? };
            Ok(asked.show(Page::Tokens(Box::new(page))))
        }
        Err(refusal) => {
            let given_back = services.idempotency.failed(&ticket).await;
            given_back.map_err(asked.failed(UNMADE))?;
            let refusal = Some(refusal);
            let page = TokensPage { draft, refusal, ..page(&asked, user).await? };
            let mut response = asked.show(Page::Tokens(Box::new(page)));
            *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(response)
        }
    }
}

/// `POST /dashboard/tokens/revoke/`: the token opens nothing from now on.
pub(super) async fn revoke(asked: Asked, body: Bytes) -> Answer {
    let form = Form::parse(&body);
    let user = asked.viewer()?;
    let is_revoked = match Uuid::parse_str(form.get("token")) {
        Ok(id) => {
            let revoked = asked.state.services.tokens.revoke(user, ApiTokenId(id)).await;
            revoked.map_err(asked.failed("revoking the API token failed"))?
        }
        Err(_) => false,
    };
    let notice = if is_revoked { Notice::TokenRevoked } else { Notice::TokenGone };
    Ok(back(&asked, notice))
}

fn draft(form: &Form) -> TokenDraft {
    TokenDraft {
        name: form.get("name").to_owned(),
        scopes: form.all("scope").filter_map(ApiScope::parse).collect(),
        lifetime: Lifetime::parse(form.get("days")),
    }
}

async fn page(asked: &Asked, user: UserId) -> Result<TokensPage, Instead> {
    let services = &asked.state.services;
    Ok(TokensPage {
        profile: services.profiles.find(user).await.map_err(asked.failed(UNREAD))?,
        tokens: services.tokens.list(user).await.map_err(asked.failed(UNREAD))?,
        ..TokensPage::default()
    })
}

fn back(asked: &Asked, notice: Notice) -> axum::response::Response {
    let tokens = LocalPath::parse("/dashboard/tokens/").unwrap_or_else(LocalPath::dashboard);
    see_other(&tokens, [asked.state.cookies.flash(&Flash::from(notice))])
}
