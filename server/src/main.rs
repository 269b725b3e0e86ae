//! The program: parse, run, exit code.

use std::process::ExitCode;

use clap::Parser;
use server::cli::Cli;

// A page is thousands of small texts, made on one thread and freed on another: the system's
// allocator spends a fifth of a page's time on locks for that.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

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
