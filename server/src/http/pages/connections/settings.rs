//! Whether and how often a connection is synced by itself.

use app::flash::Notice;
use axum::body::Bytes;
use model::SyncInterval;
use service::IntervalChoice;

use crate::http::extract::form::Form;
use crate::http::extract::page_request::PageRequest;
use crate::http::respond::early_response::HandlerResult;

/// `POST /gmail/pause/`.
pub(super) async fn pause(request: PageRequest) -> HandlerResult {
    let paused = request.state.services.connections.pause(request.require_viewer()?).await;
    let is_paused = paused.map_err(request.failed("pausing the connection failed"))?;
    let notice = if is_paused { Notice::Paused } else { Notice::NotConnected };
    Ok(request.redirect_to_dashboard(&notice.into()))
}

/// `POST /gmail/resume/`.
pub(super) async fn resume(request: PageRequest) -> HandlerResult {
    let resumed = request.state.services.connections.resume(request.require_viewer()?).await;
    let is_resumed = resumed.map_err(request.failed("resuming the connection failed"))?;
    let notice = if is_resumed { Notice::Resumed } else { Notice::NotConnected };
    Ok(request.redirect_to_dashboard(&notice.into()))
}

/// `POST /gmail/interval/`: how often syncs come by themselves; an empty `interval` is the site's.
pub(super) async fn choose_interval(request: PageRequest, body: Bytes) -> HandlerResult {
    let viewer = request.require_viewer()?;
    let form = Form::parse(&body);
    let chosen = match form.get("interval") {
        "" => Some(None),
        word => SyncInterval::parse(word).map(Some),
    };
    // A word that is not offered comes from no form of ours.
    let Some(chosen) = chosen else {
        return Ok(request.redirect_to_dashboard(&Notice::NotSaved.into()));
    };
    let saved = request.state.services.syncs.choose_interval(viewer, chosen).await;
    let notice = match saved.map_err(request.failed("storing the sync interval failed"))? {
        IntervalChoice::Saved => Notice::IntervalSaved,
        IntervalChoice::NotOffered => Notice::NotSaved,
        IntervalChoice::NotConnected => Notice::NotConnected,
    };
    Ok(request.redirect_to_dashboard(&notice.into()))
}
