//! Alerts: what only the operator can mend, said once in the log and kept.

use chrono::TimeDelta;
use google::Error;
use model::connections::call_result::CallResult;
use model::connections::diagnosis::{Diagnosis, Evidence, SKEW_ALLOWED, diagnose, is_a_week};
use model::{Alert, AlertKind};
use store::Grant;

use crate::context::Context;
use crate::error::Result;
use crate::grants::call_failure::CallFailure;

/// An alert that was not raised for this long is news again.
const DEDUP_WINDOW: TimeDelta = TimeDelta::days(1);
/// Grants that ended within this window of each other are treated as one incident.
const CORRELATION_WINDOW: TimeDelta = TimeDelta::days(7);
/// Ends older than this say nothing any more.
const ENDS_KEPT: TimeDelta = TimeDelta::days(30);

/// What the operator is told. Cheap to clone.
#[derive(Clone)]
pub struct Alerts {
    context: Context,
}

impl Alerts {
    /// Alerts kept in the store of `context`.
    pub fn new(context: Context) -> Alerts {
        Alerts { context }
    }

    /// What the operator has to look at, newest first.
    pub async fn list(&self) -> Result<Vec<Alert>> {
        Ok(self.context.store.list_alerts(self.context.clock.now() - DEDUP_WINDOW).await?)
    }

    /// Raises an alert. However many connections raise it, the log says it once.
    /// Where it cannot be stored, the log says it every time.
    pub(crate) async fn raise(&self, kind: AlertKind) {
        let now = self.context.clock.now();
        match self.context.store.save_alert(kind, now - DEDUP_WINDOW, now).await {
            Ok(false) => {}
            Ok(true) => tracing::error!(alert = kind.as_str(), "{}", kind.advice()),
            Err(error) => tracing::error!(alert = kind.as_str(), %error, "{}", kind.advice()),
        }
    }

    /// Raises the alert that a failed call gives reason for, if it does.
    pub(crate) async fn raise_for(&self, error: &Error) {
        if let Diagnosis::Operator(kind) = diagnose(&self.without_a_grant(error.call_result())) {
            self.raise(kind).await;
        }
    }

    /// What a failed call means; the operator is told, where only the operator can help.
    pub(crate) async fn call_failure(&self, error: &Error) -> CallFailure {
        tracing::warn!(%error, "request to Google failed");
        self.raise_for(error).await;
        CallFailure::from(error)
    }

    /// Raises the alert where Google's clock and ours disagree.
    pub(crate) async fn compare_clocks(&self) {
        let skew = self.context.google.clock_skew(self.context.clock.now());
        if skew.is_some_and(|skew| skew.abs() > SKEW_ALLOWED) {
            self.raise(AlertKind::ClockSkew).await;
        }
    }

    /// Everything that may tell why a grant ended.
    pub(crate) async fn evidence(
        &self,
        grant: &Grant,
        call_result: CallResult,
    ) -> Result<Evidence> {
        let now = self.context.clock.now();
        let ends = self.context.store.list_grant_ends(now - CORRELATION_WINDOW).await?;
        let after_a_week = ends
            .iter()
            .filter(|end| end.consented_at.is_some_and(|at| is_a_week(end.ended_at - at)));
        Ok(Evidence {
            consented_at: grant.consented_at,
            used_at: grant.used_at,
            expires_at: grant.refresh_expires_at,
            granted: grant.granted.clone(),
            is_answer_lost: grant.is_answer_lost,
            newer_tokens: grant.newer_tokens,
            others_after_a_week: after_a_week.count(),
            ..self.without_a_grant(call_result)
        })
    }

    fn without_a_grant(&self, call_result: CallResult) -> Evidence {
        let now = self.context.clock.now();
        Evidence {
            call_result,
            now,
            consented_at: None,
            used_at: None,
            expires_at: None,
            granted: model::ScopeSet::default(),
            is_answer_lost: false,
            newer_tokens: 0,
            others_after_a_week: 0,
            skew: self.context.google.clock_skew(now),
        }
    }

    /// Forgets the ends of grants that say nothing any more.
    pub async fn purge(&self) -> Result<()> {
        Ok(self.context.store.purge_grant_ends(self.context.clock.now() - ENDS_KEPT).await?)
    }
}
