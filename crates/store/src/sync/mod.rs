//! Syncs: due, claimed, run and recorded.

pub(crate) mod batch;
pub(crate) mod circuit_breaker;
pub(crate) mod due;
pub(crate) mod preferences;
pub(crate) mod record;
pub(crate) mod records;
pub(crate) mod runs;
pub(crate) mod staleness;
