//! A trip to Google ends once, in the browser and for the user that began it.
//!
//! Who comes with anything else takes nothing, and must not spoil the trip either.

use model::{LocalPath, ScopeSet, UserId};
use store::AuthorizationRequest;

use crate::database::Database;
use crate::samples::{add_user, at, at_micros, at_once, hash, sealed};

on_both_engines! {
    an_attempt_is_taken_whole_and_once,
    of_a_hundred_takes_at_once_one_succeeds,
    who_does_not_match_takes_nothing_and_spoils_nothing,
    an_attempt_that_is_over_cannot_be_taken,
    purging_forgets_attempts_that_are_over,
    attempts_go_with_their_user,
}
in_memory! { an_attempt_is_taken_whole_and_once, of_a_hundred_takes_at_once_one_succeeds }

async fn begun(database: &Database, user: UserId, state: &str) -> AuthorizationRequest {
    let request = AuthorizationRequest {
        state_hash: hash(state),
        browser_hash: hash("browser"),
        user,
        verifier: sealed("verifier"),
        nonce: "nonce".to_owned(),
        asked: ScopeSet::parse("openid email gmail.readonly"),
        return_to: LocalPath::parse("/dashboard/?from=banner").unwrap(),
        expires_at: at(600),
    };
    database.store.add_authorization_request(&request, at(0)).await.unwrap();
    request
}

async fn an_attempt_is_taken_whole_and_once(database: &Database) {
    let anna = add_user(database, "anna").await;
    let begun = begun(database, anna, "state").await;
    let take = async || {
        database
            .store
            .take_authorization_request(&hash("state"), &hash("browser"), anna, at(1))
            .await
            .unwrap()
    };
    let taken = take().await.unwrap();
    assert_eq!((taken.state_hash, taken.browser_hash), (begun.state_hash, begun.browser_hash));
    assert_eq!(
        (taken.user, taken.verifier, taken.nonce),
        (begun.user, begun.verifier, begun.nonce)
    );
    assert_eq!((taken.asked, taken.return_to), (begun.asked, begun.return_to));
    assert_eq!(taken.expires_at, begun.expires_at);
    assert!(take().await.is_none());
}

async fn of_a_hundred_takes_at_once_one_succeeds(database: &Database) {
    let anna = add_user(database, "anna").await;
    begun(database, anna, "state").await;
    let taken = at_once(100, |_| {
        let store = database.store.clone();
        async move {
            store
                .take_authorization_request(&hash("state"), &hash("browser"), anna, at(1))
                .await
                .unwrap()
        }
    })
    .await;
    assert_eq!(taken.into_iter().flatten().count(), 1);
}

async fn who_does_not_match_takes_nothing_and_spoils_nothing(database: &Database) {
    let anna = add_user(database, "anna").await;
    let boris = add_user(database, "boris").await;
    begun(database, anna, "state").await;
    for (state, browser, user) in [
        ("unknown", "browser", anna),
        ("state", "another browser", anna),
        ("state", "browser", boris),
        ("browser", "state", anna),
    ] {
        let taken = database
            .store
            .take_authorization_request(&hash(state), &hash(browser), user, at(1))
            .await
            .unwrap();
        assert!(taken.is_none(), "{state}, {browser}");
    }
    let taken = database
        .store
        .take_authorization_request(&hash("state"), &hash("browser"), anna, at(1))
        .await;
    assert!(taken.unwrap().is_some());
}

async fn an_attempt_that_is_over_cannot_be_taken(database: &Database) {
    let anna = add_user(database, "anna").await;
    begun(database, anna, "state").await;
    let take = async |now| {
        database
            .store
            .take_authorization_request(&hash("state"), &hash("browser"), anna, now)
            .await
            .unwrap()
    };
    assert!(take(at(600)).await.is_none());
    assert!(take(at(601)).await.is_none());
    assert!(take(at_micros(599_999_999)).await.is_some());
}

async fn purging_forgets_attempts_that_are_over(database: &Database) {
    let anna = add_user(database, "anna").await;
    begun(database, anna, "state").await;
    assert_eq!(
        database.store.purge_authorization_requests(at_micros(599_999_999)).await.unwrap(),
        0
    );
    assert_eq!(database.store.purge_authorization_requests(at(600)).await.unwrap(), 1);
    assert_eq!(database.count("attempts").await, 0);
}

async fn attempts_go_with_their_user(database: &Database) {
    let anna = add_user(database, "anna").await;
    begun(database, anna, "state").await;
    database.execute("delete from users").await;
    assert_eq!(database.count("attempts").await, 0);
}
