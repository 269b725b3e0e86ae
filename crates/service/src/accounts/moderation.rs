//! Accounts that an operator closes: for a while, or for good. Either way nothing that came from
//! Google stays, and Google is told to forget the consent, however long that takes.

use model::{UndoKind, UserId};
use store::Removed;

use crate::caller;
use crate::connections::Connections;
use crate::context::Context;
use crate::error::{Error, Result};

/// How many connections of users who are shut out are ended in one go.
const BATCH: i64 = 20;

/// The verbs by which an operator closes accounts. Cheap to clone.
#[derive(Clone)]
pub struct Moderation {
    context: Context,
    connections: Connections,
}

impl Moderation {
    /// Accounts whose links to Google are `connections`.
    pub fn new(connections: Connections) -> Moderation {
        Moderation { context: connections.context.clone(), connections }
    }

    /// Shuts a user out: sessions and programs' tokens end, the connection goes as if they had
    /// disconnected, without a way back. False when they were shut out already; whatever a process
    /// that died had left of it is done then.
    pub async fn block(&self, user: UserId) -> Result<bool> {
        let now = self.context.clock.now();
        let is_new = self.context.store.save_blocked(user, &caller::entry(now)?, now).await?;
        for way_back in [UndoKind::Undo, UndoKind::Switch] {
            self.connections.discard_undo(user, way_back).await?;
        }
        self.connections.unlink(user, None).await?;
        Ok(is_new)
    }

    /// Lets a user in again. What they had connected, they connect anew. False when they were not
    /// shut out.
    pub async fn unblock(&self, user: UserId) -> Result<bool> {
        let now = self.context.clock.now();
        Ok(self.context.store.save_unblocked(user, &caller::entry(now)?, now).await?)
    }

    /// Removes an account with everything that belongs to it, for good. False when there was none.
    pub async fn remove(&self, user: UserId) -> Result<bool> {
        // What was being connected as the user was shut out may be seen only afterwards.
        for _ in 0..5 {
            self.block(user).await?;
            match self.context.store.remove_user(user, self.context.clock.now()).await? {
                Removed::Done => return Ok(true),
                Removed::NoSuchUser => return Ok(false),
                Removed::Connected => {}
            }
        }
        Err(Error::Contention)
    }

    /// Ends the connections of those who are shut out: a process may have died half-way.
    pub async fn purge(&self) -> Result<()> {
        for user in self.context.store.list_blocked_and_connected(BATCH).await? {
            if let Err(error) = self.connections.unlink(user, None).await {
                tracing::error!(%user, %error, "ending a blocked user's connection failed");
            }
        }
        Ok(())
    }
}
