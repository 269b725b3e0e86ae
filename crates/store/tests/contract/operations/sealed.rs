//! Every sealed value can be found, told apart by its key, and replaced if nobody else did.
//!
//! An exchange of keys runs beside the site: it must miss nothing and overwrite nothing.

use std::collections::BTreeSet;
use std::time::Duration;

use model::{Email, LocalPath, MailId, MailKind, ScopeSet, UndoKind};
use store::{
    AddressChange, AuthorizationRequest, HeaderCount, KeyClaim, NewRevocation, QueuedMail, Renewal,
    Resealed, RowId, SealedColumn, SealedRow, UndoWindow,
};
use vault::{KeyId, Sealed};

use crate::database::Database;
use crate::samples::{
    add_user, at, connected, entry, grant_of, hash, id, link_to, revocation, sealed,
};

on_both_engines! {
    values_are_counted_by_what_they_begin_with,
    bytes_that_are_no_envelope_are_counted_too,
    a_walk_meets_every_value_once_in_any_size_of_steps,
    a_walk_passes_over_what_begins_with_a_header,
    a_value_is_replaced_once_and_no_other,
    a_value_that_was_renewed_in_between_stays,
    a_value_that_is_gone_stays_gone,
}
in_memory! { values_are_counted_by_what_they_begin_with, a_value_that_was_renewed_in_between_stays }

fn header(key: &str) -> Vec<u8> {
    KeyId::parse(key).unwrap().header()
}

/// Bytes with a header as the vault writes it.
fn by(key: &str, text: &str) -> Sealed {
    Sealed::from_bytes([header(key), text.into()].concat())
}

/// One value in each column, all of this key.
async fn one_of_each(database: &Database, name: &str, key: &str) {
    let user = add_user(database, name).await;
    let mut link = link_to(name, user);
    link.access = by(key, "access");
    link.refresh = Some(by(key, "refresh"));
    database.store.link(&link, at(1)).await.unwrap();
    let undo = UndoWindow { way_back: UndoKind::Undo, kept: by(key, "kept"), until: at(9) };
    let revocation = NewRevocation { token: by(key, "token"), undo: Some(undo), ..revocation("") };
    database.store.add_revocation(user, &revocation, at(1)).await.unwrap();
    let attempt = AuthorizationRequest {
        state_hash: hash(name),
        browser_hash: hash("browser"),
        user,
        verifier: by(key, "verifier"),
        nonce: "nonce".to_owned(),
        asked: ScopeSet::sign_in(),
        return_to: LocalPath::dashboard(),
        expires_at: at(600),
    };
    database.store.add_authorization_request(&attempt, at(0)).await.unwrap();
    let mail = QueuedMail {
        id: MailId(id()),
        kind: MailKind::AddressProof,
        user,
        to: None,
        parameters: Some(by(key, "mail")),
    };
    let change = AddressChange {
        user,
        email: Email::parse(&format!("new.{name}@example.com")).unwrap(),
        token_hash: hash(name),
        expires_at: at(600),
        mails: vec![mail],
        entry: entry(),
    };
    database.store.add_address_change(&change, at(1)).await.unwrap();
    let claim = KeyClaim {
        user,
        key_hash: hash(name),
        fingerprint: hash("request"),
        claim: id(),
        claimed_until: at(60),
        expires_at: at(600),
    };
    database.store.claim_idempotency_key(&claim, at(1)).await.unwrap();
    let answer = by(key, "answer");
    assert!(database.store.save_idempotent_answer(&claim, 200, Some(&answer)).await.unwrap());
}

async fn walk(database: &Database, column: SealedColumn, but: Option<&[u8]>) -> Vec<SealedRow> {
    let after = column.before_all();
    database.store.list_sealed(column, &after, but, 1_000).await.unwrap()
}

async fn counts(database: &Database, column: SealedColumn) -> BTreeSet<(Vec<u8>, i64)> {
    let counts = database.store.count_sealed(column).await.unwrap();
    counts.into_iter().map(|HeaderCount { header, values }| (header, values)).collect()
}

async fn values_are_counted_by_what_they_begin_with(database: &Database) {
    let long = "k".repeat(32);
    for (name, key) in [("anna", "k1"), ("boris", "k1"), ("vera", "k10"), ("gleb", &long)] {
        one_of_each(database, name, key).await;
    }
    for column in SealedColumn::ALL {
        let expected = [(header("k1"), 2), (header("k10"), 1), (header(&long), 1)];
        assert_eq!(counts(database, *column).await, expected.into(), "{column}");
    }
}

async fn bytes_that_are_no_envelope_are_counted_too(database: &Database) {
    let user = add_user(database, "anna").await;
    let odd = [&b""[..], b"\x01", b"\x01\x00", b"\x01\xff", b"\x01\x20short", &[0x80; 99]];
    for bytes in odd {
        let token = Sealed::from_bytes(bytes.to_vec());
        let revocation = NewRevocation { token, ..revocation("") };
        database.store.add_revocation(user, &revocation, at(1)).await.unwrap();
    }
    let counts = counts(database, SealedColumn::Revocation).await;
    assert_eq!(counts.iter().map(|(_, values)| values).sum::<i64>(), 6, "{counts:?}");
    assert!(counts.iter().all(|(header, _)| KeyId::of_header(header).is_none()), "{counts:?}");
    assert_eq!(walk(database, SealedColumn::Revocation, Some(&header("k1"))).await.len(), 6);
}

async fn a_walk_meets_every_value_once_in_any_size_of_steps(database: &Database) {
    for name in ["anna", "boris", "vera", "gleb", "dora"] {
        one_of_each(database, name, "k1").await;
    }
    database.execute("update grants set refresh_token = null where generation = 1").await;
    database
        .execute(
            "update revocations set token = null where id = (select max_id from (
        select id as max_id from revocations order by id desc limit 1) as newest)",
        )
        .await;
    for (column, values) in [
        (SealedColumn::Verifier, 5),
        (SealedColumn::AccessToken, 5),
        (SealedColumn::RefreshToken, 0),
        (SealedColumn::Revocation, 4),
    ] {
        let whole = walk(database, column, None).await;
        assert_eq!(whole.len(), values, "{column}");
        for step in 1..=6 {
            let (mut met, mut after) = (Vec::new(), column.before_all());
            while let rows = database.store.list_sealed(column, &after, None, step).await.unwrap()
                && let Some(last) = rows.last()
            {
                after = last.row.clone();
                met.extend(rows);
            }
            assert_eq!(met, whole, "{column} in steps of {step}");
        }
    }
}

async fn a_walk_passes_over_what_begins_with_a_header(database: &Database) {
    one_of_each(database, "anna", "k1").await;
    one_of_each(database, "boris", "k2").await;
    one_of_each(database, "vera", "k20").await;
    for column in SealedColumn::ALL {
        let rows = walk(database, *column, Some(&header("k2"))).await;
        let mut keys: Vec<_> =
            rows.iter().map(|row| KeyId::of_header(row.value.as_bytes()).unwrap()).collect();
        keys.sort();
        assert_eq!(keys, ["k1", "k20"].map(|id| KeyId::parse(id).unwrap()), "{column}");
    }
}

async fn a_value_is_replaced_once_and_no_other(database: &Database) {
    for name in ["anna", "boris"] {
        one_of_each(database, name, "k1").await;
    }
    for column in SealedColumn::ALL {
        let rows = walk(database, *column, None).await;
        let first = &rows[0];
        let new = by("k2", "anew");
        let row = first.row.clone();
        let resealed = [Resealed { row, old: first.value.clone(), new: new.clone() }];
        assert_eq!(database.store.save_resealed(*column, &resealed).await.unwrap(), 1);
        assert_eq!(database.store.save_resealed(*column, &resealed).await.unwrap(), 0);
        let expected = [SealedRow { value: new, ..first.clone() }, rows[1].clone()];
        assert_eq!(walk(database, *column, None).await, expected, "{column}");
    }
    assert_eq!(database.places_of(b"anew").await.len(), SealedColumn::ALL.len());
}

async fn a_value_that_was_renewed_in_between_stays(database: &Database) {
    let store = &database.store;
    let user = connected(database, "anna").await.user;
    let read = walk(database, SealedColumn::RefreshToken, None).await.remove(0);
    let grant = grant_of(database, user).await;
    let renewal = Renewal {
        connection: grant.connection,
        generation: grant.generation,
        fence: grant.refresh_fence,
        renewed_at: at(2),
        access: by("k2", "access 2"),
        access_expires_at: at(7_200),
        refresh: Some(by("k2", "refresh 2")),
        marks: None,
        refresh_expires_at: None,
        granted: None,
    };
    assert!(store.save_renewal(&renewal).await.unwrap());
    let resealed = [Resealed { row: read.row, old: read.value, new: by("k2", "refresh 1") }];
    assert_eq!(store.save_resealed(SealedColumn::RefreshToken, &resealed).await.unwrap(), 0);
    assert_eq!(grant_of(database, user).await.refresh, renewal.refresh);
    // Sealing anew is no new token: a refresh that is under way may still store its answer.
    let read = walk(database, SealedColumn::AccessToken, None).await.remove(0);
    let resealed = [Resealed { row: read.row, old: read.value, new: by("k3", "access 2") }];
    assert_eq!(store.save_resealed(SealedColumn::AccessToken, &resealed).await.unwrap(), 1);
    assert!(store.save_renewal(&Renewal { generation: 2, ..renewal }).await.unwrap());
}

async fn a_value_that_is_gone_stays_gone(database: &Database) {
    connected(database, "anna").await;
    let read = walk(database, SealedColumn::AccessToken, None).await.remove(0);
    database.execute("delete from connections").await;
    let resealed = [Resealed { row: read.row, old: read.value, new: sealed("anew") }];
    let saved = database.store.save_resealed(SealedColumn::AccessToken, &resealed).await;
    assert_eq!(saved.unwrap(), 0);
    assert_eq!(database.places_of(b"anew").await, Vec::<String>::new());
}

#[tokio::test]
async fn a_row_that_another_process_writes_is_passed_over_and_not_waited_for() {
    let Some(database) = Database::postgres().await else { return };
    one_of_each(&database, "anna", "k1").await;
    one_of_each(&database, "boris", "k1").await;
    let column = SealedColumn::AccessToken;
    let rows = walk(&database, column, None).await;
    let mut other = database.postgres_pool().begin().await.unwrap();
    let RowId::Id(held) = rows[0].row else { panic!("grants have ids") };
    let hold = sqlx::query("update grants set generation = 7 where connection_id = $1");
    hold.bind(held).execute(&mut *other).await.unwrap();
    let resealed: Vec<_> = rows
        .into_iter()
        .map(|SealedRow { row, value }| Resealed { row, old: value, new: by("k2", "access") })
        .collect();
    let saved = database.store.save_resealed(column, &resealed);
    let saved = tokio::time::timeout(Duration::from_secs(30), saved).await.expect("it waits");
    assert_eq!(saved.unwrap(), 1);
    other.commit().await.unwrap();
    assert_eq!(database.store.save_resealed(column, &resealed).await.unwrap(), 1);
}

#[test]
fn a_row_is_named_as_values_are_sealed_for_it() {
    let connection = model::ConnectionId(id());
    assert_eq!(RowId::Id(connection.0).to_string(), connection.to_string());
    assert_eq!(RowId::Hash(vec![0, 10, 255]).to_string(), "000aff");
}

#[tokio::test]
async fn every_column_of_bytes_is_on_the_list_or_is_known_to_be_no_secret() {
    // A mark is an HMAC: looked up under every key of the ring, and made anew by a refresh.
    const NO_SECRETS: &[(&str, &str)] = &[
        ("throttles", "key"),
        ("pictures", "bytes"),
        ("idempotency_keys", "fingerprint"),
        ("grants", "refresh_prefix_mark"),
        ("grants", "refresh_hash_mark"),
        ("security_events", "id"),
        ("jobs", "security_event_id"),
    ];
    let Some(database) = Database::postgres().await else { return };
    let bytes = database.columns().await.into_iter().filter(|column| column.is_binary);
    let secrets: BTreeSet<_> = bytes
        .filter(|column| !column.name.ends_with("_hash"))
        .map(|column| (column.table_name, column.name))
        .filter(|(table, name)| !NO_SECRETS.contains(&(table, name)))
        .collect();
    let listed = SealedColumn::ALL.iter();
    let listed = listed.map(|of| (of.table().to_owned(), of.column().to_owned())).collect();
    assert_eq!(secrets, listed);
}
