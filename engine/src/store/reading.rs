//! Reading a replica that need not, or cannot, be written. Whoever only reads is not told apart from copies, takes no actor and leaves
//! the `-instance` alone.

use std::path::Path;

use rusqlite::Connection;

use super::cipher::{self, FileKey};
use super::literal::Literal;
use super::{Result, StoreError, open};
use crate::files::read_by;

/// A connection that reads, and can do nothing else.
pub(super) fn open(path: &Path, key: Option<&FileKey>) -> Result<Connection> {
    if !path.exists() {
        return Err(StoreError::NotThere(path.to_owned()));
    }
    open::is_no_folder(path)?;
    let ready = |connection: &Connection| -> Result<()> {
        cipher::unlock(connection, key)?;
        open::identify(path, connection)?;
        open::configure(connection)?;
        // Only now it is known that it can be read.
        Ok(connection.query_row("SELECT count(*) FROM meta", [], |_| Ok(()))?)
    };
    read_by(Literal::of(path).as_ref(), ready, is_of_the_disk)
        .map_err(|error| open::told_by_the_disk(path, error))
}

/// Whether it is the disk that does not let us, and not what stands on it.
fn is_of_the_disk(error: &StoreError) -> bool {
    use StoreError::{Database, Full, ReadOnly, Unusable};
    matches!(error, Full | ReadOnly(_) | Database(_) | Unusable { .. })
}
