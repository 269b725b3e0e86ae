//! pause, resume: the connection stays, the syncs that come by themselves wait.

use model::UserId;

use crate::caller;
use crate::connections::Connections;
use crate::error::Result;

impl Connections {
    /// Stops the syncs that come by themselves. False when there is no healthy connection.
    pub async fn pause(&self, user: UserId) -> Result<bool> {
        let now = self.context.clock.now();
        Ok(self.context.store.save_paused(user, &caller::entry(now)?, now).await?)
    }

    /// Lets them come again, the first one at once. False when nothing is paused.
    pub async fn resume(&self, user: UserId) -> Result<bool> {
        let now = self.context.clock.now();
        let resumed = self.context.store.save_resumed(user, &caller::entry(now)?, now).await?;
        self.syncs.wake_scheduler();
        Ok(resumed)
    }
}
