//! A database of the version before there was a queue, full of what waits: after the upgrade all of
//! it is done, and done once.
//!
//! Its rows are written as that version wrote them; what is sealed in them never moves.

use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};
use model::{UndoKind, UserId};
use sandbox::Endpoint;
use service::Clock;
use sqlx::migrate::Migrator;
use sqlx::{AssertSqlSafe, PgPool, SqlitePool};
use uuid::Uuid;
use vault::{AssociatedData, Key, KeyId, KeyRing};

use crate::site::Site;

/// The last version without a queue.
const BEFORE: i64 = 11;
const ANNA: UserId = UserId(Uuid::from_u128(1));

/// The migrations of an engine, from the folder itself.
async fn migrations(engine: &str) -> Migrator {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations").join(engine);
    Migrator::new(folder).await.unwrap()
}

enum Raw {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

/// Runs one expression on either engine.
macro_rules! raw {
    ($raw:expr, |$db:ident| $body:expr) => {
        match $raw {
            Raw::Sqlite($db) => $body,
            Raw::Postgres($db) => $body,
        }
    };
}

/// How a row waits.
struct Waiting {
    /// In how many seconds it is due.
    due: i64,
    /// Failed tries so far.
    tries: i64,
    /// For how many more seconds somebody holds it, who died.
    held: Option<i64>,
}

/// Due, overdue after failures, to be tried again later, in the hands of a worker that died.
const WAITING: [Waiting; 4] = [
    Waiting { due: 0, tries: 0, held: None },
    Waiting { due: -3_600, tries: 7, held: None },
    Waiting { due: 600, tries: 3, held: None },
    Waiting { due: -30, tries: 1, held: Some(300) },
];
const EACH: u64 = 4;

impl Raw {
    async fn open(url: &str) -> Raw {
        if url.starts_with("sqlite") {
            let url = format!("{url}?mode=rwc");
            let db = SqlitePool::connect(&url).await.unwrap();
            migrations("sqlite").await.run_to(BEFORE, &db).await.unwrap();
            Raw::Sqlite(db)
        } else {
            let db = PgPool::connect(url).await.unwrap();
            migrations("postgres").await.run_to(BEFORE, &db).await.unwrap();
            Raw::Postgres(db)
        }
    }

    async fn count(&self, of: &str) -> i64 {
        let sql = AssertSqlSafe(format!("select count(*) from {of}"));
        raw!(self, |db| sqlx::query_scalar(sql).fetch_one(db).await).unwrap()
    }

    async fn add_user(&self, now: DateTime<Utc>) {
        const USER: &str = "insert into users (id, email, email_key, password_hash, created_at)
            values ($1, 'anna@example.com', 'anna@example.com', 'none', $2)";
        const SESSION: &str = "insert into sessions
                (id, token_hash, user_id, created_at, last_seen_at, expires_at)
            values ($1, $2, $1, $3, $3, $4)";
        raw!(self, |db| {
            sqlx::query(USER).bind(ANNA.0).bind(now).execute(db).await.unwrap();
            let later = now + TimeDelta::days(1);
            let session = sqlx::query(SESSION).bind(ANNA.0).bind(&[1_u8; 32][..]);
            session.bind(now).bind(later).execute(db).await.unwrap();
        });
    }

    async fn add_mail(&self, id: Uuid, parameters: &[u8], waiting: &Waiting, now: DateTime<Utc>) {
        const SQL: &str = "insert into mails (id, user_id, kind, locale, recipient, parameters,
                tries, due_at, useless_at, claimed_until, created_at)
            values ($1, $2, 'address_proof', 'ru', 'new@example.com', $3, $4, $5, $6, $7, $8)";
        let at = |secs| now + TimeDelta::seconds(secs);
        raw!(self, |db| {
            sqlx::query(SQL)
                .bind(id)
                .bind(ANNA.0)
                .bind(parameters)
                .bind(waiting.tries)
                .bind(at(waiting.due))
                .bind(at(86_400))
                .bind(waiting.held.map(at))
                .bind(at(-7_200))
                .execute(db)
                .await
                .unwrap();
        });
    }

    async fn add_revocation(
        &self,
        id: Uuid,
        token: &[u8],
        kept: Option<&[u8]>,
        waiting: &Waiting,
        now: DateTime<Utc>,
    ) {
        const SQL: &str = "insert into revocations (id, user_id, token, tries, due_at,
                claimed_until, created_at, way_back, kept, subject_hash)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
        let at = |secs| now + TimeDelta::seconds(secs);
        raw!(self, |db| {
            sqlx::query(SQL)
                .bind(id)
                .bind(ANNA.0)
                .bind(token)
                .bind(waiting.tries)
                .bind(at(waiting.due))
                .bind(waiting.held.map(at))
                .bind(at(-10))
                .bind(kept.map(|_| UndoKind::Undo.as_str()))
                .bind(kept)
                .bind(id.as_bytes().repeat(2))
                .execute(db)
                .await
                .unwrap();
        });
    }

    async fn add_event(&self, id: Uuid, waiting: &Waiting, now: DateTime<Utc>) {
        const SQL: &str = "insert into security_events (id, kind, user_id, tries, due_at,
                claimed_until, issued_at, received_at)
            values ($1, 'sessions_revoked', $2, $3, $4, $5, $6, $6)";
        let at = |secs| now + TimeDelta::seconds(secs);
        raw!(self, |db| {
            sqlx::query(SQL)
                .bind(id.as_bytes().repeat(2))
                .bind(ANNA.0)
                .bind(waiting.tries)
                .bind(at(waiting.due))
                .bind(waiting.held.map(at))
                .bind(at(-7_200))
                .execute(db)
                .await
                .unwrap();
        });
    }

    /// One of each that was done before the upgrade: it must not be done again.
    async fn add_done(&self, now: DateTime<Utc>) {
        const DONE: [&str; 3] = [
            "insert into mails (id, user_id, kind, locale, due_at, useless_at, created_at, sent_at)
                values ($1, $2, 'connected', 'ru', $3, $3, $3, $3)",
            "insert into revocations (id, user_id, due_at, created_at, done_at)
                values ($1, $2, $3, $3, $3)",
            "insert into mails (id, user_id, kind, locale, due_at, useless_at, created_at,
                    given_up_at)
                values ($1, $2, 'connected', 'ru', $3, $3, $3, $3)",
        ];
        const EVENT: &str = "insert into security_events
                (id, kind, user_id, outcome, due_at, issued_at, received_at)
            values ($1, 'sessions_revoked', $2, 'acted', $3, $3, $3)";
        let at = now - TimeDelta::days(1);
        for (sql, id) in DONE.into_iter().zip(900_u128..) {
            let id = Uuid::from_u128(id);
            raw!(self, |db| {
                sqlx::query(sql).bind(id).bind(ANNA.0).bind(at).execute(db).await.unwrap();
            });
        }
        raw!(self, |db| {
            let id = &[9_u8; 32][..];
            sqlx::query(EVENT).bind(id).bind(ANNA.0).bind(at).execute(db).await.unwrap();
        });
    }
}

/// Fills a database of the version before, starts the new version on it, and lets time pass.
async fn everything_that_waited_is_done_once(folder: tempfile::TempDir, url: String) {
    let now = Clock::system().now();
    let key = Key::generate(KeyId::parse("k1").unwrap()).unwrap().expose().to_string();
    let keys = KeyRing::parse(&key).unwrap();
    let seal = |table: &'static str, column: &'static str, id: Uuid, text: &str| {
        let row = id.to_string();
        keys.seal(text, AssociatedData { table, column, row: &row }).unwrap()
    };
    let raw = Raw::open(&url).await;
    raw.add_user(now).await;
    raw.add_done(now).await;
    for (n, waiting) in (0_u128..).zip(&WAITING) {
        let id = Uuid::from_u128(100 + n);
        let says = format!(r#"{{"token":"link-{n}","address":null}}"#);
        let says = seal("mails", "parameters", id, &says);
        raw.add_mail(id, says.as_bytes(), waiting, now).await;
        let token = seal("revocations", "token", id, &format!("1//0g-token-{n}"));
        raw.add_revocation(id, token.as_bytes(), None, waiting, now).await;
        raw.add_event(id, waiting, now).await;
    }
    // A disconnection of ten seconds ago, which can be taken back for twenty more.
    let undo = Uuid::from_u128(200);
    let (token, kept) =
        (seal("revocations", "token", undo, "1//0g-undo"), seal("revocations", "kept", undo, "{}"));
    let waiting = Waiting { due: 20, tries: 0, held: None };
    raw.add_revocation(undo, token.as_bytes(), Some(kept.as_bytes()), &waiting, now).await;

    let settings = [("ENCRYPTION_KEYS", key.as_str())];
    let site = Site::start_in(folder, url, Clock::manual(now), &settings).await;
    let world = site.google.world();
    let found = site.store.find_undo(ANNA, UndoKind::Undo, now).await.unwrap();
    assert_eq!(found.unwrap().until.timestamp(), (now + TimeDelta::seconds(20)).timestamp());
    let opened = site.services.jobs.counts().await.unwrap();
    let depth: i64 = opened.iter().map(|count| count.waiting).sum();
    assert_eq!(depth, 3 * i64::try_from(EACH).unwrap() + 1, "{opened:?}");

    // What is due and in nobody's hands: two of each.
    site.services.jobs.run_all_due().await.unwrap();
    assert_eq!((world.mails().len(), world.calls(Endpoint::Revoke)), (2, 2));
    assert_eq!(raw.count("security_events where outcome is null").await, 2);
    assert_eq!(raw.count("sessions").await, 0);
    for _ in 0..20 {
        site.clock.advance(TimeDelta::minutes(1));
        site.services.jobs.run_all_due().await.unwrap();
    }
    site.assert_no_job_left().await;

    let mails = world.mails();
    let mut links: Vec<&str> = mails.iter().map(|mail| mail.links()[0]).collect();
    links.sort_unstable();
    let expected: Vec<_> =
        (0..EACH).map(|n| format!("{}address/confirm/?token=link-{n}", site.url)).collect();
    assert_eq!(links, expected, "each once, and what was sealed is opened");
    assert_eq!(world.calls(Endpoint::Revoke), EACH + 1);
    let lines = "events where kind = 'security.sessions_revoked'";
    assert_eq!(raw.count(lines).await, i64::try_from(EACH).unwrap());
    let lines = "events where kind = 'connection.revoked'";
    assert_eq!(raw.count(lines).await, i64::try_from(EACH).unwrap() + 1);
    for left in [
        "mails where recipient is not null or parameters is not null",
        "revocations where done_at is null or token is not null or kept is not null",
        "security_events where outcome is null",
        "jobs",
    ] {
        assert_eq!(raw.count(left).await, 0, "{left}");
    }
    assert_eq!(raw.count("mails where sent_at is not null").await, 5, "one of them long ago");
}

#[tokio::test]
async fn everything_that_waited_is_done_once_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("selexia.db").display());
    everything_that_waited_is_done_once(folder, url).await;
}

#[tokio::test]
async fn everything_that_waited_is_done_once_on_postgres() {
    let Some(url) = testkit::cluster::fresh_database().await else { return };
    everything_that_waited_is_done_once(tempfile::tempdir().unwrap(), url).await;
}
