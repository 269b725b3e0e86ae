//! What a sync found and how it ended.

use serde::{Deserialize, Serialize};

use crate::profile::field::Field;
use crate::profile::field_state::Source;
use crate::string_enum::string_enum;

string_enum! {
    /// What set a sync going.
    Trigger {
        /// The callback from Google.
        Connect = "connect",
        /// The user's button or program.
        Button = "button",
        /// An operator's command line.
        Operator = "operator",
        /// The worker, by the clock.
        Schedule = "schedule",
    }
}

string_enum! {
    /// Why a sync could not be done. Each has one sentence and one remedy.
    SyncFailure {
        /// The user must agree at Google again.
        NeedsReconnect = "needs_reconnect",
        /// Google does not answer, or answers that it is unwell.
        GoogleUnavailable = "google_unavailable",
        /// Google asked us to slow down.
        RateLimited = "rate_limited",
        /// Google's answer was not what its documents promise.
        GoogleProtocol = "google_protocol",
        /// Google refuses our client: the operator must act.
        OperatorFault = "operator_fault",
        Internal = "internal",
    }
}

/// One field that a sync changed in the profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    pub field: Field,
    /// What was shown before.
    pub old: Option<String>,
    /// Where that came from.
    #[serde(default)]
    pub old_source: Option<Source>,
    /// What is shown now.
    pub new: Option<String>,
}

string_enum! {
    /// How a sync ended.
    SyncOutcome {
        /// The profile changed.
        Updated = "updated",
        /// Google has what we have.
        Unchanged = "unchanged",
        /// It could not be done.
        Failed = "failed",
        /// The user stopped it; nothing changed.
        Cancelled = "cancelled",
    }
}

/// The result of a sync, for pages and programs alike.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncReport {
    pub outcome: SyncOutcome,
    /// Why it failed, if it did.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub failure: Option<SyncFailure>,
    /// The fields that changed, in the order of the profile.
    pub changed: Vec<Change>,
}

impl SyncReport {
    /// Google answered; these fields changed.
    pub fn done(changed: Vec<Change>) -> SyncReport {
        let outcome =
            if changed.is_empty() { SyncOutcome::Unchanged } else { SyncOutcome::Updated };
        SyncReport { outcome, failure: None, changed }
    }

    /// Nothing was changed, for this reason.
    pub fn failed(failure: SyncFailure) -> SyncReport {
        SyncReport { outcome: SyncOutcome::Failed, failure: Some(failure), changed: Vec::new() }
    }

    /// Nothing was changed, because the user did not want it.
    pub fn cancelled() -> SyncReport {
        SyncReport { outcome: SyncOutcome::Cancelled, failure: None, changed: Vec::new() }
    }
}
