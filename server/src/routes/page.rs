//! Pages: what each shows is read here, and rendered by `app`.

use std::sync::Arc;

use app::document::{Head, document};
use app::pages::Page;
use app::visit::{Refused, Visit};
use axum::body::Body;
use axum::extract::RawQuery;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use model::Feature;
use service::Cabinet;
use sha2::{Digest, Sha256};

use super::asked::{Answer, Asked, Instead};
use super::form::Form;
use crate::state::AppState;
use crate::web::next_of;

const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");

/// The content security policy of a page, but for where its forms may end. The client's loader is
/// its only inline script, and is named by its hash.
pub(crate) fn policy(head: &Head) -> String {
    let loader = BASE64_STANDARD.encode(Sha256::digest(head.loader()));
    format!(
        "default-src 'self'; script-src 'self' 'sha256-{loader}' 'wasm-unsafe-eval'; \
         img-src 'self'; style-src 'self'; object-src 'none'; base-uri 'none'; \
         frame-ancestors 'none'; form-action 'self'"
    )
}

/// The answer that shows a page.
pub(super) fn show(state: &AppState, visit: Arc<Visit>, page: Page) -> Response {
    let mut response = Response::new(Body::from(document(&state.head, visit, page)));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HTML);
    // Browsers check the redirects of a form, too: the form that leaves for Google ends there.
    let mut policy = format!("{} {}", state.page_policy, state.issuer_origin);
    if let Some(origin) = state.services.gmail.authorization_origin()
        && origin != state.issuer_origin
    {
        policy.push(' ');
        policy.push_str(&origin);
    }
    if let Ok(policy) = HeaderValue::try_from(policy) {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// `GET /`.
pub(super) async fn home(asked: Asked) -> Response {
    asked.show(Page::Home)
}

/// `GET /accessibility/`.
pub(super) async fn accessibility(asked: Asked) -> Response {
    asked.show(Page::Accessibility)
}

/// `GET /register/`.
pub(super) async fn register(asked: Asked) -> Response {
    asked.show(Page::Register)
}

/// `GET /login/`.
pub(super) async fn login(asked: Asked) -> Response {
    asked.show(Page::Login)
}

/// `GET /dashboard/`.
pub(super) async fn dashboard(asked: Asked) -> Answer {
    let cabinet = cabinet(&asked).await?;
    Ok(asked.show(Page::Dashboard(cabinet)))
}

/// `GET /gmail/connect/?feature=…`: changes nothing; its form begins the trip.
pub(super) async fn connect(asked: Asked, RawQuery(query): RawQuery) -> Answer {
    asked.recent_viewer()?;
    let form = Form::parse(&query.unwrap_or_default().into());
    let offered = asked.state.services.gmail.offered();
    let extra = Feature::parse(form.get("feature"))
        .filter(|feature| feature.is_extra() && offered.has(&feature.scope()));
    Ok(asked.show(Page::Connect { extra }))
}

/// `GET /gmail/disconnect/`: changes nothing; its form disconnects.
pub(super) async fn disconnect(asked: Asked) -> Answer {
    asked.recent_viewer()?;
    let cabinet = cabinet(&asked).await?;
    Ok(asked.show(Page::Disconnect(cabinet)))
}

/// The viewer's cabinet. Never asks Google.
async fn cabinet(asked: &Asked) -> Result<Cabinet, Instead> {
    let cabinet = asked.state.services.gmail.cabinet(asked.viewer()?).await;
    cabinet.map_err(asked.failed("loading the dashboard failed"))
}

/// A form's page again, with what was typed and why it was refused.
pub(super) fn again(
    asked: &Asked,
    path: &str,
    page: Page,
    refused: Refused,
    status: StatusCode,
) -> Response {
    let visit = Visit {
        path: path.to_owned(),
        next: next_of(path),
        refused: Some(refused),
        ..Visit::clone(&asked.visit)
    };
    let mut response = show(&asked.state, Arc::new(visit), page);
    *response.status_mut() = status;
    response
}
