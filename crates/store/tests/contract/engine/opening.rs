//! A store opens what it knows, migrates as often as asked, and says when it is ready.
//!
//! Two folders of migrations must describe one schema.

use model::{ConnectionId, Field, FieldState, Profile, StoredValue, SyncId, UserId};
use store::{Engine, Lease, OpenError, Store};
use uuid::Uuid;

use crate::database::Database;
use crate::samples::{add_user, at, at_once, entry, events_of, kept};

#[tokio::test]
async fn other_engines_are_refused() {
    for url in ["mysql://localhost/selexia", "selexia.db", "", "SQLITE:selexia.db"] {
        assert!(matches!(Store::open(url, 1).await, Err(OpenError::UnknownEngine)), "{url}");
    }
}

#[tokio::test]
async fn a_place_that_is_not_there_is_unreachable() {
    for url in ["sqlite:/no/such/folder/test.db", "postgres:///test?host=/no/such/folder"] {
        assert!(matches!(Store::open(url, 1).await, Err(OpenError::Unreachable(_))), "{url}");
    }
}

/// Runs a rule on an empty database of each engine.
macro_rules! on_empty_databases {
    ($($rule:ident),* $(,)?) => {
        mod on_sqlite {$(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $rule() {
                super::$rule(&crate::database::Database::empty_sqlite().await).await;
            }
        )*}
        mod on_postgres {$(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $rule() {
                if let Some(database) = crate::database::Database::empty_postgres().await {
                    super::$rule(&database).await;
                }
            }
        )*}
    };
}

on_empty_databases! {
    a_store_is_ready_once_it_is_migrated,
    processes_at_once_may_migrate,
    what_the_first_version_stored_is_still_there,
    what_one_process_writes_another_reads,
    a_closed_store_answers_nothing,
}

async fn a_store_is_ready_once_it_is_migrated(database: &Database) {
    let is_ready = async || database.store.is_ready().await.is_ok_and(|is_ready| is_ready);
    assert!(!is_ready().await);
    database.store.migrate().await.unwrap();
    assert!(is_ready().await);
    let anna = add_user(database, "anna").await;
    database.store.migrate().await.unwrap();
    assert!(is_ready().await);
    assert_eq!(events_of(&database.store, anna, 9).await.len(), 1);
    database.execute("delete from _sqlx_migrations").await;
    assert!(!is_ready().await);
}

async fn processes_at_once_may_migrate(database: &Database) {
    let mut stores = Vec::new();
    for _ in 0..6 {
        stores.push(database.opened_again().await);
    }
    let migrated = at_once(stores.len(), |n| {
        let store = stores[n].clone();
        async move { store.migrate().await.map_err(|error| error.to_string()) }
    })
    .await;
    assert_eq!(migrated, vec![Ok(()); 6]);
    assert!(database.store.is_ready().await.unwrap());
}

/// A person and their connection as the first version stored them. The engines write bytes in
/// their own ways.
macro_rules! of_the_first_version {
    ($user:literal, $link:literal, $token:literal) => {
        [
            concat!(
                "insert into users (id, email, email_key, password_hash, created_at) values (",
                $user,
                ", 'anna@example.com', 'anna@example.com', '$argon2id$first',
                    '2027-01-15T08:00:00+00:00')"
            ),
            "insert into profile_values (user_id, field, value, changed_at)
                select id, 'first_name', 'Таня', created_at from users",
            concat!(
                "insert into connections
                    (id, user_id, subject, status, connected_at, next_sync_at)
                select ",
                $link,
                ", id, 'anna', 'active', '2027-01-15T08:00:01+00:00',
                    '2027-01-15T08:00:01+00:00' from users"
            ),
            concat!(
                "insert into grants
                    (connection_id, granted_scopes, access_token, access_expires_at, generation)
                select id, 'openid', ",
                $token,
                ", connected_at, 1 from connections"
            ),
            "insert into events (id, user_id, kind, at)
                select id, id, 'user.registered', created_at from users
                union all select id, user_id, 'connection.linked', connected_at from connections",
        ]
    };
}

async fn what_the_first_version_stored_is_still_there(database: &Database) {
    database.migrate_to(1).await;
    let store = &database.store;
    let stored = match store.engine() {
        Engine::Sqlite(_) => of_the_first_version!(
            "x'00000000000000000000000000000001'",
            "x'00000000000000000000000000000002'",
            "x'00fe'"
        ),
        Engine::Postgres(_) => of_the_first_version!(
            "'00000000-0000-0000-0000-000000000001'::uuid",
            "'00000000-0000-0000-0000-000000000002'::uuid",
            "'\\x00fe'::bytea"
        ),
    };
    for sql in stored {
        database.execute(sql).await;
    }
    let (user, link) = (UserId(Uuid::from_u128(1)), Uuid::from_u128(2));
    let values = "insert into google_values (connection_id, field, value, sync_id, changed_at)
        select id, 'last_name', 'Ранова', id, connected_at from connections
        union all select id, 'avatar', 'h1', id, connected_at from connections";
    database.execute(values).await;
    let picture = "insert into avatars (connection_id, hash, media_type, bytes)
        select connection_id, 'h1', 'image/png', access_token from grants";
    database.execute(picture).await;
    let sync = "insert into syncs
            (id, connection_id, trigger, outcome, changes, started_at, finished_at)
        select id, id, 'button', 'updated',
            '[{\"field\": \"last_name\", \"old\": null, \"new\": \"Ранова\"}]',
            connected_at, connected_at
        from connections";
    database.execute(sync).await;

    store.migrate().await.unwrap();
    let id_then = SyncId(link);
    let of_google = |value: &str| FieldState {
        google: Some(value.to_owned()),
        applied: Some(StoredValue { sync: Some(id_then), ..kept(value, 1) }),
        ..FieldState::default()
    };
    let expected = Profile(
        [
            (Field::FirstName, FieldState { own: Some(kept("Таня", 0)), ..FieldState::default() }),
            (Field::LastName, of_google("Ранова")),
            (Field::Avatar, of_google("h1")),
        ]
        .into(),
    );
    assert_eq!(store.find_profile(user).await.unwrap(), expected);
    let picture = store.find_avatar(user, "h1").await.unwrap().unwrap();
    assert_eq!((picture.media_type.as_str(), &*picture.bytes), ("image/png", &b"\x00\xfe"[..]));
    let shown = store.find_overview(user, 9).await.unwrap();
    assert_eq!(shown.profile, expected);
    let diff = shown.diff.unwrap();
    assert_eq!((diff.sync, diff.undone), (id_then, vec![]));
    assert_eq!(diff.changes[0].new.as_deref(), Some("Ранова"));
    assert_eq!(events_of(store, user, 9).await.len(), 2);
    // A grant of then can be refreshed.
    let lease = store.claim_refresh(ConnectionId(link), 1, at(2), at(32)).await.unwrap();
    assert_eq!(lease, Some(Lease { fence: 1, is_answer_lost: false }));
    let grant = store.find_grant(user).await.unwrap().unwrap();
    assert_eq!((grant.consented_at, grant.newer_tokens, grant.failures), (None, 0, 0));
    // And it can be taken back.
    let undone = store.undo_sync(user, id_then, None, &entry(), at(2)).await.unwrap();
    assert_eq!(undone, [Field::LastName]);
}

async fn what_one_process_writes_another_reads(database: &Database) {
    database.store.migrate().await.unwrap();
    let other = database.opened_again().await;
    let anna = add_user(database, "anna").await;
    assert_eq!(events_of(&other, anna, 9).await.len(), 1);
}

async fn a_closed_store_answers_nothing(database: &Database) {
    database.store.migrate().await.unwrap();
    database.store.close().await;
    assert!(database.store.is_ready().await.is_err());
    // What it held is let go, and is still there.
    assert!(database.opened_again().await.is_ready().await.unwrap());
}

#[tokio::test]
async fn a_memory_keeps_what_it_was_told() {
    let database = Database::in_memory().await;
    assert!(database.store.is_ready().await.unwrap());
    let anna = add_user(&database, "anna").await;
    assert_eq!(events_of(&database.store, anna, 9).await.len(), 1);
    // Two memories are two databases.
    let other = Database::in_memory().await;
    assert_eq!(events_of(&other.store, anna, 9).await.len(), 0);
}

#[tokio::test]
async fn both_engines_have_the_same_tables_columns_and_indexes() {
    let sqlite = Database::sqlite().await;
    let columns = sqlite.columns().await;
    assert!(columns.iter().any(|c| (&*c.table_name, &*c.name) == ("grants", "refresh_token")));
    let Some(postgres) = Database::postgres().await else { return };
    let named = |columns: Vec<crate::database::Column>| -> Vec<_> {
        columns.into_iter().map(|c| (c.table_name, c.name, c.is_nullable)).collect()
    };
    assert_eq!(named(columns), named(postgres.columns().await));
    assert_eq!(sqlite.indexes().await, postgres.indexes().await);
}
