//! Watching a run, whichever process carries it out.

use std::time::Duration;

use model::{Progress, RunState, SyncFailure, SyncId, SyncReport, UserId};
use store::{Run, Store};
use tokio::sync::watch::Receiver;

use crate::clock::Clock;
use crate::error::Result;
use crate::sync::Syncs;

/// How often the row of another process's run is looked at, while somebody watches it.
const LOOK_AGAIN: Duration = Duration::from_millis(300);

/// What is to be seen of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunStatus {
    /// It is under way.
    Running(Progress),
    Ended(SyncReport),
    /// It gives no sign of life: its process died. Another may take its place.
    Lost,
}

impl RunStatus {
    /// How the run ended, if it has.
    pub fn into_report(self) -> Option<SyncReport> {
        match self {
            RunStatus::Running(_) => None,
            RunStatus::Ended(report) => Some(report),
            RunStatus::Lost => Some(SyncReport::failed(SyncFailure::Internal)),
        }
    }
}

/// Somebody's look at one of their runs.
pub struct RunWatcher {
    store: Store,
    clock: Clock,
    user: UserId,
    run: SyncId,
    /// A run of this process says when there is news. One of another process cannot: its row is
    /// looked at again and again, one small read each time.
    news: Option<Receiver<()>>,
    last: Option<RunStatus>,
}

impl Syncs {
    /// Watches one of a user's runs.
    pub fn watch_run(&self, user: UserId, run: SyncId) -> RunWatcher {
        // Before the first look, so that no news falls in between.
        let news = self.runs.news_of(run);
        RunWatcher {
            store: self.context.store.clone(),
            clock: self.context.clock.clone(),
            user,
            run,
            news,
            last: None,
        }
    }

    /// The run of a user that is live, if one is.
    pub async fn live_run(&self, user: UserId) -> Result<Option<SyncId>> {
        Ok(self.context.store.find_live_run(user).await?)
    }

    /// How one of a user's runs ended, if it has.
    pub async fn report_of(&self, user: UserId, run: SyncId) -> Result<Option<SyncReport>> {
        let seen = self.watch_run(user, run).next().await?;
        Ok(seen.and_then(RunStatus::into_report))
    }
}

impl RunWatcher {
    /// What is to be seen next: at once for the first time, then as soon as it is something else.
    /// `None` once the end was seen, and where the user has no such run.
    ///
    /// May be dropped half-way and called again: nothing is missed by that.
    pub async fn next(&mut self) -> Result<Option<RunStatus>> {
        if matches!(self.last, Some(RunStatus::Ended(_) | RunStatus::Lost)) {
            return Ok(None);
        }
        loop {
            let Some(run) = self.store.find_run(self.user, self.run).await? else {
                return Ok(None);
            };
            let seen = self.see(run);
            if self.last.as_ref() != Some(&seen) {
                self.last = Some(seen.clone());
                return Ok(Some(seen));
            }
            self.until_news().await;
        }
    }

    /// How it ends; `None` where the user has no such run any more.
    pub async fn end(mut self) -> Result<Option<RunStatus>> {
        loop {
            match self.next().await? {
                Some(RunStatus::Running(_)) => {}
                end => return Ok(end),
            }
        }
    }

    fn see(&self, run: Run) -> RunStatus {
        match run.report {
            Some(report) => RunStatus::Ended(report),
            None if run.lease_ends_at <= self.clock.now() => RunStatus::Lost,
            None => {
                let state = if run.cancel_asked { RunState::Cancelling } else { RunState::Running };
                RunStatus::Running(Progress { step: run.step, state })
            }
        }
    }

    async fn until_news(&mut self) {
        match &mut self.news {
            Some(news) => {
                if news.changed().await.is_err() {
                    // It has ended, or its end could not be recorded: the row will tell.
                    self.news = None;
                }
            }
            None => tokio::time::sleep(LOOK_AGAIN).await,
        }
    }
}
