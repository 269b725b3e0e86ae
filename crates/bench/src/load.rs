//! The load: connections that stay open, each with one outstanding request, for a while.
//! Every answer is checked; a wrong one ends the run, because its speed would mean nothing.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::http::{Connection, Reply};
use crate::statistics::{median, percentiles};

/// Connections at once.
pub(crate) const CONNECTIONS: usize = 64;
/// Load before each measurement, which warms caches and allocators.
pub(crate) const WARM_UP: Duration = Duration::from_secs(2);
/// How much longer than planned a round may take before its server counts as stuck.
const PATIENCE: Duration = Duration::from_secs(30);

/// What is asked of whom, and what must come back.
pub(crate) struct Target {
    /// The server.
    pub(crate) address: SocketAddr,
    /// The whole request.
    pub(crate) request: Vec<u8>,
    /// What every answer must be.
    pub(crate) expected: Expected,
}

/// A 200 of this length, with this text at this place. Looking at one place costs the measured
/// server less of its cores than searching would.
pub(crate) struct Expected {
    length: usize,
    at: usize,
    text: Vec<u8>,
}

impl Expected {
    /// Expects pages like this one, with this text where it first stands here.
    pub(crate) fn like(page: &[u8], text: &str) -> anyhow::Result<Expected> {
        let text = text.as_bytes().to_vec();
        let at = page.windows(text.len()).position(|part| part == text);
        let at = at.context("the page does not hold the expected text")?;
        Ok(Expected { length: page.len(), at, text })
    }

    fn check(&self, reply: &Reply<'_>) -> anyhow::Result<()> {
        ensure!(reply.status == 200, "an answer with status {} instead of 200", reply.status);
        let (length, expected) = (reply.body.len(), self.length);
        ensure!(length == expected, "an answer of {length} bytes instead of {expected}");
        let is_there = reply.body[self.at..].starts_with(&self.text);
        ensure!(is_there, "an answer without the expected text");
        Ok(())
    }
}

/// What one round of load found.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Round {
    /// Answers while it was measured.
    pub(crate) answers: usize,
    /// The same by the second.
    pub(crate) per_sec: f64,
    /// Half of the answers came within this time.
    pub(crate) p50_ms: f64,
    /// 99 of 100 did within this one.
    pub(crate) p99_ms: f64,
}

impl Round {
    fn of(latencies: Vec<Duration>, measured: Duration) -> Round {
        let answers = latencies.len();
        let [p50, p99] = percentiles(latencies, [50, 99]);
        Round {
            answers,
            per_sec: answers as f64 / measured.as_secs_f64(),
            p50_ms: p50.as_secs_f64() * 1e3,
            p99_ms: p99.as_secs_f64() * 1e3,
        }
    }

    /// The median of every figure, and the sum of all answers.
    pub(crate) fn median_of(rounds: &[Round]) -> Round {
        Round {
            answers: rounds.iter().map(|round| round.answers).sum(),
            per_sec: median(rounds.iter().map(|round| round.per_sec)),
            p50_ms: median(rounds.iter().map(|round| round.p50_ms)),
            p99_ms: median(rounds.iter().map(|round| round.p99_ms)),
        }
    }
}

/// One round: all connections ask for as long as the warm-up and `measured` last.
pub(crate) async fn round(target: &Arc<Target>, measured: Duration) -> anyhow::Result<Round> {
    timeout(WARM_UP + measured + PATIENCE, unbounded_round(target, measured))
        .await
        .context("the server answers no more")?
}

async fn unbounded_round(target: &Arc<Target>, measured: Duration) -> anyhow::Result<Round> {
    let connections = open(target).await?;
    let from = Instant::now() + WARM_UP;
    let until = from + measured;
    let mut asking = JoinSet::new();
    for connection in connections {
        asking.spawn(ask(connection, Arc::clone(target), from, move |now| now < until));
    }
    Ok(Round::of(latencies(asking).await?, measured))
}

/// Load for as long as some work takes: what the work gave, how long it took, and what the load
/// found meanwhile.
pub(crate) async fn beside<T>(
    target: &Arc<Target>,
    work: impl Future<Output = anyhow::Result<T>>,
) -> anyhow::Result<(T, Duration, Round)> {
    let connections = open(target).await?;
    let is_done = Arc::new(AtomicBool::new(false));
    let from = Instant::now();
    let mut asking = JoinSet::new();
    for connection in connections {
        let is_done = Arc::clone(&is_done);
        let goes_on = move |_| !is_done.load(Ordering::Relaxed);
        asking.spawn(ask(connection, Arc::clone(target), from, goes_on));
    }
    let given = work.await;
    let took = from.elapsed();
    is_done.store(true, Ordering::Relaxed);
    let latencies = timeout(PATIENCE, latencies(asking)).await;
    let latencies = latencies.context("the server answers no more")??;
    Ok((given?, took, Round::of(latencies, took)))
}

async fn open(target: &Target) -> anyhow::Result<Vec<Connection>> {
    let mut connections = Vec::with_capacity(CONNECTIONS);
    for _ in 0..CONNECTIONS {
        connections.push(Connection::open(target.address).await?);
    }
    Ok(connections)
}

async fn latencies(
    mut asking: JoinSet<anyhow::Result<Vec<Duration>>>,
) -> anyhow::Result<Vec<Duration>> {
    let mut latencies = Vec::new();
    while let Some(asked) = asking.join_next().await {
        latencies.extend(asked.context("a connection of the load")??);
    }
    Ok(latencies)
}

/// Asks again and again, and keeps the latencies of the answers that came from a moment on.
async fn ask(
    mut connection: Connection,
    target: Arc<Target>,
    from: Instant,
    goes_on: impl Fn(Instant) -> bool,
) -> anyhow::Result<Vec<Duration>> {
    let mut latencies = Vec::new();
    let mut sent = Instant::now();
    while goes_on(sent) {
        let reply = connection.exchange(&target.request).await?;
        target.expected.check(&reply)?;
        let answered = Instant::now();
        if answered >= from && goes_on(answered) {
            latencies.push(answered - sent);
        }
        sent = answered;
    }
    Ok(latencies)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_expected_text_must_be_in_the_page() {
        assert_eq!(Expected::like(b"<p>a@b</p>", "a@b").unwrap().at, 3);
        assert!(Expected::like(b"<p>sign in</p>", "a@b").is_err());
        assert!(Expected::like(b"", "a@b").is_err());
    }

    #[test]
    fn one_disturbed_round_does_not_decide() {
        let rounds = [100.0, 20.0, 110.0].map(|per_sec| Round {
            answers: 10,
            per_sec,
            p50_ms: 1.0,
            p99_ms: 2.0,
        });
        let median = Round::median_of(&rounds);
        assert_eq!((median.answers, median.per_sec), (30, 100.0));
    }
}
