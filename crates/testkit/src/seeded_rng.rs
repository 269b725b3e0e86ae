//! Chance that says what it was, so that a bad day can be looked into and lived again.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

/// Numbers that follow from a seed. Cheap to clone: clones go on together.
#[derive(Clone, Debug)]
pub struct SeededRng(Arc<AtomicU64>);

impl SeededRng {
    /// The numbers of this seed.
    pub fn new(seed: u64) -> SeededRng {
        SeededRng(Arc::new(AtomicU64::new(seed)))
    }

    /// Another seed each time.
    pub fn from_time() -> SeededRng {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
        SeededRng::new(u64::from(now.subsec_nanos()) | 1)
    }

    /// Numbers of their own, for whoever draws at the same time.
    pub fn fork(&self) -> SeededRng {
        SeededRng::new(self.next())
    }

    /// A number less than `end`.
    pub fn below(&self, end: u64) -> u64 {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_says_every_number_that_follows() {
        let draw = |rng: &SeededRng| -> Vec<u64> { (0..8).map(|_| rng.below(1_000)).collect() };
        let (once, again) = (SeededRng::new(47), SeededRng::new(47));
        assert_eq!(draw(&once), draw(&again));
        assert_eq!(draw(&once.fork()), draw(&again.fork()));
        assert_ne!(draw(&once), draw(&SeededRng::new(48)));
    }
}
