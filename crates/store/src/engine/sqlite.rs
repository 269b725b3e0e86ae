//! SQLite's connections: many that read, one that writes.
//!
//! Not sqlx's own pool: that one pings each connection when it comes back, which is a second trip
//! to the connection's thread for every query, in a task of its own. A file does not hang up.

use std::str::FromStr;
use std::time::Duration;

use deadpool::Runtime;
use deadpool::unmanaged::{Object, Pool, PoolConfig, PoolError};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection};

/// How long a query waits for its turn.
const PATIENCE: Duration = Duration::from_secs(5);

/// SQLite allows a single writer, so writers queue here instead of failing there.
#[derive(Clone, Debug)]
pub struct Sqlite {
    readers: Pool<SqliteConnection>,
    writer: Pool<SqliteConnection>,
}

impl Sqlite {
    /// Opens the file of a `sqlite:` address, which is created, with so many readers.
    pub(crate) async fn open(url: &str, readers: u32) -> sqlx::Result<Sqlite> {
        let options = SqliteConnectOptions::from_str(url)?
            .create_if_missing(true)
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal)
            .busy_timeout(PATIENCE);
        let writer = pool(&options, 1).await?;
        let readers = if url.contains(":memory:") {
            // Each connection would have a memory of its own.
            writer.clone()
        } else {
            pool(&options.read_only(true).create_if_missing(false), readers).await?
        };
        Ok(Sqlite { readers, writer })
    }

    /// A connection that only reads.
    pub(crate) async fn reader(&self) -> sqlx::Result<Object<SqliteConnection>> {
        self.readers.get().await.map_err(no_turn)
    }

    /// The connection that writes.
    pub(crate) async fn writer(&self) -> sqlx::Result<Object<SqliteConnection>> {
        self.writer.get().await.map_err(no_turn)
    }

    /// Closes every connection once its work under way is done; the last one tidies the file.
    pub(crate) async fn close(&self) {
        for pool in [&self.readers, &self.writer] {
            while pool.status().size > 0 {
                let Ok(connection) = pool.remove().await else { break };
                if let Err(error) = connection.close().await {
                    // Nothing is lost: what was committed is in the file or in its log.
                    drop(error);
                }
            }
            pool.close();
        }
    }
}

async fn pool(options: &SqliteConnectOptions, size: u32) -> sqlx::Result<Pool<SqliteConnection>> {
    let pool = Pool::from_config(&PoolConfig {
        max_size: usize::try_from(size).unwrap_or(usize::MAX),
        timeout: Some(PATIENCE),
        runtime: Some(Runtime::Tokio1),
    });
    for _ in 0..size {
        let connection = options.connect().await?;
        pool.try_add(connection).map_err(|(_, error)| no_turn(error))?;
    }
    Ok(pool)
}

fn no_turn(error: PoolError) -> sqlx::Error {
    match error {
        PoolError::Timeout => sqlx::Error::PoolTimedOut,
        PoolError::Closed | PoolError::NoRuntimeSpecified => sqlx::Error::PoolClosed,
    }
}
