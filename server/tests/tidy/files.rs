//! What every source file is like.

use crate::sources::{product, sources};

#[test]
fn files_are_short_and_say_why_they_exist() {
    let all = product().into_iter().chain(sources("crates/sandbox/src"));
    for (name, text) in all {
        assert!(text.lines().count() <= 400, "{name} is long: look for the second idea");
        assert!(text.starts_with("//!"), "{name} does not say why it exists");
    }
}
