//! The one door to what only administrators may see and do.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use model::role::Role;
use service::Viewer;

use super::page_request::PageRequest;
use crate::http::respond::problem::Problem;
use crate::http::state::AppState;

/// A request of an administrator. Everybody else is told what an unknown address is told, so that
/// nobody learns which addresses there are.
pub struct AdminRequest {
    /// Who they are.
    pub viewer: Viewer,
}

impl FromRequestParts<AppState> for AdminRequest {
    type Rejection = Response;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &AppState,
    ) -> Result<AdminRequest, Response> {
        let request = PageRequest::from_request_parts(parts, state)
            .await
            .map_err(IntoResponse::into_response)?;
        match request.context.viewer.as_deref() {
            Some(viewer) if viewer.role == Role::Admin => {
                Ok(AdminRequest { viewer: viewer.clone() })
            }
            _ => Err(request.problem(Problem::NotFound)),
        }
    }
}
