//! Reads an authorization request as strictly as Google does (docs/google-facts.md 1.2).
//! Whatever is wrong here is shown on Google's own page: the client never hears of it.

use axum::http::StatusCode;

use crate::params::Params;
use crate::pkce::Challenge;
use crate::world::permission::{Permission, Permissions};
use crate::world::state::State;

/// A request that names a known client and one of its addresses, and asks for known things.
#[derive(Debug)]
pub(super) struct AuthorizeRequest {
    pub(super) client_id: String,
    pub(super) client_name: String,
    pub(super) redirect_uri: String,
    pub(super) asked: Permissions,
    pub(super) state: Option<String>,
    pub(super) nonce: Option<String>,
    pub(super) challenge: Option<Challenge>,
    pub(super) is_offline: bool,
    pub(super) includes_granted: bool,
    pub(super) prompt: Prompt,
    pub(super) login_hint: Option<String>,
    /// The query as it came, to be carried through the pages.
    pub(super) raw: String,
}

/// The `prompt` list.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Prompt {
    pub(super) none: bool,
    pub(super) consent: bool,
    pub(super) select_account: bool,
}

/// An error page of Google's.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) code: String,
    pub(crate) detail: String,
}

impl Refusal {
    /// The page for an error code, with the status it is shown under (docs/google-facts.md 1.8).
    pub(super) fn coded(code: &str, detail: impl Into<String>) -> Refusal {
        let status = match code {
            "invalid_client" | "deleted_client" => StatusCode::UNAUTHORIZED,
            "access_denied" | "org_internal" | "disallowed_useragent" | "rate_limit_exceeded" => {
                StatusCode::FORBIDDEN
            }
            _ => StatusCode::BAD_REQUEST,
        };
        Refusal { status, code: code.to_owned(), detail: detail.into() }
    }

    fn missing(parameter: &str) -> Refusal {
        Refusal::coded("invalid_request", format!("Missing required parameter: {parameter}"))
    }
}

impl AuthorizeRequest {
    pub(super) fn parse(raw: &str, world: &State) -> Result<AuthorizeRequest, Refusal> {
        let params = Params::parse(raw.as_bytes());
        if let Some(name) = params.repeated() {
            let detail = format!("OAuth 2 parameters can only have a single value: {name}");
            return Err(Refusal::coded("invalid_request", detail));
        }
        let required = |name: &str| params.get(name).ok_or_else(|| Refusal::missing(name));

        let client = world
            .clients
            .get(required("client_id")?)
            .ok_or_else(|| Refusal::coded("invalid_client", "The OAuth client was not found."))?;
        let redirect_uri = required("redirect_uri")?;
        if !client.redirect_uris.iter().any(|registered| registered == redirect_uri) {
            let detail =
                format!("The redirect URI in the request, {redirect_uri}, is not registered.");
            return Err(Refusal::coded("redirect_uri_mismatch", detail));
        }
        if required("response_type")? != "code" {
            return Err(Refusal::coded("unsupported_response_type", "Only code is supported."));
        }
        let asked = scopes(required("scope")?)?;
        if asked.contains(&Permission::OpenId) && params.get("nonce").is_none() {
            return Err(Refusal::missing("nonce"));
        }
        Ok(AuthorizeRequest {
            client_id: client.id.clone(),
            client_name: client.name.clone(),
            redirect_uri: redirect_uri.to_owned(),
            asked,
            state: params.get("state").map(str::to_owned),
            nonce: params.get("nonce").map(str::to_owned),
            challenge: challenge(&params)?,
            is_offline: choice(&params, "access_type", ["online", "offline"])? == "offline",
            includes_granted: choice(&params, "include_granted_scopes", ["false", "true"])?
                == "true",
            prompt: prompt(params.get("prompt").unwrap_or_default())?,
            login_hint: params.get("login_hint").map(str::to_owned),
            raw: raw.to_owned(),
        })
    }
}

fn scopes(text: &str) -> Result<Permissions, Refusal> {
    let words: Vec<&str> = text.split(' ').filter(|word| !word.is_empty()).collect();
    let mut asked = Permissions::new();
    for word in &words {
        let permission = Permission::parse(word).ok_or_else(|| {
            Refusal::coded("invalid_scope", format!("Some requested scopes were invalid: {word}"))
        })?;
        asked.insert(permission);
    }
    if asked.is_empty() {
        return Err(Refusal::missing("scope"));
    }
    if asked.contains(&Permission::OpenId) && words[0] != "openid" {
        let detail = "An OpenID Connect scope must begin with openid.";
        return Err(Refusal::coded("invalid_scope", detail));
    }
    Ok(asked)
}

fn challenge(params: &Params) -> Result<Option<Challenge>, Refusal> {
    let method = params.get("code_challenge_method");
    match params.get("code_challenge") {
        Some(challenge) => Challenge::parse(challenge, method)
            .map(Some)
            .map_err(|detail| Refusal::coded("invalid_request", detail)),
        None if method.is_some() => Err(Refusal::missing("code_challenge")),
        None => Ok(None),
    }
}

/// One of two words; the first is the default.
fn choice<'a>(params: &'a Params, name: &str, words: [&'a str; 2]) -> Result<&'a str, Refusal> {
    let word = params.get(name).unwrap_or(words[0]);
    if words.contains(&word) {
        return Ok(word);
    }
    Err(Refusal::coded("invalid_request", format!("Invalid parameter value for {name}: {word}")))
}

fn prompt(text: &str) -> Result<Prompt, Refusal> {
    let mut prompt = Prompt::default();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        match word {
            "none" => prompt.none = true,
            "consent" => prompt.consent = true,
            "select_account" => prompt.select_account = true,
            _ => {
                let detail = format!("Invalid parameter value for prompt: {word}");
                return Err(Refusal::coded("invalid_request", detail));
            }
        }
    }
    if prompt.none && (prompt.consent || prompt.select_account) {
        let detail = "Invalid parameter value for prompt: none must stand alone";
        return Err(Refusal::coded("invalid_request", detail));
    }
    Ok(prompt)
}
