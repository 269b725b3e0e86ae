//! Reading the tree.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// Every Rust source below `folder`, by its path from the root.
pub(crate) fn sources(folder: &str) -> BTreeMap<String, String> {
    sources_ending(folder, "rs")
}

/// Every source below `folder` whose name ends so, by its path from the root.
pub(crate) fn sources_ending(folder: &str, wanted: &str) -> BTreeMap<String, String> {
    fn walk(folder: &Path, wanted: &str, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, wanted, found);
            } else if path.extension().is_some_and(|ending| ending == wanted) {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(&root().join(folder), wanted, &mut found);
    assert!(!found.is_empty(), "{folder} has no sources");
    found
        .into_iter()
        .map(|path| {
            let name = path.strip_prefix(root()).unwrap().display().to_string();
            (name, fs::read_to_string(path).unwrap())
        })
        .collect()
}

/// Where the product's own sources are: everything but tests, the stand-in and the benchmark.
pub(crate) const PRODUCT: [&str; 11] = [
    "app/src",
    "server/src",
    "frontend/src",
    "crates/model/src",
    "crates/vault/src",
    "crates/google/src",
    "crates/http-client/src",
    "crates/mail/src",
    "crates/picture/src",
    "crates/store/src",
    "crates/service/src",
];

/// The product's own sources.
pub(crate) fn product() -> BTreeMap<String, String> {
    PRODUCT.into_iter().flat_map(sources).collect()
}

/// Asserts that none of `words` stands in a product source, `but` for those below some paths.
pub(crate) fn only_in(but: &[&str], words: &[&str]) {
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

pub(crate) fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with("//")
}

/// Whether a source of the product is compiled for tests only.
pub(crate) fn is_test(name: &str) -> bool {
    name.contains("/tests/") || name.ends_with("/tests.rs")
}
