//! A sync that is watched: begun without waiting for it, and stopped.

use leptos::prelude::*;
use model::Started;

use crate::error::AppError;

/// Begins a sync, or joins the one that runs, and answers at once.
#[server(prefix = "/gmail/sync", endpoint = "start")]
pub async fn start() -> Result<Started, AppError> {
    use super::answer::{conclude, retry_after, set_status};
    use crate::flash::Notice;
    use crate::visit::Visit;
    use http::StatusCode;
    use model::Trigger;
    use service::Services;

    let started = match Visit::current().viewer.as_ref() {
        Some(viewer) => {
            let gmail = expect_context::<Services>().gmail;
            match gmail.start_sync(viewer.user, Trigger::Button).await {
                Ok(started) => started.map_err(AppError::from),
                Err(error) => {
                    tracing::error!(%error, "starting the sync failed");
                    Err(AppError::Internal)
                }
            }
        }
        None => Err(AppError::SignedOut),
    };
    match started {
        Ok(_) => set_status(StatusCode::ACCEPTED),
        // The panel says it itself, and stays on its page.
        Err(AppError::TooOften { wait_secs }) => {
            retry_after(wait_secs);
            set_status(StatusCode::TOO_MANY_REQUESTS);
        }
        Err(_) => return conclude(started, |_| Notice::Internal.into()),
    }
    started
}

/// Stops the sync that runs, as long as it has stored nothing.
#[server(prefix = "/gmail/sync", endpoint = "cancel")]
pub async fn cancel() -> Result<(), AppError> {
    use super::answer::conclude;
    use crate::flash::Notice;
    use crate::visit::Visit;
    use service::{CancelOutcome, Services};

    let cancelled = match Visit::current().viewer.as_ref() {
        Some(viewer) => {
            let gmail = expect_context::<Services>().gmail;
            match gmail.cancel_sync(viewer.user).await {
                Ok(CancelOutcome::Done) => Ok(()),
                Ok(CancelOutcome::TooLate) => Err(AppError::TooLate),
                Ok(CancelOutcome::NotRunning) => Err(AppError::NotRunning),
                Err(error) => {
                    tracing::error!(%error, "cancelling the sync failed");
                    Err(AppError::Internal)
                }
            }
        }
        None => Err(AppError::SignedOut),
    };
    conclude(cancelled, |()| Notice::SyncCancelled.into())
}
