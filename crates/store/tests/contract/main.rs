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

#[path = "../cluster/mod.rs"]
mod cluster;
mod database;
#[path = "../filling/mod.rs"]
mod filling;
mod samples;

mod addresses;
mod alerts;
mod api_tokens;
mod attempts;
mod bad_rows;
mod claims;
mod closing;
mod dashboard;
mod forgetting;
mod gate;
mod grants;
mod idempotency;
mod intervals;
mod links;
mod mails;
mod opening;
mod profiles;
mod reconnects;
mod refreshes;
mod revocations;
mod runs;
mod sealed;
mod security_events;
mod sessions;
mod syncs;
mod throttles;
mod unchanged;
mod unlinks;
mod users;
mod ways_back;

/// The public methods of this source that this suite does not call.
fn methods_without_a_rule<'a>(source: &'a str, suite: &str) -> Vec<&'a str> {
    let methods = source.split("pub async fn ").skip(1);
    let names = methods.map(|text| text.split(['(', '<']).next().unwrap());
    names
        .filter(|name| !suite.contains(&format!(".{name}(")))
        .filter(|name| !suite.contains(&format!("Store::{name}(")))
        .collect()
}

#[test]
fn every_public_method_is_in_this_suite() {
    let read_all = |folder: &str| -> String {
        let files = std::fs::read_dir(format!("{}/{folder}", env!("CARGO_MANIFEST_DIR"))).unwrap();
        files.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap()).collect()
    };
    let (source, suite) = (read_all("src"), read_all("tests/contract"));
    assert_eq!(methods_without_a_rule(&source, &suite), Vec::<&str>::new());

    let odd = "pub async fn find_odd(&self) {} pub async fn save_odd<T>(&self) {}";
    assert_eq!(methods_without_a_rule(odd, &suite), ["find_odd", "save_odd"]);
}
