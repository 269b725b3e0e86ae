//! A page that costs its server nothing, from the same axum server stack: what the dashboard is
//! compared with. It is a process of its own, because the site is one too.

use std::net::{Ipv4Addr, SocketAddr};
use std::process::Stdio;
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use axum::body::Bytes;
use axum::response::Html;
use axum::routing::get;
use axum::serve::ListenerExt;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::measure::DASHBOARD;

/// The text that the page certainly holds.
pub(crate) const SIGN: &str = "<!DOCTYPE html><title>A fixed page</title><p>";

/// A running process that serves the page.
pub(crate) struct FixedPage {
    _process: Child,
    /// Where it listens.
    pub(crate) address: SocketAddr,
}

impl FixedPage {
    /// Starts this program again, as the server of a page. It ends when this is dropped.
    pub(crate) async fn start(bytes: usize) -> anyhow::Result<FixedPage> {
        let program = std::env::current_exe().context("this program does not know where it is")?;
        let mut process = Command::new(program)
            .args(["fixed-page", "--port", "0", "--bytes", &bytes.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let stdout = process.stdout.take().context("it has no output")?;
        let mut lines = BufReader::new(stdout).lines();
        let line = timeout(Duration::from_secs(10), lines.next_line()).await??;
        let address = line.context("it ended without saying its address")?.parse()?;
        Ok(FixedPage { _process: process, address })
    }
}

/// Serves a page of this size at the dashboard's address until the process is ended.
pub(crate) async fn serve(bytes: usize, port: u16) -> anyhow::Result<()> {
    let page = page(bytes)?;
    let site = Router::new().route(DASHBOARD, get(async move || Html(page.clone())));
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    println!("{}", listener.local_addr()?);
    let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
    axum::serve(listener, site).await?;
    Ok(())
}

fn page(bytes: usize) -> anyhow::Result<Bytes> {
    let filler = bytes.checked_sub(SIGN.len()).context("too small for a page")?;
    Ok(format!("{SIGN}{}", "x".repeat(filler)).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_the_size_that_was_asked_for() {
        let page = page(12_345).unwrap();
        assert_eq!(page.len(), 12_345);
        assert!(page.starts_with(SIGN.as_bytes()));
    }
}
