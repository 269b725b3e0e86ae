//! The house rules of docs/architecture.md as tests: who may import whom, and what may stand where.

#![expect(clippy::unwrap_used, reason = "a test may end at the first surprise")]

mod boundaries;
mod circles;
mod citations;
mod documents;
mod files;
mod imports;
mod layers;
mod migrations;
mod rust;
mod secrets;
mod sources;
mod texts;
