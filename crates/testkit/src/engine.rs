//! The engine of tests that mean none in particular: SQLite, unless `SELEXIA_TEST_ENGINE` says
//! `postgres`. `make test` runs them once on each.

use std::path::Path;

use crate::cluster;

/// The address of a fresh, empty database. Where it is a file, it lies in this folder.
pub async fn fresh_database(folder: &Path) -> String {
    let Some(engine) = std::env::var_os("SELEXIA_TEST_ENGINE") else {
        return format!("sqlite://{}", folder.join("selexia.db").display());
    };
    assert_eq!(engine, "postgres", "SELEXIA_TEST_ENGINE names no engine that we have");
    cluster::fresh_database().await.expect("who asks for PostgreSQL has installed it")
}
