//! Syncs: watched, stopped, and how often.

mod interval;
mod live;
