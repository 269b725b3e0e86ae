//! A sign-in address moves once, by a link of its own, and its former owner can take it back.
//!
//! Nobody else can have an address that may still be taken back.

use model::{Email, EventKind, MailId, MailKind, OwnValues, SessionId, UserId};
use store::{Added, AddressChange, AddressMove, AddressReturn, Moved, NewSession, QueuedMail};

use crate::database::Database;
use crate::samples::{
    add_user, at, at_micros, at_once, claim_mails, entry, event_kinds, hash, id, new_user,
};

on_both_engines! {
    a_wish_is_remembered_until_its_link_is_over,
    a_later_wish_takes_the_place_of_an_earlier_one,
    a_wish_can_be_taken_back,
    a_link_moves_its_user_once_and_nobody_else,
    of_many_uses_of_a_link_at_once_one_moves,
    a_taken_address_moves_nobody_and_keeps_the_link,
    a_move_ends_every_other_session_and_is_told_to_the_address_of_before,
    a_former_address_is_nobody_elses,
    a_former_address_comes_back_with_everything_that_belongs_to_it,
    an_earlier_way_back_outlives_a_later_one,
    what_is_over_is_purged,
    people_are_found_by_their_id,
}
in_memory! {
    a_later_wish_takes_the_place_of_an_earlier_one,
    a_former_address_comes_back_with_everything_that_belongs_to_it,
}

fn email(name: &str) -> Email {
    Email::parse(&format!("{name}@example.com")).unwrap()
}

fn mail(user: UserId, kind: MailKind) -> QueuedMail {
    QueuedMail { id: MailId(id()), kind, user, to: None, parameters: None }
}

async fn wish(database: &Database, user: UserId, to: &str, link: &str) {
    let change = AddressChange {
        user,
        email: email(to),
        token_hash: hash(link),
        expires_at: at(100),
        mails: Vec::new(),
        entry: entry(),
    };
    database.store.add_address_change(&change, at(1)).await.unwrap();
}

fn proved(user: UserId, link: &str, session: SessionId) -> AddressMove {
    AddressMove {
        user,
        token_hash: hash(link),
        session,
        former_token_hash: hash(&format!("back {link}")),
        former_expires_at: at(1_000),
        mail: mail(user, MailKind::AddressChanged),
        entry: entry(),
    }
}

async fn prove(database: &Database, user: UserId, link: &str, secs: i64) -> Moved {
    let moved = proved(user, link, SessionId(id()));
    database.store.save_address(&moved, at(secs)).await.unwrap()
}

async fn give_back(database: &Database, user: UserId, link: &str, secs: i64) -> Moved {
    let returned = AddressReturn {
        user,
        token_hash: hash(&format!("back {link}")),
        password_hash: "$argon2id$new".to_owned(),
        mail: mail(user, MailKind::AddressRestored),
        entry: entry(),
    };
    database.store.restore_address(&returned, at(secs)).await.unwrap()
}

async fn session(database: &Database, user: UserId, token: &str) -> SessionId {
    let session = NewSession {
        id: SessionId(id()),
        token_hash: hash(token),
        user,
        expires_at: at(9_999),
        replaces: None,
        entry: entry(),
    };
    database.store.add_session(&session, at(0)).await.unwrap();
    session.id
}

async fn is_open(database: &Database, token: &str) -> bool {
    database.store.find_session(&hash(token), at(1), at(-1)).await.unwrap().is_some()
}

async fn owner(database: &Database, name: &str) -> Option<UserId> {
    database.store.find_user(&email(name)).await.unwrap().map(|user| user.id)
}

async fn a_wish_is_remembered_until_its_link_is_over(database: &Database) {
    let anna = add_user(database, "anna").await;
    let boris = add_user(database, "boris").await;
    let store = &database.store;
    assert_eq!(store.find_address_change(anna, at(1)).await.unwrap(), None);
    wish(database, anna, "new", "link").await;
    let pending = store.find_address_change(anna, at(99)).await.unwrap().unwrap();
    assert_eq!((pending.email, pending.expires_at), (email("new"), at(100)));
    assert_eq!(store.find_address_change(boris, at(99)).await.unwrap(), None);
    let of_link = async |user, link: &str, now| {
        store.find_address_of_link(user, &hash(link), now).await.unwrap()
    };
    assert_eq!(of_link(anna, "link", at_micros(99_999_999)).await, Some(email("new")));
    assert_eq!(of_link(boris, "link", at(2)).await, None);
    assert_eq!(of_link(anna, "other", at(2)).await, None);
    assert_eq!(of_link(anna, "link", at(100)).await, None);
    assert_eq!(store.find_address_change(anna, at(100)).await.unwrap(), None);
    assert_eq!(prove(database, anna, "link", 100).await, Moved::UnknownLink);
    assert_eq!(event_kinds(database, anna).await[0], EventKind::AddressRequested);
}

async fn a_later_wish_takes_the_place_of_an_earlier_one(database: &Database) {
    let anna = add_user(database, "anna").await;
    wish(database, anna, "first", "link 1").await;
    wish(database, anna, "second", "link 2").await;
    assert_eq!(prove(database, anna, "link 1", 2).await, Moved::UnknownLink);
    assert_eq!(prove(database, anna, "link 2", 2).await, Moved::Done);
    assert_eq!(owner(database, "second").await, Some(anna));
}

async fn a_wish_can_be_taken_back(database: &Database) {
    let anna = add_user(database, "anna").await;
    wish(database, anna, "new", "link").await;
    assert!(database.store.end_address_change(anna).await.unwrap());
    assert!(!database.store.end_address_change(anna).await.unwrap());
    assert_eq!(prove(database, anna, "link", 2).await, Moved::UnknownLink);
}

async fn a_link_moves_its_user_once_and_nobody_else(database: &Database) {
    let anna = add_user(database, "anna").await;
    let boris = add_user(database, "boris").await;
    wish(database, anna, "New", "link").await;
    assert_eq!(prove(database, boris, "link", 2).await, Moved::UnknownLink);
    assert_eq!(prove(database, anna, "link", 2).await, Moved::Done);
    assert_eq!(prove(database, anna, "link", 2).await, Moved::UnknownLink);
    assert_eq!(owner(database, "nEW").await, Some(anna));
    assert_eq!(owner(database, "anna").await, None);
    let found = database.store.find_user(&email("new")).await.unwrap().unwrap();
    assert_eq!(found.email.as_str(), "New@example.com", "as it was typed");
    assert_eq!(event_kinds(database, anna).await[0], EventKind::AddressChanged);
    assert_eq!(database.count("former_addresses").await, 1);
}

async fn of_many_uses_of_a_link_at_once_one_moves(database: &Database) {
    let anna = add_user(database, "anna").await;
    wish(database, anna, "new", "link").await;
    let answers = at_once(10, |n| {
        let store = database.store.clone();
        let moved = AddressMove {
            former_token_hash: hash(&format!("back {n}")),
            ..proved(anna, "link", SessionId(id()))
        };
        async move { store.save_address(&moved, at(2)).await.unwrap() }
    })
    .await;
    assert_eq!(answers.into_iter().filter(|moved| *moved == Moved::Done).count(), 1);
    assert_eq!(database.count("former_addresses").await, 1);
}

async fn a_taken_address_moves_nobody_and_keeps_the_link(database: &Database) {
    let anna = add_user(database, "anna").await;
    wish(database, anna, "boris", "link").await;
    let boris = add_user(database, "Boris").await;
    assert_eq!(prove(database, anna, "link", 2).await, Moved::Taken);
    assert_eq!(
        (owner(database, "anna").await, owner(database, "boris").await),
        (Some(anna), Some(boris))
    );
    assert_eq!(database.count("former_addresses").await, 0);
    assert_eq!(database.count("mails").await, 0, "nothing is told that did not happen");
    assert!(database.store.find_address_change(anna, at(2)).await.unwrap().is_some());
}

async fn a_move_ends_every_other_session_and_is_told_to_the_address_of_before(database: &Database) {
    let anna = add_user(database, "anna").await;
    let boris = add_user(database, "boris").await;
    let kept = session(database, anna, "here").await;
    session(database, anna, "there").await;
    session(database, boris, "elsewhere").await;
    wish(database, anna, "new", "link").await;
    let moved = proved(anna, "link", kept);
    assert_eq!(database.store.save_address(&moved, at(2)).await.unwrap(), Moved::Done);
    assert!(is_open(database, "here").await && is_open(database, "elsewhere").await);
    assert!(!is_open(database, "there").await);
    let claimed = claim_mails(&database.store, at(2), at(60), 9).await.unwrap();
    assert_eq!(claimed.len(), 1);
    assert_eq!((claimed[0].id, &claimed[0].to), (moved.mail.id, &email("anna")));
}

async fn a_former_address_is_nobody_elses(database: &Database) {
    let anna = add_user(database, "anna").await;
    let boris = add_user(database, "boris").await;
    wish(database, anna, "new", "link").await;
    assert_eq!(prove(database, anna, "link", 2).await, Moved::Done);
    let store = &database.store;
    let register = new_user("ANNA@example.com", OwnValues::default());
    assert_eq!(store.add_user(&register, at(999)).await.unwrap(), Added::EmailTaken);
    wish(database, boris, "anna", "boris's link").await;
    assert_eq!(prove(database, boris, "boris's link", 99).await, Moved::Taken);
    wish(database, anna, "anna", "link back").await;
    assert_eq!(prove(database, anna, "link back", 99).await, Moved::Done, "but its owner's");
    assert_eq!(store.add_user(&register, at(99)).await.unwrap(), Added::EmailTaken);

    let over = new_user("new@example.com", OwnValues::default());
    assert_eq!(store.add_user(&over, at(999)).await.unwrap(), Added::EmailTaken);
    assert_eq!(store.add_user(&over, at(1_000)).await.unwrap(), Added::Created, "and not for ever");
}

async fn a_former_address_comes_back_with_everything_that_belongs_to_it(database: &Database) {
    let anna = add_user(database, "anna").await;
    let boris = add_user(database, "boris").await;
    let kept = session(database, anna, "here").await;
    session(database, boris, "elsewhere").await;
    wish(database, anna, "new", "link").await;
    let moved = proved(anna, "link", kept);
    assert_eq!(database.store.save_address(&moved, at(2)).await.unwrap(), Moved::Done);
    wish(database, anna, "newer", "link 2").await;

    let store = &database.store;
    let found = store.find_former_address(&hash("back link"), at(999)).await.unwrap();
    assert_eq!(found, Some((anna, email("anna"))));
    assert_eq!(store.find_former_address(&hash("back link"), at(1_000)).await.unwrap(), None);
    assert_eq!(give_back(database, boris, "link", 3).await, Moved::UnknownLink);
    assert_eq!(give_back(database, anna, "link", 1_000).await, Moved::UnknownLink);
    assert_eq!(give_back(database, anna, "link", 3).await, Moved::Done);
    assert_eq!(give_back(database, anna, "link", 3).await, Moved::UnknownLink);

    let user = store.find_user(&email("anna")).await.unwrap().unwrap();
    assert_eq!((user.id, user.password_hash.as_str()), (anna, "$argon2id$new"));
    assert_eq!(owner(database, "new").await, None);
    assert!(!is_open(database, "here").await, "not even the session that changed it");
    assert!(is_open(database, "elsewhere").await);
    assert_eq!(prove(database, anna, "link 2", 4).await, Moved::UnknownLink);
    assert_eq!(event_kinds(database, anna).await[0], EventKind::AddressRestored);
    let claimed = claim_mails(store, at(4), at(60), 9).await.unwrap();
    let restored = claimed.iter().find(|mail| mail.kind == MailKind::AddressRestored).unwrap();
    assert_eq!(restored.to, email("anna"));
}

async fn an_earlier_way_back_outlives_a_later_one(database: &Database) {
    let anna = add_user(database, "anna").await;
    for (secs, to, link) in [(2, "evil", "link 1"), (3, "evil2", "link 2")] {
        wish(database, anna, to, link).await;
        assert_eq!(prove(database, anna, link, secs).await, Moved::Done);
    }
    assert_eq!(give_back(database, anna, "link 2", 4).await, Moved::Done);
    assert_eq!(owner(database, "evil").await, Some(anna));
    wish(database, anna, "evil3", "link 3").await;
    assert_eq!(prove(database, anna, "link 3", 5).await, Moved::Done);
    assert_eq!(give_back(database, anna, "link 1", 6).await, Moved::Done);
    assert_eq!(owner(database, "anna").await, Some(anna));
    assert_eq!(give_back(database, anna, "link 3", 7).await, Moved::UnknownLink);
    assert_eq!(owner(database, "anna").await, Some(anna));
}

async fn what_is_over_is_purged(database: &Database) {
    let anna = add_user(database, "anna").await;
    wish(database, anna, "new", "link").await;
    prove(database, anna, "link", 2).await;
    wish(database, anna, "newer", "link 2").await;
    assert_eq!(database.store.purge_addresses(at(99)).await.unwrap(), 0);
    assert_eq!(database.store.purge_addresses(at(100)).await.unwrap(), 1);
    assert_eq!(database.store.purge_addresses(at(1_000)).await.unwrap(), 1);
}

async fn people_are_found_by_their_id(database: &Database) {
    let anna = add_user(database, "anna").await;
    add_user(database, "boris").await;
    let found = database.store.find_user_by_id(anna).await.unwrap().unwrap();
    assert_eq!((found.id, found.email), (anna, email("anna")));
    assert!(database.store.find_user_by_id(UserId(id())).await.unwrap().is_none());
}
