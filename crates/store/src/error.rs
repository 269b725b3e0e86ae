//! What can go wrong with storage, in terms of what the caller can do.

/// A store call's result.
pub type Result<T> = std::result::Result<T, Error>;

/// A failed store call. Nothing of the call has been kept.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database did not do it: gone, locked, full, or not migrated. Trying again may help.
    #[error("database error: {0}")]
    Database(#[from] sqlx::Error),
    /// A row holds something that this version cannot read.
    #[error("invalid value in {table}.{column}")]
    BadRow { table: &'static str, column: &'static str },
}

impl Error {
    /// Names the place of a value that this version cannot read.
    pub(crate) fn bad_row(table: &'static str, column: &'static str) -> Error {
        Error::BadRow { table, column }
    }
}
