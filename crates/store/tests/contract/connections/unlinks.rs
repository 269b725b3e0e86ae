//! Unlinking is whole or does not happen, and loses no token that Google has yet to forget.
//!
//! The token in the outbox must be the one in the grant, whoever writes at the same time.

use model::{ConnectionId, EventKind, UserId};
use store::{Grant, Linked, Renewal, Store, Unlinked};

use crate::database::Database;
use crate::samples::{
    add_user, at, at_once, claim_revocations, connected, entry, event_kinds, grant_of, id, link_to,
    revocation, sealed,
};

on_both_engines! {
    unlinking_moves_the_token_to_the_revocations,
    unlinking_without_a_token_queues_nothing,
    who_is_not_connected_cannot_unlink,
    a_connection_of_another_user_stays,
    tokens_written_since_they_were_read_are_not_unlinked,
    of_ten_unlinks_at_once_one_is_done,
    whoever_unlinked_can_link_any_account,
}
in_memory! { unlinking_moves_the_token_to_the_revocations, of_ten_unlinks_at_once_one_is_done }

async fn unlink(store: &Store, user: UserId, held: ConnectionId, generation: i64) -> Unlinked {
    let revocation = revocation("sealed anew");
    store.unlink(user, held, generation, Some(&revocation), &entry(), at(5)).await.unwrap()
}

async fn assert_connected(database: &Database, user: UserId) {
    assert!(database.store.find_grant(user).await.unwrap().is_some());
    assert_eq!(database.count("revocations").await, 0);
    assert_eq!(event_kinds(database, user).await, [EventKind::Linked, EventKind::Registered]);
}

async fn unlinking_moves_the_token_to_the_revocations(database: &Database) {
    let link = connected(database, "anna").await;
    assert_eq!(unlink(&database.store, link.user, link.id, 1).await, Unlinked::Done);
    assert!(database.store.find_grant(link.user).await.unwrap().is_none());
    assert!(!database.store.is_subject_linked(&link.identity.subject).await.unwrap());
    assert_eq!(event_kinds(database, link.user).await[0], EventKind::Unlinked);
    let pending = claim_revocations(&database.store, at(5), at(9), 9).await.unwrap();
    let pending: Vec<_> = pending.into_iter().map(|p| p.token).collect();
    assert_eq!(pending, [sealed("sealed anew")]);
}

async fn unlinking_without_a_token_queues_nothing(database: &Database) {
    let link = connected(database, "anna").await;
    let done = database.store.unlink(link.user, link.id, 1, None, &entry(), at(5)).await.unwrap();
    assert_eq!(done, Unlinked::Done);
    assert_eq!(database.store.find_revocation(link.user).await.unwrap(), None);
}

async fn who_is_not_connected_cannot_unlink(database: &Database) {
    let anna = add_user(database, "anna").await;
    let nothing = ConnectionId(id());
    assert_eq!(unlink(&database.store, anna, nothing, 1).await, Unlinked::NotConnected);
    assert_eq!(event_kinds(database, anna).await, [EventKind::Registered]);
    assert_eq!(database.count("revocations").await, 0);
}

async fn a_connection_of_another_user_stays(database: &Database) {
    let link = connected(database, "anna").await;
    let boris = add_user(database, "boris").await;
    assert_eq!(unlink(&database.store, boris, link.id, 1).await, Unlinked::NotConnected);
    assert_connected(database, link.user).await;
}

async fn tokens_written_since_they_were_read_are_not_unlinked(database: &Database) {
    let link = connected(database, "anna").await;
    assert!(
        database.store.save_renewal(&renewal(&grant_of(database, link.user).await)).await.unwrap()
    );
    assert_eq!(unlink(&database.store, link.user, link.id, 1).await, Unlinked::Changed);
    assert_connected(database, link.user).await;
    assert_eq!(unlink(&database.store, link.user, link.id, 2).await, Unlinked::Done);
}

fn renewal(grant: &Grant) -> Renewal {
    Renewal {
        connection: grant.connection,
        generation: grant.generation,
        fence: grant.refresh_fence,
        renewed_at: at(9),
        access: sealed("access 2"),
        access_expires_at: at(7_200),
        refresh: Some(sealed("refresh 2")),
        marks: None,
        refresh_expires_at: None,
        granted: None,
    }
}

/// PostgreSQL alone: SQLite has one writer, so there a write is over or has not begun.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tokens_being_written_are_waited_for() {
    let Some(database) = &Database::postgres().await else { return };
    let pool = database.postgres_pool();
    let link = connected(database, "anna").await;
    let mut renewing = pool.begin().await.unwrap();
    sqlx::query("update grants set generation = 2, refresh_token = 'rotated'")
        .execute(&mut *renewing)
        .await
        .unwrap();
    let store = database.store.clone();
    let unlinking = tokio::spawn(async move { unlink(&store, link.user, link.id, 1).await });
    database.until_somebody_waits_for_a_lock().await;
    renewing.commit().await.unwrap();
    assert_eq!(unlinking.await.unwrap(), Unlinked::Changed);
    assert_connected(database, link.user).await;
}

async fn of_ten_unlinks_at_once_one_is_done(database: &Database) {
    let link = connected(database, "anna").await;
    let answers = at_once(10, |_| {
        let store = database.store.clone();
        async move { unlink(&store, link.user, link.id, 1).await }
    })
    .await;
    assert_eq!(answers.iter().filter(|unlinked| **unlinked == Unlinked::Done).count(), 1);
    assert_eq!(claim_revocations(&database.store, at(5), at(9), 99).await.unwrap().len(), 1);
}

async fn whoever_unlinked_can_link_any_account(database: &Database) {
    let link = connected(database, "anna").await;
    unlink(&database.store, link.user, link.id, 1).await;
    let boris = link_to("anna", add_user(database, "boris").await);
    assert_eq!(database.store.link(&boris, at(6)).await.unwrap(), Linked::New);
    let other = link_to("other", link.user);
    assert_eq!(database.store.link(&other, at(6)).await.unwrap(), Linked::New);
    assert_eq!(grant_of(database, link.user).await.generation, 1);
}
