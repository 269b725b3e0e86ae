//! One refresh at a time for a connection, whichever process asks, and a lease that ends by itself.
//!
//! A token that Google gave out once must never be lost to a race.

use model::{Subject, SyncFailure};
use store::{Grant, Lease, Link, Linked, Renewal};

use crate::database::Database;
use crate::samples::{at, at_once, connected, entry, grant_of, link_to, sealed};

on_both_engines! {
    a_lease_goes_to_one_of_twenty,
    a_lease_ends_by_itself_and_leaves_its_mark,
    a_lease_is_for_the_tokens_that_were_read,
    stored_tokens_end_the_lease_and_its_mark,
    a_failed_refresh_says_why_and_ends_the_lease,
    whoever_lost_the_lease_gives_nothing_back,
    whoever_lost_the_lease_stores_no_plain_renewal,
    a_rotated_token_is_stored_by_whoever_has_it,
    a_new_consent_begins_anew,
    the_same_consent_goes_on,
    a_grant_that_ends_ends_its_lease,
    tokens_given_to_nobody_are_counted,
}
in_memory! { a_lease_goes_to_one_of_twenty }

async fn claim(database: &Database, link: &Link, generation: i64, secs: i64) -> Option<Lease> {
    let (now, ends) = (at(secs), at(secs + 30));
    database.store.claim_refresh(link.id, generation, now, ends).await.unwrap()
}

fn renewal(grant: &Grant, lease: Lease, refresh: Option<&str>) -> Renewal {
    Renewal {
        connection: grant.connection,
        generation: grant.generation,
        fence: lease.fence,
        renewed_at: at(77),
        access: sealed("access 2"),
        access_expires_at: at(7_200),
        refresh: refresh.map(sealed),
        marks: None,
        refresh_expires_at: None,
        granted: None,
    }
}

async fn a_lease_goes_to_one_of_twenty(database: &Database) {
    let link = connected(database, "anna").await;
    let leases = at_once(20, |_| {
        let store = database.store.clone();
        async move { store.claim_refresh(link.id, 1, at(5), at(35)).await.unwrap() }
    })
    .await;
    let leases: Vec<_> = leases.into_iter().flatten().collect();
    assert_eq!(leases, [Lease { fence: 1, is_answer_lost: false }]);
}

async fn a_lease_ends_by_itself_and_leaves_its_mark(database: &Database) {
    let link = connected(database, "anna").await;
    assert_eq!(claim(database, &link, 1, 0).await.unwrap().fence, 1);
    assert_eq!(claim(database, &link, 1, 29).await, None);
    let second = claim(database, &link, 1, 30).await;
    assert_eq!(second, Some(Lease { fence: 2, is_answer_lost: true }));
    assert_eq!(grant_of(database, link.user).await.refreshing_until, Some(at(60)));
}

async fn a_lease_is_for_the_tokens_that_were_read(database: &Database) {
    let link = connected(database, "anna").await;
    assert_eq!(claim(database, &link, 2, 0).await, None);
    let boris = connected(database, "boris").await;
    claim(database, &link, 1, 0).await.unwrap();
    assert_eq!(claim(database, &boris, 1, 0).await.unwrap().fence, 1, "another connection's");
}

async fn stored_tokens_end_the_lease_and_its_mark(database: &Database) {
    let link = connected(database, "anna").await;
    claim(database, &link, 1, 0).await.unwrap();
    let lease = claim(database, &link, 1, 30).await.unwrap();
    assert!(lease.is_answer_lost);
    let read = grant_of(database, link.user).await;
    assert!(database.store.save_renewal(&renewal(&read, lease, None)).await.unwrap());
    let grant = grant_of(database, link.user).await;
    assert_eq!((grant.refreshing_until, grant.is_answer_lost), (None, false));
    assert_eq!((grant.used_at, grant.refresh), (Some(at(77)), link.refresh.clone()));
    let next = claim(database, &link, 2, 31).await;
    assert_eq!(next, Some(Lease { fence: 3, is_answer_lost: false }));
}

async fn a_failed_refresh_says_why_and_ends_the_lease(database: &Database) {
    let link = connected(database, "anna").await;
    let store = &database.store;
    for (secs, failure, is_lost, is_lost_then) in [
        (0, Some(SyncFailure::RateLimited), false, false),
        (1, Some(SyncFailure::GoogleUnavailable), true, true),
        (2, Some(SyncFailure::OperatorFault), false, true),
        (3, None, false, true),
    ] {
        let lease = claim(database, &link, 1, secs).await.unwrap();
        store.save_failed_refresh(link.id, lease, failure, is_lost).await.unwrap();
        let grant = grant_of(database, link.user).await;
        assert_eq!((grant.refreshing_until, grant.refresh_failure), (None, failure));
        assert_eq!(grant.is_answer_lost, is_lost_then, "{secs}");
        assert_eq!((grant.generation, grant.refresh), (1, link.refresh.clone()));
    }
}

async fn whoever_lost_the_lease_gives_nothing_back(database: &Database) {
    let link = connected(database, "anna").await;
    let late = claim(database, &link, 1, 0).await.unwrap();
    claim(database, &link, 1, 30).await.unwrap();
    let failure = Some(SyncFailure::RateLimited);
    database.store.save_failed_refresh(link.id, late, failure, false).await.unwrap();
    let grant = grant_of(database, link.user).await;
    assert_eq!((grant.refreshing_until, grant.refresh_failure), (Some(at(60)), None));
}

async fn whoever_lost_the_lease_stores_no_plain_renewal(database: &Database) {
    let link = connected(database, "anna").await;
    let read = grant_of(database, link.user).await;
    let late = claim(database, &link, 1, 0).await.unwrap();
    let holder = claim(database, &link, 1, 30).await.unwrap();
    assert!(!database.store.save_renewal(&renewal(&read, late, None)).await.unwrap());
    assert!(database.store.save_renewal(&renewal(&read, holder, None)).await.unwrap());
}

async fn a_rotated_token_is_stored_by_whoever_has_it(database: &Database) {
    let link = connected(database, "anna").await;
    let read = grant_of(database, link.user).await;
    let late = claim(database, &link, 1, 0).await.unwrap();
    let holder = claim(database, &link, 1, 30).await.unwrap();
    let rotated = renewal(&read, late, Some("refresh 2"));
    assert!(database.store.save_renewal(&rotated).await.unwrap());
    // The holder's lease is its own still, and the tokens that it read are not there any more.
    let grant = grant_of(database, link.user).await;
    assert_eq!((grant.refresh, grant.refreshing_until), (rotated.refresh, Some(at(60))));
    assert!(!database.store.save_renewal(&renewal(&read, holder, None)).await.unwrap());
}

async fn a_new_consent_begins_anew(database: &Database) {
    let link = connected(database, "anna").await;
    let store = &database.store;
    assert_eq!(grant_of(database, link.user).await.consented_at, Some(at(1)));
    store.add_newer_token(&link.identity.subject).await.unwrap();
    let lost = claim(database, &link, 1, 0).await.unwrap();
    store.save_failed_refresh(link.id, lost, None, true).await.unwrap();
    let late = claim(database, &link, 1, 1).await.unwrap();
    let again = Link { refresh: Some(sealed("refresh 9")), entry: entry(), ..link.clone() };
    assert_eq!(store.link(&again, at(50)).await.unwrap(), Linked::Again);
    let grant = grant_of(database, link.user).await;
    assert_eq!((grant.consented_at, grant.used_at), (Some(at(50)), Some(at(50))));
    assert_eq!((grant.refreshing_until, grant.is_answer_lost), (None, false));
    assert_eq!(grant.newer_tokens, 0);
    let read = Grant { generation: 1, ..grant };
    assert!(!store.save_renewal(&renewal(&read, late, Some("too late"))).await.unwrap());
}

async fn the_same_consent_goes_on(database: &Database) {
    let link = connected(database, "anna").await;
    let store = &database.store;
    let lost = claim(database, &link, 1, 0).await.unwrap();
    store.save_failed_refresh(link.id, lost, None, true).await.unwrap();
    claim(database, &link, 1, 1).await.unwrap();
    let again = Link { refresh: None, entry: entry(), ..link.clone() };
    assert_eq!(store.link(&again, at(50)).await.unwrap(), Linked::Again);
    let grant = grant_of(database, link.user).await;
    assert_eq!((grant.consented_at, grant.used_at), (Some(at(1)), Some(at(1))));
    assert_eq!((grant.refreshing_until, grant.is_answer_lost), (Some(at(31)), true));
}

async fn a_grant_that_ends_ends_its_lease(database: &Database) {
    let link = connected(database, "anna").await;
    claim(database, &link, 1, 0).await.unwrap();
    let (cause, entry) = (model::Cause::GrantEnded, entry());
    let marked = database.store.save_needs_reconnect(link.id, link.user, 1, cause, &entry, at(2));
    assert!(marked.await.unwrap());
    assert_eq!(grant_of(database, link.user).await.refreshing_until, None);
}

async fn tokens_given_to_nobody_are_counted(database: &Database) {
    let link = connected(database, "anna").await;
    let boris = connected(database, "boris").await;
    for _ in 0..3 {
        database.store.add_newer_token(&link.identity.subject).await.unwrap();
    }
    let nobody = link_to("nobody", link.user).identity.subject;
    assert_ne!(nobody, Subject::parse("anna").unwrap());
    database.store.add_newer_token(&nobody).await.unwrap();
    assert_eq!(grant_of(database, link.user).await.newer_tokens, 3);
    assert_eq!(grant_of(database, boris.user).await.newer_tokens, 0);
}
