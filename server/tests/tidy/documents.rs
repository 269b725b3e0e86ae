//! What the documents say of the code is so.

use std::fs;

use crate::sources::{root, sources, sources_ending};

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

/// Holds that each of these promises names tests, and that they exist. That they show what is
/// promised is for a reader to judge.
fn names_tests<'a>(promises: impl IntoIterator<Item = &'a str>, least: usize) {
    let tests: String = ["app/src", "crates", "server/tests"]
        .into_iter()
        .flat_map(sources)
        .map(|(_, text)| text)
        .collect();
    let browser: String = sources_ending("end2end/tests", "ts").into_values().collect();
    let promises: Vec<_> = promises.into_iter().collect();
    assert!(promises.len() > least, "{promises:?}");
    for promise in promises {
        let in_rust: Vec<_> = promise.split('`').skip(1).step_by(2).collect();
        let in_browser: Vec<_> = promise.split('"').skip(1).step_by(2).collect();
        assert!(in_rust.len() + in_browser.len() > 0, "no test: {promise}");
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
    let faults = fs::read_to_string(root().join("docs/faults.md")).unwrap();
    let is_row = |line: &&str| {
        line.starts_with("| ") && !line.ends_with("| test |") && !line.ends_with("| tests |")
    };
    let rows = faults.lines().filter(is_row);
    names_tests(rows.map(|row| row.trim_end_matches(" |").rsplit(" | ").next().unwrap()), 20);

    let targets = fs::read_to_string(root().join("docs/targets.md")).unwrap();
    let list = |target: &str| -> String {
        target.lines().filter(|line| line.starts_with("- ")).collect::<Vec<_>>().join("\n")
    };
    let lists: Vec<String> = targets.split("\n### T").skip(1).map(list).collect();
    names_tests(lists.iter().map(String::as_str), 20);
}
