//! Nodes: real processes that each serve the same site, and share a database and nothing else.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use sandbox::Sandbox;
use url::Url;

pub(crate) const NODES: usize = 3;

/// They are killed when dropped.
pub(crate) struct Nodes {
    pub(crate) addresses: [Url; NODES],
    settings: BTreeMap<&'static str, String>,
    processes: [Option<Child>; NODES],
}

impl Drop for Nodes {
    fn drop(&mut self) {
        for n in 0..NODES {
            self.kill(n);
        }
    }
}

impl Nodes {
    pub(crate) fn free_addresses() -> [Url; NODES] {
        let ports = [(); NODES].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
        ports.map(|port| Url::parse(&format!("http://{}", port.local_addr().unwrap())).unwrap())
    }

    pub(crate) async fn start(addresses: [Url; NODES], database: &str, google: &Sandbox) -> Nodes {
        let key = vault::Key::generate(vault::KeyId::parse("k1").unwrap()).unwrap().expose();
        let settings = BTreeMap::from([
            ("DATABASE_URL", database.to_owned()),
            ("SELEXIA_BASE_URL", addresses[0].to_string()),
            ("GMAIL_CLIENT_ID", google.client_id().to_owned()),
            ("GMAIL_CLIENT_SECRET", google.client_secret().to_owned()),
            ("GMAIL_ISSUER", google.issuer().to_string()),
            ("GMAIL_API_URL", google.issuer().to_string()),
            ("ENCRYPTION_KEYS", key.to_string()),
        ]);
        let mut nodes = Nodes { addresses, settings, processes: [const { None }; NODES] };
        for n in 0..NODES {
            nodes.launch(n).await;
        }
        nodes
    }

    /// Ends a node in the middle of whatever it does.
    pub(crate) fn kill(&mut self, n: usize) {
        if let Some(mut process) = self.processes[n].take() {
            process.kill().unwrap();
            process.wait().unwrap();
        }
    }

    /// Starts a node and waits until it is ready.
    pub(crate) async fn launch(&mut self, n: usize) {
        let address = &self.addresses[n];
        let process = Command::new(env!("CARGO_BIN_EXE_selexia"))
            .arg("serve")
            .env_clear()
            .envs(&self.settings)
            .env("SELEXIA_LISTEN", format!("127.0.0.1:{}", address.port().unwrap()))
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        self.processes[n] = Some(process);
        let ready = address.join("/readyz").unwrap();
        let client = reqwest::Client::builder().build().unwrap();
        let is_ready = async {
            while !client.get(ready.clone()).send().await.is_ok_and(|page| page.status() == 200) {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), is_ready).await.expect("it never got ready");
    }
}
