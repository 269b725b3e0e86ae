//! Syncs by the clock.

mod scheduler;
