//! Copies of a replica to be put back: made while others work in it, checked before they are relied on, one file each.
//!
//! ```text
//!  replica ── one read transaction ──▶ a copy in one file ── checked ──▶ packed, with a sum ──▶ the backup
//!  backup ── sum ──▶ a copy beside the replica ── checked ──▶ what is there gets another name ──▶ in its place
//! ```
//!
//! A backup is encrypted as its replica is. Without the key it is of no use: so the key can be in it, under a passphrase. Why so, and
//! what is in none: `docs/decisions/0021-backups-of-a-replica.md`.

mod container;
mod restoring;

use std::io::{self, Write};
use std::path::{Path, PathBuf};

pub use container::{Label, label};
pub use restoring::{Prepared, Restored, prepare, put_in_place};

pub use crate::files::is_backup;
use crate::store::{About, FileKey, Store, StoreError};

/// Why something was not backed up or put back.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// It is something else.
    #[error("{0} is no backup that `samsyn backup` made")]
    NotABackup(PathBuf),
    /// A newer version made it.
    #[error("{0} was made by a newer Samsyn: install the newer one")]
    Newer(PathBuf),
    /// It is cut short or changed.
    #[error("{0} is damaged or not all there, so nothing was put back: take another backup")]
    Damaged(PathBuf),
    /// It cannot be read or written.
    #[error("{path} cannot be used ({reason})")]
    File {
        /// Which file.
        path: PathBuf,
        /// Why, in the operating system's words.
        reason: io::Error,
    },
    /// What was copied is not what is in the replica.
    #[error("the copy did not come out as the replica is, so nothing was written: try again")]
    NotTheSame,
    /// What is there belongs to another workspace.
    #[error(
        "{path} is a replica of another workspace ({workspace}), and was left as it is: name another place with --replica"
    )]
    AnotherWorkspace {
        /// Which file.
        path: PathBuf,
        /// What people call its workspace.
        workspace: String,
    },
    /// The replica's file.
    #[error("{0}")]
    Store(#[from] StoreError),
}

/// Copies a replica to `draft`, an empty file, and checks the copy. Others may work in the replica meanwhile: the copy is as it was at
/// one moment.
///
/// # Errors
/// Where it cannot be read or written, or the copy is not whole.
pub fn copy(store: &Store, draft: &Path, key: Option<&FileKey>) -> Result<About, BackupError> {
    let copied = store.copy_to(draft, key)?;
    let found = Store::examine(draft, key)?;
    if found != copied {
        return Err(BackupError::NotTheSame);
    }
    Ok(found)
}

/// Writes a backup of a copy that was made with [`copy`].
///
/// # Errors
/// Where it cannot be read or written.
pub fn pack(label: &Label, copy: &Path, output: &mut impl Write) -> io::Result<()> {
    container::pack(label, copy, output)
}

/// Reads a backup from its beginning to its end, and makes sure that every byte of it is what it was.
///
/// # Errors
/// [`BackupError::Damaged`] where it is not.
pub fn verify(path: &Path) -> Result<Label, BackupError> {
    container::unpack(path, &mut io::sink())
}

#[cfg(test)]
mod tests;
