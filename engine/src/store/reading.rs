//! Reading a replica that need not, or cannot, be written. Whoever only reads is not told apart from copies, takes no actor and leaves
//! the `-instance` alone.

use std::path::Path;

use rusqlite::Connection;
use rusqlite::config::DbConfig;

use super::cipher::{self, FileKey};
use super::intact::{self, Condition};
use super::literal::Literal;
use super::{Result, StoreError, open, searching, stamp};
use crate::files::{folder_of, private, read_by, room};

/// A connection that reads, and can do nothing else.
pub(super) fn open(path: &Path, key: Option<&FileKey>) -> Result<(Connection, Condition)> {
    if !path.exists() {
        return Err(StoreError::NotThere(path.to_owned()));
    }
    open::is_no_folder(path)?;
    let found = intact::look(path, key)?;
    let ready = |connection: &Connection| -> Result<()> {
        cipher::unlock(connection, key)?;
        open::identify(path, connection)?;
        open::configure(connection)?;
        // Nor is a log copied into the file when it is closed: whoever writes does that, and notes what the file is then.
        if !stamp::log_is_empty(path) {
            connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        }
        // Only now it is known that it can be read.
        Ok(connection.query_row("SELECT count(*) FROM meta", [], |_| Ok(()))?)
    };
    let connection = read_by(Literal::of(path).as_ref(), ready, is_of_the_disk)
        .map_err(|error| open::told_by_the_disk(path, error))?;
    // Nothing is written from here on, not even where it is kept in memory; so what searching looks up there is laid out now.
    connection.pragma_update(None, "query_only", false)?;
    searching::lay_out_words(&connection)?;
    connection.pragma_update(None, "query_only", true)?;
    Ok((connection, found))
}

/// What keeps a file from being written now, as far as that can be seen without trying: its disk is full, or it or its folder may only
/// be read.
pub fn obstacle(path: &Path) -> Option<StoreError> {
    let full = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    if room::is_full(&full) {
        return Some(StoreError::Full);
    }
    // Beside it SQLite keeps its log.
    let may_write = private::may_write(&full) && private::may_write(folder_of(&full));
    (!may_write).then(|| StoreError::ReadOnly(path.to_owned()))
}

/// Whether it is the disk that does not let us, and not what stands on it.
fn is_of_the_disk(error: &StoreError) -> bool {
    use StoreError::{Database, Full, ReadOnly, Unusable};
    matches!(error, Full | ReadOnly(_) | Database(_) | Unusable { .. })
}
