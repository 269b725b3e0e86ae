//! A database full of connections whose sync is due, and the Google that they are connected to.

use chrono::TimeDelta;
use sandbox::{Account, Sandbox, Settings};
use service::Clock;
use sqlx::AssertSqlSafe;
use store::Store;
use testkit::connected_user::{ConnectedUser, seal};
use testkit::running::Running;
use testkit::selexia::Selexia;
use vault::{Key, KeyId, KeyRing};

pub(crate) struct SyntheticUsers {
    pub(crate) google: Sandbox,
    pub(crate) store: Store,
    pub(crate) connections: u64,
    selexia: Selexia,
}

impl SyntheticUsers {
    pub(crate) async fn on_sqlite(connections: u64) -> SyntheticUsers {
        SyntheticUsers::of(Selexia::new(env!("CARGO_BIN_EXE_selexia")), connections).await
    }

    /// `None`, said aloud, where PostgreSQL is not installed.
    pub(crate) async fn on_postgres(connections: u64) -> Option<SyntheticUsers> {
        let url = testkit::cluster::fresh_database().await?;
        let selexia = Selexia::on(env!("CARGO_BIN_EXE_selexia"), &url);
        Some(SyntheticUsers::of(selexia, connections).await)
    }

    async fn of(mut selexia: Selexia, connections: u64) -> SyntheticUsers {
        let account = |sub: String| Account::new(&sub, format!("{sub}@gmail.com"));
        let accounts = (1..=connections).map(|number| account(subject(number))).collect();
        let google = Settings { accounts, ..Settings::default() };
        let google = Sandbox::start(google).await.unwrap();
        let store = Store::open(selexia.database(), 4).await.unwrap();
        store.migrate().await.unwrap();
        let key = Key::generate(KeyId::parse("k1").unwrap()).unwrap().expose().to_string();
        let keys = KeyRing::parse(&key).unwrap();
        let now = Clock::system().now();
        for number in 1..=connections {
            let subject = subject(number);
            let token = google.world().issue_access_token(&subject);
            let user = ConnectedUser {
                number,
                subject: &subject,
                access: seal(&keys, "access_token", number, &token).unwrap(),
                access_expires_at: now + TimeDelta::hours(1),
                refresh: seal(&keys, "refresh_token", number, "none").unwrap(),
                next_sync_at: now,
            };
            user.add(&store, now).await.unwrap();
        }
        selexia.set_google(&google);
        selexia.set("GMAIL_SYNCS_PER_MINUTE", "0");
        selexia.set("ENCRYPTION_KEYS", key);
        SyntheticUsers { google, store, connections, selexia }
    }

    /// Starts a process that does nothing but work.
    pub(crate) fn worker(&self) -> Running {
        self.selexia.start_unheard(&["worker"])
    }

    /// What the database itself counts.
    pub(crate) async fn count(&self, of: &str) -> u64 {
        let url = self.selexia.database();
        let sql = AssertSqlSafe(format!("select count(*) from {of}"));
        let count: i64 = if url.starts_with("sqlite") {
            let mut db = <sqlx::SqliteConnection as sqlx::Connection>::connect(url).await.unwrap();
            sqlx::query_scalar(sql).fetch_one(&mut db).await.unwrap()
        } else {
            let mut db = <sqlx::PgConnection as sqlx::Connection>::connect(url).await.unwrap();
            sqlx::query_scalar(sql).fetch_one(&mut db).await.unwrap()
        };
        count.try_into().unwrap()
    }
}

fn subject(number: u64) -> String {
    format!("3{number:020}")
}
