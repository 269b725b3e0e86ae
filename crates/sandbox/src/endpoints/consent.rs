//! The consent page and its answer; boxes left unticked are permissions not granted
//! (docs/google-facts.md 1.10).

use axum::extract::{RawForm, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;

use super::authorize::{admit, known, refuse, return_code};
use super::request::{AuthorizeRequest, Refusal};
use crate::pages::{ConsentPage, Lang, consent_page, refusal_page};
use crate::params::Params;
use crate::world::World;
use crate::world::behaviour::Behaviour;
use crate::world::permission::{Permission, Permissions, boxed};

pub(super) async fn show(
    State(world): State<World>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let params = Params::parse(query.unwrap_or_default().as_bytes());
    let lang = Lang::of(params.get("request").unwrap_or_default(), &headers);
    page(&world, &params, lang).unwrap_or_else(|refusal| refusal_page(lang, &refusal))
}

pub(super) async fn answer(
    State(world): State<World>,
    headers: HeaderMap,
    RawForm(form): RawForm,
) -> Response {
    let params = Params::parse(&form);
    let lang = Lang::of(params.get("request").unwrap_or_default(), &headers);
    decide(&world, &params).unwrap_or_else(|refusal| refusal_page(lang, &refusal))
}

fn page(world: &World, params: &Params, lang: Lang) -> Result<Response, Refusal> {
    let state = world.state();
    let request = AuthorizeRequest::parse(params.get("request").unwrap_or_default(), &state)?;
    let account = known(&state, params.get("account").unwrap_or_default())?;
    admit(&state, &account)?;
    let page = ConsentPage {
        app: &request.client_name,
        account: &account,
        request: &request.raw,
        asked: &request.asked,
        boxed: &boxed(&request.asked),
        are_ticked: state.behaviour.boxes_start_ticked,
    };
    Ok(consent_page(lang, &page))
}

fn decide(world: &World, params: &Params) -> Result<Response, Refusal> {
    let mut state = world.state();
    let request = AuthorizeRequest::parse(params.get("request").unwrap_or_default(), &state)?;
    let account = known(&state, params.get("account").unwrap_or_default())?;
    admit(&state, &account)?;
    match params.get("answer") {
        Some("allow") => {
            let ticked: Permissions = params.all("scope").filter_map(Permission::named).collect();
            let granted = granted(&request.asked, &ticked, &state.behaviour);
            Ok(return_code(&mut state, world.base(), &request, &account, &granted, true))
        }
        Some("deny") => Ok(refuse(&request, "access_denied")),
        _ => Err(Refusal::coded("invalid_request", "The consent page was not answered.")),
    }
}

fn granted(asked: &Permissions, ticked: &Permissions, behaviour: &Behaviour) -> Permissions {
    let boxed = boxed(asked);
    let is_left = |permission: &Permission| match &behaviour.grant_only {
        Some(names) => {
            permission.is_sign_in()
                || names.iter().any(|n| Permission::named(n) == Some(*permission))
        }
        None => true,
    };
    asked
        .iter()
        .filter(|permission| !boxed.contains(permission) || ticked.contains(permission))
        .filter(|permission| is_left(permission))
        .filter(|permission| !behaviour.withhold.iter().any(|name| name == permission.short()))
        .copied()
        .collect()
}
