//! What this version cannot read is an error that names its place, never a guess.
//!
//! A newer version, or a hand in the database, may have written it.

use crate::database::Database;
use crate::samples::{at, claim_mails, connected, entry, hash, id, received, run_of, sync_of};
use model::{Email, EventKind, SyncFailure};
use store::{AddressChange, Error};

on_both_engines! {
    an_unknown_status,
    an_unknown_cause,
    an_unknown_failure,
    an_unknown_failure_of_a_refresh,
    an_unknown_mailbox,
    an_unknown_event,
    an_unknown_failure_of_an_event,
    an_unknown_field_of_the_user,
    an_unknown_field_from_google,
    an_unknown_policy,
    an_unknown_field_of_a_change,
    an_unknown_field_that_was_taken_back,
    a_subject_that_is_none,
    an_address_that_is_none,
    an_unknown_step,
    an_unknown_end,
    an_unknown_mail,
    an_unknown_job,
    an_unknown_language_of_a_mail,
    a_recipient_that_is_none,
    a_wished_address_that_is_none,
    a_former_address_that_is_none,
}

/// Damages the one row there is and asserts which readers say so, and how.
async fn assert_named(database: &Database, damage: &'static str, place: &str) {
    let store = &database.store;
    let link = connected(database, "anna").await;
    let answer = received(&[(model::Field::LastName, "Rand")]);
    store.save_sync(&sync_of(&link, 2), &answer, at(2)).await.unwrap();
    let failed = sync_of(&link, 3);
    store.save_failed_sync(&failed, SyncFailure::RateLimited, at(3)).await.unwrap();
    database.execute(damage).await;

    let read = [
        store.find_overview(link.user, 10).await.err(),
        store.find_grant(link.user).await.err(),
        store.find_profile(link.user).await.err(),
        store.list_history(link.user, EventKind::ALL, 0, 10).await.err(),
        store.find_user(&Email::parse("anna@example.com").unwrap()).await.err(),
    ];
    let errors: Vec<_> = read.into_iter().flatten().collect();
    assert!(!errors.is_empty(), "nobody noticed");
    for error in errors {
        assert!(matches!(error, Error::BadRow { .. }), "{error:?}");
        assert_eq!(error.to_string(), format!("invalid value in {place}"));
    }
}

async fn an_unknown_status(database: &Database) {
    assert_named(database, "update connections set status = 'odd'", "connections.status").await;
}

async fn an_unknown_cause(database: &Database) {
    assert_named(database, "update connections set cause = 'odd'", "connections.cause").await;
}

async fn an_unknown_failure(database: &Database) {
    let damage = "update connections set last_failure = 'odd'";
    assert_named(database, damage, "connections.last_failure").await;
}

async fn an_unknown_failure_of_a_refresh(database: &Database) {
    let damage = "update grants set refresh_failure = 'odd'";
    assert_named(database, damage, "grants.refresh_failure").await;
}

async fn an_unknown_mailbox(database: &Database) {
    let damage = "update connections set mailbox = '{\"address\": 7}'";
    assert_named(database, damage, "connections.mailbox").await;
}

async fn an_unknown_event(database: &Database) {
    assert_named(database, "update events set kind = 'odd'", "events.kind").await;
}

async fn an_unknown_failure_of_an_event(database: &Database) {
    assert_named(database, "update events set failure = 'odd'", "events.failure").await;
}

async fn an_unknown_field_of_the_user(database: &Database) {
    let damage = "insert into profile_values (user_id, field, value, changed_at)
        select id, 'odd', 'value', created_at from users";
    assert_named(database, damage, "profile_values.field").await;
}

async fn an_unknown_field_from_google(database: &Database) {
    assert_named(database, "update google_values set field = 'odd'", "google_values.field").await;
}

async fn an_unknown_policy(database: &Database) {
    let damage = "insert into field_policies (user_id, field, policy, changed_at)
        select id, 'first_name', 'odd', created_at from users";
    assert_named(database, damage, "field_policies.policy").await;
}

async fn an_unknown_field_of_a_change(database: &Database) {
    let damage = "update syncs set changes = '[{\"field\": \"odd\"}]' where outcome = 'updated'";
    assert_named(database, damage, "syncs.changes").await;
}

async fn an_unknown_field_that_was_taken_back(database: &Database) {
    let damage = "update syncs set undone = '[\"odd\"]' where outcome = 'updated'";
    assert_named(database, damage, "syncs.undone").await;
}

async fn a_subject_that_is_none(database: &Database) {
    assert_named(database, "update connections set subject = ''", "connections.subject").await;
}

async fn an_address_that_is_none(database: &Database) {
    assert_named(database, "update users set email = 'odd'", "users.email").await;
}

/// Damages the one run there is.
async fn assert_named_of_a_run(database: &Database, damage: &'static str, place: &str) {
    let link = connected(database, "anna").await;
    let run = run_of(&link, 32);
    database.store.claim_run(&run, None, at(2)).await.unwrap();
    database.execute(damage).await;
    let error = database.store.find_run(link.user, run.id).await.unwrap_err();
    assert_eq!(error.to_string(), format!("invalid value in {place}"));
}

async fn an_unknown_step(database: &Database) {
    assert_named_of_a_run(database, "update sync_runs set step = 'odd'", "sync_runs.step").await;
}

async fn an_unknown_end(database: &Database) {
    let damage = "update sync_runs set outcome = 'odd'";
    assert_named_of_a_run(database, damage, "sync_runs.outcome").await;
}

/// Damages the one mail there is.
async fn assert_mail_named(database: &Database, damage: &'static str, place: &str) {
    connected(database, "anna").await;
    database.execute(damage).await;
    let error = claim_mails(&database.store, at(9), at(60), 9).await.unwrap_err();
    assert_eq!(error.to_string(), format!("invalid value in {place}"));
}

async fn an_unknown_mail(database: &Database) {
    assert_mail_named(database, "update mails set kind = 'odd'", "mails.kind").await;
}

async fn an_unknown_job(database: &Database) {
    connected(database, "anna").await;
    let sql = "insert into jobs (kind, due_at, created_at) select 'odd', created_at, created_at
        from users";
    database.execute(sql).await;
    let error = database.store.count_jobs().await.unwrap_err();
    assert_eq!(error.to_string(), "invalid value in jobs.kind");
}

async fn an_unknown_language_of_a_mail(database: &Database) {
    assert_mail_named(database, "update mails set locale = 'xx'", "mails.locale").await;
}

async fn a_recipient_that_is_none(database: &Database) {
    assert_mail_named(database, "update mails set recipient = 'odd'", "mails.recipient").await;
}

async fn a_wished_address_that_is_none(database: &Database) {
    let user = connected(database, "anna").await.user;
    let change = AddressChange {
        user,
        email: Email::parse("new@example.com").unwrap(),
        token_hash: hash("link"),
        expires_at: at(99),
        mails: Vec::new(),
        entry: entry(),
    };
    database.store.add_address_change(&change, at(1)).await.unwrap();
    database.execute("update address_changes set email = 'odd'").await;
    for error in [
        database.store.find_address_change(user, at(2)).await.map(drop).unwrap_err(),
        database
            .store
            .find_address_of_link(user, &hash("link"), at(2))
            .await
            .map(drop)
            .unwrap_err(),
    ] {
        assert_eq!(error.to_string(), "invalid value in address_changes.email");
    }
}

async fn a_former_address_that_is_none(database: &Database) {
    connected(database, "anna").await;
    let damage = "insert into former_addresses
            (token_hash, user_id, email, email_key, created_at, expires_at)
        select token_hash, user_id, 'odd', 'odd', created_at, expires_at from sessions";
    let session = store::NewSession {
        id: model::SessionId(id()),
        token_hash: hash("link"),
        user: database
            .store
            .find_user(&Email::parse("anna@example.com").unwrap())
            .await
            .unwrap()
            .unwrap()
            .id,
        expires_at: at(99),
        replaces: None,
        entry: entry(),
    };
    database.store.add_session(&session, at(1)).await.unwrap();
    database.execute(damage).await;
    let error = database.store.find_former_address(&hash("link"), at(2)).await.unwrap_err();
    assert_eq!(error.to_string(), "invalid value in former_addresses.email");
}
