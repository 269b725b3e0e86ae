//! A sync while it runs, as server-sent events, and the way from its end to the cabinet.
//!
//! Each event is all there is to know, so a browser that lost the stream simply asks again.

use std::convert::Infallible;
use std::time::Duration;

use app::flash::Flash;
use axum::Extension;
use axum::extract::RawQuery;
use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderName, StatusCode};
use axum::response::IntoResponse;
use axum::response::sse::{Event, Sse};
use futures::{Stream, stream};
use model::{LocalPath, SyncId, UserId};
use service::{Accounts, RunStatus, RunWatcher};
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::http::extract::form::Form;
use crate::http::extract::page_request::PageRequest;
use crate::http::respond::early_response::HandlerResult;
use crate::http::respond::redirect::see_other;

/// A stream that tells no end by then ends itself; the browser asks again if it still wants to.
const LONGEST: Duration = Duration::from_secs(60);
/// Proxies end what is silent for longer than they like.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// How soon a browser asks again.
const RETRY: Duration = Duration::from_secs(1);

const UNWATCHED: &str = "watching the sync run failed";

/// Says that the process is asked to stop: streams end then, or they would keep it alive.
#[derive(Clone, Debug)]
pub(crate) struct Stopping(pub(crate) CancellationToken);

/// `GET /gmail/sync/events/?run=…`: the steps of one of the viewer's runs; of the one that is
/// live, where none is named.
pub(super) async fn events(
    request: PageRequest,
    Extension(stopping): Extension<Stopping>,
    RawQuery(query): RawQuery,
) -> HandlerResult {
    let (Some(viewer), Some(session)) = (&request.context.viewer, request.session_token()) else {
        // No sign-in page: nobody would see it.
        return Ok(StatusCode::UNAUTHORIZED.into_response());
    };
    let (user, syncs) = (viewer.user, &request.state.services.syncs);
    let run = match run_of(query) {
        RunParam::Run(run) => Some(run),
        RunParam::Nonsense => return Ok(StatusCode::NOT_FOUND.into_response()),
        RunParam::Nothing => syncs.live_run(user).await.map_err(request.failed(UNWATCHED))?,
    };
    // 204 tells an `EventSource` not to ask again (HTML, section 9.2.3).
    let Some(run) = run else { return Ok(StatusCode::NO_CONTENT.into_response()) };
    let mut watch = syncs.watch_run(user, run);
    let Some(first) = watch.next().await.map_err(request.failed(UNWATCHED))? else {
        return Ok(StatusCode::NOT_FOUND.into_response());
    };
    let accounts = request.state.services.accounts.clone();
    let events = RunEventStream {
        next: Some(first),
        is_over: false,
        watch,
        accounts,
        user,
        session,
        ends_at: Instant::now() + LONGEST,
        stopping,
    };
    let headers = [
        (CACHE_CONTROL, "no-store"),
        // What nginx calls a stream that it must not hold back.
        (HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    Ok((headers, Sse::new(events.into_stream())).into_response())
}

/// `GET /gmail/sync/result/?run=…`: the cabinet, saying how one of the viewer's runs ended.
pub(super) async fn result(request: PageRequest, RawQuery(query): RawQuery) -> HandlerResult {
    let user = request.require_viewer()?;
    let report = match run_of(query) {
        RunParam::Run(run) => request.state.services.syncs.report_of(user, run).await,
        RunParam::Nonsense | RunParam::Nothing => Ok(None),
    };
    Ok(match report.map_err(request.failed(UNWATCHED))? {
        Some(report) => request.redirect_to_dashboard(&Flash::of_sync(&report)),
        None => see_other(LocalPath::dashboard().as_str(), []),
    })
}

/// The run that a query names.
enum RunParam {
    Run(SyncId),
    Nonsense,
    Nothing,
}

fn run_of(query: Option<String>) -> RunParam {
    match Form::of_query(query).find("run").map(Uuid::parse_str) {
        Some(Ok(run)) => RunParam::Run(SyncId(run)),
        Some(Err(_)) => RunParam::Nonsense,
        None => RunParam::Nothing,
    }
}

/// What a stream tells, to whom, and for how long.
struct RunEventStream {
    next: Option<RunStatus>,
    is_over: bool,
    watch: RunWatcher,
    accounts: Accounts,
    user: UserId,
    session: String,
    ends_at: Instant,
    stopping: Stopping,
}

impl RunEventStream {
    fn into_stream(self) -> impl Stream<Item = Result<Event, Infallible>> + Send {
        stream::unfold(self, async |mut events| {
            let event = events.next_event().await?;
            Some((Ok(event), events))
        })
    }

    /// The next event, as long as there may be one.
    async fn next_event(&mut self) -> Option<Event> {
        if self.is_over {
            return None;
        }
        let seen = match self.next.take() {
            Some(seen) => Some(seen),
            None => tokio::select! {
                () = self.stopping.0.cancelled() => return None,
                () = sleep_until(self.ends_at) => return None,
                () = sleep(HEARTBEAT) => None,
                seen = self.watch.next() => match seen {
                    Ok(Some(seen)) => Some(seen),
                    // Disconnected meanwhile: there is no run any more.
                    Ok(None) => return None,
                    Err(error) => {
                        tracing::error!(%error, "{UNWATCHED}");
                        return None;
                    }
                },
            },
        };
        // A session may end while its stream is open: then nothing more is told.
        let viewer = self.accounts.viewer(&self.session).await;
        if !viewer.is_ok_and(|viewer| viewer.is_some_and(|viewer| viewer.user == self.user)) {
            return None;
        }
        let Some(seen) = seen else { return Some(Event::default().comment("still here")) };
        let event = Event::default().retry(RETRY);
        if let RunStatus::Running(progress) = seen {
            return event.event("step").json_data(progress).ok();
        }
        self.is_over = true;
        event.event("done").json_data(seen.into_report()).ok()
    }
}
