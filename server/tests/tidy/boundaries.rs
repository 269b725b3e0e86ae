//! What only one place may name: SQL, Google's addresses, ciphers, the environment, the clock.

use std::collections::BTreeSet;
use std::fs;

use crate::imports::dependencies;
use crate::rust::literals;
use crate::sources::{is_test, only_in, product, root, sources};

#[test]
fn the_rules_ask_nobody_and_know_no_time() {
    for (name, text) in sources("crates/model/src") {
        for word in [
            "std::env",
            "std::fs",
            "std::net",
            "std::io",
            "std::time",
            "std::process",
            "Utc::now",
            "Instant",
            "SystemTime",
            "getrandom",
            "thread_rng",
            "async fn",
            "tokio",
        ] {
            assert!(!text.contains(word), "{name} names {word:?}");
        }
    }
}

#[test]
fn only_the_store_has_sql() {
    only_in(&["crates/store/"], &["sqlx::", " where id = "]);
    for (name, text) in product() {
        if name.starts_with("crates/store/") || is_test(&name) {
            continue;
        }
        for (line, literal) in literals(&text) {
            assert!(!is_sql(&literal), "{name}:{line} has SQL: {literal}");
        }
    }
}

/// Whether a text reads as a statement of SQL.
fn is_sql(text: &str) -> bool {
    let lower = text.to_lowercase();
    let words: Vec<_> = lower.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
    let words: Vec<_> = words.into_iter().filter(|word| !word.is_empty()).collect();
    (0..words.len()).any(|at| {
        let after = &words[at + 1..];
        match words[at] {
            "select" => after.contains(&"from"),
            "insert" => after.first() == Some(&"into"),
            "delete" => after.first() == Some(&"from"),
            // `update only users as u set`, and no sentence in which something is updated and set.
            "update" => after.iter().take(4).any(|word| *word == "set"),
            _ => false,
        }
    })
}

#[test]
fn sql_is_known_by_its_verbs() {
    for text in [
        "select id from users",
        "with a as (SELECT *\\\n FROM users)",
        "insert into users (id) values ($1)",
        "update users set name = $1",
        "delete from users where id = $1",
    ] {
        assert!(is_sql(text), "{text}");
    }
    for text in ["select a picture", "stream:update", "delete", "a set to update from Google"] {
        assert!(!is_sql(text), "{text}");
    }
}

#[test]
fn only_google_names_an_address_of_googles() {
    // A scope's name looks like an address, and names a permission.
    only_in(
        &["crates/google/", "crates/model/src/connections/scope.rs"],
        &["googleapis.com", "accounts.google.com", "googleusercontent.com"],
    );
}

#[test]
fn only_the_vault_names_a_cipher() {
    only_in(&["crates/vault/"], &["aes_gcm", "Aes256Gcm", "chacha", "ChaCha"]);
}

#[test]
fn only_the_configuration_reads_the_environment() {
    only_in(&["server/src/config/"], &["env::var(", "env::vars(", "env::var_os("]);
}

#[test]
fn time_enters_through_the_clock_and_the_network_through_google_and_mail() {
    only_in(&["crates/service/src/clock.rs"], &["Utc::now(", "SystemTime::now(", "Local::now("]);
    only_in(&["crates/http-client/"], &["reqwest::", "TcpStream"]);
    only_in(&["crates/mail/"], &["lettre::"]);
    let clippy = fs::read_to_string(root().join("clippy.toml")).unwrap();
    for method in ["chrono::Utc::now", "std::env::var", "reqwest::Client::new"] {
        assert!(clippy.contains(method), "clippy no longer forbids {method}");
    }
}

#[test]
fn transactions_stay_inside_store_methods() {
    only_in(&["crates/store/"], &[".begin(", "begin_with(", "Transaction<"]);
    for (name, text) in sources("crates/store/src") {
        assert!(!text.contains("Transaction<"), "{name} hands a transaction around");
    }
    // A transaction of the store cannot be open while the network is awaited.
    let dependencies = dependencies("store");
    for client in ["google", "mail", "reqwest", "hyper", "http-client", "lettre"] {
        assert!(!dependencies.contains(client), "the store depends on {client}");
    }
    assert!(dependencies.contains("sqlx"), "{dependencies:?}");
}

#[test]
fn a_connections_status_is_written_in_one_file() {
    let mut writers = BTreeSet::new();
    for (name, text) in sources("crates/store/src") {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let mut updates = text.split("update connections set ").skip(1);
        let sets_status = |update: &str| {
            let columns = update.split(" where ").next().unwrap_or_default();
            columns.split(", ").any(|column| column.starts_with("status ="))
        };
        if updates.any(sets_status) || text.contains("insert into connections") {
            writers.insert(name);
        }
    }
    assert_eq!(writers, BTreeSet::from(["crates/store/src/connections/status.rs".to_owned()]));
}
