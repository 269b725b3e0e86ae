//! Pictures from outside, drawn anew off the async threads, one at a time.

use std::sync::Arc;

use picture::{ReencodedPicture, reencode};
use tokio::sync::Semaphore;

#[derive(Clone)]
pub(crate) struct ImageWorker {
    /// A hostile picture near the limits takes a core and 150 MiB: one of them at a time.
    slot: Arc<Semaphore>,
}

impl ImageWorker {
    pub(crate) fn new() -> ImageWorker {
        ImageWorker { slot: Arc::new(Semaphore::new(1)) }
    }

    /// The picture as one of ours, or nothing where it cannot be one.
    pub(crate) async fn reencode(&self, bytes: Vec<u8>) -> Option<ReencodedPicture> {
        let _slot = self.slot.acquire().await.ok()?;
        let drawn = tokio::task::spawn_blocking(move || reencode(&bytes)).await.ok()?;
        drawn.inspect_err(|error| tracing::warn!(%error, "decoding the picture failed")).ok()
    }
}
