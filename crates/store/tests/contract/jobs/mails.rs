//! Mail waits until it has left, and whom it was for is forgotten then.
//!
//! It is queued with what it reports, in the language and to the address of that moment.

use std::collections::HashSet;

use model::{Cause, Email, Field, MailId, MailKind, StoredValue, UserId};
use store::{AddressChange, Linked, NewHistoryEvent, QueuedMail, Unlinked};

use crate::database::Database;
use crate::samples::{
    add_user, at, at_micros, claim_mails, connected, entry, hash, id, link_to, sealed, sync_of,
};

on_both_engines! {
    every_change_of_a_connection_is_told_once,
    a_trouble_that_is_over_is_not_told,
    what_did_not_happen_is_not_told,
    a_mail_is_in_the_language_that_its_reader_has_then,
    a_mail_goes_where_it_is_told_or_to_the_sign_in_address,
    a_mail_is_claimed_until_the_lease_ends,
    what_has_left_is_not_sent_again_by_whoever_held_it_too,
    what_has_left_or_never_will_is_forgotten,
    receipts_are_purged_and_waiting_mail_is_not,
    mail_goes_with_its_user,
}
in_memory! { a_mail_is_claimed_until_the_lease_ends, what_has_left_or_never_will_is_forgotten }

fn mail(user: UserId, to: Option<&str>) -> QueuedMail {
    QueuedMail {
        id: MailId(id()),
        kind: MailKind::AddressProof,
        user,
        to: to.map(|to| Email::parse(to).unwrap()),
        parameters: Some(sealed("parameters")),
    }
}

/// Queues mail with the wish that it is about.
async fn queue(database: &Database, user: UserId, mails: Vec<QueuedMail>, secs: i64) {
    let change = AddressChange {
        user,
        email: Email::parse("new@example.com").unwrap(),
        token_hash: hash(&id().to_string()[24..]),
        expires_at: at(9_999),
        mails,
        entry: entry(),
    };
    database.store.add_address_change(&change, at(secs)).await.unwrap();
}

/// The kinds of the mail that waits for a user, oldest first.
async fn waiting(database: &Database, user: &str) -> Vec<MailKind> {
    // A lease that ends at once holds nothing.
    let claimed = claim_mails(&database.store, at(99_999), at(99_999), 99).await.unwrap();
    let to = Email::parse(&format!("{user}@example.com")).unwrap();
    let mut theirs: Vec<_> = claimed.into_iter().filter(|mail| mail.to == to).collect();
    theirs.sort_by_key(|mail| (mail.created_at, mail.id));
    theirs.into_iter().map(|mail| mail.kind).collect()
}

async fn every_change_of_a_connection_is_told_once(database: &Database) {
    let store = &database.store;
    let link = connected(database, "anna").await;
    let needs = async |entry: NewHistoryEvent| {
        // A cause that keeps the token: nothing but the status can tell that it was told.
        let cause = Cause::AdminPolicy;
        store.save_needs_reconnect(link.id, link.user, 1, cause, &entry, at(2)).await.unwrap()
    };
    assert!(needs(entry()).await);
    for _ in 0..20 {
        assert!(!needs(entry()).await, "it waits already");
        let failed = sync_of(&link, 3);
        store.save_failed_sync(&failed, model::SyncFailure::NeedsReconnect, at(3)).await.unwrap();
    }
    let done = store.unlink(link.user, link.id, 1, None, &entry(), at(4)).await.unwrap();
    assert_eq!(done, Unlinked::Done);
    let told = waiting(database, "anna").await;
    assert_eq!(told, [MailKind::Connected, MailKind::NeedsReconnect, MailKind::Disconnected]);
}

async fn a_trouble_that_is_over_is_not_told(database: &Database) {
    let store = &database.store;
    let link = connected(database, "anna").await;
    let other = connected(database, "boris").await;
    for link in [&link, &other] {
        let cause = Cause::AdminPolicy;
        assert!(
            store
                .save_needs_reconnect(link.id, link.user, 1, cause, &entry(), at(2))
                .await
                .unwrap()
        );
    }
    let again = store::Link { entry: entry(), ..link.clone() };
    assert_eq!(store.link(&again, at(3)).await.unwrap(), Linked::Again);
    assert_eq!(waiting(database, "anna").await, [MailKind::Connected, MailKind::Connected]);
    let boris = waiting(database, "boris").await;
    assert_eq!(boris, [MailKind::Connected, MailKind::NeedsReconnect], "his goes on");
}

async fn what_did_not_happen_is_not_told(database: &Database) {
    let store = &database.store;
    let link = connected(database, "anna").await;
    let boris = add_user(database, "boris").await;
    assert_eq!(store.link(&link_to("anna", boris), at(2)).await.unwrap(), Linked::TakenByAnother);
    let changed = store.unlink(link.user, link.id, 7, None, &entry(), at(3)).await.unwrap();
    assert_eq!(changed, Unlinked::Changed);
    let older = Cause::GrantEnded;
    assert!(
        !store.save_needs_reconnect(link.id, link.user, 7, older, &entry(), at(3)).await.unwrap()
    );
    assert_eq!(database.count("mails").await, 1);
}

async fn a_mail_is_in_the_language_that_its_reader_has_then(database: &Database) {
    let store = &database.store;
    let anna = add_user(database, "anna").await;
    for (secs, language, expected) in
        [(1, None, "ru"), (2, Some("en-GB"), "en"), (3, Some("fr"), "ru")]
    {
        let rule = |profile: &mut model::Profile| {
            let own = language.map(|tag: &str| StoredValue {
                value: tag.to_owned(),
                at: at(1),
                sync: None,
            });
            profile.field_mut(Field::Language).edit(own);
        };
        store.save_profile(anna, None, &entry(), at(secs), rule).await.unwrap();
        queue(database, anna, vec![mail(anna, None)], secs).await;
        let claimed = claim_mails(store, at(secs), at(99), 9).await.unwrap();
        assert_eq!(claimed.len(), 1);
        assert_eq!(claimed[0].locale.tag(), expected, "{language:?}");
    }
}

async fn a_mail_goes_where_it_is_told_or_to_the_sign_in_address(database: &Database) {
    let anna = add_user(database, "anna").await;
    let mails = vec![mail(anna, None), mail(anna, Some("elsewhere@example.com"))];
    queue(database, anna, mails, 1).await;
    let claimed = claim_mails(&database.store, at(1), at(60), 9).await.unwrap();
    let to: HashSet<_> = claimed.iter().map(|mail| mail.to.as_str()).collect();
    assert_eq!(to, HashSet::from(["anna@example.com", "elsewhere@example.com"]));
}

async fn a_mail_is_claimed_until_the_lease_ends(database: &Database) {
    let anna = add_user(database, "anna").await;
    let queued = mail(anna, None);
    queue(database, anna, vec![queued.clone()], 1).await;
    let claim = async |now, lease| claim_mails(&database.store, now, lease, 9).await.unwrap();
    assert!(claim(at_micros(999_999), at(60)).await.is_empty());
    let claimed = claim(at(1), at(60)).await;
    assert_eq!(claimed.len(), 1);
    assert_eq!((claimed[0].id, claimed[0].kind), (queued.id, queued.kind));
    assert_eq!(claimed[0].parameters, queued.parameters);
    assert_eq!((claimed[0].created_at, claimed[0].useless_at), (at(1), at(3_601)));
    assert!(claim(at_micros(59_999_999), at(99)).await.is_empty());
    assert_eq!(claim(at(60), at(99)).await.len(), 1);
}

/// A process fell asleep over a mail, and another has sent it meanwhile.
async fn what_has_left_is_not_sent_again_by_whoever_held_it_too(database: &Database) {
    let anna = add_user(database, "anna").await;
    let queued = mail(anna, None);
    queue(database, anna, vec![queued.clone()], 1).await;
    let store = &database.store;
    assert_eq!(claim_mails(store, at(1), at(60), 9).await.unwrap().len(), 1);
    assert_eq!(claim_mails(store, at(60), at(99), 9).await.unwrap().len(), 1);
    store.save_mail_sent(queued.id, at(61)).await.unwrap();
    assert!(store.find_waiting_mail(queued.id).await.unwrap().is_none());
    store.save_mail_given_up(queued.id, at(62)).await.unwrap();
    assert_eq!(database.count("mails where given_up_at is not null").await, 0, "it was sent");
}

async fn what_has_left_or_never_will_is_forgotten(database: &Database) {
    let anna = add_user(database, "anna").await;
    let mails = [mail(anna, None), mail(anna, None)];
    queue(database, anna, mails.to_vec(), 1).await;
    database.store.save_mail_sent(mails[0].id, at(2)).await.unwrap();
    database.store.save_mail_given_up(mails[1].id, at(2)).await.unwrap();
    assert!(claim_mails(&database.store, at(999), at(999), 9).await.unwrap().is_empty());
}

async fn receipts_are_purged_and_waiting_mail_is_not(database: &Database) {
    let anna = add_user(database, "anna").await;
    let [old, new, waiting] = [mail(anna, None), mail(anna, None), mail(anna, None)];
    queue(database, anna, vec![old.clone(), waiting], 1).await;
    queue(database, anna, vec![new.clone()], 9).await;
    for sent in [old, new] {
        database.store.save_mail_sent(sent.id, at(10)).await.unwrap();
    }
    assert_eq!(database.store.purge_mails(at(9)).await.unwrap(), 1);
    assert_eq!(database.count("mails").await, 2);
}

async fn mail_goes_with_its_user(database: &Database) {
    connected(database, "anna").await;
    assert_eq!((database.count("mails").await, database.count("jobs").await), (1, 1));
    database.execute("delete from users").await;
    assert_eq!((database.count("mails").await, database.count("jobs").await), (0, 0));
}

/// What a mail said and to whom, searched for in the whole database. Not in memory: there is no
/// back door to look through.
async fn nothing_of_a_sent_mail_is_left(database: &Database) {
    let anna = add_user(database, "anna").await;
    let [mut sent, mut given_up] =
        [mail(anna, Some("first@reader.example")), mail(anna, Some("second@reader.example"))];
    sent.parameters = Some(sealed("sealed-words"));
    given_up.parameters = Some(sealed("sealed-words"));
    queue(database, anna, vec![sent.clone(), given_up.clone()], 1).await;
    assert_eq!(database.places_of(b"sealed-words").await, ["mails.parameters"]);
    assert_eq!(database.places_of(b"reader.example").await, ["mails.recipient"]);
    database.store.save_mail_sent(sent.id, at(2)).await.unwrap();
    database.store.save_mail_given_up(given_up.id, at(2)).await.unwrap();
    for words in [&b"sealed-words"[..], b"reader.example"] {
        assert_eq!(database.places_of(words).await, Vec::<String>::new());
    }
}

mod searched {
    use crate::database::Database;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn on_sqlite() {
        super::nothing_of_a_sent_mail_is_left(&Database::sqlite().await).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn on_postgres() {
        if let Some(database) = Database::postgres().await {
            super::nothing_of_a_sent_mail_is_left(&database).await;
        }
    }
}
