//! Carries the built client inside the binary, where SELEXIA_EMBED_SITE names its folder.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-env-changed=SELEXIA_EMBED_SITE");
    let mut table = String::from("pub(super) const EMBEDDED: &[(&str, &[u8])] = &[\n");
    if let Some(site) = env::var_os("SELEXIA_EMBED_SITE") {
        let site = fs::canonicalize(site)?;
        println!("cargo::rerun-if-changed={}", site.display());
        for file in files_below(&site)? {
            let name = file.strip_prefix(&site).map_err(io::Error::other)?;
            writeln!(table, "    ({:?}, include_bytes!({:?})),", name.display().to_string(), file)
                .map_err(io::Error::other)?;
        }
    }
    table.push_str("];\n");
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or(io::ErrorKind::NotFound)?);
    fs::write(out.join("embedded_site.rs"), table)
}

fn files_below(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(files_below(&path)?);
        } else {
            println!("cargo::rerun-if-changed={}", path.display());
            // Type declarations lie beside the client; no browser asks for them.
            if !path.to_string_lossy().contains(".d.ts") {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}
