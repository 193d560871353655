//! What can go wrong with a replica's file, in words that say what to do.

use std::path::PathBuf;

use crate::document::DocumentError;

/// Why the store could not do what it was asked to.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no such file.
    #[error("there is no replica at {0}: make one with `samsyn new`, or join a workspace with `samsyn join`")]
    NotThere(PathBuf),
    /// There is a file already.
    #[error("there is already a file at {0}: choose another place, or open that one")]
    Exists(PathBuf),
    /// Whoever made the file was killed before there was anything in it.
    #[error(
        "making a replica at {0} was broken off, and there is nothing in it: make it again, with `samsyn new` or `samsyn join`"
    )]
    Unfinished(PathBuf),
    /// The file or its folder can only be read.
    #[error("{0} cannot be written to: it, its folder or its disk is read-only for you; it can be read")]
    ReadOnly(PathBuf),
    /// No file can be made in the folder.
    #[error("{0} cannot be made: its folder is read-only for you; choose another place")]
    NoPlace(PathBuf),
    /// The file is something else.
    #[error("{0} is not a Samsyn replica: it was left as it is")]
    NotAReplica(PathBuf),
    /// The file is a backup.
    #[error("{0} is a backup, and is not worked in: put it back with `samsyn restore`")]
    IsABackup(PathBuf),
    /// The file is encrypted, and this is not its key.
    #[error(
        "{0} is encrypted, and its key is not here: it can be opened where its key is, with `samsyn unlock` where it is locked; or it is no Samsyn replica at all; or its beginning is damaged, and a backup has to be put back with `samsyn restore`"
    )]
    Encrypted(PathBuf),
    /// The file is of a newer version.
    #[error(
        "{path} was written by a newer Samsyn (format {found}, this one knows up to {known}): install the newer one"
    )]
    Newer {
        /// Which file.
        path: PathBuf,
        /// Its format.
        found: i64,
        /// The newest format that this version knows.
        known: i64,
    },
    /// The file or its folder cannot be used.
    #[error("{path} cannot be used: {reason}")]
    Unusable {
        /// Which file.
        path: PathBuf,
        /// Why, in the operating system's words.
        reason: String,
    },
    /// The file was changed by something else, and is not whole.
    #[error(
        "{path} is damaged ({reason}), and was left as it is: put a backup back with `samsyn restore`, or join the workspace anew with an invitation, and what was not sent is lost; keep {path} and, if it is there, {log} for whoever may save something out of them"
    )]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// Its write-ahead log.
        log: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// Another file was put in the place of the one that is open.
    #[error(
        "another file was put in the place of {0}, or it was taken away, while it was open: nothing is written to it; close every window and command that uses it, and open it again"
    )]
    Replaced(PathBuf),
    /// The disk is full.
    #[error("the disk is full: nothing was changed; make room and try again")]
    Full,
    /// Another program holds the write lock.
    #[error("another program is writing to the replica and does not finish: close it and try again")]
    Busy,
    /// A document does not load.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// The file is damaged, or SQLite found something else that should not be.
    #[error(
        "the replica's file is damaged or cannot be written ({0}): nothing was changed; if it stays so, close it and put a backup back with `samsyn restore`, and keep the file and the -wal beside it"
    )]
    Database(rusqlite::Error),
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode::{DatabaseBusy, DatabaseLocked, DiskFull};
        match error.sqlite_error_code() {
            Some(DiskFull) => StoreError::Full,
            Some(DatabaseBusy | DatabaseLocked) => StoreError::Busy,
            _ => StoreError::Database(error),
        }
    }
}
