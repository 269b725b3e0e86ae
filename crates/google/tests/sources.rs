//! What this crate must never learn to do: the promise to read no mail, held by its own sources.

use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn no_source_names_an_address_of_mail() {
    let sources = sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    assert!(sources.len() > 10, "the sources were not found");
    for source in sources {
        let text = fs::read_to_string(&source).unwrap();
        for word in
            ["/messages", "/threads", "/drafts", "/history", "labels", "/calendars", "calendarList"]
        {
            assert!(!text.contains(word), "{} names {word}", source.display());
        }
    }
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder of sources").flatten();
    let (folders, files): (Vec<_>, Vec<_>) =
        entries.map(|entry| entry.path()).partition(|path| path.is_dir());
    files.into_iter().chain(folders.iter().flat_map(|folder| sources(folder))).collect()
}
