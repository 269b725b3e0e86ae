//! Texts stand in `app/locales`, in every language, and no code knows one.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::rust::literals;
use crate::sources::{is_test, product, root, sources};

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
        if is_test(&name) {
            continue;
        }
        // The reference of the API is English everywhere, and says so.
        let text = text.replace("lang=\"en\"", "");
        for (line, literal) in literals(&text) {
            for locale in model::Locale::all() {
                let quoted = format!("\"{}\"", locale.tag());
                // Who reads none of ours is answered in English: a rule, and not a translation.
                let is_rule = name == "crates/model/src/locale.rs"
                    && text.contains("const SECOND_LANGUAGE: &str = \"en\";");
                assert!(is_rule || !literal.contains(&quoted), "{name}:{line} knows {quoted}");
            }
        }
    }
}

#[test]
fn no_text_in_code_is_russian() {
    let is_cyrillic = |c: char| ('\u{400}'..='\u{4ff}').contains(&c);
    let is_allowed = |name: &str, literal: &str| {
        let mut words = literal.split(|c| !is_cyrillic(c)).filter(|word| !word.is_empty());
        // The last line of `gmail sync` is a contract with whoever reads it, word for word.
        let contract = ["Синхронизация", "успешна", "неудачна"];
        name.starts_with("server/src/cli") && words.all(|word| contract.contains(&word))
            // A name as an example is data.
            || literal == "\"Татьяна\""
    };
    let mut found = Vec::new();
    for (name, text) in product().into_iter().filter(|(name, _)| !is_test(name)) {
        for (line, literal) in literals(&text) {
            if literal.contains(is_cyrillic) && !is_allowed(&name, &literal) {
                found.push(format!("{name}:{line} {literal}"));
            }
        }
    }
    assert!(found.is_empty(), "texts belong into app/locales:\n{}", found.join("\n"));
}
