//! Several real processes on one database, and what is left when one of them is killed.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use sandbox::{Endpoint, Fault, Mishap, Sandbox, Settings, Visit};
use serde_json::Value;
use tempfile::TempDir;
use tokio::task::JoinSet;
use url::Url;

use crate::browser::Browser;
use crate::site::{PASSWORD, TANYA};

const PROCESSES: usize = 3;
const CALLERS: usize = 20;
const ROUNDS: u64 = 3;

struct Fleet {
    google: Sandbox,
    settings: BTreeMap<&'static str, String>,
    addresses: Vec<Url>,
    processes: Vec<Child>,
    _folder: TempDir,
}

impl Drop for Fleet {
    fn drop(&mut self) {
        for process in &mut self.processes {
            kill(process);
        }
    }
}

fn kill(process: &mut Child) {
    process.kill().unwrap();
    process.wait().unwrap();
}

impl Fleet {
    /// So many processes that each serve the same site.
    async fn start() -> Fleet {
        let ports: Vec<_> =
            (0..PROCESSES).map(|_| TcpListener::bind("127.0.0.1:0").unwrap()).collect();
        let address = |port: &TcpListener| format!("http://{}", port.local_addr().unwrap());
        let addresses: Vec<_> =
            ports.iter().map(|port| Url::parse(&address(port)).unwrap()).collect();
        drop(ports);
        let callback = addresses[0].join("/gmail/callback/").unwrap();
        let google = Sandbox::start(Settings::redirecting_to(callback)).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let database = format!("sqlite://{}", folder.path().join("selexia.db").display());
        let key = vault::Key::generate(vault::KeyId::parse("k1").unwrap()).unwrap().expose();
        let settings = BTreeMap::from([
            ("DATABASE_URL", database),
            ("SELEXIA_BASE_URL", addresses[0].to_string()),
            ("GMAIL_CLIENT_ID", google.client_id().to_owned()),
            ("GMAIL_CLIENT_SECRET", google.client_secret().to_owned()),
            ("GMAIL_ISSUER", google.issuer().to_string()),
            ("GMAIL_API_URL", google.issuer().to_string()),
            ("ENCRYPTION_KEYS", key.to_string()),
        ]);
        let mut fleet =
            Fleet { google, settings, addresses, processes: Vec::new(), _folder: folder };
        for n in 0..PROCESSES {
            fleet.launch(n).await;
        }
        fleet
    }

    /// Starts the process of the n-th address and waits until it is ready.
    async fn launch(&mut self, n: usize) {
        let address = &self.addresses[n];
        let listen = format!("127.0.0.1:{}", address.port().unwrap());
        let process = Command::new(env!("CARGO_BIN_EXE_selexia"))
            .arg("serve")
            .env_clear()
            .envs(&self.settings)
            .env("SELEXIA_LISTEN", listen)
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        self.processes.push(process);
        let ready = async {
            let client = reqwest::Client::builder().build().unwrap();
            let ready = address.join("/readyz").unwrap();
            while !client.get(ready.clone()).send().await.is_ok_and(|page| page.status() == 200) {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), ready).await.expect("it never got ready");
    }

    /// Anna's browser, connected, as it would speak to each of the processes.
    async fn connected(&self) -> Vec<Browser> {
        let mut anna = Browser::new(self.addresses[0].clone());
        let form = [("email", "anna@example.com"), ("password", PASSWORD)];
        assert_eq!(anna.post("/register/", &form).await.status, 303);
        let leaving = anna.post("/gmail/connect/", &[]).await;
        let authorize = Url::parse(leaving.location()).unwrap();
        let callback = self.google.browse(&authorize, Visit::allow(TANYA)).await.unwrap();
        assert_eq!(anna.get(callback.as_str()).await.location(), "/dashboard/");
        assert_eq!(anna.get("/dashboard/").await.state(), "active");
        let at = |address: &Url| {
            let mut browser = Browser::new(address.clone());
            browser.cookies = anna.cookies.clone();
            browser
        };
        self.addresses.iter().map(at).collect()
    }

    fn refreshes(&self) -> u64 {
        self.google.world().calls(Endpoint::TokenRefresh)
    }
}

async fn sync(mut browser: Browser) -> (String, String) {
    let report = browser.post_for_json("/gmail/sync/").await;
    let report: Value = serde_json::from_str(&report.body).unwrap();
    let text = |name: &str| report[name].as_str().unwrap_or_default().to_owned();
    (text("outcome"), text("failure"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_processes_refresh_once() {
    let fleet = Fleet::start().await;
    let browsers = fleet.connected().await;
    for round in 1..=ROUNDS {
        // Google ends the access token: every call meets a 401.
        fleet.google.world().advance(Duration::from_secs(3_700));
        let mut callers = JoinSet::new();
        for browser in &browsers {
            for _ in 0..CALLERS {
                callers.spawn(sync(browser.clone()));
            }
        }
        for (outcome, failure) in callers.join_all().await {
            assert_eq!((outcome.as_str(), failure.as_str()), ("unchanged", ""), "round {round}");
        }
        assert_eq!(fleet.refreshes(), round, "token requests");
    }
}

/// Takes as long as a lease: half a minute.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_killed_within_a_refresh_leaves_a_connection_that_says_so() {
    let mut fleet = Fleet::start().await;
    let mut browsers = fleet.connected().await;
    let world = fleet.google.world().clone();
    world.adjust(|google| google.rotate_refresh_tokens = true);
    world.inject(Fault::new(Endpoint::TokenRefresh, Mishap::HangAfter).times(1));
    world.advance(Duration::from_secs(3_700));
    let asking = tokio::spawn({
        let mut browser = browsers[0].clone();
        async move { browser.post_for_json("/gmail/sync/").await.status }
    });
    let rotated = async {
        while world.issued_by_kind().refresh_tokens.len() < 2 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), rotated).await.expect("a rotation");
    kill(&mut fleet.processes.remove(0));
    assert!(asking.await.is_err(), "nobody answers any more");
    let lost = sync(browsers[1].clone()).await;
    assert_eq!(lost, ("failed".to_owned(), "needs_reconnect".to_owned()));
    assert_eq!(fleet.refreshes(), 2, "the old token was tried once more");
    let page = browsers[1].get("/dashboard/").await;
    assert_eq!(page.state(), "reconnect");
    assert!(page.body.contains("Связь с Google прервалась"), "and says why");
}
