//! A request of a program, as every handler of the API sees it.

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use model::UserId;
use service::{Profiles, TokenBearer};

use crate::http::middleware::trace::reference;
use crate::http::respond::api_problem::{Kind, Problem};
use crate::http::respond::early_response::EarlyResponse;
use crate::http::state::AppState;

/// On whose behalf is asked, and whom we ask for the answer.
pub(crate) struct ApiRequest {
    pub(crate) state: AppState,
    pub(crate) user: UserId,
    pub(crate) headers: HeaderMap,
    reference: String,
}

impl FromRequestParts<AppState> for ApiRequest {
    /// A route that stands outside of `authenticate`: a mistake in the table.
    type Rejection = EarlyResponse;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &AppState,
    ) -> Result<ApiRequest, EarlyResponse> {
        let reference = reference(&parts.extensions);
        let Some(bearer) = parts.extensions.get::<TokenBearer>() else {
            return Err(Problem::new(Kind::Internal, &reference).into());
        };
        let headers = parts.headers.clone();
        Ok(ApiRequest { state: state.clone(), user: bearer.user, headers, reference })
    }
}

impl ApiRequest {
    pub(crate) fn profiles(&self) -> &Profiles {
        &self.state.services.profiles
    }

    /// A problem of this request.
    pub(crate) fn problem(&self, kind: Kind) -> Problem {
        Problem::new(kind, &self.reference)
    }

    /// An error of ours, logged under `what` here and nowhere else.
    pub(crate) fn failed(&self, what: &'static str) -> impl Fn(service::Error) -> EarlyResponse {
        move |error| {
            tracing::error!(%error, "{what}");
            self.problem(Kind::Internal).into()
        }
    }
}
