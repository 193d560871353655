//! What takes longer than a test: benchmarks.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use samsyn_tests::bench;

/// Benchmarks of Samsyn.
#[derive(Debug, Parser)]
#[command(name = "samsyn-tests", version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// How long a large workspace takes to open, and what memory does while somebody scrolls.
    Bench(bench::Bench),
}

fn main() -> ExitCode {
    let Cli { command: Command::Bench(bench) } = Cli::parse();
    match bench.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("samsyn-tests: {error}");
            ExitCode::FAILURE
        }
    }
}
