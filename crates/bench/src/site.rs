//! The program under measurement, set up as an operator would: a key, a database, a user, and a
//! stand-in for Google. Everything lies in a temporary folder and is gone afterwards.

use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use rustix::process::{Pid, Signal, kill_process};
use sandbox::{Sandbox, Settings};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

use crate::http::Connection;
use crate::machine::resident_bytes;

/// Who signs in.
pub(crate) const EMAIL: &str = "tanRan.an@yandex.ru";
/// With which password.
pub(crate) const PASSWORD: &str = "testpass123";

/// How often a starting site is asked whether it is ready.
const BETWEEN_QUESTIONS: Duration = Duration::from_millis(2);
/// More than starting, stopping or a command may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A site that is ready to be started.
pub(crate) struct Site {
    program: PathBuf,
    settings: Vec<(&'static str, String)>,
    /// Where it will listen.
    pub(crate) address: SocketAddr,
    /// What it takes for Google.
    pub(crate) google: Sandbox,
    folder: TempDir,
}

impl Site {
    /// Makes a migrated database with one user.
    pub(crate) async fn prepare(program: &Path) -> anyhow::Result<Site> {
        ensure!(program.is_file(), "{} is not there; build it first", program.display());
        let folder = tempfile::tempdir().context("no temporary folder")?;
        let address = free_address().await?;
        let base = format!("http://{address}");
        let google = Sandbox::start(Settings::redirecting_to(format!("{base}/gmail/callback/")))
            .await
            .context("the stand-in for Google does not start")?;
        let mut site =
            Site { program: program.to_owned(), settings: Vec::new(), address, google, folder };
        let key = site.run(&["keys", "generate"]).await?.trim().to_owned();
        let database = site.folder.path().join("selexia.db");
        site.settings = vec![
            ("DATABASE_URL", format!("sqlite://{}", database.display())),
            ("SELEXIA_BASE_URL", base),
            ("SELEXIA_LISTEN", address.to_string()),
            ("GMAIL_CLIENT_ID", site.google.client_id().to_owned()),
            ("GMAIL_CLIENT_SECRET", site.google.client_secret().to_owned()),
            ("GMAIL_ISSUER", site.google.world().base().to_owned()),
            ("GMAIL_API_URL", site.google.world().base().to_owned()),
            ("GMAIL_CALENDAR_URL", site.google.world().base().to_owned()),
            ("ENCRYPTION_KEYS", key),
        ];
        site.run(&["migrate"]).await?;
        site.run(&["user", "create", "--email", EMAIL, "--password", PASSWORD]).await?;
        Ok(site)
    }

    /// Nothing of the caller's environment, so that two people measure the same thing.
    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command
            .env_clear()
            .envs(self.settings.iter().map(|(name, value)| (name, value)))
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .kill_on_drop(true);
        command
    }

    /// Puts a new key before those that there are. The next start knows it.
    pub(crate) async fn put_a_new_key_first(&mut self) -> anyhow::Result<()> {
        let new = self.run(&["keys", "generate"]).await?;
        let keys = self.settings.iter_mut().find(|(name, _)| *name == "ENCRYPTION_KEYS");
        let (_, keys) = keys.context("there are no keys")?;
        *keys = format!("{},{keys}", new.trim());
        Ok(())
    }

    /// One of the program's settings.
    pub(crate) fn setting(&self, name: &str) -> anyhow::Result<&str> {
        let setting = self.settings.iter().find(|(known, _)| *known == name);
        Ok(&setting.with_context(|| format!("there is no setting {name}"))?.1)
    }

    /// Syncs the user so often, so that their history is long.
    pub(crate) async fn make_history(&self, syncs: usize) -> anyhow::Result<()> {
        for _ in 0..syncs {
            self.run(&["gmail", "sync", "--user", EMAIL]).await?;
        }
        Ok(())
    }

    async fn run(&self, arguments: &[&str]) -> anyhow::Result<String> {
        self.run_within(PATIENCE, arguments).await
    }

    /// Runs a command that may take so long, and gives what it prints.
    pub(crate) async fn run_within(
        &self,
        patience: Duration,
        arguments: &[&str],
    ) -> anyhow::Result<String> {
        let done = timeout(patience, self.command().args(arguments).output());
        let what = || format!("{} {}", self.program.display(), arguments.join(" "));
        let output = done.await.with_context(what)?.with_context(what)?;
        let errors = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "{}: {}", what(), errors.trim());
        Ok(String::from_utf8(output.stdout)?)
    }

    /// Starts the site, and says how long it took until it was ready.
    pub(crate) async fn start(&self) -> anyhow::Result<(Running, Duration)> {
        self.launch(self.address, self.command()).await
    }

    /// Starts the program a second time, with the files of `site_root` for its client.
    pub(crate) async fn start_beside(
        &self,
        site_root: &Path,
    ) -> anyhow::Result<(Running, SocketAddr)> {
        let address = free_address().await?;
        let mut command = self.command();
        command.env("SELEXIA_LISTEN", address.to_string()).env("SELEXIA_SITE_ROOT", site_root);
        let (running, _) = self.launch(address, command).await?;
        Ok((running, address))
    }

    /// The folder that is gone afterwards.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    async fn launch(
        &self,
        address: SocketAddr,
        mut command: Command,
    ) -> anyhow::Result<(Running, Duration)> {
        let log = self.folder.path().join(format!("selexia-{}.log", address.port()));
        let stderr = File::create(&log).context("no log")?;
        command.arg("serve").stdout(Stdio::null()).stderr(stderr);
        let spawned = Instant::now();
        let mut process = command.spawn().context("the site does not start")?;
        while !is_ready(address).await {
            let ended = process.try_wait()?;
            if ended.is_some() || spawned.elapsed() > PATIENCE {
                let log = std::fs::read_to_string(&log).unwrap_or_default();
                bail!("the site is not ready after {:?}: {}", spawned.elapsed(), log.trim());
            }
            sleep(BETWEEN_QUESTIONS).await;
        }
        Ok((Running { process }, spawned.elapsed()))
    }
}

/// A started site. It is killed when dropped.
pub(crate) struct Running {
    process: Child,
}

impl Running {
    /// Bytes of it that are in memory now.
    pub(crate) fn resident_bytes(&self) -> anyhow::Result<u64> {
        resident_bytes(self.process.id().context("the site has ended")?)
    }

    /// Ends the site in its own order, as a service manager does.
    pub(crate) async fn stop(mut self) -> anyhow::Result<()> {
        let id = self.process.id().context("the site has ended by itself")?;
        let pid = Pid::from_raw(id.try_into()?).context("no process has the number 0")?;
        kill_process(pid, Signal::TERM).context("the site cannot be asked to stop")?;
        let ended = timeout(PATIENCE, self.process.wait()).await;
        let status = ended.context("the site does not stop")??;
        ensure!(status.success(), "the site did not stop in order: {status}");
        Ok(())
    }
}

/// A port that was free a moment ago. The site's address must be known before it starts, because
/// Google's stand-in is told it too.
async fn free_address() -> anyhow::Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.context("no free port")?;
    Ok(listener.local_addr()?)
}

/// Errors mean "not yet": nobody listens, or nobody answers.
async fn is_ready(address: SocketAddr) -> bool {
    let question = format!("GET /readyz HTTP/1.1\r\nHost: {address}\r\n\r\n");
    let Ok(mut connection) = Connection::open(address).await else { return false };
    let answered = timeout(PATIENCE, connection.exchange(question.as_bytes())).await;
    matches!(answered, Ok(Ok(reply)) if reply.status == 200)
}
