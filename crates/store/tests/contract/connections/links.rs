//! A user has one connection, a Google account has one user, whoever comes at once.
//!
//! What is refused must leave everything as it was, tokens above all.

use std::collections::HashSet;

use model::{Cause, ConnectionId, EventKind, ScopeSet, Status, UserId};
use store::{Link, Linked};

use crate::database::Database;
use crate::samples::{
    add_user, at, at_once, connected, due_users, entry, event_kinds, grant_of, id, link_to, sealed,
};

on_both_engines! {
    a_first_link_is_kept_whole_and_due_when_it_says,
    a_link_again_renews_tokens_and_status,
    a_refresh_token_is_kept_where_none_came,
    a_refresh_token_is_replaced_where_one_came,
    a_refresh_token_is_dropped_where_it_is_no_longer_good,
    an_account_that_another_user_has_is_refused,
    another_account_is_refused,
    a_link_under_another_id_is_refused_with_the_right_one,
    of_twenty_links_at_once_one_is_new,
    of_twenty_ids_at_once_one_stands,
    of_two_users_at_once_one_has_the_account,
}
in_memory! { a_first_link_is_kept_whole_and_due_when_it_says, of_twenty_links_at_once_one_is_new }

/// The same connection again, with other tokens.
fn again(link: &Link) -> Link {
    let (access, refresh) = (sealed("access 2"), Some(sealed("refresh 2")));
    Link { access, refresh, entry: entry(), ..link.clone() }
}

async fn a_first_link_is_kept_whole_and_due_when_it_says(database: &Database) {
    let store = &database.store;
    let mut link = link_to("anna", add_user(database, "anna").await);
    link.next_sync_at = at(30);
    assert!(!store.is_subject_linked(&link.identity.subject).await.unwrap());
    assert!(store.find_grant(link.user).await.unwrap().is_none());
    assert_eq!(store.link(&link, at(1)).await.unwrap(), Linked::New);
    assert!(store.is_subject_linked(&link.identity.subject).await.unwrap());

    let grant = grant_of(database, link.user).await;
    assert_eq!((grant.connection, grant.user), (link.id, link.user));
    assert_eq!((grant.subject, grant.email), (link.identity.subject, link.identity.email));
    assert_eq!((grant.status, grant.granted), (Status::Active, link.granted));
    assert_eq!((grant.access, grant.access_expires_at), (link.access, link.access_expires_at));
    assert_eq!((grant.refresh, grant.generation), (link.refresh, 1));
    assert_eq!(event_kinds(database, link.user).await, [EventKind::Linked, EventKind::Registered]);
    assert_eq!(due_users(store, at(29), at(99), 9).await, []);
    assert_eq!(due_users(store, at(30), at(99), 9).await, [link.user]);
}

async fn a_link_again_renews_tokens_and_status(database: &Database) {
    let store = &database.store;
    let link = connected(database, "anna").await;
    assert!(
        store
            .save_needs_reconnect(link.id, link.user, 1, Cause::AdminPolicy, &entry(), at(2))
            .await
            .unwrap()
    );
    let mut again = again(&link);
    again.granted = ScopeSet::parse("openid gmail.readonly");
    again.access_expires_at = at(7_200);
    again.identity.email = Some("new@gmail.com".to_owned());
    again.next_sync_at = at(40);
    assert_eq!(store.link(&again, at(3)).await.unwrap(), Linked::Again);

    let grant = grant_of(database, link.user).await;
    assert_eq!((grant.status, grant.granted), (Status::Active, again.granted));
    assert_eq!((grant.access, grant.access_expires_at), (again.access, again.access_expires_at));
    assert_eq!((grant.email, grant.generation), (again.identity.email, 2));
    let connection = store.find_overview(link.user, 1).await.unwrap().connection.unwrap();
    assert_eq!((connection.cause, connection.last_failure), (None, None));
    assert_eq!((connection.connected_at, connection.next_sync_at), (at(1), at(40)));
    assert_eq!(event_kinds(database, link.user).await[0], EventKind::Relinked);
}

async fn a_refresh_token_is_kept_where_none_came(database: &Database) {
    let link = link_to("anna", add_user(database, "anna").await);
    let first = Link { refresh_expires_at: Some(at(99)), ..link.clone() };
    database.store.link(&first, at(1)).await.unwrap();
    let none = Link { refresh: None, ..again(&link) };
    assert_eq!(database.store.link(&none, at(2)).await.unwrap(), Linked::Again);
    assert_eq!(grant_of(database, link.user).await.refresh, link.refresh);
    assert_eq!(database.count("grants where refresh_expires_at is not null").await, 1);
}

async fn a_refresh_token_is_replaced_where_one_came(database: &Database) {
    let link = link_to("anna", add_user(database, "anna").await);
    let first = Link { refresh_expires_at: Some(at(99)), ..link.clone() };
    database.store.link(&first, at(1)).await.unwrap();
    for keeps_refresh in [true, false] {
        let next = Link { keeps_refresh, ..again(&link) };
        database.store.link(&next, at(2)).await.unwrap();
        assert_eq!(grant_of(database, link.user).await.refresh, next.refresh);
        // The end of the earlier token says nothing of this one.
        assert_eq!(database.count("grants where refresh_expires_at is not null").await, 0);
    }
}

async fn a_refresh_token_is_dropped_where_it_is_no_longer_good(database: &Database) {
    let link = connected(database, "anna").await;
    let none = Link { refresh: None, keeps_refresh: false, ..again(&link) };
    assert_eq!(database.store.link(&none, at(2)).await.unwrap(), Linked::Again);
    assert_eq!(grant_of(database, link.user).await.refresh, None);
}

async fn an_account_that_another_user_has_is_refused(database: &Database) {
    let held = connected(database, "anna").await;
    let boris = add_user(database, "boris").await;
    let refused = Link { access: sealed("stolen"), ..link_to("anna", boris) };
    assert_eq!(database.store.link(&refused, at(2)).await.unwrap(), Linked::TakenByAnother);
    assert_unchanged(database, &held).await;
    assert!(database.store.find_grant(boris).await.unwrap().is_none());
    assert_eq!(event_kinds(database, boris).await, [EventKind::Registered]);
}

async fn another_account_is_refused(database: &Database) {
    let held = connected(database, "anna").await;
    let free = Link { access: sealed("other"), ..link_to("free", held.user) };
    assert_eq!(database.store.link(&free, at(2)).await.unwrap(), Linked::OtherAccount);
    connected(database, "boris").await;
    let taken = Link { access: sealed("other"), ..link_to("boris", held.user) };
    assert_eq!(database.store.link(&taken, at(2)).await.unwrap(), Linked::OtherAccount);
    assert_unchanged(database, &held).await;
}

async fn a_link_under_another_id_is_refused_with_the_right_one(database: &Database) {
    let held = connected(database, "anna").await;
    let other = Link { id: ConnectionId(id()), ..again(&held) };
    let answer = database.store.link(&other, at(2)).await.unwrap();
    assert_eq!(answer, Linked::UnderOtherId(held.id));
    assert_unchanged(database, &held).await;
}

async fn assert_unchanged(database: &Database, held: &Link) {
    let grant = grant_of(database, held.user).await;
    assert_eq!((grant.connection, &grant.subject), (held.id, &held.identity.subject));
    assert_eq!((&grant.access, &grant.refresh), (&held.access, &held.refresh));
    assert_eq!(grant.generation, 1);
    assert_eq!(event_kinds(database, held.user).await, [EventKind::Linked, EventKind::Registered]);
}

async fn of_twenty_links_at_once_one_is_new(database: &Database) {
    let link = link_to("anna", add_user(database, "anna").await);
    let answers = at_once(20, |_| {
        let store = database.store.clone();
        let link = again(&link);
        async move { store.link(&link, at(1)).await.unwrap() }
    })
    .await;
    assert_eq!(answers.iter().filter(|linked| **linked == Linked::New).count(), 1);
    assert_eq!(answers.iter().filter(|linked| **linked == Linked::Again).count(), 19);
    assert_eq!(grant_of(database, link.user).await.generation, 20);
}

async fn of_twenty_ids_at_once_one_stands(database: &Database) {
    let anna = add_user(database, "anna").await;
    let answers = at_once(20, |_| {
        let store = database.store.clone();
        let link = link_to("anna", anna);
        async move { store.link(&link, at(1)).await.unwrap() }
    })
    .await;
    let grant = grant_of(database, anna).await;
    let expected = HashSet::from([Linked::New, Linked::UnderOtherId(grant.connection)].map(debug));
    assert_eq!(answers.iter().filter(|linked| **linked == Linked::New).count(), 1);
    assert_eq!(answers.into_iter().map(debug).collect::<HashSet<_>>(), expected);
    assert_eq!((grant.generation, database.count("connections").await), (1, 1));
}

async fn of_two_users_at_once_one_has_the_account(database: &Database) {
    for round in 0..10 {
        let subject = format!("account-{round}");
        let users = [
            add_user(database, &format!("anna{round}")).await,
            add_user(database, &format!("boris{round}")).await,
        ];
        let answers: Vec<(UserId, Linked)> = at_once(2, |n| {
            let (store, link) = (database.store.clone(), link_to(&subject, users[n]));
            async move { (link.user, store.link(&link, at(1)).await.unwrap()) }
        })
        .await;
        let of = |wanted| answers.iter().find(|(_, linked)| *linked == wanted).unwrap().0;
        let (winner, loser) = (of(Linked::New), of(Linked::TakenByAnother));
        assert_eq!(grant_of(database, winner).await.subject.as_str(), subject);
        assert!(database.store.find_grant(loser).await.unwrap().is_none());
    }
}

fn debug(linked: Linked) -> String {
    format!("{linked:?}")
}
