//! The background work, seen from outside.

mod leftovers;
mod upgrade;
