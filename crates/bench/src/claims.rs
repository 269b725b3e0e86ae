//! Claims of due syncs: what one costs among few connections and among many, all of them due.

use std::time::Instant;

use anyhow::{Context, ensure};
use chrono::{DateTime, TimeDelta, Utc};
use model::SyncId;
use store::{NewClaim, Store};
use testkit::cluster;
use testkit::due_connections::fill;
use uuid::Uuid;

use crate::statistics::median;
use crate::syncs::AT_ONCE;

/// Few connections.
pub(crate) const FEW: i64 = 10_000;
/// Claims that are timed.
const CLAIMS: u128 = 50;
/// The beginning of 2028: everything is due.
const NOW_SECS: i64 = 1_830_297_600;

/// What claims cost.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Claims {
    /// How many connections are many.
    pub(crate) many: i64,
    /// On SQLite.
    pub(crate) sqlite: Claim,
    /// And on PostgreSQL, where it is installed.
    pub(crate) postgres: Option<Claim>,
}

/// What one claim costs on one database, in milliseconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Claim {
    /// Among few.
    pub(crate) few_ms: f64,
    /// Among many.
    pub(crate) many_ms: f64,
}

/// Measures all of it with so many connections as the many.
pub(crate) async fn measure(many: i64) -> anyhow::Result<Claims> {
    let sqlite = Claim {
        few_ms: on_sqlite(FEW).await.context("on SQLite")?,
        many_ms: on_sqlite(many).await.context("on SQLite")?,
    };
    let postgres = match on_postgres(FEW).await.context("on PostgreSQL")? {
        Some(few_ms) => {
            let many_ms = on_postgres(many).await.context("on PostgreSQL")?;
            many_ms.map(|many_ms| Claim { few_ms, many_ms })
        }
        None => None,
    };
    Ok(Claims { many, sqlite, postgres })
}

async fn on_sqlite(connections: i64) -> anyhow::Result<f64> {
    let folder = tempfile::tempdir().context("no temporary folder")?;
    let url = format!("sqlite://{}", folder.path().join("selexia.db").display());
    claim_of(&url, connections).await
}

async fn on_postgres(connections: i64) -> anyhow::Result<Option<f64>> {
    match cluster::fresh_database().await {
        Some(url) => claim_of(&url, connections).await.map(Some),
        None => Ok(None),
    }
}

/// The median of claims that follow each other and are never given back.
async fn claim_of(url: &str, connections: i64) -> anyhow::Result<f64> {
    eprintln!("bench: making {connections} connections to claim");
    let store = Store::open(url, 4).await?;
    store.migrate().await?;
    fill(url, connections).await?;
    let now: DateTime<Utc> = DateTime::from_timestamp(NOW_SECS, 0).context("a time")?;
    let mut millis = Vec::new();
    for number in 0..CLAIMS {
        let run = |n| SyncId(Uuid::from_u128(number << 64 | n));
        let asked = NewClaim {
            runs: (0..AT_ONCE as u128).map(run).collect(),
            lease_ends_at: now + TimeDelta::minutes(1),
            // A limit that is never reached, so that its counting is part of the claim.
            per_minute: Some(i64::MAX),
        };
        let began = Instant::now();
        let claim = store.claim_due(&asked, now).await?;
        millis.push(began.elapsed().as_secs_f64() * 1e3);
        ensure!(claim.begun.len() == AT_ONCE, "claimed {}", claim.begun.len());
    }
    store.close().await;
    let median = median(millis);
    eprintln!("bench: {median:.2} ms a claim of {AT_ONCE}");
    Ok(median)
}
