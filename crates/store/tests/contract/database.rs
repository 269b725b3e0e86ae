//! A database for one test, and the looks behind the store's back that some rules need.
//!
//! Each test has a database of its own, so that none can see or hinder another.

use std::path::Path;
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::{AssertSqlSafe, PgPool, SqlitePool};
use store::{Engine, Store};
use tempfile::TempDir;

/// A migrated database that nobody else uses.
pub(crate) struct Database {
    /// What is tested.
    pub(crate) store: Store,
    /// Where it is.
    pub(crate) url: String,
    raw: Raw,
    _directory: Option<TempDir>,
}

enum Raw {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

/// A column, as the engine itself describes it.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, sqlx_macros::FromRow)]
pub(crate) struct Column {
    /// Its table.
    pub(crate) table_name: String,
    /// Its name.
    pub(crate) name: String,
    /// Whether it can be null.
    pub(crate) is_nullable: bool,
    /// Whether it holds bytes that are no text.
    #[sqlx(default)]
    pub(crate) is_binary: bool,
}

/// Runs one expression on the connection behind the store's back.
macro_rules! raw {
    ($database:expr, |$db:ident| $body:expr) => {
        match &$database.raw {
            Raw::Sqlite($db) => $body,
            Raw::Postgres($db) => $body,
        }
    };
}

const CONNECTIONS: u32 = 8;

const MIGRATIONS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations");

impl Database {
    pub(crate) async fn sqlite() -> Database {
        let database = Database::empty_sqlite().await;
        database.store.migrate().await.unwrap();
        database
    }

    pub(crate) async fn postgres() -> Option<Database> {
        let database = Database::empty_postgres().await?;
        database.store.migrate().await.unwrap();
        Some(database)
    }

    /// Has no back door: each connection to `:memory:` has a memory of its own.
    pub(crate) async fn in_memory() -> Database {
        let database = Database::open("sqlite::memory:".to_owned(), None).await;
        database.store.migrate().await.unwrap();
        database
    }

    pub(crate) async fn empty_sqlite() -> Database {
        let directory = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", directory.path().join("test.db").display());
        Database::open(url, Some(directory)).await
    }

    pub(crate) async fn empty_postgres() -> Option<Database> {
        Some(Database::open(testkit::cluster::fresh_database().await?, None).await)
    }

    async fn open(url: String, directory: Option<TempDir>) -> Database {
        let store = Store::open(&url, CONNECTIONS).await.unwrap();
        let raw = match store.engine() {
            Engine::Sqlite(_) => Raw::Sqlite(SqlitePool::connect_lazy(&url).unwrap()),
            Engine::Postgres(_) => Raw::Postgres(PgPool::connect_lazy(&url).unwrap()),
        };
        Database { store, url, raw, _directory: directory }
    }

    /// Brings an empty database to the schema of an older version.
    pub(crate) async fn migrate_to(&self, version: i64) {
        let folder = match &self.raw {
            Raw::Sqlite(_) => Path::new(MIGRATIONS).join("sqlite"),
            Raw::Postgres(_) => Path::new(MIGRATIONS).join("postgres"),
        };
        let migrations = Migrator::new(folder).await.unwrap();
        raw!(self, |db| migrations.run_to(version, db).await.unwrap());
    }

    /// The same database, opened once more as another process would.
    pub(crate) async fn opened_again(&self) -> Store {
        Store::open(&self.url, 2).await.unwrap()
    }

    /// PostgreSQL's pool, for rules about locks that SQLite does not have.
    pub(crate) fn postgres_pool(&self) -> &PgPool {
        match &self.raw {
            Raw::Sqlite(_) => panic!("this is SQLite"),
            Raw::Postgres(pool) => pool,
        }
    }

    /// Comes back when a statement in this PostgreSQL database waits for another's lock.
    pub(crate) async fn until_somebody_waits_for_a_lock(&self) {
        self.until_so_many_wait_for_a_lock(1).await;
    }

    /// Comes back when so many statements in this PostgreSQL database wait for others' locks.
    pub(crate) async fn until_so_many_wait_for_a_lock(&self, statements: i64) {
        let waiting = "pg_stat_activity
            where wait_event_type = 'Lock' and datname = current_database()";
        let watch = async { while self.count(waiting).await < statements {} };
        tokio::time::timeout(Duration::from_secs(30), watch).await.expect("nobody waits");
    }

    /// Does what no method of the store would.
    pub(crate) async fn execute(&self, sql: &'static str) {
        let done = raw!(self, |db| sqlx::query(sql).execute(db).await.map(|d| d.rows_affected()));
        assert!(done.unwrap() > 0, "{sql}");
    }

    /// How many rows a table has; `table` may go on with a `where`.
    pub(crate) async fn count(&self, table: &str) -> i64 {
        let sql = AssertSqlSafe(format!("select count(*) from {table}"));
        raw!(self, |db| sqlx::query_scalar(sql).fetch_one(db).await).unwrap()
    }

    /// Every column of every table of ours.
    pub(crate) async fn columns(&self) -> Vec<Column> {
        const SQLITE: &str = "select t.name as table_name, c.name, c.\"notnull\" = 0 as is_nullable
            from sqlite_master t join pragma_table_info(t.name) c
            where t.type = 'table' and t.name <> '_sqlx_migrations'";
        const POSTGRES: &str = "select table_name::text, column_name::text as name,
                is_nullable = 'YES' as is_nullable, data_type = 'bytea' as is_binary
            from information_schema.columns
            where table_schema = 'public' and table_name <> '_sqlx_migrations'";
        let columns: sqlx::Result<Vec<Column>> = match &self.raw {
            Raw::Sqlite(db) => sqlx::query_as(SQLITE).fetch_all(db).await,
            Raw::Postgres(db) => sqlx::query_as(POSTGRES).fetch_all(db).await,
        };
        let mut columns = columns.unwrap();
        columns.sort();
        columns
    }

    /// The names of the indexes that migrations made by name.
    pub(crate) async fn indexes(&self) -> Vec<String> {
        const SQLITE: &str =
            "select name from sqlite_master where type = 'index' and sql is not null";
        const POSTGRES: &str = "select indexname::text from pg_indexes where schemaname = 'public'
            and indexname not like '%\\_pkey' and indexname not like '%\\_key'";
        let names: sqlx::Result<Vec<String>> = match &self.raw {
            Raw::Sqlite(db) => sqlx::query_scalar(SQLITE).fetch_all(db).await,
            Raw::Postgres(db) => sqlx::query_scalar(POSTGRES).fetch_all(db).await,
        };
        let mut names = names.unwrap();
        names.sort();
        names
    }

    /// The places, as `table.column`, where these bytes stand within any value of the database.
    pub(crate) async fn places_of(&self, bytes: &[u8]) -> Vec<String> {
        let mut places = Vec::new();
        for column in self.columns().await {
            let Column { table_name, name, is_binary, .. } = column;
            let value = match self.raw {
                Raw::Sqlite(_) => format!("cast(\"{name}\" as blob)"),
                Raw::Postgres(_) if is_binary => format!("\"{name}\""),
                Raw::Postgres(_) => format!("convert_to(\"{name}\"::text, 'UTF8')"),
            };
            let sql = format!("select {value} from {table_name} where \"{name}\" is not null");
            let sql = AssertSqlSafe(sql);
            let cells: Vec<Vec<u8>> =
                raw!(self, |db| sqlx::query_scalar(sql).fetch_all(db).await).unwrap();
            let has_it = |cell: &Vec<u8>| cell.windows(bytes.len()).any(|part| part == bytes);
            if cells.iter().any(has_it) {
                places.push(format!("{table_name}.{name}"));
            }
        }
        places
    }
}
