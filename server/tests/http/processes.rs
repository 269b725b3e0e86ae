//! Several real processes on one database, and what is left when one of them is killed.

use std::time::Duration;

use sandbox::{Endpoint, Fault, InjectedFault, Sandbox, Settings, Visit};
use serde_json::Value;
use tempfile::TempDir;
use tokio::task::JoinSet;
use url::Url;

use crate::browser::Browser;
use crate::nodes::Nodes;
use crate::site::{PASSWORD, TANYA};

const CALLERS: usize = 20;
const ROUNDS: u64 = 3;

struct Fleet {
    google: Sandbox,
    nodes: Nodes,
    _folder: TempDir,
}

impl Fleet {
    /// Nodes on one database.
    async fn start() -> Fleet {
        let addresses = Nodes::free_addresses();
        let callback = addresses[0].join("/gmail/callback/").unwrap();
        let google = Sandbox::start(Settings::redirecting_to(callback)).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let database = crate::engine::fresh_database(folder.path()).await;
        let nodes = Nodes::start(addresses, &database, &google).await;
        Fleet { google, nodes, _folder: folder }
    }

    /// Anna's browser, connected, as it would speak to each of the processes.
    async fn connected(&self) -> Vec<Browser> {
        let mut anna = Browser::new(self.nodes.addresses[0].clone());
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
    fleet.nodes.kill(0);
    assert!(asking.await.is_err(), "nobody answers any more");
    let lost = sync(browsers[1].clone()).await;
    assert_eq!(lost, ("failed".to_owned(), "needs_reconnect".to_owned()));
    assert_eq!(fleet.refreshes(), 2, "the old token was tried once more");
    let page = browsers[1].get("/dashboard/").await;
    assert_eq!(page.state(), "reconnect");
    assert!(page.body.contains("Связь с Google прервалась"), "and says why");
}
