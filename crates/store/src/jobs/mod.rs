//! The one queue of work in the background: claims, leases, retries and what is given up.

pub(crate) mod queue;

pub use queue::{ClaimedJob, JobCount, JobId, JobLease};
