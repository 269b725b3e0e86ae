//! A machine with the program and a database of its own, full of connections that nobody made.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use model::{RevocationId, UserId};
use service::Clock;
use store::{NewRevocation, Store};
use tempfile::TempDir;
use vault::{AssociatedData, Key, KeyId, KeyRing, Sealed};

use crate::connected::{self, Connected, connection};

pub(crate) struct Machine {
    folder: TempDir,
    url: String,
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
    connected::seal(&KeyRing::parse(ring).unwrap(), column, number, token).unwrap()
}

impl Machine {
    pub(crate) async fn sqlite() -> Machine {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("selexia.db").display());
        Machine::with(folder, url).await
    }

    pub(crate) async fn postgres() -> Option<Machine> {
        let url = crate::cluster::fresh_database().await?;
        Some(Machine::with(tempfile::tempdir().unwrap(), url).await)
    }

    async fn with(folder: TempDir, url: String) -> Machine {
        let store = Store::open(&url, 4).await.unwrap();
        store.migrate().await.unwrap();
        Machine { folder, url, store }
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
        let person = Connected {
            number,
            subject: &number.to_string(),
            access,
            access_expires_at: far(now),
            refresh,
            next_sync_at: far(now),
        };
        person.add(&self.store, now).await.unwrap();
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

    /// The program with this ring and nothing of the caller's environment.
    pub(crate) fn command(&self, ring: &str, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_selexia"));
        command
            .args(words)
            .env_clear()
            .env("DATABASE_URL", &self.url)
            .env("ENCRYPTION_KEYS", ring)
            .current_dir(self.folder.path());
        command
    }

    pub(crate) fn run(&self, ring: &str, words: &[&str]) -> Said {
        let output = self.command(ring, words).output().unwrap();
        Said::of(&output)
    }

    /// Starts the program and leaves it to run.
    pub(crate) fn start(mut command: Command) -> Running {
        let mut child =
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program");
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let (lines, log) = mpsc::channel();
        // Ends with the program, or with whoever listens.
        std::thread::spawn(move || {
            stderr.lines().map_while(Result::ok).try_for_each(|line| lines.send(line))
        });
        Running { child, log }
    }
}

fn far(now: DateTime<Utc>) -> DateTime<Utc> {
    now + TimeDelta::days(365)
}

/// What a finished program said.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Said {
    fn of(output: &Output) -> Said {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        Said { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) }
    }

    #[track_caller]
    pub(crate) fn assert_succeeded(&self) {
        assert_eq!(self.code, Some(0), "{self:#?}");
    }

    #[track_caller]
    pub(crate) fn assert_failed(&self) {
        assert_eq!(self.code, Some(1), "{self:#?}");
    }
}

/// More than the program takes for anything on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A program under way. It is killed when dropped.
pub(crate) struct Running {
    child: Child,
    log: Receiver<String>,
}

impl Running {
    /// Reads the log up to a line that holds this text.
    #[track_caller]
    pub(crate) fn until_it_says(&self, text: &str) -> String {
        let mut said = String::new();
        loop {
            let line = self.log.recv_timeout(PATIENCE);
            let line = line.unwrap_or_else(|_| panic!("it never says {text:?}:\n{said}"));
            said += &line;
            said.push('\n');
            if line.contains(text) {
                return said;
            }
        }
    }

    /// SIGKILL: nothing of it runs any more, and it could not prepare for that.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        let status = self.child.wait().unwrap();
        assert_eq!(status.code(), None, "it had ended before it was killed");
    }

    pub(crate) fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Waits for its end, and reads what else it says.
    pub(crate) fn finish(mut self) -> Said {
        let err = self.log.iter().map(|line| line + "\n").collect();
        let mut out = String::new();
        self.child.stdout.take().unwrap().read_to_string(&mut out).unwrap();
        Said { code: self.child.wait().unwrap().code(), out, err }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
