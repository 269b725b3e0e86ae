//! Pictures from outside, drawn anew off the async threads, one at a time.

use std::sync::Arc;

use picture::{Portrait, portrait};
use tokio::sync::Semaphore;

/// Draws pictures.
#[derive(Clone)]
pub(crate) struct Portraits {
    /// A hostile picture near the limits takes a core and 150 MiB: one of them at a time.
    slot: Arc<Semaphore>,
}

impl Portraits {
    pub(crate) fn new() -> Portraits {
        Portraits { slot: Arc::new(Semaphore::new(1)) }
    }

    /// The picture as one of ours, or nothing where it cannot be one.
    pub(crate) async fn draw(&self, bytes: Vec<u8>) -> Option<Portrait> {
        let _slot = self.slot.acquire().await.ok()?;
        let drawn = tokio::task::spawn_blocking(move || portrait(&bytes)).await.ok()?;
        drawn.inspect_err(|error| tracing::warn!(%error, "a picture could not be used")).ok()
    }
}
