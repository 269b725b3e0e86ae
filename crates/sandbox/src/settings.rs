//! How a sandbox starts: address, client, accounts.

use std::net::{Ipv4Addr, SocketAddr};

use crate::world::account::Account;
use crate::world::client::Client;

/// The beginning, to which a reset returns.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where to listen; only 127.0.0.1 is accepted. Port 0 takes a free one.
    pub listen: SocketAddr,
    /// Where to take mail; as above.
    pub listen_for_mail: SocketAddr,
    /// The first client's id.
    pub client_id: String,
    /// The first client's secret.
    pub client_secret: String,
    /// The first client's exact redirect addresses.
    pub redirect_uris: Vec<String>,
    /// The accounts on the chooser.
    pub accounts: Vec<Account>,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            listen_for_mail: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            client_id: "selexia-demo".to_owned(),
            client_secret: "selexia-demo-secret".to_owned(),
            redirect_uris: Vec::new(),
            accounts: Account::seeds(),
        }
    }
}

impl Settings {
    /// The default with one redirect address.
    pub fn redirecting_to(uri: impl Into<String>) -> Settings {
        Settings { redirect_uris: vec![uri.into()], ..Settings::default() }
    }

    pub(crate) fn client(&self) -> Client {
        Client {
            id: self.client_id.clone(),
            secret: self.client_secret.clone(),
            name: "Selexia".to_owned(),
            redirect_uris: self.redirect_uris.clone(),
        }
    }
}
