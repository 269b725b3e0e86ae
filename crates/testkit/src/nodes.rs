//! Nodes: real processes that each serve the same site, and share a database and nothing else.

use std::net::TcpListener;
use std::path::PathBuf;
use std::time::Duration;

use sandbox::Sandbox;
use url::Url;

use crate::running::Running;
use crate::selexia::Selexia;

/// How many there are.
pub const NODES: usize = 3;

/// They are killed when dropped.
pub struct Nodes {
    /// Where each of them listens.
    pub addresses: [Url; NODES],
    selexia: Selexia,
    processes: [Option<Running>; NODES],
}

impl Nodes {
    /// Addresses that were free a moment ago. Google's stand-in has to know one before the start.
    pub fn free_addresses() -> [Url; NODES] {
        let ports = [(); NODES].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
        ports.map(|port| Url::parse(&format!("http://{}", port.local_addr().unwrap())).unwrap())
    }

    /// Starts all of them, and waits until they are ready.
    pub async fn start(
        program: impl Into<PathBuf>,
        addresses: [Url; NODES],
        database: &str,
        google: &Sandbox,
    ) -> Nodes {
        let key = vault::Key::generate(vault::KeyId::parse("k1").unwrap()).unwrap().expose();
        let mut selexia = Selexia::on(program, database);
        selexia.set("SELEXIA_BASE_URL", addresses[0].as_str());
        selexia.set_google(google);
        selexia.set("ENCRYPTION_KEYS", key.as_str());
        let mut nodes = Nodes { addresses, selexia, processes: [const { None }; NODES] };
        for n in 0..NODES {
            nodes.launch(n).await;
        }
        nodes
    }

    /// Ends a node in the middle of whatever it does.
    pub fn kill(&mut self, n: usize) {
        if let Some(process) = self.processes[n].take() {
            process.kill();
        }
    }

    /// Starts a node and waits until it is ready.
    pub async fn launch(&mut self, n: usize) {
        let address = &self.addresses[n];
        let mut command = self.selexia.command(&["serve"]);
        command.env("SELEXIA_LISTEN", format!("127.0.0.1:{}", address.port().unwrap()));
        self.processes[n] = Some(Running::start_unheard(command));
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
