//! What operators do to a site that runs.

mod keys;
