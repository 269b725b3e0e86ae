//! Very many connections that are due, with no more to them than a claim looks for.

use sqlx::{Connection, PgConnection, SqliteConnection};

const USERS_OF_SQLITE: &str = "with recursive n (n) as
        (select 1 where $1 > 0 union all select n + 1 from n where n < $1)
    insert into users (id, email, email_key, password_hash, created_at)
    select randomblob(16), n, n, 'none', '2027-01-01T00:00:00+00:00' from n";
const USERS_OF_POSTGRES: &str =
    "insert into users (id, email, email_key, password_hash, created_at)
    select gen_random_uuid(), n, n, 'none', '2027-01-01T00:00:00Z' from generate_series(1, $1) n";
const CONNECTIONS: &str = "insert into connections
        (id, user_id, subject, status, connected_at, next_sync_at)
    select id, id, email, 'active', created_at, created_at from users";
const GRANTS: &str = "insert into grants
        (connection_id, granted_scopes, access_token, access_expires_at, generation)
    select id, '', $1, created_at, 1 from users";

/// Fills the tables of a migrated database; every sync is due since the beginning of 2027. Then
/// lets the engine count what it has.
pub async fn fill(url: &str, connections: i64) -> sqlx::Result<()> {
    macro_rules! fill {
        ($connection:ty, $users:ident) => {{
            let mut db = <$connection>::connect(url).await?;
            sqlx::query($users).bind(connections).execute(&mut db).await?;
            sqlx::query(CONNECTIONS).execute(&mut db).await?;
            sqlx::query(GRANTS).bind(&[0_u8][..]).execute(&mut db).await?;
            sqlx::query("analyze").execute(&mut db).await?;
            db.close().await
        }};
    }
    if url.starts_with("sqlite:") {
        fill!(SqliteConnection, USERS_OF_SQLITE)
    } else {
        fill!(PgConnection, USERS_OF_POSTGRES)
    }
}
