//! The verbs of the connection against a real stand-in, on real databases, in many processes.
//!
//! Inside the crate, because what is tested first of all, a fresh access token, is nobody else's.

#[path = "../../../store/tests/cluster/mod.rs"]
mod cluster;
#[path = "../../../store/tests/engine/mod.rs"]
mod engine;
mod stage;

mod causes;
mod one_refresh;
mod outcomes;
mod scheduler;
mod unheard_answers;
