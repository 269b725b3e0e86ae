//! "Sync now" as people meet it: each presses the button once after a change at Google, and the
//! clock runs from the click to the whole answer.

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use sandbox::Account;

use crate::browser::Browser;
use crate::site::Site;
use crate::statistics::percentiles;

/// People who press it.
pub(crate) const PEOPLE: usize = 40;

/// How long 50 and 95 of 100 syncs by hand took at most.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ByHand {
    pub(crate) p50: Duration,
    pub(crate) p95: Duration,
}

/// Lets people register, connect and sync, one after the other, at a running site.
pub(crate) async fn measure(site: &Site) -> anyhow::Result<ByHand> {
    eprintln!("bench: {PEOPLE} people sync by hand");
    let world = site.google.world();
    let mut waits = Vec::with_capacity(PEOPLE);
    for number in 0..PEOPLE {
        let subject = format!("13000000000000000{number:04}");
        let mut account = Account::new(&subject, format!("person{number}@gmail.com"));
        account = account.named("Before", "Example");
        account.picture = Some(1);
        world.add_account(account);
        let mut browser = Browser::new(site.address);
        browser.register(&format!("person{number}@example.com")).await?;
        browser.connect(&site.google, &subject).await?;
        world.edit_account(&subject, |account| {
            account.given_name = Some("After".to_owned());
            account.picture = Some(2);
        });
        let pressed = Instant::now();
        let outcome = browser.sync_once().await.context("a sync by hand")?;
        waits.push(pressed.elapsed());
        ensure!(outcome == "updated", "a sync after a change ended as {outcome}");
    }
    let [p50, p95] = percentiles(waits, [50, 95]);
    Ok(ByHand { p50, p95 })
}
