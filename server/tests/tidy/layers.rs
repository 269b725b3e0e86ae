//! The rooms of `server/src/http` stand on each other in one order, and no two files import each
//! other; worker, settings and command line know nothing of pages.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// Every source below `server/src`, by its path from there without the ending: `http/pages/files`.
fn modules() -> BTreeMap<String, String> {
    fn walk(root: &Path, folder: &Path, found: &mut BTreeMap<String, String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(root, &path, found);
            } else {
                let name = path.strip_prefix(root).unwrap().with_extension("");
                let name = name.display().to_string();
                let name = name.strip_suffix("/mod").map_or(name.clone(), str::to_owned);
                found.insert(name, fs::read_to_string(&path).unwrap());
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = BTreeMap::new();
    walk(&root, &root, &mut found);
    found
}

/// What a module's text imports, as whole paths: `crate::a::{b, c::{d}}` is two.
fn imports(name: &str, text: &str) -> Vec<String> {
    fn unfold(prefix: &str, rest: &str, found: &mut Vec<String>) {
        let Some((head, group)) = rest.split_once('{') else {
            return found.push(format!("{prefix}{rest}"));
        };
        let (mut depth, mut part) = (0, String::new());
        for c in group.chars() {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
            if depth < 0 || (c == ',' && depth == 0) {
                unfold(&format!("{prefix}{head}"), part.trim(), found);
                part.clear();
                if depth < 0 {
                    break;
                }
            } else {
                part.push(c);
            }
        }
    }
    let product = text.split("#[cfg(test)]").next().unwrap();
    let mut found = Vec::new();
    for statement in product.split(';') {
        let Some((_, path)) = statement.rsplit_once("use ") else { continue };
        let path = path.split_whitespace().collect::<Vec<_>>().join(" ");
        unfold("", &path, &mut found);
    }
    let parent = name.rsplit_once('/').map_or("", |(parent, _)| parent);
    let is_folder =
        |path: &str| Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(path).is_dir();
    let above = if is_folder(name) { name } else { parent };
    let above_super = if is_folder(name) { parent } else { above };
    found
        .into_iter()
        .filter_map(|path| {
            let path = path.split(" as ").next().unwrap().trim().replace("::", "/");
            if let Some(path) = path.strip_prefix("crate/") {
                Some(path.to_owned())
            } else if let Some(path) = path.strip_prefix("super/") {
                Some(format!("{above_super}/{path}"))
            } else {
                path.strip_prefix("self/").map(|path| format!("{above}/{path}"))
            }
        })
        .collect()
}

/// The modules that each module imports.
fn arrows() -> BTreeMap<String, BTreeSet<String>> {
    let modules = modules();
    let module_of = |path: &str| {
        let mut path = path;
        loop {
            if modules.contains_key(path) {
                return Some(path.to_owned());
            }
            path = path.rsplit_once('/')?.0;
        }
    };
    let targets = |name: &String, text: &String| {
        let to = imports(name, text).into_iter().filter_map(|path| module_of(&path));
        to.filter(|to| to != name).collect()
    };
    modules.iter().map(|(name, text)| (name.clone(), targets(name, text))).collect()
}

#[test]
fn no_two_files_of_http_import_each_other() {
    let arrows = arrows();
    assert!(arrows["http/pages/accounts/sign_in"].contains("http/extract/page_request"));
    for (from, to) in arrows.iter().filter(|(from, _)| from.starts_with("http")) {
        let back: Vec<_> = to.iter().filter(|to| arrows[*to].contains(from)).collect();
        assert!(back.is_empty(), "{from} and {back:?} import each other");
    }
}

#[test]
fn each_room_of_http_stands_on_those_below_it_alone() {
    // From the ground up.
    let floors = [
        ("http/state", vec![]),
        ("http/respond", vec!["http/state"]),
        ("http/middleware", vec!["http/state", "http/respond"]),
        ("http/extract", vec!["http/state", "http/respond", "http/middleware"]),
    ];
    for (from, to) in arrows() {
        let Some((room, below)) = floors.iter().find(|(room, _)| from.starts_with(room)) else {
            continue;
        };
        for to in to.iter().filter(|to| to.starts_with("http")) {
            let is_below = below.iter().chain([room]).any(|known| to.starts_with(known));
            assert!(is_below, "{from} imports {to}, which lies above");
        }
    }
}

#[test]
fn worker_settings_and_commands_know_no_page() {
    let rooms = ["worker", "config", "cli", "key_check"];
    let modules = modules();
    let of = |room: &'static str| modules.iter().filter(move |(name, _)| name.starts_with(room));
    for (name, text) in rooms.into_iter().flat_map(of) {
        for line in text.lines().map(str::trim_start).filter(|line| !line.starts_with("//")) {
            let is_ours = line.replace("crate::app::", "").contains("app::");
            assert!(!is_ours, "{name} imports the pages: {line}");
        }
    }
    assert!(rooms.into_iter().all(|room| of(room).count() > 0));
}
