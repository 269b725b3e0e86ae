//! Whom an operator shuts out has nothing that opens anything; whom they remove leaves nothing but
//! what Google has yet to be told.

use model::{EventKind, UserId};
use store::{Linked, NewRevocation, Removed, UndoWindow, Unlinked};

use crate::accounts::sessions::{is_open, session};
use crate::api_access::api_tokens::token;
use crate::database::Database;
use crate::samples::{
    add_user, at, claim_revocations, connected, entry, event_kinds, hash, id, link_to, revocation,
    sealed,
};

on_both_engines! {
    who_is_shut_out_has_no_session_and_no_token,
    a_session_or_token_made_at_that_moment_opens_nothing,
    who_is_shut_out_or_gone_is_not_connected,
    who_is_shut_out_is_not_asked_to_look_after_it,
    a_user_is_shut_out_once_and_let_in_once,
    who_is_shut_out_and_connected_is_found,
    who_is_connected_is_not_removed,
    who_is_removed_leaves_only_what_google_is_to_be_told,
    no_connection_is_swept_away_with_its_user,
}

async fn block(database: &Database, user: UserId) -> bool {
    database.store.save_blocked(user, &entry(), at(5)).await.unwrap()
}

async fn bears(database: &Database, token: &str) -> bool {
    database.store.find_token_bearer(&hash(token), at(6)).await.unwrap().is_some()
}

async fn who_is_shut_out_has_no_session_and_no_token(database: &Database) {
    for name in ["anna", "boris"] {
        let user = add_user(database, name).await;
        database.store.add_session(&session(user, name), at(0)).await.unwrap();
        database.store.add_api_token(&token(user, name, 60), 20, at(1)).await.unwrap();
    }
    let anna = model::Email::parse("anna@example.com").unwrap();
    let user = database.store.find_user(&anna).await.unwrap().unwrap();
    assert!(!user.is_blocked);
    assert!(block(database, user.id).await);
    assert!(database.store.find_user(&anna).await.unwrap().unwrap().is_blocked);
    assert!(!is_open(database, "anna").await && !bears(database, "anna").await);
    assert!(is_open(database, "boris").await && bears(database, "boris").await);
    database.store.save_unblocked(user.id, &entry(), at(6)).await.unwrap();
    assert!(!is_open(database, "anna").await && !bears(database, "anna").await);
}

async fn a_session_or_token_made_at_that_moment_opens_nothing(database: &Database) {
    let anna = add_user(database, "anna").await;
    assert!(block(database, anna).await);
    database.store.add_session(&session(anna, "late"), at(0)).await.unwrap();
    database.store.add_api_token(&token(anna, "late", 60), 20, at(1)).await.unwrap();
    assert!(!is_open(database, "late").await && !bears(database, "late").await);
    assert!(database.store.save_unblocked(anna, &entry(), at(6)).await.unwrap());
    assert!(!is_open(database, "late").await && !bears(database, "late").await, "nor afterwards");
}

async fn who_is_shut_out_or_gone_is_not_connected(database: &Database) {
    let store = &database.store;
    let (anna, nobody) = (add_user(database, "anna").await, UserId(id()));
    block(database, anna).await;
    for user in [anna, nobody] {
        let link = link_to("anna", user);
        assert_eq!(store.link(&link, at(6)).await.unwrap(), Linked::Closed);
        // What they had agreed to at Google can be taken back all the same.
        store.add_revocation(user, &revocation("token"), at(6)).await.unwrap();
    }
    assert_eq!(database.count("connections").await, 0);
    assert_eq!(database.count("revocations where user_id is null").await, 1);
    assert_eq!(claim_revocations(store, at(6), at(60), 9).await.unwrap().len(), 2);
}

async fn who_is_shut_out_is_not_asked_to_look_after_it(database: &Database) {
    let (anna, boris) = (connected(database, "anna").await, connected(database, "boris").await);
    block(database, anna.user).await;
    for link in [&anna, &boris] {
        database.store.unlink(link.user, link.id, 1, None, &entry(), at(6)).await.unwrap();
    }
    assert_eq!(database.count("mails where kind = 'disconnected'").await, 1);
}

async fn a_user_is_shut_out_once_and_let_in_once(database: &Database) {
    let anna = add_user(database, "anna").await;
    let store = &database.store;
    assert!(!store.save_unblocked(anna, &entry(), at(4)).await.unwrap());
    assert!(block(database, anna).await && !block(database, anna).await);
    assert!(store.save_unblocked(anna, &entry(), at(6)).await.unwrap());
    assert!(!store.save_unblocked(anna, &entry(), at(7)).await.unwrap());
    assert!(!block(database, UserId(id())).await);
    let told = [EventKind::Unblocked, EventKind::Blocked, EventKind::Registered];
    assert_eq!(event_kinds(database, anna).await, told);
}

async fn who_is_shut_out_and_connected_is_found(database: &Database) {
    let (anna, boris) = (connected(database, "anna").await, connected(database, "boris").await);
    let store = &database.store;
    assert_eq!(store.list_blocked_and_connected(9).await.unwrap(), []);
    for link in [&anna, &boris] {
        block(database, link.user).await;
    }
    store.unlink(anna.user, anna.id, 1, None, &entry(), at(6)).await.unwrap();
    assert_eq!(store.list_blocked_and_connected(9).await.unwrap(), [boris.user]);
    assert_eq!(store.list_blocked_and_connected(0).await.unwrap(), []);
}

async fn who_is_connected_is_not_removed(database: &Database) {
    let link = connected(database, "anna").await;
    let store = &database.store;
    assert_eq!(store.remove_user(link.user, at(5)).await.unwrap(), Removed::Connected);
    assert!(store.find_grant(link.user).await.unwrap().is_some());
    let unlinked = store.unlink(link.user, link.id, 1, None, &entry(), at(6)).await.unwrap();
    assert_eq!(unlinked, Unlinked::Done);
    assert_eq!(store.remove_user(link.user, at(7)).await.unwrap(), Removed::Done);
    assert_eq!(store.remove_user(link.user, at(8)).await.unwrap(), Removed::NoSuchUser);
}

async fn who_is_removed_leaves_only_what_google_is_to_be_told(database: &Database) {
    let link = connected(database, "anna").await;
    let boris = add_user(database, "boris").await;
    let store = &database.store;
    store.add_session(&session(link.user, "token"), at(0)).await.unwrap();
    store.add_api_token(&token(link.user, "crm", 60), 20, at(1)).await.unwrap();
    // One that Google was told of long ago; its receipt is the user's.
    store.add_revocation(link.user, &revocation("old"), at(1)).await.unwrap();
    let told = claim_revocations(store, at(2), at(3), 9).await.unwrap();
    store.save_revoked(told[0].id, &entry(), at(3)).await.unwrap();
    // Disconnected a moment ago, with a way back for half a minute and a receipt.
    let way_back = model::UndoKind::Undo;
    let undo = Some(UndoWindow { way_back, kept: sealed("kept"), until: at(36) });
    let receipt = Some(model::Receipt {
        connected_at: at(1),
        granted: model::ScopeSet::sign_in(),
        rollback: model::connections::receipt::ProfileRollback::default(),
    });
    let errand = NewRevocation { undo, receipt, ..revocation("token") };
    store.unlink(link.user, link.id, 1, Some(&errand), &entry(), at(6)).await.unwrap();
    assert!(claim_revocations(store, at(7), at(60), 9).await.unwrap().is_empty());
    assert_eq!(store.remove_user(link.user, at(7)).await.unwrap(), Removed::Done);

    let rest = "revocations where user_id is null and receipt is null and kept is null";
    assert_eq!((database.count(rest).await, database.count("revocations").await), (1, 1));
    for table in ["sessions", "api_tokens", "mails", "connections", "grants"] {
        assert_eq!(database.count(table).await, 0, "{table}");
    }
    assert_eq!(database.count("users").await, 1);
    assert_eq!(event_kinds(database, boris).await, [EventKind::Registered]);
    let due = claim_revocations(store, at(7), at(60), 9).await.unwrap();
    assert_eq!(due.len(), 1, "there is nobody left who could take it back");
    assert_eq!(due[0].token, sealed("token"));
}

/// A consent that comes back while its user is being removed either finds no user any more or
/// keeps the user: its connection is never swept away, and whoever made it knows.
async fn no_connection_is_swept_away_with_its_user(database: &Database) {
    for round in 0..40 {
        let name = format!("user{round}");
        let user = add_user(database, &name).await;
        let (store, link) = (database.store.clone(), link_to(&name, user));
        let linking = tokio::spawn(async move { store.link(&link, at(1)).await });
        let removed = database.store.remove_user(user, at(5)).await.unwrap();
        let linked = linking.await.unwrap();
        match removed {
            Removed::Done => assert_eq!(linked.unwrap(), Linked::Closed),
            Removed::Connected => assert_eq!(linked.unwrap(), Linked::New),
            Removed::NoSuchUser => panic!("they were there"),
        }
    }
}
