//! Which crate may import which.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use cargo_metadata::{DependencyKind, MetadataCommand};

use crate::sources::root;

/// The crates that a workspace crate depends on outside its tests.
pub(crate) fn dependencies(of: &str) -> BTreeSet<String> {
    all_dependencies().remove(of).unwrap()
}

fn all_dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let metadata = MetadataCommand::new().current_dir(root()).no_deps().exec().unwrap();
    let dependencies = |package: &cargo_metadata::Package| {
        package
            .dependencies
            .iter()
            .filter(|dependency| dependency.kind == DependencyKind::Normal)
            .map(|dependency| dependency.name.clone())
            .collect()
    };
    metadata
        .packages
        .iter()
        .map(|package| (package.name.to_string(), dependencies(package)))
        .collect()
}

/// The workspace crates that each workspace crate depends on.
fn imports() -> BTreeMap<String, BTreeSet<String>> {
    let all = all_dependencies();
    let ours =
        |of: &BTreeSet<String>| of.iter().filter(|name| all.contains_key(*name)).cloned().collect();
    all.iter().map(|(name, of)| (name.clone(), ours(of))).collect()
}

#[test]
fn imports_flow_one_way() {
    let allowed = [
        ("model", vec![]),
        ("vault", vec![]),
        ("picture", vec![]),
        ("mail", vec!["model"]),
        ("http-client", vec![]),
        ("google", vec!["http-client", "model"]),
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
        for for_tests in ["sandbox", "testkit"] {
            assert!(!imports[name].contains(for_tests), "{for_tests} is linked into {name}");
        }
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
