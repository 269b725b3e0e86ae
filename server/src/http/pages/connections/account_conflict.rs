//! Another account was chosen at Google than the connected one: keep or switch.

use app::flash::{Flash, Notice};
use app::pages::ConnectionsPage;
use model::UndoKind;

use crate::http::extract::page_request::PageRequest;
use crate::http::respond::early_response::HandlerResult;

/// `GET /gmail/switch/`: the connected account, or the one that was chosen?
pub(super) async fn page(request: PageRequest) -> HandlerResult {
    let viewer = request.require_recent_login()?.user;
    let conflict = request.state.services.connections.account_conflict(viewer).await;
    Ok(match conflict.map_err(request.failed("a choice of accounts could not be read"))? {
        Some(conflict) => request.show(ConnectionsPage::AccountConflict(conflict)),
        None => request.redirect_to_dashboard(&Notice::OtherAccount.into()),
    })
}

/// `POST /gmail/switch/`: the chosen account it is.
pub(super) async fn switch(request: PageRequest) -> HandlerResult {
    let viewer = request.require_recent_login()?.user;
    let switched = request.state.services.connections.switch_account(viewer).await;
    let outcome = switched.map_err(request.failed("switching the account failed"))?;
    let flash = outcome.map_or(Notice::UnknownRequest.into(), |o| Flash::of_authorization(&o));
    Ok(request.redirect_to_dashboard(&flash))
}

/// `POST /gmail/switch/keep/`: the connected account it is.
pub(super) async fn keep(request: PageRequest) -> HandlerResult {
    let kept = request
        .state
        .services
        .connections
        .discard_undo(request.require_viewer()?, UndoKind::Switch)
        .await;
    kept.map_err(request.failed("keeping the connected account failed"))?;
    Ok(request.redirect_to_dashboard(&Notice::Kept.into()))
}
