//! What was erased, kept where no backup of a log has it: so that a log which is put back from one does not bring people back.
//!
//! ```text
//! DATA/erased/<workspace>      one line for each record, added to and never written anew
//! ```

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use samsyn_engine::id::RecordId;

use super::super::{LogError, Result};

/// The list of one workspace.
#[derive(Debug)]
pub(super) struct Purged(Option<PathBuf>);

impl Purged {
    /// The list of the workspace whose log stands there: `DATA/workspaces/<workspace>/log.sqlite`. A log that stands elsewhere
    /// has none.
    pub(super) fn beside(log: &Path) -> Purged {
        let workspace = log.parent().filter(|folder| {
            folder.parent().is_some_and(|workspaces| workspaces.file_name() == Some("workspaces".as_ref()))
        });
        let list = workspace
            .and_then(|folder| Some(folder.parent()?.parent()?.join("erased").join(folder.file_name()?)));
        Purged(list)
    }

    /// Adds a record.
    ///
    /// # Errors
    /// Where it cannot be stored.
    pub(super) fn note(&self, record: RecordId) -> Result<()> {
        let Some(path) = &self.0 else { return Ok(()) };
        add(path, record).map_err(|error| unusable(path, &error))
    }

    /// All of them, in the order in which they were added.
    ///
    /// # Errors
    /// Where the list is there and cannot be read.
    pub(super) fn read(&self) -> Result<Vec<RecordId>> {
        let Some(path) = &self.0 else { return Ok(Vec::new()) };
        match fs::read_to_string(path) {
            Ok(text) => Ok(text.lines().filter_map(|line| line.trim().parse().ok()).collect()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(unusable(path, &error)),
        }
    }
}

fn add(path: &Path, record: RecordId) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut file = OpenOptions::new().create(true).append(true).open(path)?;
    writeln!(file, "{record}")?;
    file.sync_all()
}

fn unusable(path: &Path, error: &io::Error) -> LogError {
    LogError::Unusable { path: path.to_owned(), reason: error.to_string() }
}
