//! Everything that is known about one person, for that person to read: what they may ask for (GDPR, article 15).

use std::path::PathBuf;

use clap::Args;

use super::naming::record;
use super::render::{json as write_json, line};
use super::{Json, Overwrite};
use crate::belonging::dossier::Dossier;
use crate::context::{Context, Failure};

/// Write everything that is known about one person, for that person to read.
#[derive(Debug, Args)]
pub(super) struct Access {
    /// The person's record: its identifier or the beginning of it.
    record: String,
    /// Write it to two files that only you can read, NAME.txt and NAME.json, instead of to the terminal.
    #[arg(long, value_name = "NAME", conflicts_with = "json")]
    to: Option<PathBuf>,
    #[command(flatten)]
    overwrite: Overwrite,
    #[command(flatten)]
    json: Json,
}

impl Access {
    pub(super) fn run(&self, context: &Context) -> Result<(), Failure> {
        let replica = context.read()?;
        let id = record(&replica, &self.record)?;
        let dossier = Dossier::of(&replica, id, context.language)?;
        if let Some(to) = &self.to {
            let paths = dossier.write(to, self.overwrite.existing())?;
            return paths.iter().try_for_each(|path| line(path.display()));
        }
        if self.json.json { write_json(&dossier.to_json()?) } else { line(dossier.to_text()?) }
    }
}
