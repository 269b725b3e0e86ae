//! A request of a program, as every handler of the API sees it.

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use model::UserId;
use service::{Profiles, TokenBearer};

use super::problem::{Kind, Problem};
use crate::routes::asked::Instead;
use crate::state::AppState;
use crate::web::reference;

/// On whose behalf is asked, and whom we ask for the answer.
pub(super) struct Call {
    pub(super) state: AppState,
    pub(super) user: UserId,
    pub(super) headers: HeaderMap,
    reference: String,
}

impl FromRequestParts<AppState> for Call {
    /// A route that stands outside of `authenticate`: a mistake in the table.
    type Rejection = Instead;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Call, Instead> {
        let reference = reference(&parts.extensions);
        let Some(bearer) = parts.extensions.get::<TokenBearer>() else {
            return Err(Problem::new(Kind::Internal, &reference).into());
        };
        let headers = parts.headers.clone();
        Ok(Call { state: state.clone(), user: bearer.user, headers, reference })
    }
}

impl Call {
    pub(super) fn profiles(&self) -> &Profiles {
        &self.state.services.profiles
    }

    /// A problem of this request.
    pub(super) fn problem(&self, kind: Kind) -> Problem {
        Problem::new(kind, &self.reference)
    }

    /// An error of ours, logged under `what` here and nowhere else.
    pub(super) fn failed(&self, what: &'static str) -> impl Fn(service::Error) -> Instead {
        move |error| {
            tracing::error!(%error, "{what}");
            self.problem(Kind::Internal).into()
        }
    }
}
