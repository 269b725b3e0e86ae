//! keys: make, exchange, check and retire the keys that seal tokens. docs/keys.md tells when.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use clap::{Args, Subcommand, value_parser};
use service::{Clock, KeyUse, Keys, Role};
use vault::{Key, KeyId};

use super::open;
use super::progress::Progress;
use crate::config::{Raw, key_ring};

#[derive(Debug, Subcommand)]
pub(super) enum KeysCommand {
    /// Make a key and print it, once.
    Generate,
    /// Seal everything anew with the newest key, while the site is served.
    Rotate(Pace),
    /// Open everything, and name what does not open.
    Verify,
    /// Show every key and how many values need it.
    List,
}

#[derive(Debug, Args)]
pub(super) struct Pace {
    /// Values that one transaction seals anew.
    #[arg(long, default_value_t = 500, value_parser = value_parser!(u32).range(1..=10_000))]
    batch: u32,
    /// Rest after each transaction, in milliseconds, so that the site can write.
    #[arg(long, default_value_t = 10, value_parser = value_parser!(u64).range(0..=60_000))]
    pause_ms: u64,
}

const FIRST_KEY: &str = "Set ENCRYPTION_KEYS to it, or ENCRYPTION_KEYS_FILE to a file of it, and \
    keep it safe and apart from the database.";
const NEXT_KEY: &str = "Put it first in ENCRYPTION_KEYS, or in the first line of its file, before \
    the keys that are there; restart the site, then run `selexia keys rotate`.";

/// Values that a verification reads at once.
const PAGE: u32 = 500;

pub(super) async fn run(raw: &Raw, command: KeysCommand) -> anyhow::Result<ExitCode> {
    match command {
        KeysCommand::Generate => generate(),
        KeysCommand::Rotate(pace) => rotate(&keys(raw).await?, &pace).await,
        KeysCommand::Verify => verify(&keys(raw).await?).await,
        KeysCommand::List => list(&keys(raw).await?).await,
    }
}

async fn keys(raw: &Raw) -> anyhow::Result<Keys> {
    let ring = key_ring(raw)?;
    Ok(Keys::new(open(raw).await?, ring))
}

/// Prints the key alone to stdout, so that it can be sent to a file; what to do with it to stderr.
pub(super) fn generate() -> anyhow::Result<ExitCode> {
    // Settings that cannot be read must not keep anybody from making the key that mends them.
    let ring = Raw::from_environment().ok().and_then(|raw| key_ring(&raw).ok());
    let known: Vec<KeyId> = ring.iter().flat_map(|ring| ring.ids().cloned()).collect();
    let key = Key::generate(next_id(&known)?).context("the system has no randomness to give")?;
    println!("{}", key.expose().as_str());
    eprintln!("{}", if known.is_empty() { FIRST_KEY } else { NEXT_KEY });
    Ok(ExitCode::SUCCESS)
}

/// Names a key after the second it was made in, or the one after the newest: so an id is never
/// used twice, neither here nor in a backup nor in another installation.
fn next_id(known: &[KeyId]) -> anyhow::Result<KeyId> {
    let now: u64 = Clock::system().now().format("%Y%m%d%H%M%S").to_string().parse()?;
    let numbers = known.iter().filter_map(|id| id.as_str().strip_prefix('k')?.parse::<u64>().ok());
    let newest = numbers.max().unwrap_or_default();
    Ok(KeyId::parse(&format!("k{}", now.max(newest.saturating_add(1))))?)
}

async fn rotate(keys: &Keys, pace: &Pace) -> anyhow::Result<ExitCode> {
    let mut progress = Progress::new("sealed anew", others_total(&keys.uses().await?));
    let (mut done, mut overtaken, mut unreadable) = (0, 0, 0);
    let mut rotation = keys.rotation(pace.batch);
    while let Some(batch) = rotation.next().await? {
        for value in &batch.unreadable {
            progress.say(&format!("does not open: {value}"));
        }
        progress.advance(batch.done + batch.overtaken + batch.unreadable.len() as u64);
        done += batch.done;
        overtaken += batch.overtaken;
        unreadable += batch.unreadable.len();
        tokio::time::sleep(Duration::from_millis(pace.pause_ms)).await;
    }
    progress.finish();
    println!(
        "{done} sealed anew, {overtaken} written by others meanwhile, {unreadable} unreadable"
    );
    let uses = keys.uses().await?;
    show(&uses);
    let left = others_total(&uses);
    if left == 0 {
        return Ok(ExitCode::SUCCESS);
    }
    if unreadable == 0 {
        eprintln!(
            "selexia: {left} values were sealed with an older key meanwhile: is a `selexia serve` \
             running with older settings? Restart it, then rotate again"
        );
    } else {
        eprintln!(
            "selexia: {left} values still need another key than the newest: those that do not \
             open are named above and were left as they are"
        );
    }
    Ok(ExitCode::FAILURE)
}

async fn verify(keys: &Keys) -> anyhow::Result<ExitCode> {
    let total = keys.uses().await?.iter().map(KeyUse::total).sum();
    let mut progress = Progress::new("opened", total);
    let (mut done, mut unreadable) = (0, 0);
    let mut verification = keys.verification(PAGE);
    while let Some(batch) = verification.next().await? {
        for value in &batch.unreadable {
            progress.say(&format!("does not open: {value}"));
        }
        progress.advance(batch.done + batch.unreadable.len() as u64);
        done += batch.done;
        unreadable += batch.unreadable.len();
    }
    progress.finish();
    println!("{done} open, {unreadable} do not");
    Ok(if unreadable == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn list(keys: &Keys) -> anyhow::Result<ExitCode> {
    show(&keys.uses().await?);
    Ok(ExitCode::SUCCESS)
}

/// How many values need another key than the newest.
fn others_total(uses: &[KeyUse]) -> u64 {
    uses.iter().filter(|of| of.role != Role::Seals).map(KeyUse::total).sum()
}

/// One line a key: its name, what it is for, what needs it, and what to do.
fn show(uses: &[KeyUse]) {
    let name = |of: &KeyUse| of.key.as_ref().map_or("no key", KeyId::as_str).to_owned();
    let width = uses.iter().map(|of| name(of).len()).max().unwrap_or_default();
    for of in uses {
        let needed: Vec<_> =
            of.values.iter().map(|(column, values)| format!("{column} {values}")).collect();
        let needed = if needed.is_empty() { "no value".to_owned() } else { needed.join(", ") };
        println!("{:width$}  {:7}  {needed}{}", name(of), role_word(of.role), advice(of));
    }
}

const fn role_word(role: Role) -> &'static str {
    match role {
        Role::Seals => "seals",
        Role::Opens => "opens",
        Role::Missing => "missing",
    }
}

fn advice(of: &KeyUse) -> &'static str {
    match (of.role, &of.key) {
        (Role::Seals, _) => "",
        (Role::Opens, _) if of.total() == 0 => ": can be removed from ENCRYPTION_KEYS",
        (Role::Opens, _) => ": run `selexia keys rotate`",
        (Role::Missing, Some(_)) => ": put it back into ENCRYPTION_KEYS, after the first",
        (Role::Missing, None) => ": damaged; `selexia keys verify` names the rows",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_greater_than_all_before_even_within_a_second_or_with_a_clock_gone_wrong() {
        let first = next_id(&[]).unwrap();
        let [ahead, other] = ["k99991231235959", "main"].map(|id| KeyId::parse(id).unwrap());
        assert_eq!(next_id(&[other, ahead]).unwrap().as_str(), "k99991231235960");
        let second = next_id(std::slice::from_ref(&first)).unwrap();
        assert!(second > first, "{second:?} after {first:?}");
    }
}
