//! The stand-in as a program, for demonstrations: one ready line, then it serves until stopped.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Parser;
use sandbox::{Sandbox, Settings};

/// A local stand-in for Google. Not Google; for tests and demonstrations.
#[derive(Parser)]
#[command(name = "google-sandbox", version)]
struct Arguments {
    /// Where to listen; only 127.0.0.1 is accepted.
    #[arg(long, default_value = "127.0.0.1:9009")]
    listen: SocketAddr,
    /// Where to take mail by SMTP; only 127.0.0.1 is accepted, and port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:0")]
    listen_for_mail: SocketAddr,
    /// An exact redirect address of the client; may be given several times.
    #[arg(long = "redirect-uri")]
    redirect_uris: Vec<String>,
    /// The client's id.
    #[arg(long, default_value = "selexia-demo")]
    client_id: String,
    /// The client's secret.
    #[arg(long, default_value = "selexia-demo-secret")]
    client_secret: String,
    /// Write the key of the service account that may manage the event stream to this file.
    #[arg(long)]
    service_account_file: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let Arguments {
        listen,
        listen_for_mail,
        redirect_uris,
        client_id,
        client_secret,
        service_account_file,
    } = Arguments::parse();
    let settings = Settings {
        listen,
        listen_for_mail,
        redirect_uris,
        client_id,
        client_secret,
        ..Settings::default()
    };
    let sandbox = Sandbox::start(settings).await?;
    if let Some(path) = service_account_file {
        std::fs::write(path, sandbox.world().service_account())?;
    }
    println!("google-sandbox ready at {}", sandbox.world().base());
    println!("mail is taken at smtp://{}", sandbox.mail_address());
    tokio::signal::ctrl_c().await?;
    Ok(())
}
