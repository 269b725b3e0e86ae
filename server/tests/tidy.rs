//! The house rules of docs/house.md as tests: who may import whom, and what may stand where.

#![expect(clippy::unwrap_used, reason = "a test may end at the first surprise")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use cargo_metadata::{DependencyKind, MetadataCommand};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// Every Rust source of the product below `folder`, by its path from the root.
fn sources(folder: &str) -> BTreeMap<String, String> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(&root().join(folder), &mut found);
    assert!(!found.is_empty(), "{folder} has no sources");
    found
        .into_iter()
        .map(|path| {
            let name = path.strip_prefix(root()).unwrap().display().to_string();
            (name, fs::read_to_string(path).unwrap())
        })
        .collect()
}

/// The product's own sources: everything but tests, the stand-in and the benchmark.
fn product() -> BTreeMap<String, String> {
    [
        "app/src",
        "server/src",
        "frontend/src",
        "crates/model/src",
        "crates/vault/src",
        "crates/google/src",
        "crates/mail/src",
        "crates/picture/src",
        "crates/store/src",
        "crates/service/src",
    ]
    .into_iter()
    .flat_map(sources)
    .collect()
}

/// Asserts that none of `words` stands in a product source, `but` for those below some paths.
fn only_in(but: &[&str], words: &[&str]) {
    for (name, text) in product() {
        if but.iter().any(|path| name.starts_with(path)) {
            continue;
        }
        for word in words {
            let at = text.lines().position(|line| line.contains(word) && !is_comment(line));
            assert!(at.is_none(), "{name}:{} names {word:?}", at.unwrap_or_default() + 1);
        }
    }
}

fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with("//")
}

/// The workspace crates that a workspace crate depends on.
fn imports() -> BTreeMap<String, BTreeSet<String>> {
    let metadata = MetadataCommand::new().current_dir(root()).no_deps().exec().unwrap();
    let names: BTreeSet<_> = metadata.packages.iter().map(|p| p.name.to_string()).collect();
    let ours = |package: &cargo_metadata::Package| {
        package
            .dependencies
            .iter()
            .filter(|dependency| dependency.kind == DependencyKind::Normal)
            .map(|dependency| dependency.name.clone())
            .filter(|name| names.contains(name))
            .collect()
    };
    metadata.packages.iter().map(|package| (package.name.to_string(), ours(package))).collect()
}

#[test]
fn imports_flow_one_way() {
    let allowed = [
        ("model", vec![]),
        ("vault", vec![]),
        ("picture", vec![]),
        ("mail", vec!["model"]),
        ("google", vec!["model"]),
        ("store", vec!["model", "vault"]),
        ("service", vec!["google", "mail", "model", "picture", "store", "vault"]),
        ("app", vec!["model", "service"]),
        ("frontend", vec!["app"]),
        ("server", vec!["app", "google", "mail", "model", "service", "store", "vault"]),
        ("sandbox", vec!["model"]),
    ];
    let imports = imports();
    for (name, allowed) in allowed {
        let allowed: BTreeSet<String> = allowed.into_iter().map(str::to_owned).collect();
        let extra: Vec<_> = imports[name].difference(&allowed).collect();
        assert!(extra.is_empty(), "{name} imports {extra:?}");
    }
    let product =
        ["app", "server", "frontend", "service", "store", "google", "mail", "vault", "model"];
    for name in product {
        assert!(!imports[name].contains("sandbox"), "the stand-in is linked into {name}");
    }
}

#[test]
fn the_client_carries_no_server() {
    let tree = Command::new(env!("CARGO"))
        .args(["tree", "--package", "frontend", "--target", "wasm32-unknown-unknown"])
        .args(["--edges", "normal", "--prefix", "none", "--format", "{lib}", "--locked"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(tree.status.success(), "{}", String::from_utf8_lossy(&tree.stderr));
    let tree = String::from_utf8(tree.stdout).unwrap();
    let crates: BTreeSet<_> = tree.lines().map(str::trim).collect();
    assert!(crates.contains("app") && crates.contains("leptos"), "{crates:?}");
    for server in [
        "service", "store", "google", "mail", "vault", "tokio", "sqlx", "reqwest", "lettre",
        "argon2",
    ] {
        assert!(!crates.contains(server), "{server} reaches the browser");
    }
}

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
    only_in(
        &["crates/store/"],
        &["insert into ", "delete from ", "select count", " where id = ", "sqlx::"],
    );
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
    only_in(&["crates/google/"], &["reqwest::", "TcpStream"]);
    only_in(&["crates/mail/"], &["lettre::"]);
    let clippy = fs::read_to_string(root().join("clippy.toml")).unwrap();
    for method in ["chrono::Utc::now", "std::env::var", "reqwest::Client::new"] {
        assert!(clippy.contains(method), "clippy no longer forbids {method}");
    }
}

#[test]
fn the_store_cannot_open_what_it_keeps() {
    for (name, text) in sources("crates/store/src") {
        for word in ["KeyRing", "vault::Key", "SecretString", "ExposeSecret"] {
            assert!(!text.contains(word), "{name} names {word:?}");
        }
    }
    for (name, text) in sources("crates/store/src") {
        for (number, line) in text.lines().enumerate() {
            let is_bound = line.contains("token: Vec<u8>") || line.contains("token: String");
            let is_row =
                name.ends_with("grants/tokens.rs") || name.ends_with("grants/revocations.rs");
            assert!(!is_bound || is_row, "{name}:{} takes a token that is not sealed", number + 1);
        }
    }
}

#[test]
fn nothing_is_sealed_for_a_place_that_is_not_on_the_list() {
    // A new column of sealed values goes onto the list of `store::SealedColumn`, or an exchange
    // of keys would leave it behind. (A `AssociatedData` of google's is another, and it has no vault.)
    only_in(
        &["crates/vault/", "crates/google/", "crates/service/src/sealing.rs"],
        &["AssociatedData {"],
    );
    let places = fs::read_to_string(root().join("crates/service/src/sealing.rs")).unwrap();
    assert_eq!(
        places.matches("AssociatedData {").count(),
        1,
        "the list is the only source of places"
    );
}

#[test]
fn transactions_stay_inside_store_methods() {
    only_in(&["crates/store/"], &[".begin(", "begin_with(", "Transaction<"]);
    for (name, text) in sources("crates/store/src") {
        assert!(!text.contains("Transaction<"), "{name} hands a transaction around");
        assert!(!text.contains("reqwest") && !text.contains("google::"), "{name} asks the network");
    }
}

#[test]
fn secrets_have_no_words() {
    let secrets = [
        "Password",
        "BrowserSecret",
        "Key",
        "KeyRing",
        "Sealed",
        "Verifier",
        "Tokens",
        "ServiceAccount",
        "RefreshNames",
    ];
    for (name, text) in product() {
        for secret in secrets {
            for implementation in ["Display for", "Serialize for"] {
                let written = format!("{implementation} {secret} ");
                assert!(!text.contains(&written), "{name}: {written}");
            }
        }
        for (number, line) in text.lines().enumerate() {
            let Some(declared) = line.trim().strip_prefix("pub struct ") else { continue };
            let declared = declared.split(|c: char| !c.is_alphanumeric()).next().unwrap();
            if secrets.contains(&declared) {
                let above: Vec<_> = text.lines().take(number).collect();
                let derives = above.iter().rev().take(3).any(|line| line.contains("Serialize"));
                assert!(!derives, "{name}: {declared} can be serialised");
            }
        }
    }
}

#[test]
fn both_databases_have_the_same_migrations_and_columns() {
    let read = |engine: &str| -> BTreeMap<String, String> {
        fs::read_dir(root().join("migrations").join(engine))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .map(|path| {
                let name = path.file_name().unwrap().to_str().unwrap().to_owned();
                (name, fs::read_to_string(path).unwrap())
            })
            .collect()
    };
    let (sqlite, postgres) = (read("sqlite"), read("postgres"));
    assert!(sqlite.keys().eq(postgres.keys()), "{:?} {:?}", sqlite.keys(), postgres.keys());
    // Types differ; names, order and constraints must not.
    let names = |text: &str| -> Vec<String> {
        let types = ["blob", "bytea", "uuid", "timestamptz", "jsonb", "text", "bigint", "boolean"];
        text.lines()
            .map(|line| {
                let words = line.split_whitespace().map(|word| word.trim_end_matches(','));
                words.filter(|word| !types.contains(word)).collect::<Vec<_>>().join(" ")
            })
            .collect()
    };
    for (name, text) in &sqlite {
        assert_eq!(names(text), names(&postgres[name]), "{name}");
    }
}

#[test]
fn the_readme_lists_every_setting_as_it_is() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let written: Vec<_> = readme
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once('`'))
        .map(|(name, _)| name)
        .filter(|name| name.chars().all(|c| c.is_ascii_uppercase() || c == '_'))
        .collect();
    let settings: Vec<_> = server::config::SETTINGS.iter().map(|setting| setting.name).collect();
    assert_eq!(written, settings);
    for setting in server::config::SETTINGS {
        let default = match setting.default {
            "" => String::new(),
            default => format!("`{default}`"),
        };
        let row = format!("| `{}` | {default} | {} |", setting.name, setting.meaning);
        assert!(readme.contains(&row), "README.md lacks: {row}");
    }
}

#[test]
fn every_text_is_in_every_language_and_used() {
    fn keys(value: &serde_json::Value, path: &str, found: &mut BTreeSet<String>) {
        match value {
            serde_json::Value::Object(members) => {
                for (key, value) in members {
                    let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                    keys(value, &path, found);
                }
            }
            serde_json::Value::String(text) => {
                assert!(!text.trim().is_empty(), "{path} is empty");
                found.insert(path.to_owned());
            }
            _ => panic!("{path} is no text"),
        }
    }
    let read = |path: &Path| {
        let value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
        let mut found = BTreeSet::new();
        keys(&value, "", &mut found);
        found
    };
    let folder = fs::read_dir(root().join("app/locales")).unwrap();
    let translations: Vec<PathBuf> = folder.map(|entry| entry.unwrap().path()).collect();
    let written: BTreeSet<_> =
        translations.iter().map(|path| path.file_stem().unwrap().to_str().unwrap()).collect();
    assert_eq!(written, model::Locale::all().map(model::Locale::tag).collect());
    let every = read(&translations[0]);
    for path in &translations {
        assert_eq!(read(path), every, "{}", path.display());
    }
    let app: String = sources("app/src").into_values().collect();
    // The mails' build script says those.
    for key in every.into_iter().filter(|key| !key.starts_with("mail.")) {
        let is_used = [format!("say!({key})"), format!("say!({key},"), format!(", {key})")]
            .iter()
            .any(|use_of| app.contains(use_of));
        assert!(is_used, "{key} is never said");
    }
}

#[test]
fn no_code_knows_a_language_so_that_a_further_one_needs_none() {
    for (name, text) in product() {
        if name.contains("/tests/") {
            continue;
        }
        // The reference of the API is English everywhere, and says so.
        let text = text.split("#[cfg(test)]").next().unwrap_or_default().replace("lang=\"en\"", "");
        for locale in model::Locale::all() {
            let quoted = format!("\"{}\"", locale.tag());
            // Who reads none of ours is answered in English: a rule, and not a translation.
            let is_rule = name == "crates/model/src/locale.rs"
                && text.contains("const SECOND_LANGUAGE: &str = \"en\";");
            assert!(is_rule || !text.contains(&quoted), "{name} knows {quoted}");
        }
    }
}

#[test]
fn files_have_one_idea() {
    let all = product().into_iter().chain(sources("crates/sandbox/src"));
    for (name, text) in all {
        assert!(text.lines().count() <= 400, "{name} is long: look for the second idea");
        assert!(text.starts_with("//!"), "{name} does not say why it exists");
    }
}

#[test]
fn the_document_of_outcomes_is_the_table() {
    let document = fs::read_to_string(root().join("docs/outcomes.md")).unwrap();
    let written: Vec<_> = document.lines().filter(|line| line.starts_with("| ")).skip(1).collect();
    let table: Vec<_> = model::connections::call_result::OUTCOMES
        .iter()
        .map(|row| {
            let (call, ending, decision) =
                (row.call.as_str(), row.call_result.as_str(), row.decision.as_str());
            format!("| {call} | {ending} | {} | {decision} |", row.on_the_wire)
        })
        .collect();
    assert_eq!(written, table);
}

/// Holds that the last cell of every row of a document names tests, and that they exist.
fn names_tests(document: &str, least_rows: usize) {
    let document = fs::read_to_string(root().join(document)).unwrap();
    let tests: String = ["app/src", "crates", "server/tests"]
        .into_iter()
        .flat_map(sources)
        .map(|(_, text)| text)
        .collect();
    let browser: String = fs::read_dir(root().join("end2end/tests"))
        .unwrap()
        .map(|file| fs::read_to_string(file.unwrap().path()).unwrap())
        .collect();
    let is_row = |line: &&str| line.starts_with("| ") && !line.ends_with("| test |");
    let rows: Vec<_> =
        document.lines().filter(is_row).filter(|line| !line.ends_with("| tests |")).collect();
    assert!(rows.len() > least_rows, "{rows:?}");
    for row in rows {
        let cell = row.trim_end_matches(" |").rsplit(" | ").next().unwrap();
        let in_rust: Vec<_> = cell.split('`').skip(1).step_by(2).collect();
        let in_browser: Vec<_> = cell.split('"').skip(1).step_by(2).collect();
        assert!(in_rust.len() + in_browser.len() > 0, "no test: {row}");
        for name in in_rust {
            assert!(tests.contains(&format!("fn {name}(")), "there is no test {name}");
        }
        for name in in_browser {
            assert!(browser.contains(&format!("test('{name}'")), "there is no test '{name}'");
        }
    }
}

#[test]
fn every_fault_and_every_target_has_a_test() {
    names_tests("docs/faults.md", 20);
    names_tests("docs/targets.md", 20);
}
