//! Chance that says what it was, so that a bad day can be looked into.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

/// Throws that follow from a seed. Cheap to clone: clones go on together.
#[derive(Clone, Debug)]
pub(crate) struct Dice(Arc<AtomicU64>);

impl Dice {
    /// Another seed each time.
    pub(crate) fn thrown() -> Dice {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
        Dice(Arc::new(AtomicU64::new(u64::from(now.subsec_nanos()) | 1)))
    }

    /// Dice of their own, for whoever throws at the same time.
    pub(crate) fn another(&self) -> Dice {
        Dice(Arc::new(AtomicU64::new(self.next())))
    }

    /// A number less than `end`.
    pub(crate) fn below(&self, end: u64) -> u64 {
        self.next() % end
    }

    /// splitmix64 (Steele, Lea and Flood, 2014).
    fn next(&self) -> u64 {
        let mut mixed = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}
