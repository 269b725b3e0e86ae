//! The profile: read whole, changed by field, decided about by field.

use axum::Json;
use axum::body::Body as Bytes;
use axum::extract::{FromRequestParts, Path};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use model::{Field, Profile};
use service::{Choice, Draft};
use sha2::{Digest, Sha256};

use super::profile_shape::{
    ChoiceBody, ChoiceName, FieldBody, PolicyBody, ProfilePatch, ProfileState,
};
use crate::http::extract::api_request::ApiRequest;
use crate::http::extract::json_body::JsonBody;
use crate::http::middleware::trace::reference;
use crate::http::respond::api_problem::{Kind, Problem};
use crate::http::respond::early_response::{EarlyResponse, HandlerResult};
use crate::http::respond::problem_details::{Fault, FaultCode};
use crate::http::state::AppState;

const UNREAD: &str = "API: loading the profile failed";
const UNSAVED: &str = "API: changing the profile failed";

/// StoredValue by nobody but the program that asked, and asked about before it is used again.
const ASK_AGAIN: HeaderValue = HeaderValue::from_static("private, no-cache");

/// The whole profile
///
/// Every field with its value, where the value comes from, who decides about it, and what Google
/// has. Never waits for Google. Send the `ETag` of the last answer as `If-None-Match`, and an
/// unchanged profile is answered with 304 and no body.
#[utoipa::path(
    get, path = "/api/v1/profile", tag = "Profile", operation_id = "getProfile",
    security(("token" = ["profile:read"])),
    params(("If-None-Match" = Option<String>, Header, description = "ETags of answers at hand.")),
    responses(
        (status = 200, description = "The profile.", body = ProfileState,
            headers(("ETag" = String, description = "Names this state of the profile."))),
        (status = 304, description = "The profile is the one at hand."),
    )
)]
pub(super) async fn read(request: ApiRequest) -> HandlerResult {
    let profile = find(&request).await?;
    let body = serde_json::to_vec(&ProfileState::of(&profile)).unwrap_or_default();
    let tag = format!("\"{}\"", BASE64_URL_SAFE_NO_PAD.encode(&Sha256::digest(&body)[..16]));
    let mut response = if is_at_hand(&request.headers, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let json = HeaderValue::from_static("application/json");
        ([(CONTENT_TYPE, json)], body).into_response()
    };
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, ASK_AGAIN);
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(ETAG, tag);
    }
    Ok(response)
}

/// Whether the tag is one of those that the program has (RFC 9110 section 13.1.2).
fn is_at_hand(headers: &HeaderMap, tag: &str) -> bool {
    let lists = headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let mut tags = lists.flat_map(|list| list.split(',')).map(str::trim);
    tags.any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag)
}

/// Change values
///
/// Members that are not sent stay as they are; `null` and `""` empty a field. A field that Google
/// fills stops following Google when it is changed. Either all of it is done or nothing.
#[utoipa::path(
    patch, path = "/api/v1/profile", tag = "Profile", operation_id = "changeProfile",
    security(("token" = ["profile:read", "profile:write"])),
    request_body(content = ProfilePatch, example = json!({"first_name": "Татьяна", "language": "de"})),
    responses((status = 200, description = "The profile as it is now.", body = ProfileState))
)]
pub(super) async fn change(
    request: ApiRequest,
    JsonBody(patch): JsonBody<ProfilePatch>,
) -> HandlerResult {
    let draft = Draft { values: patch.values(), ..Draft::default() };
    let too_long = |(_, text): &(&Field, &String)| text.chars().count() > Field::LONGEST;
    let long: Vec<_> = draft.values.iter().filter(too_long).map(|(field, _)| *field).collect();
    if !long.is_empty() {
        let detail = format!("at most {} characters", Field::LONGEST);
        return Err(refused(&request, &long, FaultCode::TooLong, |_| detail.clone()));
    }
    let edited =
        request.profiles().edit(request.user, &draft).await.map_err(request.failed(UNSAVED))?;
    if let Err(bad) = edited {
        let detail = |field| impossible(field).to_owned();
        return Err(refused(&request, &bad, FaultCode::InvalidValue, detail));
    }
    Ok(Json(ProfileState::of(&find(&request).await?)).into_response())
}

fn refused(
    request: &ApiRequest,
    fields: &[Field],
    code: FaultCode,
    detail: impl Fn(Field) -> String,
) -> EarlyResponse {
    let faults = fields.iter().map(|field| Fault {
        pointer: format!("/{}", field.as_str()),
        code,
        detail: detail(*field),
    });
    request.problem(Kind::InvalidBody).with_faults(faults.collect()).into()
}

/// What the value of a field has to be.
const fn impossible(field: Field) -> &'static str {
    match field {
        Field::Email => "expected a mail address, such as name@example.com",
        Field::Language => "expected a language tag (BCP 47), such as en-GB",
        Field::Timezone => "expected a time zone of the IANA database, such as Europe/Moscow",
        Field::FirstName | Field::LastName | Field::DisplayName | Field::Avatar => {
            "expected a text"
        }
    }
}

/// Decide who owns a field
///
/// `follow`: Google's value, whenever it changes. `fill_once`: Google's value where there was none.
/// `keep_mine`: the user's own, whatever Google has.
#[utoipa::path(
    put, path = "/api/v1/profile/fields/{field}/policy", tag = "Profile",
    operation_id = "setFieldPolicy",
    security(("token" = ["profile:read", "profile:write"])),
    params(("field" = super::names::FieldName, Path, description = "The field.")),
    request_body(content = PolicyBody, example = json!({"policy": "follow"})),
    responses((status = 200, description = "The field as it is now.", body = FieldBody))
)]
pub(super) async fn decide(
    request: ApiRequest,
    Known(field): Known,
    JsonBody(PolicyBody { policy }): JsonBody<PolicyBody>,
) -> HandlerResult {
    let draft = Draft { policies: [(field, policy.into())].into(), ..Draft::default() };
    // Only a typed value can be refused, and there is none.
    drop(request.profiles().edit(request.user, &draft).await.map_err(request.failed(UNSAVED))?);
    state_of(&request, field).await
}

/// Choose between two values
///
/// Where Google has another value than the user had typed before they connected, the field waits
/// for a choice: see `awaits_choice` in the profile. `apply` takes Google's, now and from now on;
/// `keep` keeps the user's until Google has yet another one; `always_keep` keeps it for good.
#[utoipa::path(
    post, path = "/api/v1/profile/fields/{field}/choice", tag = "Profile",
    operation_id = "chooseFieldValue",
    security(("token" = ["profile:read", "profile:write"])),
    params(("field" = super::names::FieldName, Path, description = "The field.")),
    request_body(content = ChoiceBody, example = json!({"choice": "apply"})),
    responses((status = 200, description = "The field as it is now.", body = FieldBody))
)]
pub(super) async fn choose(
    request: ApiRequest,
    Known(field): Known,
    JsonBody(ChoiceBody { choice }): JsonBody<ChoiceBody>,
) -> HandlerResult {
    let choice = match choice {
        ChoiceName::Apply => Choice::Apply,
        ChoiceName::Keep => Choice::KeepOnce,
        ChoiceName::AlwaysKeep => Choice::KeepAlways,
    };
    let chosen = request.profiles().choose(request.user, &[(field, choice)]).await;
    if chosen.map_err(request.failed(UNSAVED))?.is_empty() {
        return Err(request.problem(Kind::NothingToChoose).into());
    }
    state_of(&request, field).await
}

/// A picture
///
/// The bytes behind the value of the field `avatar`, while the user is connected.
#[utoipa::path(
    get, path = "/api/v1/profile/avatar/{hash}", tag = "Profile", operation_id = "getAvatar",
    security(("token" = ["profile:read"])),
    params(("hash" = String, Path, description = "As in the value of `avatar`.")),
    responses((status = 200, description = "The picture.", content_type = "image/jpeg", body = [u8]))
)]
pub(super) async fn avatar(request: ApiRequest, Path(hash): Path<String>) -> HandlerResult {
    let avatar = request.state.services.connections.avatar(request.user, &hash).await;
    let Some(avatar) = avatar.map_err(request.failed("API: loading the picture failed"))? else {
        return Err(request.problem(Kind::NotFound).into());
    };
    let mut response = Response::new(Bytes::from(avatar.bytes));
    if let Ok(media_type) = HeaderValue::from_str(&avatar.media_type) {
        response.headers_mut().insert(CONTENT_TYPE, media_type);
    }
    Ok(response)
}

async fn find(request: &ApiRequest) -> Result<Profile, EarlyResponse> {
    request.profiles().find(request.user).await.map_err(request.failed(UNREAD))
}

async fn state_of(request: &ApiRequest, field: Field) -> HandlerResult {
    let profile = find(request).await?;
    Ok(Json(FieldBody::of(field, profile.field(field))).into_response())
}

/// The field in the address. One that there is not is said before the body is looked at.
pub(super) struct Known(Field);

impl FromRequestParts<AppState> for Known {
    type Rejection = EarlyResponse;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &AppState,
    ) -> Result<Known, EarlyResponse> {
        let word = Path::<String>::from_request_parts(parts, state).await;
        word.ok().and_then(|Path(word)| Field::parse(&word)).map(Known).ok_or_else(|| {
            let problem = Problem::new(Kind::NotFound, &reference(&parts.extensions));
            problem.because("The profile has no such field.").into()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_at_hand_is_found_in_any_list() {
        let is_known = |values: &[&str]| {
            let pairs = values.iter().map(|value| (IF_NONE_MATCH, value.parse().unwrap()));
            is_at_hand(&pairs.collect(), "\"a\"")
        };
        assert!(is_known(&["\"a\""]) && is_known(&["\"b\", W/\"a\""]) && is_known(&["*"]));
        assert!(is_known(&["\"b\"", "\"a\""]));
        assert!(!is_known(&[]) && !is_known(&["a"]) && !is_known(&["\"b\""]));
    }
}
