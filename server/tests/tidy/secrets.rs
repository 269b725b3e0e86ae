//! What is secret is sealed for its place, and has no words.

use std::fs;

use crate::sources::{only_in, product, root, sources};

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
    // of keys would leave it behind. (A `AssociatedData` of google's is another, and it has no
    // vault.)
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
