//! Every place where something sealed lies, for those who exchange keys: one list, walked by row.
//!
//! A sealed value begins with the id of its key, so the database itself can tell who needs which
//! key. It reads a whole table for that: of 100,000 grants in a quarter of a second on SQLite, in
//! a tenth on PostgreSQL. An indexed column would be faster, and every writer would have to keep
//! it right.

use std::fmt;

use sqlx::Row;
use uuid::Uuid;
use vault::Sealed;

use crate::engine::Store;
use crate::error::Result;

/// Names the row that a sealed value lies in, by the primary key of its table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowId {
    Id(Uuid),
    Hash(Vec<u8>),
}

impl fmt::Display for RowId {
    /// The form that values are sealed for.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RowId::Id(id) => id.fmt(f),
            RowId::Hash(hash) => hash.iter().try_for_each(|byte| std::write!(f, "{byte:02x}")),
        }
    }
}

/// The texts of SQL for one column.
struct Sql {
    count_sqlite: &'static str,
    count_postgres: &'static str,
    list: &'static str,
    save_sqlite: &'static str,
    save_postgres: &'static str,
}

macro_rules! sealed_columns {
    ($($(#[doc = $meaning:literal])* $name:ident: $table:literal, $column:literal,
        by $key:literal $first:expr;)*) => {
        /// A column of sealed values.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum SealedColumn {
            $($(#[doc = $meaning])* $name,)*
        }

        impl SealedColumn {
            pub const ALL: &[SealedColumn] = &[$(SealedColumn::$name),*];

            pub const fn table(self) -> &'static str {
                match self { $(SealedColumn::$name => $table,)* }
            }

            pub const fn column(self) -> &'static str {
                match self { $(SealedColumn::$name => $column,)* }
            }

            /// Comes before every row there can be: a walk begins after it.
            pub fn before_all(self) -> RowId {
                match self { $(SealedColumn::$name => $first,)* }
            }

            const fn sql(self) -> Sql {
                match self { $(SealedColumn::$name => Sql {
                    // The second byte is the length of the id that follows: engines differ in how
                    // to read a byte as a number. Whatever is no envelope counts as some header.
                    count_sqlite: concat!("select substr(", $column, ", 1, 2 + coalesce(min(unicode(
                            cast(substr(", $column, ", 2, 1) as text)), 32), 0)) as header, count(*)
                        from ", $table, " where ", $column, " is not null group by 1"),
                    count_postgres: concat!("select substr(", $column, ", 1, 2 + case when length(",
                            $column, ") > 1 then least(get_byte(", $column, ", 1), 32) else 0 end)
                            as header, count(*)
                        from ", $table, " where ", $column, " is not null group by 1"),
                    list: concat!("select ", $key, ", ", $column, " from ", $table, "
                        where ", $key, " > $1 and ", $column, " is not null
                            and ($2 is null or substr(", $column, ", 1, length($2)) is distinct from $2)
                        order by ", $key, " limit $3"),
                    save_sqlite: concat!("update ", $table, " set ", $column, " = $3
                        where ", $key, " = $1 and ", $column, " = $2"),
                    // PostgreSQL: a row that another process is writing is passed over. Whoever
                    // waits for no row while it holds others is in nobody's way.
                    save_postgres: concat!("update ", $table, " set ", $column, " = $3
                        where ", $column, " = $2 and ", $key, " in (select ", $key, " from ", $table, "
                            where ", $key, " = $1 and ", $column, " = $2 for update skip locked)"),
                },)* }
            }
        }
    };
}

// No row has the id of zeros: version 7 is part of an id.
sealed_columns! {
    /// The PKCE verifier of an authorization flow.
    Verifier: "attempts", "verifier", by "state_hash" RowId::Hash(Vec::new());
    /// A connection's access token.
    AccessToken: "grants", "access_token", by "connection_id" RowId::Id(Uuid::nil());
    /// A connection's refresh token.
    RefreshToken: "grants", "refresh_token", by "connection_id" RowId::Id(Uuid::nil());
    /// A token that Google has yet to be told to forget.
    Revocation: "revocations", "token", by "id" RowId::Id(Uuid::nil());
    /// What a program was answered, kept for a repetition of its request.
    Answer: "idempotency_keys", "answer", by "key_hash" RowId::Hash(Vec::new());
    /// What a mail that waits says: links, which work for whoever has them.
    QueuedMail: "mails", "parameters", by "id" RowId::Id(Uuid::nil());
    /// What a disconnected user may still want back.
    UndoPayload: "revocations", "kept", by "id" RowId::Id(Uuid::nil());
}

impl fmt::Display for SealedColumn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        std::write!(f, "{}.{}", self.table(), self.column())
    }
}

/// How many values of a column begin alike: they name the same key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderCount {
    /// What they begin with.
    pub header: Vec<u8>,
    /// How many there are.
    pub values: i64,
}

/// A sealed value and the row it lies in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedRow {
    pub row: RowId,
    pub value: Sealed,
}

/// A value sealed anew.
#[derive(Clone, Debug)]
pub struct Resealed {
    pub row: RowId,
    /// The value as it was read.
    pub old: Sealed,
    /// What takes its place.
    pub new: Sealed,
}

impl Store {
    /// How many values of a column name which key. Reads the whole column.
    pub async fn count_sealed(&self, column: SealedColumn) -> Result<Vec<HeaderCount>> {
        let Sql { count_sqlite, count_postgres, .. } = column.sql();
        let sql = self.dialect(count_sqlite, count_postgres);
        let counts: Vec<(Vec<u8>, i64)> =
            read!(self, |db| sqlx::query_as(sql).fetch_all(db).await)?;
        Ok(counts.into_iter().map(|(header, values)| HeaderCount { header, values }).collect())
    }

    /// The next values of a column after a row, by the order of rows, but those that begin with
    /// this header.
    pub async fn list_sealed(
        &self,
        column: SealedColumn,
        after: &RowId,
        but: Option<&[u8]>,
        limit: i64,
    ) -> Result<Vec<SealedRow>> {
        let sql = column.sql().list;
        let rows = read!(self, |db| {
            let query = sqlx::query(sql);
            let query = match after {
                RowId::Id(id) => query.bind(*id),
                RowId::Hash(hash) => query.bind(&hash[..]),
            };
            let rows = query.bind(but).bind(limit).fetch_all(db).await?;
            let read = rows.iter().map(|row| {
                let id = match after {
                    RowId::Id(_) => RowId::Id(row.try_get(0)?),
                    RowId::Hash(_) => RowId::Hash(row.try_get(0)?),
                };
                Ok(SealedRow { row: id, value: Sealed::from_bytes(row.try_get(1)?) })
            });
            read.collect::<sqlx::Result<_>>()
        })?;
        Ok(rows)
    }

    /// Puts values in the places of those that they were made from, in one transaction. A value
    /// that was written or removed since it was read stays as it is. Returns how many were put.
    pub async fn save_resealed(&self, column: SealedColumn, resealed: &[Resealed]) -> Result<u64> {
        let Sql { save_sqlite, save_postgres, .. } = column.sql();
        let sql = self.dialect(save_sqlite, save_postgres);
        Ok(transact!(self, |tx| {
            let mut saved = 0;
            for Resealed { row, old, new } in resealed {
                let query = sqlx::query(sql);
                let query = match row {
                    RowId::Id(id) => query.bind(*id),
                    RowId::Hash(hash) => query.bind(&hash[..]),
                };
                let query = query.bind(old.as_bytes()).bind(new.as_bytes());
                saved += query.execute(&mut *tx).await?.rows_affected();
            }
            saved
        }))
    }
}
