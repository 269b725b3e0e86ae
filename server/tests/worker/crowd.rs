//! A database full of connections whose sync is due, and the Google that they are connected to.

use std::collections::BTreeMap;
use std::process::{Child, Command, Stdio};

use chrono::TimeDelta;
use model::{
    Actor, ConnectionId, Email, Identity, Origin, OwnValues, ScopeSet, Status, Subject, UserId,
};
use sandbox::{Account, Sandbox, Settings};
use service::Clock;
use sqlx::AssertSqlSafe;
use store::{Added, Entry, Link, Linked, NewUser, Store};
use tempfile::TempDir;
use uuid::Uuid;
use vault::{Key, KeyId, KeyRing, Place};

pub(crate) struct Crowd {
    pub(crate) google: Sandbox,
    pub(crate) store: Store,
    pub(crate) connections: u64,
    url: String,
    settings: BTreeMap<&'static str, String>,
    _folder: TempDir,
}

impl Crowd {
    pub(crate) async fn on_sqlite(connections: u64) -> Crowd {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("selexia.db").display());
        Crowd::on(folder, url, connections).await
    }

    /// `None`, said aloud, where PostgreSQL is not installed.
    pub(crate) async fn on_postgres(connections: u64) -> Option<Crowd> {
        let url = crate::cluster::fresh_database().await?;
        Some(Crowd::on(tempfile::tempdir().unwrap(), url, connections).await)
    }

    async fn on(folder: TempDir, url: String, connections: u64) -> Crowd {
        let subjects = (1..=connections).map(|n| format!("3{n:020}"));
        let accounts = subjects.map(|sub| Account::new(&sub, format!("{sub}@gmail.com"))).collect();
        let google = Settings { accounts, ..Settings::default() };
        let google = Sandbox::start(google).await.unwrap();
        let store = Store::open(&url, 4).await.unwrap();
        store.migrate().await.unwrap();
        let key = Key::generate(KeyId::parse("k1").unwrap()).unwrap().expose().to_string();
        let keys = KeyRing::parse(&key).unwrap();
        for number in 1..=connections {
            connect(&google, &store, &keys, number).await;
        }
        let issuer = google.issuer().to_string();
        let settings = BTreeMap::from([
            ("DATABASE_URL", url.clone()),
            ("GMAIL_CLIENT_ID", google.client_id().to_owned()),
            ("GMAIL_CLIENT_SECRET", google.client_secret().to_owned()),
            ("GMAIL_ISSUER", issuer.clone()),
            ("GMAIL_API_URL", issuer),
            ("GMAIL_SYNCS_PER_MINUTE", "0".to_owned()),
            ("ENCRYPTION_KEYS", key),
        ]);
        Crowd { google, store, connections, url, settings, _folder: folder }
    }

    /// Starts a process that does nothing but work.
    pub(crate) fn worker(&self) -> Child {
        Command::new(env!("CARGO_BIN_EXE_selexia"))
            .arg("worker")
            .env_clear()
            .envs(&self.settings)
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    }

    /// What the database itself counts.
    pub(crate) async fn count(&self, of: &str) -> u64 {
        let sql = AssertSqlSafe(format!("select count(*) from {of}"));
        let count: i64 = if self.url.starts_with("sqlite") {
            let mut db =
                <sqlx::SqliteConnection as sqlx::Connection>::connect(&self.url).await.unwrap();
            sqlx::query_scalar(sql).fetch_one(&mut db).await.unwrap()
        } else {
            let mut db =
                <sqlx::PgConnection as sqlx::Connection>::connect(&self.url).await.unwrap();
            sqlx::query_scalar(sql).fetch_one(&mut db).await.unwrap()
        };
        count.try_into().unwrap()
    }
}

async fn connect(google: &Sandbox, store: &Store, keys: &KeyRing, number: u64) {
    let now = Clock::system().now();
    let id = Uuid::from_u128(number.into());
    let event = |which: u128| Entry {
        id: Uuid::from_u128(which << 64 | u128::from(number)),
        origin: Origin::of(Actor::Site),
    };
    let user = NewUser {
        id: UserId(id),
        email: Email::parse(&format!("user-{number}@example.com")).unwrap(),
        password_hash: "none".to_owned(),
        is_admin: false,
        own: OwnValues::default(),
        entry: event(1),
    };
    assert_eq!(store.add_user(&user, now).await.unwrap(), Added::Yes);
    let subject = format!("3{number:020}");
    let row = id.to_string();
    let seal = |column, token: &str| {
        keys.seal(token, Place { table: "grants", column, row: &row }).unwrap()
    };
    let link = Link {
        id: ConnectionId(id),
        user: user.id,
        identity: Identity {
            subject: Subject::parse(&subject).unwrap(),
            email: None,
            email_verified: false,
            hosted_domain: None,
        },
        subject_hash: [0; 32],
        is_return: false,
        status: Status::Active,
        cause: None,
        granted: ScopeSet::sign_in(),
        access: seal("access_token", &google.world().issue_access_token(&subject)),
        access_expires_at: now + TimeDelta::hours(1),
        refresh: Some(seal("refresh_token", "none")),
        marks: None,
        keeps_refresh: false,
        refresh_expires_at: None,
        next_sync_at: now,
        entry: event(2),
    };
    assert_eq!(store.link(&link, now).await.unwrap(), Linked::New);
}
