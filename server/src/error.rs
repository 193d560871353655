//! What can go wrong with a relay, in words that say what to do.

use std::net::SocketAddr;
use std::path::PathBuf;

/// Why the relay did not do what it was asked to.
#[derive(Debug, thiserror::Error)]
pub enum RelayError {
    /// The data folder cannot be used.
    #[error("the data folder {path} cannot be used: {reason}")]
    Folder {
        /// Which folder.
        path: PathBuf,
        /// Why, in the system's words.
        reason: String,
    },
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {reason}; choose another address with --listen")]
    Listen {
        /// Which address.
        address: SocketAddr,
        /// Why, in the system's words.
        reason: String,
    },
    /// The address can be reached from outside.
    #[error(
        "this version has no encryption: listen on loopback (127.0.0.1) and put a tunnel before it, not on {0}"
    )]
    NotLoopback(SocketAddr),
    /// A workspace's name is none.
    #[error("a workspace's name is 1 to 100 characters on one line")]
    Name,
    /// A log's file is something else.
    #[error("{0} is not a relay's log: it was left as it is")]
    NotALog(PathBuf),
    /// A log's file is of a newer version.
    #[error(
        "{path} was written by a newer relay (format {found}, this one knows up to {known}): install the newer one"
    )]
    Newer {
        /// Which file.
        path: PathBuf,
        /// Its format.
        found: i64,
        /// The newest format that this version knows.
        known: i64,
    },
    /// The disk is full.
    #[error("the disk is full: nothing was acknowledged that is not stored; make room")]
    Full,
    /// SQLite.
    #[error("the log cannot be read or written: {0}")]
    Database(rusqlite::Error),
    /// A stored document does not load.
    #[error(transparent)]
    Document(#[from] samsyn_engine::document::DocumentError),
    /// The runtime could not be started.
    #[error("the relay could not be started: {0}")]
    Runtime(std::io::Error),
}

impl From<rusqlite::Error> for RelayError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DiskFull) => RelayError::Full,
            _ => RelayError::Database(error),
        }
    }
}

/// The result of what can fail in the relay.
pub(crate) type Result<T> = std::result::Result<T, RelayError>;
