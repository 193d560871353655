//! What takes longer than a test, benchmarks and simulations of many seeds, and what tests begin with: the fuzz corpus.

use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use samsyn_engine::text::plain;
use samsyn_tests::{bench, corpus, kills, simulation};

/// Benchmarks and simulations of Samsyn, and the corpus of its fuzz targets.
#[derive(Debug, Parser)]
#[command(name = "samsyn-tests", version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// How long a large workspace takes to open, what memory does while somebody scrolls, and what an idle window costs.
    Bench(bench::Bench),
    /// Many laptops, one relay, and everything that goes wrong, out of one seed after the other.
    Simulate(Simulate),
    /// Every command that writes, killed at each call by which it does, and what it leaves behind.
    Kills(kills::Kills),
    /// Samsyn beside automerge::sync and samod: bytes, messages, time and memory.
    #[cfg(feature = "peers")]
    Peers(samsyn_tests::peers::Peers),
    /// Write what the fuzz targets begin with, the same each time. Crashers that were kept stay.
    Corpus,
}

#[derive(Debug, Args)]
struct Simulate {
    /// How many seeds.
    #[arg(long, default_value_t = 1_000)]
    seeds: u64,
    /// The first of them.
    #[arg(long, default_value_t = 0)]
    from: u64,
}

fn main() -> ExitCode {
    match Cli::parse().command {
        Command::Bench(bench) => match bench.run() {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("samsyn-tests: {}", plain(&error.to_string()));
                ExitCode::FAILURE
            }
        },
        Command::Simulate(simulate) => simulate.run(),
        Command::Kills(kills) => kills.run(),
        #[cfg(feature = "peers")]
        Command::Peers(peers) => match peers.run() {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("samsyn-tests: {}", plain(&error.to_string()));
                ExitCode::FAILURE
            }
        },
        Command::Corpus => match corpus::write(&corpus::folder()) {
            Ok(bytes) => {
                println!("{bytes} bytes in {}", corpus::folder().display());
                ExitCode::SUCCESS
            }
            Err(error) => {
                eprintln!("samsyn-tests: the corpus could not be written: {}", plain(&error.to_string()));
                ExitCode::FAILURE
            }
        },
    }
}

impl Simulate {
    fn run(&self) -> ExitCode {
        let mut tally = simulation::Tally::default();
        for seed in self.from..self.from + self.seeds {
            match simulation::run(seed, &simulation::quick_folder()) {
                Ok(run) => tally.add(run),
                Err(words) => {
                    println!("{words}");
                    tally.failed += 1;
                }
            }
        }
        println!("{tally}");
        println!("{} passed, {} failed", tally.passed, tally.failed);
        if tally.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}
