//! The migrations that the program carries, each of a file named `NUMBER_what_it_does.sql`.

use std::borrow::Cow;
use std::sync::LazyLock;

use sqlx::SqlStr;
use sqlx::migrate::{Migration, MigrationType, Migrator};

mod embedded {
    include!(concat!(env!("OUT_DIR"), "/migrations.rs"));
}

pub(crate) static SQLITE: LazyLock<Migrator> = LazyLock::new(|| migrator(embedded::SQLITE));
pub(crate) static POSTGRES: LazyLock<Migrator> = LazyLock::new(|| migrator(embedded::POSTGRES));

/// The same as `sqlx::migrate!` makes of the files' folder.
fn migrator(files: &[(&'static str, &'static str)]) -> Migrator {
    Migrator::with_migrations(files.iter().map(|(name, sql)| migration(name, sql)).collect())
}

fn migration(name: &str, sql: &'static str) -> Migration {
    let (number, description) = name.split_once('_').expect("a number and a description");
    Migration::new(
        number.parse().expect("a migration's number"),
        Cow::Owned(description.replace('_', " ")),
        MigrationType::Simple,
        SqlStr::from_static(sql),
        false,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_carried_is_what_lies_in_the_folders() {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations/");
        for (engine, carried) in [("sqlite", &SQLITE), ("postgres", &POSTGRES)] {
            let folder = std::path::PathBuf::from(format!("{root}{engine}"));
            let found = Migrator::new(folder).await.unwrap();
            let essence = |m: &Migration| (m.version, m.description.clone(), m.checksum.clone());
            let carried: Vec<_> = carried.iter().map(essence).collect();
            assert!(!carried.is_empty());
            assert_eq!(carried, found.iter().map(essence).collect::<Vec<_>>(), "{engine}");
        }
    }
}
