//! A strict local stand-in for Google: one HTTP origin on 127.0.0.1 that plays accounts, OAuth,
//! OpenID Connect, userinfo and Gmail settings, with a clock, faults and forged tokens on request.
//! Beside it stands a mail server that delivers to nobody and shows what it was given.
//!
//! For tests and demonstrations only. It promises what docs/google-facts.md calls documented or
//! observed, and refuses what Google refuses. The JSON control API is described in the crate's
//! README.

mod browse;
mod endpoints;
mod event_stream;
mod fault;
mod id_token;
mod keys;
mod mishap;
mod pages;
mod params;
mod pkce;
mod random;
mod security_event;
mod server;
mod service_account;
mod settings;
mod smtp;
mod world;

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use tokio::net::TcpListener;
use tokio::task::AbortHandle;
use url::Url;

pub use browse::{Answer, BrowseError, Visit};
pub use event_stream::Delivery;
pub use fault::{Endpoint, Fault, FaultBody, InjectedFault};
pub use id_token::{Hostile, IdTokenForge, Signing, hostile_id_tokens};
pub use security_event::{EventKind, Naming, SecurityEvent};
pub use settings::Settings;
pub use smtp::Mail;
pub use world::World;
pub use world::account::{Account, Mailbox};
pub use world::behaviour::Behaviour;
pub use world::client::Client;
pub use world::ledger::{GrantView, Issued};
pub use world::permission::{Permission, Permissions};

/// A running stand-in. It stops when dropped.
pub struct Sandbox {
    world: World,
    settings: Settings,
    issuer: Url,
    mail_address: SocketAddr,
    servers: [AbortHandle; 2],
}

impl Sandbox {
    /// Starts both servers on the current runtime. Any address but 127.0.0.1 is refused.
    pub async fn start(settings: Settings) -> io::Result<Sandbox> {
        let addresses = [settings.listen, settings.listen_for_mail];
        if addresses.iter().any(|address| address.ip() != IpAddr::V4(Ipv4Addr::LOCALHOST)) {
            let reason = "the Google stand-in listens on 127.0.0.1 only";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, reason));
        }
        let listener = TcpListener::bind(settings.listen).await?;
        let base = format!("http://{}", listener.local_addr()?);
        let issuer = Url::parse(&base).map_err(io::Error::other)?;
        let world = World::new(base, settings.clone());
        let mail_listener = TcpListener::bind(settings.listen_for_mail).await?;
        let mail_address = mail_listener.local_addr()?;
        let server = tokio::spawn(server::serve(listener, endpoints::router(world.clone())));
        let mail_server = tokio::spawn(smtp::serve(mail_listener, world.clone()));
        let servers = [server.abort_handle(), mail_server.abort_handle()];
        Ok(Sandbox { world, settings, issuer, mail_address, servers })
    }

    /// Where mail is taken, by SMTP without TLS.
    pub fn mail_address(&self) -> SocketAddr {
        self.mail_address
    }

    /// The issuer as an address. `Url` shows a slash at the end that the issuer's text has not:
    /// compare with [`World::base`].
    pub fn issuer(&self) -> Url {
        self.issuer.clone()
    }

    /// The id of the client it started with.
    pub fn client_id(&self) -> &str {
        &self.settings.client_id
    }

    /// The secret of the client it started with.
    pub fn client_secret(&self) -> &str {
        &self.settings.client_secret
    }

    /// The world behind the server.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// Plays the user's browser: opens the address, chooses the account, answers the consent page.
    /// Returns the callback address without following it.
    pub async fn browse(&self, authorize_url: &Url, visit: Visit) -> Result<Url, BrowseError> {
        browse::visit(&self.issuer, authorize_url, visit).await
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        for server in &self.servers {
            server.abort();
        }
    }
}
