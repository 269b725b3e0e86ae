//! What comments and documents cite is there to be read.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::sources::root;

/// The files that people write, by their path from the root.
fn texts() -> Vec<(PathBuf, String)> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            let is_ours = !name.starts_with('.') && !["target", "node_modules"].contains(&name);
            if path.is_dir() && is_ours {
                walk(&path, found);
            } else if ["rs", "md", "ts", "sql", "scss", "toml"]
                .iter()
                .any(|ending| has(name, ending))
                || name == "Makefile"
            {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(&root(), &mut found);
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).unwrap();
        let text = if path.extension().is_some_and(|e| e == "rs") { comments(&text) } else { text };
        (path.strip_prefix(root()).unwrap().to_owned(), text)
    };
    found.into_iter().map(read).collect()
}

fn has(name: &str, ending: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, of_name)| of_name == ending)
}

/// The comments of a source, in one line: a citation may go on in the next.
fn comments(text: &str) -> String {
    let lines = text.lines().filter_map(|line| line.split_once("//").map(|(_, comment)| comment));
    lines.map(|line| line.trim_start_matches(['/', '!']).trim()).collect::<Vec<_>>().join(" ")
}

/// The words of a text that may be paths.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "._-/".contains(c);
    text.split(move |c| !is_part(c)).map(|word| word.trim_end_matches(['.', '/', '-']))
}

/// The numbers of the sections that are cited behind each mention of `document`: `1.9`, `1.9, 2.4`.
fn sections<'a>(text: &'a str, document: &str) -> Vec<&'a str> {
    let mut found = Vec::new();
    for mut rest in text.split(document).skip(1) {
        while let Some(next) = [", ", " and ", " "].iter().find_map(|by| rest.strip_prefix(by)) {
            let end = next.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(next.len());
            let number = next[..end].trim_end_matches('.');
            if number.is_empty() {
                break;
            }
            found.push(number);
            rest = &next[number.len()..];
        }
    }
    found
}

/// The first words of a document's headings.
fn headings(document: &str) -> BTreeSet<String> {
    let text = fs::read_to_string(root().join(document)).unwrap();
    let lines = text.lines().filter(|line| line.starts_with("##"));
    lines.filter_map(|line| line.split_whitespace().nth(1).map(str::to_owned)).collect()
}

#[test]
fn what_comments_cite_exists() {
    let folders = [
        "app",
        "crates",
        "docs",
        "end2end",
        "frontend",
        "migrations",
        "public",
        "scripts",
        "server",
        "style",
    ];
    let (facts, targets) = (headings("docs/google-facts.md"), headings("docs/targets.md"));
    let mut missing = Vec::new();
    for (file, text) in texts() {
        let beside = file.parent().unwrap();
        for word in words(&text) {
            let first = word.split('/').next().unwrap();
            let is_path = word.contains('/') && folders.contains(&first);
            let is_document = has(word, "md") && word.len() > 3;
            let is_there = root().join(word).exists() || root().join(beside).join(word).exists();
            if (is_path || is_document) && !is_there {
                missing.push(format!("{}: {word}", file.display()));
            }
        }
        for section in sections(&text, "google-facts.md") {
            if !facts.contains(section) {
                missing.push(format!("{}: section {section} of the facts", file.display()));
            }
        }
        let targets_of = text.replace("T ", "T");
        for word in targets_of.split(|c: char| !c.is_alphanumeric()) {
            let number = word.strip_prefix('T').unwrap_or_default();
            let is_target = !number.is_empty() && number.chars().all(|c| c.is_ascii_digit());
            if is_target && has(file.to_str().unwrap(), "rs") && !targets.contains(word) {
                missing.push(format!("{}: target {word}", file.display()));
            }
        }
    }
    assert!(missing.is_empty(), "cited, and not there:\n{}", missing.join("\n"));
}

#[test]
fn sections_are_read_out_of_a_sentence() {
    let text =
        "(facts 1.9, 2.4; RFC 6749) and facts 1.8 and 6. See facts, all, or facts 5.3 for a 7";
    assert_eq!(sections(text, "facts"), ["1.9", "2.4", "1.8", "6", "5.3"]);
    assert_eq!(comments("//! the facts\n//! 5.3, b\nlet c = 1;\n/// d"), "the facts 5.3, b d");
}
