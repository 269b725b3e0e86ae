//! What happened, and changes of syncs taken back.

use app::flash::Flash;
use app::pages::HistoryPage;
use axum::Router;
use axum::body::Bytes;
use axum::extract::RawQuery;
use axum::routing::{get, post};
use model::{Field, SyncId};
use service::Filter;
use uuid::Uuid;

use crate::http::extract::form::Form;
use crate::http::extract::page_request::PageRequest;
use crate::http::respond::early_response::HandlerResult;
use crate::http::state::AppState;

const UNREAD: &str = "a history could not be read";
const UNSAVED: &str = "a change could not be taken back";

pub(crate) fn routes() -> Router<AppState> {
    Router::new()
        .route("/dashboard/history", get(page_of_history))
        .route("/dashboard/undo", post(undo))
}

/// `POST /dashboard/undo/`: takes back what a sync changed, one `field` or all.
async fn undo(request: PageRequest, body: Bytes) -> HandlerResult {
    let form = Form::parse(&body);
    let user = request.require_viewer()?;
    let sync = Uuid::parse_str(form.get("sync")).map(SyncId);
    let only = form.find("field").map(Field::parse);
    let fields = match (sync, only) {
        // A field that we do not know must not mean all of them.
        (Err(_), _) | (_, Some(None)) => Vec::new(),
        (Ok(sync), only) => {
            let undone = request.state.services.profiles.undo(user, sync, only.flatten()).await;
            undone.map_err(request.failed(UNSAVED))?
        }
    };
    Ok(request.redirect_to_dashboard(&Flash::of_undo(fields)))
}

/// `GET /dashboard/history/?show=…&page=…`, or with `sync=…` in place of the page's number.
async fn page_of_history(request: PageRequest, RawQuery(query): RawQuery) -> HandlerResult {
    let form = Form::of_query(query);
    let filter = Filter::parse(form.get("show")).unwrap_or_default();
    let user = request.require_viewer()?;
    let profiles = &request.state.services.profiles;
    let page = match Uuid::parse_str(form.get("sync")).map(SyncId) {
        Ok(sync) => profiles.page_of(user, filter, sync).await.map_err(request.failed(UNREAD))?,
        Err(_) => form.get("page").parse().unwrap_or(1),
    };
    let profile = profiles.find(user).await.map_err(request.failed(UNREAD))?;
    let history = profiles.history(user, filter, page).await.map_err(request.failed(UNREAD))?;
    Ok(request.show(HistoryPage { profile, history }))
}
