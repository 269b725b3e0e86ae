//! Carries the migrations in the program. sqlx's own macro for it would link both engines and
//! TLS a second time, for the compiler.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let mut tables = String::new();
    for engine in ["sqlite", "postgres"] {
        let folder = fs::canonicalize(Path::new("../../migrations").join(engine))?;
        println!("cargo::rerun-if-changed={}", folder.display());
        writeln!(tables, "pub(super) const {}: &[(&str, &str)] = &[", engine.to_uppercase())
            .map_err(io::Error::other)?;
        for file in files_of(&folder)? {
            println!("cargo::rerun-if-changed={}", file.display());
            let name = file.file_stem().unwrap_or_default();
            writeln!(tables, "    ({name:?}, include_str!({file:?})),")
                .map_err(io::Error::other)?;
        }
        tables.push_str("];\n");
    }
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or(io::ErrorKind::NotFound)?);
    fs::write(out.join("migrations.rs"), tables)
}

fn files_of(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files =
        fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    files.sort();
    Ok(files)
}
