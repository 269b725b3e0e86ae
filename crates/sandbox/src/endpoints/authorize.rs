//! The authorization endpoint up to the choice of an account (docs/google-facts.md 1.2, 1.4).
//! The request itself travels through the pages, so nothing waits in memory for a user.

use axum::Form;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use chrono::TimeDelta;
use serde::Deserialize;
use url::{Url, form_urlencoded};

use super::request::{AuthorizeRequest, Refusal};
use crate::fault::Endpoint;
use crate::pages::{Lang, chooser_page, refusal_page};
use crate::world::account::Account;
use crate::world::ledger::{Code, GrantKey};
use crate::world::permission::Permissions;
use crate::world::{World, state};
use crate::{mishap, random};

/// How long a code waits for its exchange.
const CODE_LIFE: TimeDelta = TimeDelta::minutes(10);

pub(super) async fn authorize(
    State(world): State<World>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    mishap::around(&world, Endpoint::Authorize, || {
        let raw = query.unwrap_or_default();
        let lang = Lang::of(&raw, &headers);
        begin(&world, &raw, lang).unwrap_or_else(|refusal| refusal_page(lang, &refusal))
    })
    .await
}

#[derive(Deserialize)]
pub(super) struct Choice {
    request: String,
    account: String,
}

pub(super) async fn choose(
    State(world): State<World>,
    headers: HeaderMap,
    Form(choice): Form<Choice>,
) -> Response {
    let lang = Lang::of(&choice.request, &headers);
    let mut state = world.state();
    AuthorizeRequest::parse(&choice.request, &state)
        .and_then(|request| {
            let account = known(&state, &choice.account)?;
            proceed(&mut state, world.base(), &request, &account)
        })
        .unwrap_or_else(|refusal| refusal_page(lang, &refusal))
}

fn begin(world: &World, raw: &str, lang: Lang) -> Result<Response, Refusal> {
    let mut state = world.state();
    let request = AuthorizeRequest::parse(raw, &state)?;
    if let Some(code) = &state.behaviour.refuse_authorization {
        return Err(Refusal::coded(code, "This app cannot be used now."));
    }
    if let Some(error) = state.behaviour.callback_error.clone() {
        return Ok(refuse(&request, &error));
    }
    let hinted = request.login_hint.as_deref().and_then(|hint| state.hinted(hint)).cloned();
    match hinted.filter(|_| !request.prompt.select_account) {
        Some(account) => proceed(&mut state, world.base(), &request, &account),
        None if request.prompt.none => Ok(refuse(&request, "interaction_required")),
        None => {
            let accounts: Vec<&Account> =
                state.accounts.iter().filter(|account| !account.is_disabled).collect();
            Ok(chooser_page(lang, &request.client_name, &request.raw, &accounts))
        }
    }
}

pub(super) fn known(state: &state::State, sub: &str) -> Result<Account, Refusal> {
    state
        .account(sub)
        .cloned()
        .ok_or_else(|| Refusal::coded("invalid_request", "This account cannot be used."))
}

/// With the account known: a page that says no, the consent page, or straight back to the client.
fn proceed(
    state: &mut state::State,
    base: &str,
    request: &AuthorizeRequest,
    account: &Account,
) -> Result<Response, Refusal> {
    admit(state, account)?;
    let key = (account.sub.clone(), request.client_id.clone());
    let is_granted = request.asked.is_subset(&state.ledger.granted(&key));
    if is_granted && !request.prompt.consent {
        return Ok(return_code(state, base, request, account, &request.asked, false));
    }
    if request.prompt.none {
        return Ok(refuse(request, "consent_required"));
    }
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("account", &account.sub)
        .append_pair("request", &request.raw)
        .finish();
    Ok(Redirect::to(&format!("/o/oauth2/consent?{query}")).into_response())
}

/// Refuses accounts that may not use this app (docs/google-facts.md 1.8).
pub(super) fn admit(state: &state::State, account: &Account) -> Result<(), Refusal> {
    if let Some(code) = &account.blocked {
        return Err(Refusal::coded(code, format!("{} may not use this app.", account.email)));
    }
    let is_tester =
        state.behaviour.test_users.as_ref().is_none_or(|users| users.contains(&account.email));
    if !is_tester {
        let detail = "The app has not completed the Google verification process.";
        return Err(Refusal::coded("access_denied", detail));
    }
    Ok(())
}

/// Records the grant and sends the user back with a code.
pub(super) fn return_code(
    state: &mut state::State,
    base: &str,
    request: &AuthorizeRequest,
    account: &Account,
    granted: &Permissions,
    consent_was_shown: bool,
) -> Response {
    let now = state.clock.now();
    let key: GrantKey = (account.sub.clone(), request.client_id.clone());
    state.ledger.grant(&key, granted, now);
    let scopes =
        if request.includes_granted { state.ledger.granted(&key) } else { granted.clone() };
    let scope = crate::world::permission::wire(&scopes);
    let code = random::code();
    let may_refresh = request.is_offline && consent_was_shown;
    state.ledger.add_code(
        code.clone(),
        Code {
            grant: key,
            redirect_uri: request.redirect_uri.clone(),
            scopes,
            nonce: request.nonce.clone(),
            challenge: request.challenge.clone(),
            with_refresh_token: may_refresh && !state.behaviour.withhold_refresh_token,
            expires_at: now + CODE_LIFE,
        },
    );
    let mut answer: Vec<(&str, &str)> = vec![("code", &code), ("scope", &scope)];
    if state.behaviour.callback_extras {
        answer.insert(0, ("iss", state.behaviour.callback_iss.as_deref().unwrap_or(base)));
        answer.push(("authuser", "0"));
        if let Some(hd) = &account.hd {
            answer.push(("hd", hd));
        }
        answer.push(("prompt", if consent_was_shown { "consent" } else { "none" }));
    }
    send_back(request, &answer)
}

/// Sends the user back with an error.
pub(super) fn refuse(request: &AuthorizeRequest, error: &str) -> Response {
    send_back(request, &[("error", error)])
}

fn send_back(request: &AuthorizeRequest, answer: &[(&str, &str)]) -> Response {
    let mut query = form_urlencoded::Serializer::new(String::new());
    if let Some(state) = &request.state {
        query.append_pair("state", state);
    }
    query.extend_pairs(answer);
    // A registered address that is no URL still gets its answer appended as text.
    let address = match Url::parse(&request.redirect_uri) {
        Ok(mut url) => {
            let query = query.finish();
            let joined = url.query().map_or_else(|| query.clone(), |own| format!("{own}&{query}"));
            url.set_query(Some(&joined));
            url.to_string()
        }
        Err(_) => format!("{}?{}", request.redirect_uri, query.finish()),
    };
    (StatusCode::SEE_OTHER, [(header::LOCATION, address)]).into_response()
}
