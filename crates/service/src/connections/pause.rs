//! pause, resume: the connection stays, the syncs that come by themselves wait.

use model::UserId;

use crate::caller;
use crate::connections::Gmail;
use crate::error::Result;

impl Gmail {
    /// Stops the syncs that come by themselves. False when there is no healthy connection.
    pub async fn pause(&self, user: UserId) -> Result<bool> {
        let now = self.clock.now();
        Ok(self.store.save_paused(user, &caller::entry(now)?, now).await?)
    }

    /// Lets them come again, the first one at once. False when nothing is paused.
    pub async fn resume(&self, user: UserId) -> Result<bool> {
        let now = self.clock.now();
        let resumed = self.store.save_resumed(user, &caller::entry(now)?, now).await?;
        self.due.notify_one();
        Ok(resumed)
    }
}
