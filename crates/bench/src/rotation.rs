//! The exchange of keys on a full database, while the dashboard is loaded.
//! On a site of its own, so that nothing else is measured on a database of this size.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use chrono::DateTime;
use sandbox::Account;
use store::Store;
use testkit::connected_user::{ConnectedUser, seal};
use vault::KeyRing;

use crate::browser::{Browser, DASHBOARD};
use crate::load::{self, Expected, Round, Target};
use crate::site::{EMAIL, Site};

/// As long as Google's, in characters.
const TOKEN_LENGTH: usize = 220;
/// More than an exchange may take.
const PATIENCE: Duration = Duration::from_secs(1_800);
/// 2100: nobody syncs these connections meanwhile.
const FAR_SECS: i64 = 4_102_444_800;

/// How an exchange of keys went.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rotation {
    /// Connections, of two sealed tokens each.
    pub(crate) connections: u64,
    /// From the start of the command to its end.
    pub(crate) took: Duration,
    /// The dashboard while it ran.
    pub(crate) dashboard: Round,
}

/// Fills a database, puts a new key first, and seals everything anew under load.
pub(crate) async fn measure(program: &Path, connections: u64) -> anyhow::Result<Rotation> {
    eprintln!("bench: making {connections} connections");
    let mut site = Site::prepare(program).await?;
    fill(&site, connections).await.context("filling the database")?;
    let (running, _) = site.start().await?;
    let account = Account::seeds().into_iter().next().context("the stand-in has no account")?;
    let mut browser = Browser::new(site.address);
    browser.sign_in().await?;
    browser.connect(&site.google, &account.sub).await?;
    browser.sync_once().await?;
    running.stop().await?;

    site.put_a_new_key_first().await?;
    let (running, _) = site.start().await?;
    let page = browser.dashboard(&account).await?;
    let dashboard = Arc::new(Target {
        address: site.address,
        request: browser.question(DASHBOARD, "br"),
        expected: Expected::like(&page.body, EMAIL)?,
    });
    let rotate = site.run_within(PATIENCE, &["keys", "rotate"]);
    let (said, took, dashboard) = load::beside(&dashboard, rotate).await?;
    eprintln!("bench: keys exchanged in {:.1} s: {}", took.as_secs_f64(), said.trim());
    running.stop().await?;
    site.run_within(PATIENCE, &["keys", "verify"]).await?;
    Ok(Rotation { connections, took, dashboard })
}

async fn fill(site: &Site, connections: u64) -> anyhow::Result<()> {
    let store = Store::open(site.setting("DATABASE_URL")?, 1).await?;
    let keys = KeyRing::parse(site.setting("ENCRYPTION_KEYS")?)?;
    let token = "x".repeat(TOKEN_LENGTH);
    let far = DateTime::from_timestamp(FAR_SECS, 0).context("a time")?;
    for number in 1..=connections {
        let user = ConnectedUser {
            number,
            subject: &number.to_string(),
            access: seal(&keys, "access_token", number, &token)?,
            access_expires_at: far,
            refresh: seal(&keys, "refresh_token", number, &token)?,
            next_sync_at: far,
        };
        user.add(&store, DateTime::UNIX_EPOCH).await?;
    }
    store.close().await;
    Ok(())
}
