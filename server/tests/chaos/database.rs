//! A PostgreSQL of this test's own, to be crashed.

use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tempfile::TempDir;
use testkit::cluster::{installed, less_than_root};

/// Ends with this process, however that ends: its standard input is over then. By SIGQUIT, so that
/// the server has no time to tidy up, as after a crash.
const SERVE: &str = r#"
    trap '' HUP INT
    "$1/postgres" -D data -c listen_addresses= -c "unix_socket_directories=$PWD" \
        -c fsync=off -c full_page_writes=off -c max_connections=100 2>>log &
    server=$!
    cat
    kill -QUIT $server
    wait $server
"#;

pub(crate) struct Database {
    binaries: PathBuf,
    user: Option<(u32, u32)>,
    server: Option<Child>,
    folder: TempDir,
}

impl Drop for Database {
    fn drop(&mut self) {
        self.crash();
    }
}

impl Database {
    /// `None`, said aloud by the search for it, where PostgreSQL is not installed.
    pub(crate) async fn start() -> Option<Database> {
        let binaries = installed()?;
        let folder = tempfile::Builder::new().prefix("selexia-chaos-").tempdir().unwrap();
        let user = less_than_root(folder.path());
        let mut database = Database { binaries, user, server: None, folder };
        let mut initdb = database.command(database.binaries.join("initdb"));
        initdb.args(["--pgdata=data", "--username=postgres", "--auth=trust", "--no-sync"]);
        let made = initdb.args(["--no-locale", "--encoding=UTF8"]).stdout(Stdio::null()).status();
        assert!(made.unwrap().success());
        database.go_on().await;
        // As the documentation has it: a role that is no superuser owns a database.
        let mut admin =
            PgConnection::connect(&database.url_of("postgres", "postgres")).await.unwrap();
        for sql in ["create role selexia login", "create database selexia owner selexia"] {
            sqlx::query(sql).execute(&mut admin).await.unwrap();
        }
        Some(database)
    }

    pub(crate) fn url(&self) -> String {
        self.url_of("selexia", "selexia")
    }

    fn url_of(&self, database: &str, user: &str) -> String {
        let folder = self.folder.path().display();
        format!("postgres:///{database}?host={folder}&port=5432&user={user}")
    }

    fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        if let Some((user, group)) = self.user {
            command.uid(user).gid(group);
        }
        command.current_dir(self.folder.path()).env("LC_ALL", "C");
        command
    }

    /// Ends the server in the middle of whatever it does.
    pub(crate) fn crash(&mut self) {
        if let Some(mut server) = self.server.take() {
            drop(server.stdin.take());
            server.wait().unwrap();
        }
    }

    /// Starts the server, and waits until it has recovered.
    pub(crate) async fn go_on(&mut self) {
        let mut serve = self.command("/bin/sh");
        serve.args(["-c", SERVE, "serve"]).arg(&self.binaries).process_group(0);
        self.server = Some(serve.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap());
        let url = self.url_of("postgres", "postgres");
        let is_up = async {
            while PgConnection::connect(&url).await.is_err() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), is_up).await.expect("PostgreSQL is away");
    }

    /// What the database itself counts.
    pub(crate) async fn count(&self, of: &str) -> u64 {
        let mut db = PgConnection::connect(&self.url()).await.unwrap();
        let sql = AssertSqlSafe(format!("select count(*) from {of}"));
        let count: i64 = sqlx::query_scalar(sql).fetch_one(&mut db).await.unwrap();
        count.try_into().unwrap()
    }
}
