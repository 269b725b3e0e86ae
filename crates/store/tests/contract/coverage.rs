//! No public method of the store is without a rule that calls it.
//!
//! It proves that a test makes the call, not that the test asks enough of it.

use std::fs;
use std::path::Path;

/// The code of every Rust file below a folder, file by file: without comments, and without space,
/// so that a chain of calls reads the same however it is laid out.
fn code_below(folder: &Path) -> Vec<String> {
    let mut code = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            code.extend(code_below(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            code.push(code_of(&fs::read_to_string(path).unwrap()));
        }
    }
    code
}

fn code_of(source: &str) -> String {
    let lines = source.lines().map(|line| line.split("//").next().unwrap());
    lines.flat_map(str::split_whitespace).collect()
}

/// The public asynchronous methods of this code.
fn methods(code: &str) -> Vec<&str> {
    let product = code.split("#[cfg(test)]").next().unwrap();
    let declared = product.split("pubasyncfn").skip(1);
    declared.map(|rest| rest.split(['(', '<']).next().unwrap()).collect()
}

/// Whether a file with tests calls this method on a store, by the name that stores have there.
fn is_called(method: &str, files: &[String]) -> bool {
    let has_tests = |code: &&String| {
        ["#[test]", "#[tokio::test", "on_both_engines!{"].iter().any(|mark| code.contains(mark))
    };
    // What may stand before the name of a store, so that `restore` is none.
    let before = [".", "(", "{", "[", ";", ",", "=", ">", "|", "&", "!"];
    let calls = before.map(|before| format!("{before}store.{method}("));
    let is_call = |code: &String| {
        calls.iter().any(|call| code.contains(call)) || code.contains(&format!("Store::{method}("))
    };
    files.iter().filter(has_tests).any(is_call)
}

#[test]
fn every_public_method_is_in_this_suite() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (product, suite) =
        (code_below(&root.join("src")), code_below(&root.join("tests/contract")));
    let methods: Vec<_> = product.iter().flat_map(|code| methods(code)).collect();
    assert!(methods.len() > 100, "the methods are not found: {methods:?}");
    let without: Vec<_> = methods.into_iter().filter(|method| !is_called(method, &suite)).collect();
    assert_eq!(without, Vec::<&str>::new(), "no rule calls them");
}

#[test]
fn what_only_looks_like_a_call_is_none() {
    let odd = code_of("pub async fn find_odd(&self) {}\n pub async fn save_odd<T>(&self) {}");
    assert_eq!(methods(&odd), ["find_odd", "save_odd"]);
    for (text, is_one) in [
        ("#[test] fn rule() { store.find_odd(); }", true),
        ("on_both_engines! { rule }\n database\n    .store\n    .find_odd(1)", true),
        ("#[test] fn rule() { Store::find_odd(&store); }", true),
        ("fn no_test() { store.find_odd(); }", false),
        ("#[test] fn rule() {} // store.find_odd()", false),
        ("#[test] fn rule() { pool.find_odd(); }", false),
        ("#[test] fn rule() { store.find_odd; }", false),
        ("#[test] fn rule() { restore.find_odd(); }", false),
    ] {
        assert_eq!(is_called("find_odd", &[code_of(text)]), is_one, "{text}");
    }
}
