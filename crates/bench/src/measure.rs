//! The whole run, in the order that disturbs least: start, idle memory, size, load, memory.
//! Dashboard and fixed page take turns, so that noise of the machine hits both.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use sandbox::Account;
use tokio::time::sleep;

use crate::browser::Browser;
use crate::fixed_page::{FixedPage, SIGN};
use crate::load::{self, Expected, Round, Target};
use crate::machine::{self, Ticks};
use crate::site::{EMAIL, Running, Site};
use crate::statistics::median;
use crate::weight::{self, Weight};

/// The page that is measured.
pub(crate) const DASHBOARD: &str = "/dashboard/";

/// Starts that are timed.
pub(crate) const STARTS: usize = 5;
/// Rest between the start and the look at idle memory.
const REST: Duration = Duration::from_secs(2);

/// How long the load goes on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Length {
    /// Rounds for each of the two pages.
    pub(crate) rounds: u64,
    /// The measured part of a round.
    pub(crate) measured: Duration,
}

/// Everything that was measured.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Findings {
    /// Cores that servers and load generator share.
    pub(crate) cores: usize,
    /// The share of them that other work took while everything here rested.
    pub(crate) busy_share: f64,
    /// How long the load went on.
    pub(crate) length: Length,
    /// From the start of the process to ready.
    pub(crate) start_ms: f64,
    /// In memory soon after the start, before the first visitor.
    pub(crate) idle_bytes: u64,
    /// In memory right after the load.
    pub(crate) loaded_bytes: u64,
    /// The dashboard's HTML, as it is sent.
    pub(crate) page_bytes: usize,
    /// The files beside it.
    pub(crate) weight: Weight,
    /// The dashboard under load.
    pub(crate) dashboard: Round,
    /// The page that costs nothing, under the same load.
    pub(crate) fixed: Round,
}

/// Sets everything up, measures, and takes everything down.
pub(crate) async fn everything(program: &Path, length: Length) -> anyhow::Result<Findings> {
    let site = Site::prepare(program).await?;
    let (running, start_ms) = start(&site).await?;
    let ticks = Ticks::now()?;
    sleep(REST).await;
    let busy_share = Ticks::now()?.busy_since(ticks);
    let idle_bytes = running.resident_bytes()?;

    eprintln!("bench: signing in, connecting, syncing");
    let account = Account::seeds().into_iter().next().context("the stand-in has no account")?;
    let mut browser = Browser::new(site.address);
    browser.sign_in().await?;
    browser.connect(&site.google, &account.sub).await?;
    browser.sync().await?;
    let page = browser.dashboard(&account).await?;
    let weight = weight::of(page.text()?, &mut browser).await?;

    let fixed_page = FixedPage::start(&site, page.body.len()).await.context("the fixed page")?;
    let fixed_body = Browser::new(fixed_page.address).get(&fixed_page.path, "br").await?.body;
    let dashboard = Arc::new(Target {
        address: site.address,
        request: browser.question(DASHBOARD, "br"),
        expected: Expected::like(&page.body, EMAIL)?,
    });
    let fixed = Arc::new(Target {
        address: fixed_page.address,
        request: browser.question(&fixed_page.path, "br"),
        expected: Expected::like(&fixed_body, SIGN)?,
    });
    let (dashboard, fixed) = by_turns(&dashboard, &fixed, length).await?;
    let loaded_bytes = running.resident_bytes()?;
    running.stop().await?;
    fixed_page.stop().await?;
    Ok(Findings {
        cores: machine::cores()?,
        busy_share,
        length,
        start_ms,
        idle_bytes,
        loaded_bytes,
        page_bytes: page.body.len(),
        weight,
        dashboard,
        fixed,
    })
}

/// Starts the site a few times and leaves the last one running.
async fn start(site: &Site) -> anyhow::Result<(Running, f64)> {
    let (mut running, took) = site.start().await?;
    let mut millis = vec![took.as_secs_f64() * 1e3];
    for _ in 1..STARTS {
        running.stop().await?;
        let (next, took) = site.start().await?;
        running = next;
        millis.push(took.as_secs_f64() * 1e3);
    }
    eprintln!("bench: ready after {millis:.0?} ms");
    Ok((running, median(millis)))
}

async fn by_turns(
    dashboard: &Arc<Target>,
    fixed: &Arc<Target>,
    length: Length,
) -> anyhow::Result<(Round, Round)> {
    let (mut dashboards, mut fixeds) = (Vec::new(), Vec::new());
    for number in 1..=length.rounds {
        for (name, target, rounds) in
            [("dashboard", dashboard, &mut dashboards), ("fixed page", fixed, &mut fixeds)]
        {
            let round = load::round(target, length.measured).await.context(name)?;
            let Round { per_sec, p50_ms, p99_ms, .. } = round;
            eprintln!(
                "bench: round {number}, {name}: {per_sec:.0} requests/s, \
                 p50 {p50_ms:.2} ms, p99 {p99_ms:.2} ms"
            );
            rounds.push(round);
        }
    }
    Ok((Round::median_of(&dashboards), Round::median_of(&fixeds)))
}
