//! A sync while it runs: its steps, and what those who watch it are told.

use serde::{Deserialize, Serialize};

use crate::id::SyncId;
use crate::string_enum::string_enum;

string_enum! {
    /// The steps of a run, in their order.
    Step {
        /// The access token is looked at, and refreshed if need be.
        Token = "token",
        /// Google is asked for the profile.
        Google = "google",
        /// The picture is fetched and drawn anew.
        Picture = "picture",
        /// What Google has is compared with the profile and stored, in one transaction: from here
        /// on it is too late to cancel.
        Saving = "saving",
    }
}

string_enum! {
    /// What a run is doing in its step.
    RunState {
        /// What the step says.
        Running = "running",
        /// It was asked to stop, and does so as soon as nothing can be lost by it.
        Cancelling = "cancelling",
    }
}

/// What those who watch a run are told: each time all of it, so that nobody needs to have heard
/// the last one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// Where the run is. The steps before this one are done.
    pub step: Step,
    /// What it is doing there.
    pub state: RunState,
}

/// A run that is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Started {
    /// Which one; it becomes the id of the sync.
    pub run: SyncId,
    /// Whether somebody else had begun it.
    pub joined: bool,
}
