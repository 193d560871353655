//! Commands for whoever looks after a relay: backups that are verified as they are made, putting one back, and numbers.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use samsyn_engine::files::{Existing, Output};
use serde_json::json;

use super::members::Place;
use super::{say, say_json};
use crate::error::RelayError;
use crate::folder::{Folder, WhoBelongs};
use crate::log::{LogError, SqliteLog, care};
use crate::writer::Folding;

/// Write a copy of a workspace to a file.
#[derive(Debug, Args)]
pub(super) struct Backup {
    #[command(flatten)]
    place: Place,
    /// The new file.
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
}

impl Backup {
    pub(super) fn run(self) -> Result<(), RelayError> {
        let log = self.place.log()?;
        let needed = fs::metadata(&log).map_or(0, |found| found.len());
        let changes = self.write(&log).map_err(|error| error.with_room(&self.to, needed))?;
        say(format_args!("{} holds {changes} changes, and all of it is right", self.to.display()))
    }

    fn write(&self, log: &Path) -> Result<u64, RelayError> {
        let output = Output::begin(&self.to, Some(log), Existing::Keep)?;
        care::copy(log, output.draft())?;
        // Only what is right has the name that a person will look for; or what is in order without what is lost.
        match verified(output.draft()) {
            Err(RelayError::Log(LogError::Damaged(damage))) if damage.is_taken_out() => {
                output.finish()?;
                say(format_args!(
                    "{} was written all the same: the log is in order without that",
                    self.to.display()
                ))?;
                Err(LogError::Damaged(damage).into())
            }
            changes => {
                let changes = changes?;
                output.finish()?;
                Ok(changes)
            }
        }
    }
}

/// How many changes a log holds, all of which are right. What is not is told, record by record.
fn verified(log: &Path) -> Result<u64, RelayError> {
    let verified = care::verify(log);
    if let Err(LogError::Damaged(damage)) = &verified {
        damage.records.iter().try_for_each(say)?;
    }
    Ok(verified?)
}

/// Put a workspace back from a file.
#[derive(Debug, Args)]
pub(super) struct Restore {
    /// The file that `backup` wrote.
    file: PathBuf,
    /// The folder with the workspaces. Made if it is not there.
    #[arg(long, value_name = "DIR", env = "SAMSYN_RELAY_DATA")]
    data: PathBuf,
    /// Put it in the place of a workspace that is there. What was there is kept beside it; who belongs stays.
    #[arg(long)]
    replace: bool,
    /// Put back what is whole of a damaged file: those who have the rest bring it at their next contact.
    #[arg(long)]
    damaged: bool,
}

impl Restore {
    pub(super) fn run(self) -> Result<(), RelayError> {
        let folder = Folder::open_or_create(&self.data)?;
        let put = if self.damaged {
            folder.put_back_what_is_whole(&self.file, self.replace)?
        } else {
            let put = folder.put_back(&self.file, self.replace);
            if let Err(RelayError::Log(LogError::Damaged(damage))) = &put {
                damage.records.iter().try_for_each(say)?;
                say(
                    "nothing was put back: say --damaged to put back what is whole of it, or take another backup",
                )?;
            }
            put?
        };
        if let Some(kept) = put.kept {
            say(format_args!("what was there is kept in {}", kept.display()))?;
        }
        say(match put.members {
            WhoBelongs::AsBefore => "who belongs is as it was: nobody who was removed is let in again",
            WhoBelongs::AsInTheBackup => {
                "who belongs is as it was when the backup was made: remove again whoever was removed since"
            }
        })?;
        if let Some(list) = put.unlisted {
            say(format_args!(
                "WARNING: nobody can tell who was erased after this backup was made, for the list of it is not here ({}): they are back in the workspace. Put the list there from the old data folder before the relay serves the workspace, or erase them again; every device is told of all erasures anew, and none counts as having done it before it says so",
                list.display()
            ))?;
        }
        let (workspace, changes) = (put.workspace, put.changes);
        say(format_args!(
            "{workspace} is back with {changes} changes, as a new life of its log: those who have more bring it at their next contact"
        ))
    }
}

/// Look whether all of a workspace is right.
#[derive(Debug, Args)]
pub(super) struct Verify {
    #[command(flatten)]
    place: Place,
}

impl Verify {
    pub(super) fn run(self) -> Result<(), RelayError> {
        let changes = verified(&self.place.log()?)?;
        say(format_args!("{changes} changes, and all of it is right"))
    }
}

/// Keep the history of a workspace in as little room as it takes, now.
#[derive(Debug, Args)]
pub(super) struct Compact {
    #[command(flatten)]
    place: Place,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl Compact {
    pub(super) fn run(self) -> Result<(), RelayError> {
        let path = self.place.log()?;
        let before = care::holdings(&path)?.bytes;
        let fold = || {
            let steps = Folding::everything().all(&SqliteLog::open(&path)?)?;
            Ok((steps, care::give_back(&path)?))
        };
        let (steps, after) = fold().map_err(|error: LogError| self.place.told_of_room(error.into()))?;
        if self.json {
            return say_json(&json!({ "steps": steps, "bytes_before": before, "bytes": after }));
        }
        say(format_args!("{after} bytes now, {before} before; nothing that can be read is another"))
    }
}

/// Numbers of a workspace.
#[derive(Debug, Args)]
pub(super) struct Stats {
    #[command(flatten)]
    place: Place,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl Stats {
    pub(super) fn run(self) -> Result<(), RelayError> {
        let path = self.place.log()?;
        let holdings = care::holdings(&path)?;
        let waits = fs::metadata(path.with_extension("sqlite-wal")).map_or(0, |found| found.len());
        if self.json {
            return say_json(&json!({
                "changes": holdings.changes, "records": holdings.records, "erased": holdings.erased,
                "last_change": holdings.last_change, "bytes": holdings.bytes, "log_bytes": waits,
            }));
        }
        say(format_args!("changes    {}", holdings.changes))?;
        for (kind, count) in &holdings.records {
            say(format_args!("{:<10} {count}", if kind.is_empty() { "unknown" } else { kind }))?;
        }
        say(format_args!("erased     {}", holdings.erased))?;
        say(format_args!("bytes      {}", holdings.bytes + waits))
    }
}
