//! The dashboard: profile, connection, what happened lately.

use app::pages::ConnectionsPage;
use service::Cabinet;

use crate::http::extract::page_request::PageRequest;
use crate::http::respond::early_response::{EarlyResponse, HandlerResult};

/// `GET /dashboard/`.
pub(super) async fn page(request: PageRequest) -> HandlerResult {
    let cabinet = cabinet(&request).await?;
    Ok(request.show(ConnectionsPage::Dashboard(cabinet)))
}

/// What the dashboard shows of the viewer. Never asks Google.
pub(super) async fn cabinet(request: &PageRequest) -> Result<Cabinet, EarlyResponse> {
    let cabinet = request.state.services.connections.cabinet(request.require_viewer()?).await;
    cabinet.map_err(request.failed("a dashboard could not be read"))
}
