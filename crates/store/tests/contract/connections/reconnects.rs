//! A connection that needs its user says why, and keeps only a token that may still be good.
//!
//! A failure of tokens that were replaced meanwhile says nothing of those we hold.

use model::{Cause, EventKind, Status};
use store::{Link, Renewal};

use crate::database::Database;
use crate::samples::{at, connected, due_users, entry, event_kinds, grant_of, sealed};

on_both_engines! {
    the_user_sees_why_and_syncs_stop,
    a_dead_token_is_destroyed,
    a_token_that_may_work_again_is_kept,
    a_failure_of_older_tokens_says_nothing,
    what_waits_already_is_not_marked_again,
}
in_memory! { a_dead_token_is_destroyed }

async fn mark(database: &Database, link: &Link, generation: i64, cause: Cause) -> bool {
    let store = &database.store;
    store
        .save_needs_reconnect(link.id, link.user, generation, cause, &entry(), at(5))
        .await
        .unwrap()
}

async fn the_user_sees_why_and_syncs_stop(database: &Database) {
    for cause in Cause::ALL {
        let link = connected(database, cause.as_str()).await;
        assert!(mark(database, &link, 1, *cause).await);
        let shown = database.store.find_overview(link.user, 1).await.unwrap();
        let connection = shown.connection.unwrap();
        assert_eq!((connection.status, connection.cause), (Status::NeedsReconnect, Some(*cause)));
        assert_eq!(shown.events[0].kind, EventKind::NeedsReconnect);
    }
    assert_eq!(due_users(&database.store, at(9_999), at(9_999), 9).await, []);
}

async fn a_dead_token_is_destroyed(database: &Database) {
    for cause in Cause::ALL.iter().filter(|cause| cause.is_final()) {
        let link = connected(database, cause.as_str()).await;
        assert!(mark(database, &link, 1, *cause).await);
        let grant = grant_of(database, link.user).await;
        assert_eq!((grant.refresh, grant.generation), (None, 2));
    }
}

async fn a_token_that_may_work_again_is_kept(database: &Database) {
    for cause in Cause::ALL.iter().filter(|cause| !cause.is_final()) {
        let link = connected(database, cause.as_str()).await;
        assert!(mark(database, &link, 1, *cause).await);
        let grant = grant_of(database, link.user).await;
        assert_eq!((grant.refresh, grant.generation), (link.refresh, 1));
    }
}

async fn a_failure_of_older_tokens_says_nothing(database: &Database) {
    let link = connected(database, "anna").await;
    let renewal = Renewal {
        connection: link.id,
        generation: 1,
        fence: 0,
        renewed_at: at(5),
        access: sealed("access 2"),
        access_expires_at: at(7_200),
        refresh: Some(sealed("refresh 2")),
        marks: None,
        refresh_expires_at: None,
        granted: None,
    };
    assert!(database.store.save_renewal(&renewal).await.unwrap());
    for cause in Cause::ALL {
        assert!(!mark(database, &link, 1, *cause).await);
    }
    let grant = grant_of(database, link.user).await;
    assert_eq!((grant.status, grant.refresh), (Status::Active, renewal.refresh));
    assert_eq!(event_kinds(database, link.user).await[0], EventKind::Linked);
}

/// PostgreSQL alone: SQLite has one writer, so there a write is over or has not begun.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tokens_being_written_are_waited_for() {
    let Some(database) = &Database::postgres().await else { return };
    let pool = database.postgres_pool();
    for (name, cause) in [("a", Cause::GrantEnded), ("b", Cause::AdminPolicy)] {
        let link = connected(database, name).await;
        let mut renewing = pool.begin().await.unwrap();
        sqlx::query("update grants set generation = 2, refresh_token = 'rotated'")
            .execute(&mut *renewing)
            .await
            .unwrap();
        let (store, user) = (database.store.clone(), link.user);
        let marking = tokio::spawn(async move {
            store.save_needs_reconnect(link.id, user, 1, cause, &entry(), at(5)).await.unwrap()
        });
        database.until_somebody_waits_for_a_lock().await;
        renewing.commit().await.unwrap();
        assert!(!marking.await.unwrap(), "{cause:?}");
        let grant = grant_of(database, user).await;
        assert_eq!(grant.status, Status::Active);
        assert_eq!(grant.refresh.unwrap().as_bytes(), b"rotated");
        assert_eq!(event_kinds(database, user).await[0], EventKind::Linked);
    }
}

async fn what_waits_already_is_not_marked_again(database: &Database) {
    let link = connected(database, "anna").await;
    assert!(mark(database, &link, 1, Cause::AdminPolicy).await);
    assert!(!mark(database, &link, 1, Cause::GrantEnded).await);
    let shown = database.store.find_overview(link.user, 9).await.unwrap();
    assert_eq!(shown.connection.unwrap().cause, Some(Cause::AdminPolicy));
    assert_eq!(shown.events.len(), 3);
}
