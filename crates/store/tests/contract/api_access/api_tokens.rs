//! Tokens for programs: found by their hash while they live, bounded in number, ended by their
//! owner alone.

use model::{ApiScope, ApiTokenId, EventKind, TokenName, UserId};
use store::{Error, NewApiToken, TokenAdded, TokenBearer};

use crate::database::Database;
use crate::samples::{add_user, at, at_micros, at_once, entry, event_kinds, hash, id};

on_both_engines! {
    a_token_is_found_by_its_hash_while_it_lives,
    a_user_has_so_many_live_tokens,
    of_twenty_made_at_once_so_many_are_kept,
    only_its_owner_ends_a_token_and_only_once,
    use_is_noted,
    purging_forgets_tokens_that_are_over,
    tokens_go_with_their_user,
    an_unknown_scope_is_named,
}

pub(crate) fn token(user: UserId, name: &str, expires_in: i64) -> NewApiToken {
    NewApiToken {
        id: ApiTokenId(id()),
        token_hash: hash(name),
        user,
        name: TokenName::parse(name).unwrap(),
        scopes: [ApiScope::WriteProfile, ApiScope::ReadProfile].into(),
        expires_at: at(expires_in),
        entry: entry(),
    }
}

async fn add(database: &Database, token: &NewApiToken) {
    assert_eq!(database.store.add_api_token(token, 20, at(1)).await.unwrap(), TokenAdded::Yes);
}

async fn a_token_is_found_by_its_hash_while_it_lives(database: &Database) {
    let anna = add_user(database, "anna").await;
    let new = token(anna, "crm", 60);
    add(database, &new).await;
    let find =
        async |name: &str, now| database.store.find_token_bearer(&hash(name), now).await.unwrap();
    let scopes = new.scopes.clone();
    let bearer = TokenBearer {
        token: new.id,
        name: new.name.as_str().to_owned(),
        user: anna,
        scopes,
        last_used_at: None,
    };
    assert_eq!(find("crm", at_micros(59_999_999)).await, Some(bearer));
    assert_eq!(find("crm", at(60)).await, None);
    assert_eq!(find("other", at(1)).await, None);
    let listed = database.store.list_api_tokens(anna, at(1)).await.unwrap();
    assert_eq!((listed.len(), listed[0].name.as_str(), listed[0].id), (1, "crm", new.id));
    assert_eq!((listed[0].created_at, listed[0].expires_at), (at(1), at(60)));
    assert_eq!(database.store.list_api_tokens(anna, at(60)).await.unwrap(), []);
    assert_eq!(event_kinds(database, anna).await[0], EventKind::TokenCreated);
}

async fn a_user_has_so_many_live_tokens(database: &Database) {
    let anna = add_user(database, "anna").await;
    let boris = add_user(database, "boris").await;
    let store = &database.store;
    for (name, now) in [("a", at(0)), ("b", at(0))] {
        let added = store.add_api_token(&token(anna, name, 60), 2, now).await.unwrap();
        assert_eq!(added, TokenAdded::Yes);
    }
    let third = token(anna, "c", 120);
    assert_eq!(store.add_api_token(&third, 2, at(59)).await.unwrap(), TokenAdded::TooMany);
    let his = token(boris, "d", 60);
    assert_eq!(store.add_api_token(&his, 2, at(59)).await.unwrap(), TokenAdded::Yes);
    assert_eq!(store.add_api_token(&third, 2, at(60)).await.unwrap(), TokenAdded::Yes);
    let listed = store.list_api_tokens(anna, at(60)).await.unwrap();
    assert_eq!(listed.iter().map(|token| token.name.as_str()).collect::<Vec<_>>(), ["c"]);
}

async fn of_twenty_made_at_once_so_many_are_kept(database: &Database) {
    let anna = add_user(database, "anna").await;
    let added = at_once(20, |n| {
        let (store, token) = (database.store.clone(), token(anna, &format!("t{n}"), 60));
        async move { store.add_api_token(&token, 5, at(1)).await.unwrap() }
    })
    .await;
    assert_eq!(added.iter().filter(|added| **added == TokenAdded::Yes).count(), 5);
    assert_eq!(database.count("api_tokens").await, 5);
}

async fn only_its_owner_ends_a_token_and_only_once(database: &Database) {
    let anna = add_user(database, "anna").await;
    let boris = add_user(database, "boris").await;
    let new = token(anna, "crm", 60);
    add(database, &new).await;
    let end =
        async |user, now| database.store.end_api_token(user, new.id, &entry(), now).await.unwrap();
    assert!(!end(boris, at(2)).await);
    assert!(!end(anna, at(60)).await, "it is over already");
    assert!(end(anna, at(2)).await);
    assert!(!end(anna, at(2)).await);
    assert_eq!(database.store.find_token_bearer(&hash("crm"), at(2)).await.unwrap(), None);
    let kinds = event_kinds(database, anna).await;
    assert_eq!(kinds.iter().filter(|kind| **kind == EventKind::TokenRevoked).count(), 1);
}

async fn use_is_noted(database: &Database) {
    let anna = add_user(database, "anna").await;
    let new = token(anna, "crm", 60);
    add(database, &new).await;
    database.store.save_api_token_used(new.id, at(5)).await.unwrap();
    let bearer = database.store.find_token_bearer(&hash("crm"), at(6)).await.unwrap().unwrap();
    assert_eq!(bearer.last_used_at, Some(at(5)));
    let listed = database.store.list_api_tokens(anna, at(6)).await.unwrap();
    assert_eq!(listed[0].last_used_at, Some(at(5)));
}

async fn purging_forgets_tokens_that_are_over(database: &Database) {
    let anna = add_user(database, "anna").await;
    add(database, &token(anna, "over", 60)).await;
    add(database, &token(anna, "live", 61)).await;
    assert_eq!(database.store.purge_api_tokens(at(60)).await.unwrap(), 1);
    assert_eq!(database.count("api_tokens").await, 1);
}

async fn tokens_go_with_their_user(database: &Database) {
    let anna = add_user(database, "anna").await;
    add(database, &token(anna, "crm", 60)).await;
    database.execute("delete from users").await;
    assert_eq!(database.count("api_tokens").await, 0);
}

async fn an_unknown_scope_is_named(database: &Database) {
    let anna = add_user(database, "anna").await;
    add(database, &token(anna, "crm", 60)).await;
    database.execute("update api_tokens set scopes = 'profile:read odd'").await;
    let found = database.store.find_token_bearer(&hash("crm"), at(1)).await.err();
    let listed = database.store.list_api_tokens(anna, at(1)).await.err();
    for error in [found, listed] {
        let error = error.expect("a scope that we do not know must not be passed over");
        assert!(matches!(error, Error::BadRow { .. }), "{error:?}");
        assert_eq!(error.to_string(), "invalid value in api_tokens.scopes");
    }
}
