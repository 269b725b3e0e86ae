//! People are told apart by their address, however its letters are typed.
//!
//! Who would be added over somebody else must leave no trace.

use model::{Email, EventKind, Field, OwnValues};
use store::Added;

use crate::database::Database;
use crate::samples::{add_user, at, at_once, event_kinds, new_user, own, values_of};

on_both_engines! {
    an_address_is_taken_in_any_case_of_its_letters,
    of_many_who_register_an_address_at_once_one_has_it,
    what_was_typed_is_kept_byte_for_byte,
    a_password_hash_can_be_replaced,
}
in_memory! {
    an_address_is_taken_in_any_case_of_its_letters,
    of_many_who_register_an_address_at_once_one_has_it,
}

async fn an_address_is_taken_in_any_case_of_its_letters(database: &Database) {
    let store = &database.store;
    let first = new_user("Anna@Example.com", OwnValues::default());
    let second = new_user("aNNA@example.COM", own(&[(Field::FirstName, "Анна")]));
    assert_eq!(store.add_user(&first, at(0)).await.unwrap(), Added::Created);
    assert_eq!(store.add_user(&second, at(1)).await.unwrap(), Added::EmailTaken);

    let found = store.find_user(&Email::parse("ANNA@EXAMPLE.COM").unwrap()).await.unwrap().unwrap();
    assert_eq!((found.id, found.email), (first.id, first.email));
    assert_eq!(found.password_hash, first.password_hash);
    assert_eq!(event_kinds(database, first.id).await, [EventKind::Registered]);
    assert_eq!(event_kinds(database, second.id).await, []);
    assert_eq!(values_of(store, second.id).await.0, OwnValues::default());
    let stranger = Email::parse("boris@example.com").unwrap();
    assert!(store.find_user(&stranger).await.unwrap().is_none());
}

async fn of_many_who_register_an_address_at_once_one_has_it(database: &Database) {
    let answers = at_once(10, |n| {
        let store = database.store.clone();
        let email = if n % 2 == 0 { "anna@example.com" } else { "ANNA@example.com" };
        async move { store.add_user(&new_user(email, OwnValues::default()), at(0)).await.unwrap() }
    })
    .await;
    assert_eq!(answers.into_iter().filter(|added| *added == Added::Created).count(), 1);
}

async fn what_was_typed_is_kept_byte_for_byte(database: &Database) {
    let typed = own(&[
        (Field::FirstName, "  Таня '; drop table users; -- "),
        (Field::LastName, "O\u{2019}Brien \u{1f469}\u{200d}\u{1f680}"),
        (Field::DisplayName, ""),
        (Field::Email, "e\u{301} is not \u{e9}"),
    ]);
    let user = new_user("anna@example.com", typed.clone());
    database.store.add_user(&user, at(0)).await.unwrap();
    assert_eq!(values_of(&database.store, user.id).await.0, typed);
}

async fn a_password_hash_can_be_replaced(database: &Database) {
    let anna = add_user(database, "anna").await;
    let boris = add_user(database, "boris").await;
    database.store.save_password_hash(anna, "$argon2id$second").await.unwrap();
    for (name, user, hash) in
        [("anna", anna, "$argon2id$second"), ("boris", boris, "$argon2id$first")]
    {
        let email = Email::parse(&format!("{name}@example.com")).unwrap();
        let found = database.store.find_user(&email).await.unwrap().unwrap();
        assert_eq!((found.id, found.password_hash.as_str()), (user, hash));
    }
}
