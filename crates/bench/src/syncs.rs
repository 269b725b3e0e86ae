//! Syncs by the clock: a plain loop that asks the stand-in the same and stores nothing, and our
//! worker on each database, one after the other.
//!
//! The stand-in lives in this process and takes its time for every call. All share the cores.

use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use chrono::{DateTime, TimeDelta, Utc};
use sandbox::{Account, Endpoint, Fault, Sandbox, Settings};
use store::Store;
use testkit::cluster;
use testkit::connected_user::{ConnectedUser, connection, seal};
use tokio::process::Command;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use vault::{Key, KeyId, KeyRing};

use crate::http::Connection;
use crate::machine::resident_bytes;

/// What a call to Google takes.
const LATENCY: Duration = Duration::from_millis(50);
/// Syncs at once.
pub(crate) const AT_ONCE: usize = 64;
/// What that comes to, were there no work but waiting.
pub(crate) const IDEAL_PER_SEC: f64 = 1_280.0;
/// More than all syncs may take.
const PATIENCE: Duration = Duration::from_secs(600);
/// How often the worker's memory and work are looked at.
const GLANCE: Duration = Duration::from_millis(100);

/// How the syncs went.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Syncs {
    /// Connections that were due.
    pub(crate) connections: u64,
    /// The plain loop, by the second.
    pub(crate) plain_per_sec: f64,
    /// Our worker on SQLite.
    pub(crate) sqlite: Worked,
    /// And on PostgreSQL, where it is installed.
    pub(crate) postgres: Option<Worked>,
}

/// How the worker did on one database.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Worked {
    /// Syncs by the second, from the first question to the last that is stored.
    pub(crate) per_sec: f64,
    /// The same where every sync finds something new.
    pub(crate) first_per_sec: f64,
    /// Most of the worker that was in memory.
    pub(crate) most_bytes: u64,
}

/// Measures all of it with so many connections.
pub(crate) async fn measure(program: &Path, connections: u64) -> anyhow::Result<Syncs> {
    let accounts = (1..=connections).map(|number| {
        let sub = subject(number);
        Account::new(&sub, format!("{sub}@gmail.com")).named("Anna", "Example")
    });
    let settings = Settings { accounts: accounts.collect(), ..Settings::default() };
    let google = Sandbox::start(settings).await.context("the stand-in does not start")?;
    let tokens: Vec<_> =
        (1..=connections).map(|n| google.world().issue_access_token(&subject(n))).collect();
    google.world().inject(Fault::slow(Endpoint::Userinfo, LATENCY));
    eprintln!("bench: {connections} plain calls");
    let plain_per_sec = plain_loop(&google, &tokens).await?;
    eprintln!("bench: plain loop {plain_per_sec:.0}/s");
    let folder = tempfile::tempdir().context("no temporary folder")?;
    let url = format!("sqlite://{}", folder.path().join("selexia.db").display());
    let sqlite = work(program, &google, &tokens, &url).await.context("on SQLite")?;
    eprintln!("bench: {sqlite:?} on SQLite");
    let postgres = match cluster::fresh_database().await {
        Some(url) => Some(work(program, &google, &tokens, &url).await.context("on PostgreSQL")?),
        None => None,
    };
    eprintln!("bench: {postgres:?} on PostgreSQL");
    Ok(Syncs { connections, plain_per_sec, sqlite, postgres })
}

fn subject(number: u64) -> String {
    format!("4{number:020}")
}

async fn plain_loop(google: &Sandbox, tokens: &[String]) -> anyhow::Result<f64> {
    let issuer = google.issuer();
    let address = *issuer.socket_addrs(|| None)?.first().context("no address")?;
    let tokens = Arc::new(tokens.to_vec());
    let next = Arc::new(AtomicUsize::new(0));
    let began = Instant::now();
    let mut asking = JoinSet::new();
    for _ in 0..AT_ONCE {
        let (tokens, next) = (Arc::clone(&tokens), Arc::clone(&next));
        asking.spawn(async move {
            let mut connection = Connection::open(address).await?;
            while let Some(token) = tokens.get(next.fetch_add(1, Ordering::Relaxed)) {
                let question = format!(
                    "GET /v1/userinfo HTTP/1.1\r\nHost: {address}\r\n\
                     Authorization: Bearer {token}\r\n\r\n"
                );
                let reply = connection.exchange(question.as_bytes()).await?;
                ensure!(reply.status == 200, "an answer with status {}", reply.status);
            }
            anyhow::Ok(())
        });
    }
    while let Some(asked) = asking.join_next().await {
        asked??;
    }
    Ok(tokens.len() as f64 / began.elapsed().as_secs_f64())
}

async fn work(
    program: &Path,
    google: &Sandbox,
    tokens: &[String],
    url: &str,
) -> anyhow::Result<Worked> {
    eprintln!("bench: making {} connections", tokens.len());
    let store = Store::open(url, 4).await?;
    store.migrate().await?;
    let key = Key::generate(KeyId::parse("k1").context("a key's id")?)?.expose().to_string();
    let keys = KeyRing::parse(&key)?;
    let now = now()?;
    for (number, token) in (1..).zip(tokens) {
        let user = ConnectedUser {
            number,
            subject: &subject(number),
            access: seal(&keys, "access_token", number, token)?,
            access_expires_at: now + TimeDelta::hours(1),
            refresh: seal(&keys, "refresh_token", number, "none")?,
            next_sync_at: now,
        };
        user.add(&store, now).await?;
    }
    let first = run(program, google, &store, url, &key).await?;
    for number in 1..=tokens.len() as u64 {
        store.save_sync_due(connection(number), self::now()?).await?;
    }
    let again = run(program, google, &store, url, &key).await?;
    store.close().await;
    Ok(Worked { per_sec: again.0, first_per_sec: first.0, most_bytes: first.1.max(again.1) })
}

/// Lets a worker sync all that is due: how many by the second, and most of it in memory.
async fn run(
    program: &Path,
    google: &Sandbox,
    store: &Store,
    url: &str,
    key: &str,
) -> anyhow::Result<(f64, u64)> {
    let due = store.find_staleness(DateTime::UNIX_EPOCH, now()?).await?.due;
    let issuer = google.world().base().to_owned();
    let before = google.world().calls(Endpoint::Userinfo);
    let mut worker = Command::new(program)
        .arg("worker")
        .env_clear()
        .env("DATABASE_URL", url)
        .env("GMAIL_CLIENT_ID", google.client_id())
        .env("GMAIL_CLIENT_SECRET", google.client_secret())
        .env("GMAIL_ISSUER", &issuer)
        .env("GMAIL_API_URL", &issuer)
        .env("GMAIL_SYNCS_AT_ONCE", AT_ONCE.to_string())
        .env("GMAIL_SYNCS_PER_MINUTE", "0")
        .env("ENCRYPTION_KEYS", key)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .context("the worker does not start")?;
    let process = worker.id().context("the worker has ended")?;
    let mut most_bytes = 0;
    let watch = async {
        let mut began = None;
        loop {
            if began.is_none() && google.world().calls(Endpoint::Userinfo) > before {
                began = Some(Instant::now());
            }
            most_bytes = most_bytes.max(resident_bytes(process)?);
            // Counting reads the whole table: not before there can be an end to see.
            let asked = google.world().calls(Endpoint::Userinfo) - before;
            if asked >= u64::try_from(due)? {
                let left = store.find_staleness(DateTime::UNIX_EPOCH, now()?).await?;
                if left.due == 0 && left.claimed == 0 {
                    return anyhow::Ok(began.context("nothing was asked")?.elapsed());
                }
                sleep(Duration::from_millis(10)).await;
            } else if began.is_some() {
                sleep(GLANCE).await;
            } else {
                sleep(Duration::from_millis(1)).await;
            }
        }
    };
    let took = timeout(PATIENCE, watch).await.context("the worker does not get done")??;
    worker.kill().await?;
    Ok((due as f64 / took.as_secs_f64(), most_bytes))
}

fn now() -> anyhow::Result<DateTime<Utc>> {
    Ok(DateTime::<Utc>::from(std::time::SystemTime::now()))
}
