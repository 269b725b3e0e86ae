//! sync: the steps, the runs that carry them out, and the schedule.

pub(crate) mod batch_writer;
pub(crate) mod circuit_breaker;
pub(crate) mod image_worker;
pub(crate) mod optional_scopes;
pub(crate) mod run;
pub(crate) mod scheduler;
pub(crate) mod steps;
pub(crate) mod watch;
