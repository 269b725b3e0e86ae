//! Unchanged syncs that end at the same time are stored together: whoever finds nobody storing
//! stores for all who wait.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use store::{Store, Unchanged};
use tokio::sync::oneshot;

/// Those who wait to be stored. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct BatchWriter {
    waiting: Arc<Mutex<Vec<Waiting>>>,
    turn: Arc<tokio::sync::Mutex<()>>,
}

struct Waiting {
    sync: Unchanged,
    stored: oneshot::Sender<bool>,
}

impl BatchWriter {
    /// Stores an unchanged sync. False where it was not: it is no longer as it was when it was
    /// claimed, or the database did not take it, and the long way will say which.
    pub(crate) async fn save(&self, store: &Store, sync: Unchanged, now: DateTime<Utc>) -> bool {
        let (stored, told) = oneshot::channel();
        self.lock().push(Waiting { sync, stored });
        {
            let _turn = self.turn.lock().await;
            let batch = std::mem::take(&mut *self.lock());
            if !batch.is_empty() {
                store_all(store, batch, now).await;
            }
        }
        // Whoever took it has told; who was dropped half-way tells nothing.
        told.await.unwrap_or(false)
    }

    /// No code that could panic runs under the lock.
    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Waiting>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn store_all(store: &Store, batch: Vec<Waiting>, now: DateTime<Utc>) {
    let (syncs, tells): (Vec<_>, Vec<_>) =
        batch.into_iter().map(|waiting| (waiting.sync, waiting.stored)).unzip();
    match store.save_unchanged(&syncs, now).await {
        Ok(ids) => {
            for (sync, tell) in syncs.iter().zip(tells) {
                // Who does not wait any more does not need to know.
                let _ = tell.send(ids.contains(&sync.record.id));
            }
        }
        Err(error) => {
            tracing::warn!(%error, "storing syncs in one batch failed; storing them one by one");
        }
    }
}
