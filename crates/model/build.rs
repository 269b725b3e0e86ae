//! The site's languages, from the one place that lists them: the translations' own settings.

#![expect(
    clippy::disallowed_methods,
    reason = "cargo tells a build script where it is in no other way"
)]

use std::path::{Path, PathBuf};
use std::{env, fs};

const SETTINGS: &str = "../../app/Cargo.toml";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed={SETTINGS}");
    println!("cargo::rerun-if-changed=build.rs");
    let here = env::var("CARGO_MANIFEST_DIR")?;
    let text = fs::read_to_string(Path::new(&here).join(SETTINGS))?;
    let manifest: toml::Table = text.parse()?;
    let translations = &manifest["package"]["metadata"]["leptos-i18n"];
    let first = translations["default"].as_str().ok_or("default is not a language")?;
    let listed = translations["locales"].as_array().ok_or("locales is not a list")?;
    let others = listed.iter().filter_map(toml::Value::as_str).filter(|tag| *tag != first);
    let tags: Vec<&str> = std::iter::once(first).chain(others).collect();
    let out = PathBuf::from(env::var("OUT_DIR")?).join("tags.rs");
    fs::write(out, format!("&{tags:?}"))?;
    Ok(())
}
