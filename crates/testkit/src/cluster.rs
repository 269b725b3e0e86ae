//! A PostgreSQL server of the tests' own, made from installed binaries in a temporary directory.
//!
//! Never the user's server: it listens on no port, and it ends and vanishes with the test process.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::{AssertSqlSafe, Connection, PgConnection};

static CLUSTER: LazyLock<Option<Cluster>> = LazyLock::new(Cluster::start);
static DATABASES: AtomicU32 = AtomicU32::new(0);

/// Makes a server in this directory, waits until the test process is gone, however it went, then
/// stops the server and removes it. Runs in a process group of its own, so that what ends the
/// tests does not end this.
const SUPERVISE: &str = r#"
    trap '' HUP INT
    if "$1/initdb" --pgdata=data --username=selexia --auth=trust --no-sync --no-locale --encoding=UTF8
    then
        "$1/postgres" -D data -c listen_addresses= -c port=5432 -c "unix_socket_directories=$PWD" \
            -c fsync=off -c full_page_writes=off -c max_connections=300 &
        server=$!
        exec 2>/dev/null
        cat
        # The first is heard however early it comes; the second does not wait for anybody.
        kill -TERM $server
        kill -INT $server
        wait $server
    fi
    rm -rf "$PWD"
"#;

/// The address of a fresh, empty database; `None`, said aloud, where PostgreSQL is not installed.
pub async fn fresh_database() -> Option<String> {
    let cluster = CLUSTER.as_ref()?;
    let name = format!("test_{}", DATABASES.fetch_add(1, Ordering::Relaxed));
    let mut admin =
        PgConnection::connect(&cluster.url("postgres")).await.expect("a running server");
    sqlx::query(AssertSqlSafe(format!("create database {name}")))
        .execute(&mut admin)
        .await
        .expect("a fresh name");
    admin.close().await.expect("an open connection");
    Some(cluster.url(&name))
}

/// A running server.
struct Cluster {
    directory: PathBuf,
    /// Reads from this process, and so sees when it ends.
    _supervisor: Child,
}

impl Cluster {
    fn start() -> Option<Cluster> {
        let Some(binaries) = installed() else {
            let in_ci = std::env::var_os("CI").is_some_and(|ci| ci == "true");
            assert!(!in_ci, "PostgreSQL is not installed, and CI must not skip its tests");
            // Not `eprintln!`: the test harness would keep it to itself.
            writeln!(std::io::stderr(), "SKIPPED: PostgreSQL is not installed").expect("a stderr");
            return None;
        };
        let temporary = tempfile::Builder::new().prefix("selexia-postgres-").tempdir();
        // The supervisor removes it.
        let directory = temporary.expect("a temporary directory").keep();
        let mut supervisor = Command::new("/bin/sh");
        if let Some((user, group)) = less_than_root(&directory) {
            // Leaves root's supplementary groups too.
            supervisor.uid(user).gid(group);
        }
        let mut supervisor = supervisor
            .args(["-c", SUPERVISE, "supervise"])
            .arg(binaries)
            .current_dir(&directory)
            .env("LC_ALL", "C")
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("sh can be run");
        let mut log = BufReader::new(supervisor.stderr.take().expect("it is piped")).lines();
        let mut said = String::new();
        while !said.contains("ready to accept connections") {
            let line = log.next().transpose().expect("a readable log");
            said += &line.unwrap_or_else(|| panic!("PostgreSQL did not start:\n{said}"));
            said.push('\n');
        }
        // A full pipe would stop the server.
        std::thread::spawn(move || log.for_each(drop));
        Some(Cluster { directory, _supervisor: supervisor })
    }

    fn url(&self, database: &str) -> String {
        let directory = self.directory.display();
        format!("postgres:///{database}?host={directory}&port=5432&user=selexia")
    }
}

/// Where the server's binaries are: the newest of Debian's, else the first on the path.
pub fn installed() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut versions: Vec<PathBuf> = versions.map(|version| version.path()).collect();
    versions.sort_by_key(|path| path.file_name()?.to_str()?.parse::<u32>().ok());
    let debian = versions.into_iter().rev().map(|version| version.join("bin"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    debian
        .chain(std::env::split_paths(&path))
        .find(|folder| folder.join("initdb").exists() && folder.join("postgres").exists())
}

/// PostgreSQL refuses to run as root: whom to step down to, who then owns the directory.
pub fn less_than_root(directory: &Path) -> Option<(u32, u32)> {
    if std::fs::metadata(directory).expect("it was just made").uid() != 0 {
        return None;
    }
    let users = std::fs::read_to_string("/etc/passwd").expect("a list of users");
    let ids = |name: &str| {
        let mut fields = users.lines().map(|line| line.split(':').collect::<Vec<_>>());
        let fields = fields.find(|fields| fields.first() == Some(&name))?;
        Some((fields.get(2)?.parse().ok()?, fields.get(3)?.parse().ok()?))
    };
    let (user, group) = ids("postgres").or_else(|| ids("nobody")).expect("a user who is not root");
    chown(directory, Some(user), Some(group)).expect("root may");
    Some((user, group))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Elsewhere they pass without a word of their own where it is not installed.
    #[test]
    fn in_ci_no_test_on_postgresql_is_skipped() {
        let in_ci = std::env::var_os("CI").is_some_and(|ci| ci == "true");
        assert!(!in_ci || installed().is_some(), "PostgreSQL is not installed");
    }
}
