//! What `picture::reencode` promises: what it draws, what it forgets and what it refuses.

#![expect(clippy::unwrap_used, reason = "a test may end at the first surprise")]

mod bombs;
mod drawing;
mod hostile;
mod metadata;
mod samples;
