//! `make bench`: measures the release build as a user would meet it, and prints a table.
//! Performance is reported, not asserted: only what could not be measured is an error.

mod browser;
mod claims;
mod fixed_page;
mod http;
mod load;
mod machine;
mod manual;
mod measure;
mod report;
mod rotation;
mod site;
mod statistics;
mod syncs;
mod weight;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use clap::{Parser, value_parser};

use crate::measure::Length;

/// Measures the release build: speed, memory, start, size. Nothing leaves this machine.
#[derive(Parser)]
#[command(name = "bench", version)]
struct Arguments {
    /// The program to measure; the one beside this one if none is named.
    #[arg(long, env = "SELEXIA_BIN")]
    selexia: Option<PathBuf>,
    /// How long each round of load is measured.
    #[arg(long, default_value_t = 10, value_parser = value_parser!(u64).range(1..=60))]
    seconds: u64,
    /// How many rounds of load the dashboard and the fixed page get each, by turns.
    #[arg(long, default_value_t = 3, value_parser = value_parser!(u64).range(1..=9))]
    rounds: u64,
    /// How many connections the exchange of keys seals anew.
    #[arg(long, default_value_t = 100_000, value_parser = value_parser!(u64).range(1..=10_000_000))]
    connections: u64,
    /// How many connections are due for a sync at once.
    #[arg(long, default_value_t = 10_000, value_parser = value_parser!(u64).range(1..=100_000))]
    due: u64,
    /// Among how many connections a claim is timed, beside 10,000.
    #[arg(long, default_value_t = 1_000_000, value_parser = value_parser!(i64).range(10_000..=10_000_000))]
    claimed_among: i64,
    /// Measure these syncs and their claims, and nothing else.
    #[arg(long)]
    syncs_alone: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> anyhow::Result<()> {
    let selexia = match arguments.selexia {
        Some(program) => program,
        None => std::env::current_exe()
            .context("this program does not know where it is; set SELEXIA_BIN")?
            .with_file_name("selexia"),
    };
    let syncs = syncs::measure(&selexia, arguments.due).await?;
    let claims = claims::measure(arguments.claimed_among).await?;
    if arguments.syncs_alone {
        print!("{}", report::syncs_table(&syncs, &claims));
        return Ok(());
    }
    let length =
        Length { rounds: arguments.rounds, measured: Duration::from_secs(arguments.seconds) };
    let findings = measure::everything(&selexia, length).await?;
    let rotation = rotation::measure(&selexia, arguments.connections).await?;
    print!("{}", report::table(&findings, &rotation, &syncs, &claims));
    Ok(())
}
