//! A sync that is watched: begun without waiting for it, and stopped.

use leptos::prelude::*;
use model::Started;

use crate::error::AppError;

/// Begins a sync, or joins the one that runs, and answers at once.
#[server(prefix = "/gmail/sync", endpoint = "start")]
pub async fn start() -> Result<Started, AppError> {
    use crate::reply::{Reply, conclude_as};

    conclude_as(verbs::start().await, |started| match started {
        Ok(_) => Reply::Started,
        // The panel says it itself, and stays on its page.
        Err(error @ AppError::TooOften { .. }) => Reply::Stay(*error),
        Err(error) => Reply::Refused(*error),
    })
}

/// Stops the sync that runs, as long as it has stored nothing.
#[server(prefix = "/gmail/sync", endpoint = "cancel")]
pub async fn cancel() -> Result<(), AppError> {
    use crate::flash::Notice;
    use crate::reply::{Reply, conclude};

    conclude(verbs::cancel().await, |()| Reply::Done(Notice::SyncCancelled.into()))
}

/// What they do. Whatever ends these early is concluded above, and answered and logged as all else.
#[cfg(feature = "ssr")]
mod verbs {
    use leptos::prelude::expect_context;
    use model::{Started, Trigger};
    use service::{CancelOutcome, Services};

    use crate::error::AppError;
    use crate::reply::internal;
    use crate::request_context::RequestContext;

    pub(super) async fn start() -> Result<Started, AppError> {
        let user = RequestContext::current().viewer()?.user;
        let syncs = expect_context::<Services>().syncs;
        let started = syncs.start_sync(user, Trigger::Button).await;
        Ok(started.map_err(internal("starting the sync failed"))??)
    }

    pub(super) async fn cancel() -> Result<(), AppError> {
        let user = RequestContext::current().viewer()?.user;
        let syncs = expect_context::<Services>().syncs;
        let cancelled = syncs.cancel_sync(user).await;
        match cancelled.map_err(internal("cancelling the sync failed"))? {
            CancelOutcome::Done => Ok(()),
            CancelOutcome::TooLate => Err(AppError::TooLate),
            CancelOutcome::NotRunning => Err(AppError::NotRunning),
        }
    }
}
