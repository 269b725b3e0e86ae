//! A session opens the account of one user, until it is over in any of five ways.
//!
//! SQLite compares times as text: the microsecond on both sides of each end is looked at.

use model::{EventKind, SessionId, UserId};
use store::NewSession;

use crate::database::Database;
use crate::samples::{add_user, at, at_micros, entry, event_kinds, hash, id};

on_both_engines! {
    a_session_names_its_user,
    a_replaced_token_opens_nothing,
    a_session_is_over_at_its_end_to_the_microsecond,
    a_session_not_seen_for_long_is_over,
    an_ended_session_opens_nothing,
    a_confirmed_session_goes_on_under_another_token,
    purging_forgets_what_is_over_and_nothing_else,
    sessions_go_with_their_user,
}
in_memory! { a_session_names_its_user, a_replaced_token_opens_nothing }

pub(crate) fn session(user: UserId, token: &str) -> NewSession {
    NewSession {
        id: SessionId(id()),
        token_hash: hash(token),
        user,
        expires_at: at(1_000),
        replaces: None,
        entry: entry(),
    }
}

pub(crate) async fn is_open(database: &Database, token: &str) -> bool {
    database.store.find_session(&hash(token), at(1), at(-1)).await.unwrap().is_some()
}

async fn a_session_names_its_user(database: &Database) {
    let anna = add_user(database, "anna").await;
    let new = session(anna, "token");
    database.store.add_session(&new, at(0)).await.unwrap();
    let found = database.store.find_session(&hash("token"), at(1), at(-1)).await.unwrap().unwrap();
    assert_eq!((found.session, found.user), (new.id, anna));
    assert_eq!((found.email.as_str(), found.last_seen_at), ("anna@example.com", at(0)));
    assert_eq!(event_kinds(database, anna).await, [EventKind::SignedIn, EventKind::Registered]);
    assert!(!is_open(database, "another token").await);
}

async fn a_replaced_token_opens_nothing(database: &Database) {
    let anna = add_user(database, "anna").await;
    let boris = add_user(database, "boris").await;
    for (user, token) in [(anna, "old"), (boris, "elsewhere")] {
        database.store.add_session(&session(user, token), at(0)).await.unwrap();
    }
    let next = NewSession { replaces: Some(hash("old")), ..session(anna, "new") };
    database.store.add_session(&next, at(0)).await.unwrap();
    assert!(!is_open(database, "old").await);
    assert!(is_open(database, "new").await);
    assert!(is_open(database, "elsewhere").await);
}

async fn a_session_is_over_at_its_end_to_the_microsecond(database: &Database) {
    let anna = add_user(database, "anna").await;
    let moments = [0, 1, 999, 1_000, 500_000, 500_001, 999_999, 1_000_000, 10_000_000];
    for end in moments {
        let token = end.to_string();
        let ending = NewSession { expires_at: at_micros(end), ..session(anna, &token) };
        database.store.add_session(&ending, at(-1)).await.unwrap();
        for now in moments {
            let found = database.store.find_session(&hash(&token), at_micros(now), at(-9)).await;
            assert_eq!(found.unwrap().is_some(), now < end, "ends at {end}, is {now}");
        }
    }
}

async fn a_session_not_seen_for_long_is_over(database: &Database) {
    let anna = add_user(database, "anna").await;
    let new = session(anna, "token");
    database.store.add_session(&new, at(10)).await.unwrap();
    let is_open = async |idle_since| {
        database.store.find_session(&hash("token"), at(50), idle_since).await.unwrap().is_some()
    };
    assert!(is_open(at_micros(9_999_999)).await);
    assert!(!is_open(at(10)).await);
    database.store.save_session_seen(new.id, at(20)).await.unwrap();
    assert!(is_open(at(10)).await);
    assert!(!is_open(at(20)).await);
}

async fn an_ended_session_opens_nothing(database: &Database) {
    let anna = add_user(database, "anna").await;
    for token in ["phone", "desk"] {
        database.store.add_session(&session(anna, token), at(0)).await.unwrap();
    }
    database.store.end_session(&hash("phone")).await.unwrap();
    database.store.end_session(&hash("phone")).await.unwrap();
    assert!(!is_open(database, "phone").await);
    assert!(is_open(database, "desk").await);
}

async fn a_confirmed_session_goes_on_under_another_token(database: &Database) {
    let anna = add_user(database, "anna").await;
    let new = session(anna, "old");
    database.store.add_session(&new, at(0)).await.unwrap();
    let proved_at = async |token: &str| {
        let found = database.store.find_session(&hash(token), at(60), at(-1)).await.unwrap();
        found.map(|found| (found.session, found.authenticated_at))
    };
    assert_eq!(proved_at("old").await, Some((new.id, at(0))));
    let confirm = async |session, old: &str| {
        let (old, fresh) = (hash(old), hash("fresh"));
        database.store.save_session_confirmed(session, &old, &fresh, at(50)).await.unwrap()
    };
    assert_eq!(confirm(SessionId(id()), "old").await, None);
    assert_eq!(confirm(new.id, "another").await, None);
    assert_eq!(confirm(new.id, "old").await, Some(at(1_000)), "no longer than it would");
    assert_eq!(confirm(new.id, "old").await, None, "of two at once, one");
    assert_eq!(proved_at("old").await, None);
    assert_eq!(proved_at("fresh").await, Some((new.id, at(50))));
    assert_eq!(event_kinds(database, anna).await.len(), 2, "no other sign-in");
    // As an older version opens one.
    database.execute("update sessions set authenticated_at = null").await;
    assert_eq!(proved_at("fresh").await, Some((new.id, at(0))));
}

async fn purging_forgets_what_is_over_and_nothing_else(database: &Database) {
    let anna = add_user(database, "anna").await;
    for (token, seen, end) in [("over", 90, 100), ("idle", 50, 999), ("live", 90, 101)] {
        let ending = NewSession { expires_at: at(end), ..session(anna, token) };
        database.store.add_session(&ending, at(seen)).await.unwrap();
    }
    assert_eq!(database.store.purge_sessions(at(100), at(50)).await.unwrap(), 2);
    assert_eq!(database.store.purge_sessions(at(100), at(50)).await.unwrap(), 0);
    assert!(is_open(database, "live").await);
}

async fn sessions_go_with_their_user(database: &Database) {
    let anna = add_user(database, "anna").await;
    database.store.add_session(&session(anna, "token"), at(0)).await.unwrap();
    database.execute("delete from users").await;
    assert!(!is_open(database, "token").await);
    assert_eq!(database.count("sessions").await, 0);
}
