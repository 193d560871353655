//! Figures that are also written to a file.

use std::io::Write as _;
use std::path::PathBuf;

use clap::Args;
use samsyn_engine::files::{Existing, Output};
use serde::Serialize;

/// Why something could not be measured.
pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Where figures are written to, beside the terminal.
#[derive(Debug, Args)]
pub(crate) struct Figures {
    /// Also write the figures to this file, as JSON.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Replace the file if it is there.
    #[arg(long)]
    overwrite: bool,
}

impl Figures {
    /// Begins the file, before anything is measured for it.
    pub(crate) fn begin(&self) -> Result<Option<Output>, Failure> {
        let existing = if self.overwrite { Existing::Replace } else { Existing::Keep };
        let output = self.json.as_ref().map(|file| Output::begin(file, None, existing));
        Ok(output.transpose()?)
    }
}

/// Writes what was measured, where it is to be written.
pub(crate) fn write(output: Option<Output>, rows: &impl Serialize) -> Result<(), Failure> {
    if let Some(mut output) = output {
        output.write_all(&serde_json::to_vec_pretty(rows)?)?;
        output.finish()?;
    }
    Ok(())
}
