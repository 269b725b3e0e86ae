//! The link between a user and Google: begun, finished, paused, ended, and taken back.

pub(crate) mod callback;
pub(crate) mod connect;
pub(crate) mod disconnect;
pub(crate) mod overview;
pub(crate) mod pause;
pub(crate) mod undo;
pub(crate) mod undo_payload;

use model::ScopeSet;

use crate::context::Context;
use crate::error::Result;
use crate::grants::Grants;
use crate::operations::alerts::Alerts;
use crate::sync::Syncs;

/// The verbs of a user's link to Google. Cheap to clone.
#[derive(Clone)]
pub struct Connections {
    pub(crate) context: Context,
    pub(crate) alerts: Alerts,
    pub(crate) grants: Grants,
    pub(crate) syncs: Syncs,
}

impl Connections {
    /// Links whose tokens `grants` keeps and whose profiles `syncs` fetches.
    pub fn new(context: Context, alerts: Alerts, grants: Grants, syncs: Syncs) -> Connections {
        Connections { context, alerts, grants, syncs }
    }

    /// The permissions that the operator allows to be asked for.
    pub fn offered(&self) -> &ScopeSet {
        &self.context.offered
    }

    /// Where the form that leaves for Google may end, for the content security policy.
    pub fn authorization_origin(&self) -> Option<String> {
        self.context.google.authorization_origin()
    }

    /// Fetches discovery and keys ahead of the first user. A failure costs nothing but the start.
    pub async fn warm_up(&self) {
        if let Err(error) = self.context.google.warm_up(self.context.clock.now()).await {
            tracing::warn!(%error, "fetching Google's discovery document failed; retrying when needed");
        }
    }

    /// Forgets authorization requests that nobody came back from.
    pub async fn purge(&self) -> Result<()> {
        self.context.store.purge_authorization_requests(self.context.clock.now()).await?;
        Ok(())
    }
}
