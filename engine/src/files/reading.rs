//! Reading a database that cannot be written: on a full disk, in a folder that is read-only, on a stick that is locked.
//!
//! ```text
//!  beside others      with SQLite's index in `-shm`, as always        where that is there, or can be made
//!  the log alone      the index in memory, under one lock             where `-wal` holds something and no index can be made
//!  the log, frozen    the same without a lock                         where the file cannot even be locked
//!  as it stands       the one file, as if it never changed            where nothing lies beside it
//! ```
//!
//! The last two are for where nobody can write, so nobody is waited for. Where somebody does write all the same, by another way to the
//! same disk, a read may fail; it never gives half of something.

use std::path::Path;

use rusqlite::{Connection, Error, OpenFlags};

use super::with_ending;

/// How a file is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Beside,
    LogAlone,
    LogFrozen,
    AsItStands,
}

/// A connection that reads a database in write-ahead mode, in the first way in which `ready` can read something with it.
///
/// # Errors
/// Why it could not be read in the first way; at once where that is none of the disk.
pub fn read_by<E: From<Error>>(
    path: &Path,
    ready: impl Fn(&Connection) -> Result<(), E>,
    is_of_the_disk: impl Fn(&E) -> bool,
) -> Result<Connection, E> {
    let refused = match connect(Way::Beside, path, &ready) {
        Err(error) if is_of_the_disk(&error) => error,
        opened => return opened,
    };
    let has_log = with_ending(path, "-wal").metadata().is_ok_and(|log| log.len() > 0);
    let ways: &[Way] = if has_log { &[Way::LogAlone, Way::LogFrozen] } else { &[Way::AsItStands] };
    ways.iter().find_map(|way| connect(*way, path, &ready).ok()).ok_or(refused)
}

fn connect<E: From<Error>>(
    way: Way,
    path: &Path,
    ready: impl Fn(&Connection) -> Result<(), E>,
) -> Result<Connection, E> {
    let connection = open(way, path)?;
    if matches!(way, Way::LogAlone | Way::LogFrozen) {
        // SQLite's manual, "Use of WAL Without Shared-Memory".
        connection.pragma_update_and_check(None, "locking_mode", "EXCLUSIVE", |_| Ok(()))?;
    }
    connection.pragma_update(None, "query_only", true)?;
    ready(&connection)?;
    Ok(connection)
}

fn open(way: Way, path: &Path) -> rusqlite::Result<Connection> {
    let writing = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let reading = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    match way {
        // What may not be written SQLite opens to read by itself.
        Way::Beside | Way::LogAlone => Connection::open_with_flags(path, writing),
        // SQLite's manual, "The SQLite OS Interface or VFS": this one takes no locks.
        Way::LogFrozen => Connection::open_with_flags_and_vfs(path, reading, c"unix-none"),
        Way::AsItStands => {
            let name = immutable(path).ok_or_else(|| Error::InvalidPath(path.to_owned()))?;
            Connection::open_with_flags(name, reading | OpenFlags::SQLITE_OPEN_URI)
        }
    }
}

/// SQLite's manual, "Uniform Resource Identifiers".
fn immutable(path: &Path) -> Option<String> {
    let full = std::fs::canonicalize(path).ok()?;
    let name = full.to_str()?.replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    Some(format!("file:{name}?immutable=1"))
}
