//! One process of ours: the verbs about Google over what it shares with the others.

use crate::{Alerts, Connections, Context, Grants, Schedule, Syncs};

/// A process, without the site around it. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Process {
    pub(crate) context: Context,
    pub(crate) alerts: Alerts,
    pub(crate) grants: Grants,
    pub(crate) syncs: Syncs,
    pub(crate) connections: Connections,
}

impl Process {
    pub(crate) fn new(context: Context, schedule: Schedule) -> Process {
        let alerts = Alerts::new(context.clone());
        let grants = Grants::new(context.clone(), alerts.clone());
        let syncs = Syncs::new(context.clone(), alerts.clone(), grants.clone(), schedule);
        let connections =
            Connections::new(context.clone(), alerts.clone(), grants.clone(), syncs.clone());
        Process { context, alerts, grants, syncs, connections }
    }

    /// The same, syncing as the operator wants it.
    pub(crate) fn scheduled(self, schedule: Schedule) -> Process {
        Process::new(self.context, schedule)
    }
}
