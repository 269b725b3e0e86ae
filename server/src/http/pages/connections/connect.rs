//! The page before the user goes to Google.

use app::pages::ConnectionsPage;
use axum::extract::RawQuery;
use model::Feature;

use crate::http::extract::form::Form;
use crate::http::extract::page_request::PageRequest;
use crate::http::respond::early_response::HandlerResult;

/// `GET /gmail/connect/?feature=…`: changes nothing; its form begins the authorization.
pub(super) async fn page(request: PageRequest, RawQuery(query): RawQuery) -> HandlerResult {
    request.require_recent_login()?;
    let form = Form::of_query(query);
    let offered = request.state.services.connections.offered();
    let extra = Feature::parse(form.get("feature"))
        .filter(|feature| feature.is_extra() && offered.has(&feature.scope()));
    Ok(request.show(ConnectionsPage::Connect { extra }))
}
