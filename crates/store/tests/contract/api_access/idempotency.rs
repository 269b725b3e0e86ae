//! A request under a key has its effect once, whoever asks how often, and whoever dies under way.

use model::UserId;
use store::{KeyClaim, KeyClaimed, Unlinked};

use crate::database::Database;
use crate::samples::{add_user, at, at_micros, at_once, connected, entry, hash, id, sealed};

on_both_engines! {
    of_fifty_requests_at_once_one_is_carried_out,
    an_answer_is_kept_for_the_same_request_only,
    a_key_belongs_to_its_user,
    a_request_that_died_is_taken_over_and_cannot_answer_any_more,
    another_request_never_takes_over,
    a_key_that_is_given_back_is_free,
    a_key_that_is_over_is_free,
    purging_forgets_keys_that_are_over,
    answers_go_when_the_user_disconnects,
    an_answer_that_comes_after_a_disconnection_is_not_kept,
}
in_memory! { of_fifty_requests_at_once_one_is_carried_out }

/// A claim made at `at(secs)`: the lease is a minute, the key is kept for an hour.
fn claim(user: UserId, key: &str, request: &str, secs: i64) -> KeyClaim {
    KeyClaim {
        user,
        key_hash: hash(key),
        fingerprint: hash(request),
        claim: id(),
        claimed_until: at(secs + 60),
        expires_at: at(secs + 3_600),
    }
}

async fn ask(database: &Database, claim: &KeyClaim, secs: i64) -> KeyClaimed {
    database.store.claim_idempotency_key(claim, at(secs)).await.unwrap()
}

async fn answer(database: &Database, claim: &KeyClaim, body: &str) -> bool {
    let body = sealed(body);
    database.store.save_idempotent_answer(claim, 200, Some(&body)).await.unwrap()
}

fn answered(body: &str) -> KeyClaimed {
    KeyClaimed::Answered { status: 200, answer: Some(sealed(body)) }
}

async fn of_fifty_requests_at_once_one_is_carried_out(database: &Database) {
    let anna = add_user(database, "anna").await;
    let claimed = at_once(50, |_| {
        let (store, claim) = (database.store.clone(), claim(anna, "k", "r", 0));
        async move { store.claim_idempotency_key(&claim, at(0)).await.unwrap() }
    })
    .await;
    let count = |wanted: KeyClaimed| claimed.iter().filter(|one| **one == wanted).count();
    assert_eq!(count(KeyClaimed::Yes), 1);
    assert_eq!(count(KeyClaimed::Running { until: at(60) }), 49);
}

async fn an_answer_is_kept_for_the_same_request_only(database: &Database) {
    let anna = add_user(database, "anna").await;
    let first = claim(anna, "k", "r", 0);
    assert_eq!(ask(database, &first, 0).await, KeyClaimed::Yes);
    let other = ask(database, &claim(anna, "k", "other", 1), 1).await;
    assert_eq!(other, KeyClaimed::OtherRequest, "even while it runs");
    assert!(answer(database, &first, "a").await);
    assert!(!answer(database, &first, "b").await, "an answer is final");
    assert_eq!(ask(database, &claim(anna, "k", "r", 61), 61).await, answered("a"));
    let other = ask(database, &claim(anna, "k", "other", 61), 61).await;
    assert_eq!(other, KeyClaimed::OtherRequest);
    assert_eq!(ask(database, &claim(anna, "k2", "other", 61), 61).await, KeyClaimed::Yes);
}

async fn a_key_belongs_to_its_user(database: &Database) {
    let anna = claim(add_user(database, "anna").await, "k", "r", 0);
    let boris = claim(add_user(database, "boris").await, "k", "r", 0);
    assert_eq!(ask(database, &anna, 0).await, KeyClaimed::Yes);
    assert!(answer(database, &anna, "a").await);
    assert_eq!(ask(database, &boris, 0).await, KeyClaimed::Yes);
}

async fn a_request_that_died_is_taken_over_and_cannot_answer_any_more(database: &Database) {
    let anna = add_user(database, "anna").await;
    let dead = claim(anna, "k", "r", 0);
    assert_eq!(ask(database, &dead, 0).await, KeyClaimed::Yes);
    let heir = claim(anna, "k", "r", 60);
    let early = database.store.claim_idempotency_key(&heir, at_micros(59_999_999)).await.unwrap();
    assert_eq!(early, KeyClaimed::Running { until: at(60) });
    assert_eq!(ask(database, &heir, 60).await, KeyClaimed::Yes);
    assert!(!answer(database, &dead, "dead").await);
    database.store.end_idempotency_claim(&dead).await.unwrap();
    assert!(answer(database, &heir, "alive").await);
    assert_eq!(ask(database, &claim(anna, "k", "r", 61), 61).await, answered("alive"));
}

async fn another_request_never_takes_over(database: &Database) {
    let anna = add_user(database, "anna").await;
    assert_eq!(ask(database, &claim(anna, "k", "r", 0), 0).await, KeyClaimed::Yes);
    let other = ask(database, &claim(anna, "k", "other", 99), 99).await;
    assert_eq!(other, KeyClaimed::OtherRequest, "the first one may have had its effect");
}

async fn a_key_that_is_given_back_is_free(database: &Database) {
    let anna = add_user(database, "anna").await;
    let first = claim(anna, "k", "r", 0);
    ask(database, &first, 0).await;
    database.store.end_idempotency_claim(&first).await.unwrap();
    let second = claim(anna, "k", "corrected", 1);
    assert_eq!(ask(database, &second, 1).await, KeyClaimed::Yes);
    assert!(answer(database, &second, "a").await);
    database.store.end_idempotency_claim(&second).await.unwrap();
    let kept = ask(database, &claim(anna, "k", "corrected", 2), 2).await;
    assert_eq!(kept, answered("a"), "what was answered is not given back");
}

async fn a_key_that_is_over_is_free(database: &Database) {
    let anna = add_user(database, "anna").await;
    let first = claim(anna, "k", "r", 0);
    ask(database, &first, 0).await;
    answer(database, &first, "a").await;
    assert_eq!(ask(database, &claim(anna, "k", "r", 3_599), 3_599).await, answered("a"));
    assert_eq!(ask(database, &claim(anna, "k", "other", 3_600), 3_600).await, KeyClaimed::Yes);
}

async fn purging_forgets_keys_that_are_over(database: &Database) {
    let anna = add_user(database, "anna").await;
    ask(database, &claim(anna, "over", "r", 0), 0).await;
    ask(database, &claim(anna, "open", "r", 1), 1).await;
    assert_eq!(database.store.purge_idempotency_keys(at(3_600)).await.unwrap(), 1);
    assert_eq!(database.count("idempotency_keys").await, 1);
}

async fn answers_go_when_the_user_disconnects(database: &Database) {
    let link = connected(database, "anna").await;
    let boris = claim(add_user(database, "boris").await, "k", "r", 0);
    ask(database, &boris, 0).await;
    answer(database, &boris, "of boris").await;
    let kept = claim(link.user, "k", "r", 0);
    ask(database, &kept, 0).await;
    answer(database, &kept, "with a value of Google's").await;
    let places = database.places_of(b"with a value of Google's").await;
    assert_eq!(places, ["idempotency_keys.answer"]);

    let done = database.store.unlink(link.user, link.id, 1, None, &entry(), at(2)).await.unwrap();
    assert_eq!(done, Unlinked::Done);
    let places = database.places_of(b"with a value of Google's").await;
    assert_eq!(places, Vec::<String>::new());
    let forgotten = KeyClaimed::Answered { status: 200, answer: None };
    let again = ask(database, &claim(link.user, "k", "r", 3), 3).await;
    assert_eq!(again, forgotten, "that it was carried out is still known");
    let again = ask(database, &claim(boris.user, "k", "r", 3), 3).await;
    assert_eq!(again, answered("of boris"));
}

async fn an_answer_that_comes_after_a_disconnection_is_not_kept(database: &Database) {
    let link = connected(database, "anna").await;
    let running = claim(link.user, "k", "r", 0);
    ask(database, &running, 0).await;
    database.store.unlink(link.user, link.id, 1, None, &entry(), at(2)).await.unwrap();
    assert!(answer(database, &running, "read before").await);
    assert_eq!(database.places_of(b"read before").await, Vec::<String>::new());
    // A request that begins afterwards holds nothing of Google's.
    let later = claim(link.user, "k2", "r", 3);
    ask(database, &later, 3).await;
    answer(database, &later, "read after").await;
    assert_eq!(ask(database, &claim(link.user, "k2", "r", 4), 4).await, answered("read after"));
}
