//! What the relay writes about itself: to standard error, as lines for people or as JSON for programs.
//!
//! Names of workspaces and devices (random), counts, sizes and codes, and the address of whoever was refused or met a limit;
//! never a secret, a person's name or the content of a record. How much: the variable `RUST_LOG`, `info` without it.

use clap::ValueEnum;
use samsyn_engine::text::Guard;
use serde::Deserialize;
use tracing_subscriber::EnvFilter;

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum LogFormat {
    /// Lines for people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// Begins to write. A program that embeds the relay and writes already keeps its own way.
pub(crate) fn start(format: LogFormat) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    // No colours: what is no text in a line, an address from a header say, is shown by pictures, and colours are orders, too.
    // A line that cannot be written is lost: saying so, to the same place, would end the thread that has something to say,
    // just when the disk is full.
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(|| Guard::new(std::io::stderr()))
        .with_ansi(false)
        .log_internal_errors(false);
    let _ = match format {
        LogFormat::Text => subscriber.try_init(),
        LogFormat::Json => subscriber.json().flatten_event(true).try_init(),
    };
}
