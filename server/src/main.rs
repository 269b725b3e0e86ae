//! The program: parse, run, exit code.

use std::process::ExitCode;

use clap::Parser;
use server::cli::Cli;

#[tokio::main]
async fn main() -> ExitCode {
    match server::cli::run(Cli::parse()).await {
        Ok(code) => code,
        Err(error) => {
            // `{:#}` joins the causes into one line that names what to do.
            eprintln!("selexia: {error:#}");
            ExitCode::FAILURE
        }
    }
}
