//! The words of the mails, from the site's translations: a language that lacks one of them, or has
//! one too many, does not compile.

#![expect(
    clippy::disallowed_methods,
    reason = "cargo tells a build script where it is in no other way"
)]

use std::error::Error;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};

use serde_json::Value;

const TRANSLATIONS: &str = "../../app/locales";

/// Rust that makes a constant of a translation: an object as a struct, a text as a text. What the
/// structs have to have is for the compiler to compare.
fn literal(name: &str, value: &Value, code: &mut String) -> Result<(), Box<dyn Error>> {
    match value {
        Value::String(text) => write!(code, "{text:?}")?,
        Value::Object(members) => {
            write!(code, "{name} {{ ")?;
            for (key, value) in members {
                write!(code, "{key}: ")?;
                literal("Texts", value, code)?;
                code.push_str(", ");
            }
            code.push('}');
        }
        _ => return Err(format!("{name} is neither a text nor texts").into()),
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={TRANSLATIONS}");
    println!("cargo::rerun-if-changed=build.rs");
    let folder = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join(TRANSLATIONS);
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<_>>()?;
    files.sort();
    let mut code = String::from("&[");
    for file in files {
        let tag = file.file_stem().ok_or("a translation without a name")?.to_string_lossy();
        let translation: Value = serde_json::from_str(&fs::read_to_string(&file)?)?;
        let mails = translation.get("mail").ok_or_else(|| format!("{tag} has no mails"))?;
        write!(code, "({tag:?}, ")?;
        literal("Mails", mails, &mut code)?;
        code.push_str("), ");
    }
    code.push(']');
    fs::write(PathBuf::from(env::var("OUT_DIR")?).join("mails.rs"), code)?;
    Ok(())
}
