//! Accounts that an operator closes: for a while, or for good. Either way nothing that came from
//! Google stays, and Google is told to forget the consent, however long that takes.

use model::{UndoKind, UserId};
use store::Removed;

use crate::caller;
use crate::connections::Gmail;
use crate::error::{Error, Result};

/// How many connections of users who are shut out are ended in one go.
const BATCH: i64 = 20;

impl Gmail {
    /// Shuts a user out: sessions and programs' tokens end, the connection goes as if they had
    /// disconnected, without a way back. False when they were shut out already; whatever a process
    /// that died had left of it is done then.
    pub async fn block(&self, user: UserId) -> Result<bool> {
        let now = self.clock.now();
        let is_new = self.store.save_blocked(user, &caller::entry(now)?, now).await?;
        for way_back in [UndoKind::Undo, UndoKind::Switch] {
            self.discard_undo(user, way_back).await?;
        }
        self.unlink(user, None).await?;
        Ok(is_new)
    }

    /// Lets a user in again. What they had connected, they connect anew. False when they were not
    /// shut out.
    pub async fn unblock(&self, user: UserId) -> Result<bool> {
        let now = self.clock.now();
        Ok(self.store.save_unblocked(user, &caller::entry(now)?, now).await?)
    }

    /// Removes an account with everything that belongs to it, for good. False when there was none.
    pub async fn remove(&self, user: UserId) -> Result<bool> {
        // What was being connected as the user was shut out may be seen only afterwards.
        for _ in 0..5 {
            self.block(user).await?;
            match self.store.remove_user(user, self.clock.now()).await? {
                Removed::Done => return Ok(true),
                Removed::NoSuchUser => return Ok(false),
                Removed::Connected => {}
            }
        }
        Err(Error::Contention)
    }

    /// Ends the connections of those who are shut out: a process may have died half-way.
    pub(crate) async fn unlink_blocked(&self) -> Result<()> {
        for user in self.store.list_blocked_and_connected(BATCH).await? {
            if let Err(error) = self.unlink(user, None).await {
                tracing::error!(%user, %error, "call_result a blocked user's connection failed");
            }
        }
        Ok(())
    }
}
