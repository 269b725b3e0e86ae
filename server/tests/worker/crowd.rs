//! A database full of connections whose sync is due, and the Google that they are connected to.

use std::collections::BTreeMap;
use std::process::{Child, Command, Stdio};

use chrono::TimeDelta;
use sandbox::{Account, Sandbox, Settings};
use service::Clock;
use sqlx::AssertSqlSafe;
use store::Store;
use tempfile::TempDir;
use vault::{Key, KeyId, KeyRing};

use crate::connected::{Connected, seal};

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
        let account = |sub: String| Account::new(&sub, format!("{sub}@gmail.com"));
        let accounts = (1..=connections).map(|number| account(subject(number))).collect();
        let google = Settings { accounts, ..Settings::default() };
        let google = Sandbox::start(google).await.unwrap();
        let store = Store::open(&url, 4).await.unwrap();
        store.migrate().await.unwrap();
        let key = Key::generate(KeyId::parse("k1").unwrap()).unwrap().expose().to_string();
        let keys = KeyRing::parse(&key).unwrap();
        let now = Clock::system().now();
        for number in 1..=connections {
            let subject = subject(number);
            let token = google.world().issue_access_token(&subject);
            let person = Connected {
                number,
                subject: &subject,
                access: seal(&keys, "access_token", number, &token).unwrap(),
                access_expires_at: now + TimeDelta::hours(1),
                refresh: seal(&keys, "refresh_token", number, "none").unwrap(),
                next_sync_at: now,
            };
            person.add(&store, now).await.unwrap();
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

fn subject(number: u64) -> String {
    format!("3{number:020}")
}
