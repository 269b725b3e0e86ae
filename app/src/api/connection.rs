//! connect, sync, disconnect, at the addresses that programs and forms know.

#![expect(missing_docs, reason = "the server macro makes a struct that nobody can document")]

use leptos::prelude::*;
use model::SyncReport;

use crate::error::AppError;

/// Begins an authorization at Google, for an extra `feature` too if one is named. Its form stays a
/// plain form: the answer leaves this site.
#[server(prefix = "/gmail", endpoint = "connect")]
pub async fn connect(#[server(default)] feature: String) -> Result<(), AppError> {
    use crate::reply::{Reply, conclude};

    conclude(verbs::connect(&feature).await, Reply::clone).map(drop)
}

/// Syncs the profile now, and says what changed.
#[server(prefix = "/gmail", endpoint = "sync")]
pub async fn sync() -> Result<SyncReport, AppError> {
    use crate::flash::Flash;
    use crate::reply::{Reply, conclude};

    conclude(verbs::sync().await, |report| Reply::Done(Flash::of_sync(report)))
}

/// Disconnects: everything from Google goes at once.
#[server(prefix = "/gmail", endpoint = "disconnect")]
pub async fn disconnect() -> Result<(), AppError> {
    use crate::flash::Notice;
    use crate::reply::{Reply, conclude};

    conclude(verbs::disconnect().await, |()| Reply::Done(Notice::Disconnected.into()))
}

/// What they do. Whatever ends these early is concluded above, and answered and logged as all else.
#[cfg(feature = "ssr")]
mod verbs {
    use leptos::prelude::expect_context;
    use model::{Feature, SyncReport, Trigger};
    use service::{ConnectStart, Disconnected, Services};

    use crate::error::AppError;
    use crate::reply::{Reply, internal};
    use crate::request_context::RequestContext;

    pub(super) async fn connect(feature: &str) -> Result<Reply, AppError> {
        let context = RequestContext::current();
        let user = context.recent_viewer()?.user;
        let connections = expect_context::<Services>().connections;
        let browser =
            context.browser_or_new().map_err(internal("a browser's secret could not be drawn"))?;
        let (extra, return_to) = (Feature::parse(feature), context.return_to());
        let begun = connections.connect(user, &browser, context.locale, extra, return_to).await;
        match begun.map_err(internal("an authorization could not begin"))? {
            ConnectStart::To(address) => Ok(Reply::LeaveTo { address, browser }),
            ConnectStart::GoogleUnavailable => Err(AppError::GoogleUnavailable),
        }
    }

    pub(super) async fn sync() -> Result<SyncReport, AppError> {
        let user = RequestContext::current().viewer()?.user;
        let syncs = expect_context::<Services>().syncs;
        let synced = syncs.sync(user, Trigger::Button).await;
        Ok(synced.map_err(internal("storing the sync result failed"))??)
    }

    pub(super) async fn disconnect() -> Result<(), AppError> {
        let user = RequestContext::current().recent_viewer()?.user;
        let connections = expect_context::<Services>().connections;
        let done = connections.disconnect(user).await;
        match done.map_err(internal("disconnecting failed"))? {
            Disconnected::Done => Ok(()),
            Disconnected::NotConnected => Err(AppError::NotConnected),
        }
    }
}
