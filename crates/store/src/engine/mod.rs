//! The two engines behind one type, and the macros that run one body on both.
//!
//! A concrete enum because server functions cannot be generic; one text of SQL because two
//! hand-written implementations drift apart.

pub(crate) mod sqlite;

use std::ops::{Deref, DerefMut};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use sqlx::Connection;
use sqlx::migrate::MigrateError;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use tokio::sync::Notify;

use crate::engine::sqlite::Sqlite;
use crate::error::Result;
use crate::migrations;

/// Where everything is kept. Cheap to clone: clones share the pool.
#[derive(Clone, Debug)]
pub struct Store {
    pub(crate) engine: Engine,
    /// Fires after the commit of whatever queued a job.
    pub(crate) work: Arc<Notify>,
}

/// The database behind a store.
#[derive(Clone, Debug)]
pub enum Engine {
    /// One file, one writer, many readers: the embedded default.
    Sqlite(Sqlite),
    /// A server that many instances share.
    Postgres(PgPool),
}

/// Why a store cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The address is of no engine that we have.
    #[error("DATABASE_URL must begin with sqlite: or postgres:")]
    UnknownEngine,
    /// The database is not there or does not let us in.
    #[error("cannot open the database: {0}")]
    Unreachable(#[from] sqlx::Error),
    /// The schema cannot be brought up to date.
    #[error("cannot migrate the database: {0}")]
    Migration(#[from] MigrateError),
}

/// Runs one reading expression on either engine.
macro_rules! read {
    ($store:expr, |$db:ident| $body:expr) => {
        match &$store.engine {
            $crate::engine::Engine::Sqlite(sqlite) => {
                let mut reader = sqlite.reader().await?;
                let $db = &mut *reader;
                $body
            }
            $crate::engine::Engine::Postgres(pool) => {
                let $db = pool;
                $body
            }
        }
    };
}

/// Runs one writing statement on either engine.
macro_rules! write {
    ($store:expr, |$db:ident| $body:expr) => {
        match &$store.engine {
            $crate::engine::Engine::Sqlite(sqlite) => {
                let mut writer = sqlite.writer().await?;
                let $db = &mut *writer;
                $body
            }
            $crate::engine::Engine::Postgres(pool) => {
                let $db = pool;
                $body
            }
        }
    };
}

/// Runs a body in one transaction on either engine. Returning early from it rolls back.
macro_rules! transact {
    ($store:expr, |$tx:ident| $body:block) => {
        match &$store.engine {
            $crate::engine::Engine::Sqlite(sqlite) => {
                // Immediate: a transaction that begins by reading must not find, at its first
                // write, that another one was faster.
                let mut writer = sqlite.writer().await?;
                let tx = sqlx::Connection::begin_with(&mut *writer, "begin immediate").await?;
                let mut $tx = $crate::engine::Unit::new(tx);
                let done = $body;
                let (tx, queues) = $tx.into_parts();
                tx.commit().await?;
                if queues {
                    $store.work.notify_one();
                }
                done
            }
            $crate::engine::Engine::Postgres(pool) => {
                let mut $tx = $crate::engine::Unit::new(pool.begin().await?);
                let done = $body;
                let (tx, queues) = $tx.into_parts();
                tx.commit().await?;
                if queues {
                    $store.work.notify_one();
                }
                done
            }
        }
    };
}

/// A transaction of either engine that knows whether it has queued a job.
pub(crate) struct Unit<T> {
    tx: T,
    queues: bool,
}

impl<T> Unit<T> {
    pub(crate) fn new(tx: T) -> Unit<T> {
        Unit { tx, queues: false }
    }

    /// Something is to be done once this is committed.
    pub(crate) fn has_work(&mut self) {
        self.queues = true;
    }

    pub(crate) fn into_parts(self) -> (T, bool) {
        (self.tx, self.queues)
    }
}

impl<T: Deref> Deref for Unit<T> {
    type Target = T::Target;

    fn deref(&self) -> &T::Target {
        &self.tx
    }
}

impl<T: DerefMut> DerefMut for Unit<T> {
    fn deref_mut(&mut self) -> &mut T::Target {
        &mut self.tx
    }
}

/// How the engine would carry out a statement, in its own words.
macro_rules! explain {
    ($store:expr, $sql:expr, |$query:ident| $bound:expr) => {
        match &$store.engine {
            $crate::engine::Engine::Sqlite(sqlite) => {
                let mut writer = sqlite.writer().await?;
                let sql = sqlx::AssertSqlSafe(format!("explain query plan {}", $sql));
                let $query = sqlx::query_as(sql);
                let steps: Vec<(i64, i64, i64, String)> = $bound.fetch_all(&mut *writer).await?;
                steps.into_iter().map(|(_, _, _, step)| step).collect::<Vec<_>>()
            }
            $crate::engine::Engine::Postgres(pool) => {
                let $query = sqlx::query_scalar(sqlx::AssertSqlSafe(format!("explain {}", $sql)));
                $bound.fetch_all(pool).await?
            }
        }
    };
}

impl Store {
    /// Opens the database of a `sqlite:` or `postgres:` address; an SQLite file is created.
    ///
    /// `max_connections` bounds the pool: readers on SQLite, all connections on PostgreSQL.
    pub async fn open(url: &str, max_connections: u32) -> std::result::Result<Store, OpenError> {
        if url.starts_with("sqlite:") {
            let sqlite = Sqlite::open(url, max_connections).await?;
            return Ok(Store { engine: Engine::Sqlite(sqlite), work: Arc::default() });
        }
        if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            let options = PgConnectOptions::from_str(url)?.application_name("selexia");
            let pool = PgPoolOptions::new()
                .max_connections(max_connections)
                .acquire_timeout(Duration::from_secs(5))
                .connect_with(options)
                .await?;
            return Ok(Store { engine: Engine::Postgres(pool), work: Arc::default() });
        }
        Err(OpenError::UnknownEngine)
    }

    /// The database behind it, for whoever has to know which it is.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Brings the schema up to date. Safe to call from several processes at once.
    pub async fn migrate(&self) -> std::result::Result<(), OpenError> {
        match &self.engine {
            Engine::Sqlite(sqlite) => {
                // SQLite has no lock that sqlx could take: the transaction is the lock. (`run` is
                // not general enough over lifetimes to be spawned; this is what it calls.)
                let mut writer = sqlite.writer().await?;
                let mut tx = writer.begin_with("begin immediate").await?;
                migrations::SQLITE.run_direct(None, &mut *tx, false).await?;
                tx.commit().await?;
            }
            Engine::Postgres(pool) => migrations::POSTGRES.run(pool).await?,
        }
        Ok(())
    }

    /// Whether the database answers and knows every migration that this program carries.
    pub async fn is_ready(&self) -> Result<bool> {
        const SQL: &str = "select count(*) from _sqlx_migrations where success";
        let carried = match &self.engine {
            Engine::Sqlite(_) => migrations::SQLITE.iter().count(),
            Engine::Postgres(_) => migrations::POSTGRES.iter().count(),
        };
        let applied: i64 = read!(self, |db| sqlx::query_scalar(SQL).fetch_one(db).await)?;
        Ok(usize::try_from(applied).is_ok_and(|applied| applied >= carried))
    }

    /// Chooses between two texts, where the engines truly differ.
    pub(crate) fn dialect(&self, sqlite: &'static str, postgres: &'static str) -> &'static str {
        match &self.engine {
            Engine::Sqlite(_) => sqlite,
            Engine::Postgres(_) => postgres,
        }
    }

    /// Closes the pool after its work under way is done.
    pub async fn close(&self) {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.close().await,
            Engine::Postgres(pool) => pool.close().await,
        }
    }
}
