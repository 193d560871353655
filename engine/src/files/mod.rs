//! Files that are there as a whole or not at all, and that only their owner reads.
//!
//! ```text
//!  draft     a file or folder under a hidden name beside its place: written, synced, then given its name; swept up by
//!            whoever comes next where the program was killed
//!  output    what is written to a path that a person names: never onto what it is made from, never onto a replica, a
//!            relay's log or a key, and onto something else only where the person said so
//!  precious  by which that is told: what a file is, by what it holds and by what it lies beside
//!  peek      looking into a file without giving up what this process has locked of it
//!  private   who may read a file
//!  reading   a database that cannot be written
//!  room      whether a disk is full, and how much is free
//! ```
//!
//! **Why hidden names that end at random.** A draft is locked for as long as somebody writes it, and its name is never used twice.
//! So whoever finds one that nobody holds knows that nobody ever will, and takes it away.

mod draft;
mod output;
pub mod peek;
mod precious;
pub mod private;
mod reading;
pub mod room;

pub use draft::{Draft, sweep};
pub use output::{Existing, FolderOutput, Output, OutputError, Stream};
pub use precious::{BACKUP, PLAIN, Precious, encrypted_beginning, is_backup, look_at};
pub use reading::read_by;

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// The folder in which a file lies.
pub fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A file's name with something added to it.
pub fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// Makes durable what a folder lists. Elsewhere than on Unix the system does so by itself.
///
/// # Errors
/// Where the folder cannot be read, or the disk does not take it.
pub fn sync_folder(folder: &Path) -> std::io::Result<()> {
    if !cfg!(unix) {
        return Ok(());
    }
    match std::fs::File::open(folder)?.sync_all() {
        // Some file systems know no such thing.
        Err(error) if matches!(error.kind(), ErrorKind::InvalidInput | ErrorKind::Unsupported) => Ok(()),
        synced => synced,
    }
}
