//! Everything that is known about one person, for that person to read: what they may ask for (GDPR, article 15).

use clap::Args;

use super::Json;
use super::people::record;
use super::render::{json as write_json, line};
use crate::belonging::dossier::Dossier;
use crate::context::{Context, Failure};

/// Write everything that is known about one person, for that person to read.
#[derive(Debug, Args)]
pub(super) struct Access {
    /// The person's record: its identifier or the beginning of it.
    record: String,
    #[command(flatten)]
    json: Json,
}

impl Access {
    pub(super) fn run(&self, context: &Context) -> Result<(), Failure> {
        let replica = context.open()?;
        let id = record(&replica, &self.record)?;
        let dossier = Dossier::of(&replica, id, context.language)?;
        if self.json.json { write_json(&dossier.to_json()?) } else { line(dossier.to_text()?) }
    }
}
