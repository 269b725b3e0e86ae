//! What the store promises, as rules that are held on SQLite and on PostgreSQL.
//!
//! One SQL text serves both engines, so each rule is written once and run twice.
#![expect(clippy::unwrap_used, reason = "a test fails loudly")]

/// Runs rules on SQLite in a file and on PostgreSQL.
macro_rules! on_both_engines {
    ($($rule:ident),* $(,)?) => {
        mod on_sqlite {$(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $rule() {
                super::$rule(&crate::database::Database::sqlite().await).await;
            }
        )*}
        mod on_postgres {$(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $rule() {
                if let Some(database) = crate::database::Database::postgres().await {
                    super::$rule(&database).await;
                }
            }
        )*}
    };
}

/// Runs rules on SQLite in memory as well.
macro_rules! in_memory {
    ($($rule:ident),* $(,)?) => {
        mod in_memory {$(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $rule() {
                super::$rule(&crate::database::Database::in_memory().await).await;
            }
        )*}
    };
}

mod coverage;
mod database;
mod samples;

mod accounts;
mod api_access;
mod connections;
mod engine;
mod grants;
mod jobs;
mod operations;
mod profile;
mod security_events;
mod sync;
