//! Several real processes on one database, and what is left when one of them is killed.

use std::time::Duration;

use sandbox::{Endpoint, Fault, InjectedFault, Sandbox, Settings, Visit};
use serde_json::Value;
use tempfile::TempDir;
use testkit::browser::Browser;
use testkit::nodes::Nodes;
use testkit::users::{ANNA, TANYA};
use tokio::task::JoinSet;
use url::Url;

const CALLERS: usize = 20;
const ROUNDS: u64 = 3;

struct SiteOfNodes {
    google: Sandbox,
    nodes: Nodes,
    _folder: TempDir,
}

impl SiteOfNodes {
    /// Nodes on one database.
    async fn start() -> SiteOfNodes {
        let addresses = Nodes::free_addresses();
        let callback = addresses[0].join("/gmail/callback/").unwrap();
        let google = Sandbox::start(Settings::redirecting_to(callback)).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let database = testkit::engine::fresh_database(folder.path()).await;
        let nodes =
            Nodes::start(env!("CARGO_BIN_EXE_selexia"), addresses, &database, &google).await;
        SiteOfNodes { google, nodes, _folder: folder }
    }

    /// Anna's browser, connected, as it would speak to each of the processes.
    async fn connected(&self) -> Vec<Browser> {
        let mut anna = Browser::new(self.nodes.addresses[0].clone());
        anna.register(ANNA).await;
        let page = anna.connect(&self.google, None, Visit::allow(TANYA)).await;
        assert_eq!(page.state(), "active");
        let at = |address: &Url| {
            let mut browser = Browser::new(address.clone());
            browser.cookies = anna.cookies.clone();
            browser
        };
        self.nodes.addresses.iter().map(at).collect()
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
    let site = SiteOfNodes::start().await;
    let browsers = site.connected().await;
    for round in 1..=ROUNDS {
        // Google ends the access token: every call meets a 401.
        site.google.world().advance(Duration::from_secs(3_700));
        let mut callers = JoinSet::new();
        for browser in &browsers {
            for _ in 0..CALLERS {
                callers.spawn(sync(browser.clone()));
            }
        }
        for (outcome, failure) in callers.join_all().await {
            assert_eq!((outcome.as_str(), failure.as_str()), ("unchanged", ""), "round {round}");
        }
        assert_eq!(site.refreshes(), round, "token requests");
    }
}

/// Takes as long as a lease: half a minute.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_killed_within_a_refresh_leaves_a_connection_that_says_so() {
    let mut site = SiteOfNodes::start().await;
    let mut browsers = site.connected().await;
    let world = site.google.world().clone();
    world.adjust(|google| google.rotate_refresh_tokens = true);
    world.inject(Fault::new(Endpoint::TokenRefresh, InjectedFault::HangAfter).times(1));
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
    site.nodes.kill(0);
    assert!(asking.await.is_err(), "nobody answers any more");
    let lost = sync(browsers[1].clone()).await;
    assert_eq!(lost, ("failed".to_owned(), "needs_reconnect".to_owned()));
    assert_eq!(site.refreshes(), 2, "the old token was tried once more");
    let page = browsers[1].get("/dashboard/").await;
    assert_eq!(page.state(), "reconnect");
    assert!(page.body.contains("Связь с Google прервалась"), "and says why");
}
