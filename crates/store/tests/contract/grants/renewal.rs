//! Renewed tokens are stored over the very tokens that were renewed, or not at all.
//!
//! Two refreshes at once must not end with the older answer on top.

use model::ScopeSet;
use store::{Grant, Renewal};

use crate::database::Database;
use crate::samples::{at, at_once, connected, grant_of, sealed};

on_both_engines! {
    a_renewal_is_stored_and_raises_the_generation,
    a_renewal_of_older_tokens_is_refused,
    what_google_does_not_say_stays,
    of_ten_renewals_at_once_one_is_stored,
}
in_memory! { of_ten_renewals_at_once_one_is_stored }

fn renewal(grant: &Grant, access: &str) -> Renewal {
    Renewal {
        connection: grant.connection,
        generation: grant.generation,
        fence: grant.refresh_fence,
        renewed_at: at(9),
        access: sealed(access),
        access_expires_at: at(7_200),
        refresh: Some(sealed("refresh 2")),
        marks: None,
        refresh_expires_at: Some(at(99_000)),
        granted: Some(ScopeSet::parse("openid")),
    }
}

async fn a_renewal_is_stored_and_raises_the_generation(database: &Database) {
    let user = connected(database, "anna").await.user;
    let other = connected(database, "boris").await.user;
    let renewal = renewal(&grant_of(database, user).await, "access 2");
    assert!(database.store.save_renewal(&renewal).await.unwrap());
    let grant = grant_of(database, user).await;
    assert_eq!((grant.access, grant.access_expires_at), (renewal.access, at(7_200)));
    assert_eq!((grant.refresh, grant.granted), (renewal.refresh, ScopeSet::parse("openid")));
    assert_eq!(grant.generation, 2);
    assert_eq!(grant_of(database, other).await.generation, 1);
}

async fn a_renewal_of_older_tokens_is_refused(database: &Database) {
    let user = connected(database, "anna").await.user;
    let read = grant_of(database, user).await;
    assert!(database.store.save_renewal(&renewal(&read, "access 2")).await.unwrap());
    assert!(!database.store.save_renewal(&renewal(&read, "too late")).await.unwrap());
    let grant = grant_of(database, user).await;
    assert_eq!((grant.access, grant.generation), (sealed("access 2"), 2));
}

async fn what_google_does_not_say_stays(database: &Database) {
    let user = connected(database, "anna").await.user;
    let first = renewal(&grant_of(database, user).await, "access 2");
    assert!(database.store.save_renewal(&first).await.unwrap());
    let second = Renewal {
        generation: 2,
        access: sealed("access 3"),
        refresh: None,
        refresh_expires_at: None,
        granted: None,
        ..first
    };
    assert!(database.store.save_renewal(&second).await.unwrap());
    let grant = grant_of(database, user).await;
    assert_eq!((grant.access, grant.refresh), (sealed("access 3"), Some(sealed("refresh 2"))));
    assert_eq!((grant.granted, grant.generation), (ScopeSet::parse("openid"), 3));
    assert_eq!(database.count("grants where refresh_expires_at is not null").await, 1);
}

async fn of_ten_renewals_at_once_one_is_stored(database: &Database) {
    let user = connected(database, "anna").await.user;
    let read = grant_of(database, user).await;
    let stored = at_once(10, |n| {
        let store = database.store.clone();
        let renewal = renewal(&read, &format!("access of {n}"));
        async move { store.save_renewal(&renewal).await.unwrap().then_some(renewal.access) }
    })
    .await;
    let stored: Vec<_> = stored.into_iter().flatten().collect();
    let grant = grant_of(database, user).await;
    assert_eq!((stored, grant.generation), (vec![grant.access], 2));
}
