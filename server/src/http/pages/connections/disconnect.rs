//! Before and after a disconnection. It is itself a server function.

use app::flash::Notice;
use app::pages::ConnectionsPage;
use model::UndoKind;
use service::UndoOutcome;

use super::dashboard::cabinet;
use crate::http::extract::page_request::PageRequest;
use crate::http::respond::early_response::HandlerResult;

/// `GET /gmail/disconnect/`: changes nothing; its form disconnects.
pub(super) async fn page(request: PageRequest) -> HandlerResult {
    request.require_recent_login()?;
    let cabinet = cabinet(&request).await?;
    Ok(request.show(ConnectionsPage::Disconnect(cabinet)))
}

/// `POST /gmail/disconnect/undo/`: within half a minute everything is as it was.
pub(super) async fn undo(request: PageRequest) -> HandlerResult {
    let undone =
        request.state.services.connections.undo_disconnect(request.require_viewer()?).await;
    let undone = undone.map_err(request.failed("undoing the disconnect failed"))?;
    let notice = match undone {
        UndoOutcome::Done => Notice::Restored,
        UndoOutcome::TooLate => Notice::TooLate,
        UndoOutcome::Taken => Notice::Taken,
    };
    Ok(request.redirect_to_dashboard(&notice.into()))
}

/// `POST /gmail/disconnect/finish/`: no way back is wanted; Google is told now.
pub(super) async fn finish(request: PageRequest) -> HandlerResult {
    let ended = request
        .state
        .services
        .connections
        .discard_undo(request.require_viewer()?, UndoKind::Undo)
        .await;
    ended.map_err(request.failed("finishing the disconnect failed"))?;
    Ok(request.redirect_to_dashboard(&Notice::Finished.into()))
}
