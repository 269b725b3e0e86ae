//! The program and a database of its own, full of connections that nobody made.

use std::process::Command;

use chrono::{DateTime, TimeDelta, Utc};
use model::{RevocationId, UserId};
use service::Clock;
use store::{NewRevocation, Store};
use testkit::connected_user::{self, ConnectedUser, connection};
use testkit::running::Finished;
use testkit::selexia::Selexia;
use vault::{AssociatedData, Key, KeyId, KeyRing, Sealed};

pub(crate) struct TestApp {
    selexia: Selexia,
    pub(crate) store: Store,
}

/// A key in the form of the setting.
pub(crate) fn key(id: &str) -> String {
    Key::generate(KeyId::parse(id).unwrap()).unwrap().expose().to_string()
}

/// A ring in the form of the setting, the first key first.
pub(crate) fn ring(keys: &[&String]) -> String {
    keys.iter().map(|key| key.as_str()).collect::<Vec<_>>().join(",")
}

/// The token that a connection has before anybody renews it.
pub(crate) fn first_token(number: u64) -> String {
    format!("ya29.token-of-{number}")
}

pub(crate) fn seal(ring: &str, column: &str, number: u64, token: &str) -> Sealed {
    connected_user::seal(&KeyRing::parse(ring).unwrap(), column, number, token).unwrap()
}

impl TestApp {
    pub(crate) async fn sqlite() -> TestApp {
        TestApp::with(Selexia::new(env!("CARGO_BIN_EXE_selexia"))).await
    }

    pub(crate) async fn postgres() -> Option<TestApp> {
        let url = testkit::cluster::fresh_database().await?;
        Some(TestApp::with(Selexia::on(env!("CARGO_BIN_EXE_selexia"), &url)).await)
    }

    async fn with(selexia: Selexia) -> TestApp {
        let store = Store::open(selexia.database(), 4).await.unwrap();
        store.migrate().await.unwrap();
        TestApp { selexia, store }
    }

    /// Adds a connection with both tokens sealed by this ring.
    pub(crate) async fn connect(&self, ring: &str, number: u64) -> UserId {
        let token = first_token(number);
        let access = seal(ring, "access_token", number, &token);
        let refresh = seal(ring, "refresh_token", number, &token);
        self.connect_with(number, access, refresh).await
    }

    /// Adds a connection with these tokens, whatever they are.
    pub(crate) async fn connect_with(
        &self,
        number: u64,
        access: Sealed,
        refresh: Sealed,
    ) -> UserId {
        let now = Clock::system().now();
        let user = ConnectedUser {
            number,
            subject: &number.to_string(),
            access,
            access_expires_at: far(now),
            refresh,
            next_sync_at: far(now),
        };
        user.add(&self.store, now).await.unwrap();
        UserId(connection(number).0)
    }

    /// Adds a token to be revoked, sealed by this ring.
    pub(crate) async fn add_revocation(&self, ring: &str, number: u64) {
        let id = RevocationId(connection(number).0);
        let row = id.to_string();
        let place = AssociatedData { table: "revocations", column: "token", row: &row };
        let token = KeyRing::parse(ring).unwrap().seal("token", place).unwrap();
        let user = UserId(id.0);
        let revocation =
            NewRevocation { id, token, subject_hash: [1; 32], undo: None, receipt: None };
        let now = far(Clock::system().now());
        self.store.add_revocation(user, &revocation, now).await.unwrap();
    }

    /// The program with this ring.
    pub(crate) fn command(&self, ring: &str, words: &[&str]) -> Command {
        let mut command = self.selexia.command(words);
        command.env("ENCRYPTION_KEYS", ring);
        command
    }

    pub(crate) fn run(&self, ring: &str, words: &[&str]) -> Finished {
        self.command(ring, words).output().unwrap().into()
    }
}

fn far(now: DateTime<Utc>) -> DateTime<Utc> {
    now + TimeDelta::days(365)
}
