//! One task of this process at a time asks for a connection's refresh.
//!
//! Not the guard, which is the lease in the database: this spares the database a crowd of askers.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, Weak};

use model::ConnectionId;
use tokio::sync::{Mutex, OwnedMutexGuard};

/// The connections that are being refreshed from here. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct RefreshLocks(Arc<std::sync::Mutex<HashMap<ConnectionId, Weak<Mutex<()>>>>>);

impl RefreshLocks {
    /// Waits for this connection's turn, which lasts as long as what is returned.
    pub(crate) async fn turn(&self, connection: ConnectionId) -> OwnedMutexGuard<()> {
        let turns = {
            let mut refresh_locks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let held = refresh_locks.get(&connection).and_then(Weak::upgrade);
            held.unwrap_or_else(|| {
                refresh_locks.retain(|_, turns| turns.strong_count() > 0);
                let turns = Arc::default();
                refresh_locks.insert(connection, Arc::downgrade(&turns));
                turns
            })
        };
        turns.lock_owned().await
    }
}
