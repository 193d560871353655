//! Making a replica: under a hidden name until all is in it that it begins with. Killed before that, nothing is there.

use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::cipher::{self, FileKey};
use super::literal::Literal;
use super::meta::NewReplica;
use super::{Result, Store, StoreError, instance, leftovers, open};
use crate::files::{Draft, room, with_ending};

/// Where a replica will stand that is being made.
#[derive(Debug)]
pub(crate) struct Place {
    draft: Draft,
    target: PathBuf,
    /// What somebody who was killed has left there: it holds nothing.
    stub: bool,
}

/// Begins to make one. The store is open, and stands nowhere yet.
pub(crate) fn begin(target: &Path, key: Option<&FileKey>, new: &NewReplica) -> Result<(Store, Place)> {
    let stub = match std::fs::symlink_metadata(target) {
        Err(_) => false,
        Ok(_) if is_stub(target) => true,
        Ok(_) => return Err(StoreError::Exists(target.to_owned())),
    };
    // SQLite would read a log that lies beside it into the new file; and what is in it may be somebody's last copy.
    if !stub
        && let Some(log) = ["-wal", "-journal"]
            .map(|ending| with_ending(target, ending))
            .into_iter()
            .find(|log| log.exists())
    {
        return Err(StoreError::Exists(log));
    }
    leftovers::sweep(target);
    let draft = Draft::file(target).map_err(|error| unusable(target, &error))?;
    let connection = open::fill(draft.path(), key, new)?;
    let store = Store::of((draft.path(), key), connection, false);
    Ok((store, Place { draft, target: target.to_owned(), stub }))
}

impl Place {
    /// Gives it its name, and opens it there.
    pub(crate) fn finish(self, store: Store, key: Option<&FileKey>) -> Result<Store> {
        let Place { draft, target, stub } = self;
        drop(store);
        let put = if stub {
            for ending in ["-wal", "-shm", "-journal", "-instance"] {
                let _ = std::fs::remove_file(with_ending(&target, ending));
            }
            draft.put_in_the_place_of(&target)
        } else {
            draft.put_in_place(&target)
        };
        put.map_err(|error| unusable(&target, &error))?;
        open_here(&target, key).inspect_err(|_| {
            // Nobody was told of it yet, and nothing of anybody's is in it.
            for ending in ["", "-wal", "-shm", "-journal", "-instance"] {
                let _ = std::fs::remove_file(with_ending(&target, ending));
            }
        })
    }
}

fn open_here(path: &Path, key: Option<&FileKey>) -> Result<Store> {
    let (mut connection, found) = open::open(path, key)?;
    instance::claim_as_it_is(path, &mut connection)?;
    Store::over(path, key, (connection, found))
}

fn unusable(path: &Path, error: &std::io::Error) -> StoreError {
    use std::io::ErrorKind::{AlreadyExists, PermissionDenied, ReadOnlyFilesystem};
    match error.kind() {
        AlreadyExists => StoreError::Exists(path.to_owned()),
        PermissionDenied | ReadOnlyFilesystem => StoreError::NoPlace(path.to_owned()),
        _ if room::says_full(error) => StoreError::Full,
        _ => StoreError::Unusable { path: path.to_owned(), reason: error.to_string() },
    }
}

/// Whether what is there surely holds nothing: an empty file, or a database that has no table and nobody's mark. Earlier versions
/// left such, where they were killed.
fn is_stub(path: &Path) -> bool {
    if !path.is_file() || with_ending(path, "-journal").exists() {
        return false;
    }
    let has_log = with_ending(path, "-wal").metadata().is_ok_and(|log| log.len() > 0);
    if !has_log && path.metadata().is_ok_and(|found| found.len() == 0) {
        return true;
    }
    is_unfinished(path, None)
}

/// Whether a database is there in which there is nothing yet: whoever made it with an earlier version was killed.
pub fn is_unfinished(path: &Path, key: Option<&FileKey>) -> bool {
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_WRITE | rusqlite::OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let Ok(connection) = Connection::open_with_flags(Literal::of(path), flags) else { return false };
    let looked = cipher::unlock(&connection, key).and_then(|()| open::identify(path, &connection));
    matches!(looked, Err(StoreError::Unfinished(_)))
}
