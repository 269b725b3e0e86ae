//! The whole run, in the order that disturbs least: start, idle memory, size, load, memory.
//! Dashboard, JSON profile and fixed page take turns, so that noise of the machine hits all.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use sandbox::Account;
use tokio::time::sleep;

use crate::browser::{Browser, DASHBOARD};
use crate::fixed_page::{FixedPage, SIGN};
use crate::load::{self, Expected, Round, Target};
use crate::machine::{self, Ticks};
use crate::manual::{self, ByHand};
use crate::site::{EMAIL, Running, Site};
use crate::statistics::median;
use crate::weight::{self, Weight};

/// The dashboard for programs.
const PROFILE: &str = "/api/v1/profile";
/// Syncs in the history of the dashboard's user.
pub(crate) const HISTORY: usize = 50;

/// Starts that are timed.
pub(crate) const STARTS: usize = 5;
/// Rest between the start and the look at idle memory.
const REST: Duration = Duration::from_secs(2);

/// How long the load goes on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Length {
    /// Rounds for each of the three.
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
    /// A press on the button.
    pub(crate) manual: ByHand,
    /// The dashboard under load.
    pub(crate) dashboard: Round,
    /// The profile as JSON, for a program with a token, under the same load.
    pub(crate) profile: Round,
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
    site.make_history(HISTORY).await?;
    // Before the page is taken, whose history tells of the token.
    let profile = Arc::new(profile_of(&site, &mut browser).await.context(PROFILE)?);
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
    let targets = [("dashboard", dashboard), ("JSON profile", profile), ("fixed page", fixed)];
    let [dashboard, profile, fixed] = by_turns(targets, length).await?;
    let loaded_bytes = running.resident_bytes()?;
    let manual = manual::measure(&site).await?;
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
        manual,
        dashboard,
        profile,
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

/// The request of a program for the profile, and the answer that it gets.
async fn profile_of(site: &Site, browser: &mut Browser) -> anyhow::Result<Target> {
    let token = browser.token().await?;
    let program = Browser::new(site.address);
    let request = program.question_with(PROFILE, &format!("Authorization: Bearer {token}\r\n"));
    let body = program.asking(&request).await?.body;
    let expected = Expected::like(&body, "\"first_name\"")?;
    Ok(Target { address: site.address, request, expected })
}

/// Loads each of them once in every round.
async fn by_turns<const N: usize>(
    targets: [(&str, Arc<Target>); N],
    length: Length,
) -> anyhow::Result<[Round; N]> {
    let mut rounds = [const { Vec::new() }; N];
    for number in 1..=length.rounds {
        for ((name, target), rounds) in targets.iter().zip(&mut rounds) {
            let round =
                load::round(target, length.measured).await.with_context(|| name.to_string())?;
            let Round { per_sec, p50_ms, p99_ms, .. } = round;
            eprintln!(
                "bench: round {number}, {name}: {per_sec:.0} requests/s, \
                 p50 {p50_ms:.2} ms, p99 {p99_ms:.2} ms"
            );
            rounds.push(round);
        }
    }
    Ok(rounds.map(|rounds| Round::median_of(&rounds)))
}
