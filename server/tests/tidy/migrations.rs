//! Both databases are built by the same steps.

use std::collections::BTreeMap;
use std::fs;

use crate::sources::root;

#[test]
fn both_databases_have_the_same_migrations_and_columns() {
    let read = |engine: &str| -> BTreeMap<String, String> {
        fs::read_dir(root().join("migrations").join(engine))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .map(|path| {
                let name = path.file_name().unwrap().to_str().unwrap().to_owned();
                (name, fs::read_to_string(path).unwrap())
            })
            .collect()
    };
    let (sqlite, postgres) = (read("sqlite"), read("postgres"));
    assert!(sqlite.keys().eq(postgres.keys()), "{:?} {:?}", sqlite.keys(), postgres.keys());
    // Types differ; names, order and constraints must not.
    let names = |text: &str| -> Vec<String> {
        let types = [
            "blob",
            "bytea",
            "uuid",
            "timestamptz",
            "jsonb",
            "text",
            "bigint",
            "boolean",
            "integer",
            "bigserial",
        ];
        text.lines()
            .map(|line| {
                let words = line.split_whitespace().map(|word| word.trim_end_matches(','));
                words.filter(|word| !types.contains(word)).collect::<Vec<_>>().join(" ")
            })
            .collect()
    };
    for (name, text) in &sqlite {
        assert_eq!(names(text), names(&postgres[name]), "{name}");
    }
}
