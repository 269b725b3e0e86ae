//! Who asks, and may they? Bearer tokens only (RFC 6750); a session cookie is not even looked at.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use model::ApiScope;
use service::{Caller, Denied};

use super::document::document;
use crate::http::middleware::client::client_of;
use crate::http::middleware::trace::reference;
use crate::http::respond::api_problem::{Kind, Problem};
use crate::http::state::AppState;

/// Lets a request pass whose token lives and has every scope that the document of the API names
/// for its operation. So nothing is allowed that is not documented, and the two cannot differ.
pub(super) async fn authenticate(
    State(state): State<AppState>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    path: MatchedPath,
    mut request: Request,
    next: Next,
) -> Response {
    let Some(needed) = document().scopes(request.method(), path.as_str()) else {
        // No such operation: the router says so. A handler would find nobody who asks.
        return next.run(request).await;
    };
    let reference = reference(request.extensions());
    let problem = |kind| Problem::new(kind, &reference);
    let Some(token) = bearer_token(request.headers()) else {
        let challenge = format!("Bearer {REALM}");
        return problem(Kind::Unauthenticated).challenge(&challenge).into_response();
    };
    let client = client_of(request.headers(), peer, state.trusted_proxies);
    let tokens = &state.services.tokens;
    let bearer = match tokens.bearer(token, &client).await {
        Ok(Ok(bearer)) => bearer,
        Ok(Err(denied)) => return refused(denied, problem).into_response(),
        Err(error) => {
            tracing::error!(%error, "API token lookup failed");
            return problem(Kind::Internal).into_response();
        }
    };
    if !needed.iter().all(|scope| bearer.scopes.contains(scope)) {
        let needed: Vec<_> = needed.iter().copied().map(ApiScope::as_str).collect();
        let needed = needed.join(" ");
        return problem(Kind::Forbidden)
            .because(format!("This operation needs: {needed}."))
            .challenge(&format!("Bearer {REALM}, error=\"insufficient_scope\", scope=\"{needed}\""))
            .into_response();
    }
    if !request.method().is_safe() {
        match tokens.count_write(bearer.user).await {
            Ok(Ok(())) => {}
            Ok(Err(denied)) => return refused(denied, problem).into_response(),
            Err(error) => {
                tracing::error!(%error, "counting an API change failed");
                return problem(Kind::Internal).into_response();
            }
        }
    }
    let asker = Caller::Program { name: bearer.name.clone() };
    request.extensions_mut().insert(bearer);
    asker.scope(next.run(request)).await
}

const REALM: &str = "realm=\"SELEXIA Travel API\"";

fn refused(denied: Denied, problem: impl Fn(Kind) -> Problem) -> Problem {
    match denied {
        Denied::Unknown => problem(Kind::Unauthenticated)
            .challenge(&format!("Bearer {REALM}, error=\"invalid_token\"")),
        Denied::TooMany { wait_secs } => problem(Kind::TooMany).retry_after(wait_secs),
    }
}

/// The token of the one Authorization header. Never from the address, which lands in logs.
fn bearer_token(headers: &HeaderMap) -> Option<&str> {
    let mut all = headers.get_all(AUTHORIZATION).iter();
    let (Some(only), None) = (all.next(), all.next()) else { return None };
    let (scheme, token) = only.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token_of(values: &[&str]) -> Option<String> {
        let pairs = values.iter().map(|value| (AUTHORIZATION, value.parse().unwrap()));
        bearer_token(&pairs.collect()).map(str::to_owned)
    }

    #[test]
    fn one_bearer_header_is_a_token_and_nothing_else_is() {
        assert_eq!(token_of(&["Bearer slx_a"]), Some("slx_a".to_owned()));
        assert_eq!(token_of(&["bearer  slx_a "]), Some("slx_a".to_owned()));
        for other in [&["Basic YTpi"][..], &["Bearer"], &["slx_a"], &[], &["Bearer a", "Bearer b"]]
        {
            assert_eq!(token_of(other), None, "{other:?}");
        }
    }
}
