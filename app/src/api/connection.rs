//! connect, sync, disconnect, at the addresses that programs and forms know.

use leptos::prelude::*;
use model::SyncReport;

use crate::error::AppError;

/// Begins a trip to Google, for an extra `feature` too if one is named. Its form stays a plain form:
/// the answer leaves this site.
#[server(prefix = "/gmail", endpoint = "connect")]
pub async fn connect(#[server(default)] feature: String) -> Result<(), AppError> {
    use super::answer::{conclude, see_other, set_cookie};
    use crate::flash::Notice;
    use crate::visit::Visit;
    use model::Feature;
    use service::{ConnectStart, Services};

    let visit = Visit::current();
    let begun = match visit.recent_viewer() {
        Ok(viewer) => {
            let gmail = expect_context::<Services>().gmail;
            let extra = Feature::parse(&feature);
            let browser = visit.browser_or_new().map_err(|_| AppError::Internal)?;
            let departure = gmail
                .connect(viewer.user, &browser, visit.locale, extra, visit.return_to())
                .await
                .inspect_err(
                    |error| tracing::error!(%error, "starting the authorization request failed"),
                );
            match departure {
                Ok(ConnectStart::To(address)) => {
                    set_cookie(&visit.cookies.attempt(&browser));
                    see_other(&address);
                    return Ok(());
                }
                Ok(ConnectStart::GoogleUnavailable) => Err(AppError::GoogleUnavailable),
                Err(_) => Err(AppError::Internal),
            }
        }
        Err(refusal) => Err(refusal),
    };
    conclude(begun, |()| Notice::Internal.into())
}

/// Syncs the profile now, and says what changed.
#[server(prefix = "/gmail", endpoint = "sync")]
pub async fn sync() -> Result<SyncReport, AppError> {
    use super::answer::conclude;
    use crate::flash::Flash;
    use crate::visit::Visit;
    use model::Trigger;
    use service::Services;

    let synced = match Visit::current().viewer.as_ref() {
        Some(viewer) => {
            let gmail = expect_context::<Services>().gmail;
            match gmail.sync(viewer.user, Trigger::Button).await {
                Ok(synced) => synced.map_err(AppError::from),
                Err(error) => {
                    tracing::error!(%error, "storing the sync result failed");
                    Err(AppError::Internal)
                }
            }
        }
        None => Err(AppError::SignedOut),
    };
    conclude(synced, Flash::of_sync)
}

/// Disconnects: everything from Google goes at once.
#[server(prefix = "/gmail", endpoint = "disconnect")]
pub async fn disconnect() -> Result<(), AppError> {
    use super::answer::conclude;
    use crate::flash::Notice;
    use crate::visit::Visit;
    use service::{Disconnected, Services};

    let done = match Visit::current().recent_viewer() {
        Ok(viewer) => {
            let gmail = expect_context::<Services>().gmail;
            match gmail.disconnect(viewer.user).await {
                Ok(Disconnected::Done) => Ok(()),
                Ok(Disconnected::NotConnected) => Err(AppError::NotConnected),
                Err(error) => {
                    tracing::error!(%error, "disconnecting failed");
                    Err(AppError::Internal)
                }
            }
        }
        Err(refusal) => Err(refusal),
    };
    conclude(done, |()| Notice::Disconnected.into())
}
