//! Is the file what it was when it was last written here? If not: does what lies beside it belong to it, and is it whole?
//!
//! A file that nobody has touched is opened without more ado. One that was copied here, put back from a backup, or changed by another
//! program is looked at before SQLite does anything with it, and before anything is written to it:
//!
//! ```text
//!  as it was left here (length and time, noted beside it), and no log or its own (stamps) ──▶ open
//!  otherwise: a log beside it? ── none ──▶ whole? ── yes ─────────────────────────────────▶ open
//!                  │                          └───── no ──▶ Damaged: nothing is touched
//!                  ├─ its own (stamps) and whole with it ──────────────────────────────────▶ open
//!                  ├─ another's, or damaged, and the file is whole without it ─▶ set it aside ▶ open
//!                  └─ neither ──▶ Damaged
//! ```
//!
//! Whether a file is whole is seen by SQLite's `integrity_check`, which reads all of it, the indexes as well (`quick_check` leaves these
//! out). In an encrypted file that checks the code of each page, too. In another, a text may have been changed without that showing in a
//! page; so lists and search are made anew from the documents, which have sums of their own.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use serde::{Deserialize, Serialize};

use super::cipher::{self, FileKey};
use super::stamp::{self, Stamp, Stamps};
use super::{Result, StoreError, instance};
use crate::files::with_ending;

/// What the file system says of a file's contents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct FileMark {
    length: u64,
    /// When it was last written to: seconds since 1970, and nanoseconds.
    written: (u64, u32),
}

impl FileMark {
    /// Of a file as it is now; none where it cannot be asked.
    pub(super) fn of(path: &Path) -> Option<FileMark> {
        let file = fs::metadata(path).ok()?;
        let written = file.modified().ok()?.duration_since(UNIX_EPOCH).unwrap_or_default();
        Some(FileMark { length: file.len(), written: (written.as_secs(), written.subsec_nanos()) })
    }
}

/// What was found where a file was looked at before it is opened.
#[derive(Debug, Default)]
pub(super) struct Condition {
    /// Somebody else than this program has written to it, and it is whole.
    pub(super) touched: bool,
    /// A log that was another file's, or damaged: under which name it lies now.
    pub(super) set_aside: Option<PathBuf>,
}

/// Why a file is not whole.
enum Unsound {
    /// It is none of ours, or cannot be read with this key.
    NoDatabase,
    /// Somebody has it open.
    Busy,
    /// It cannot be opened here at all: the system does not let us.
    Unreadable,
    /// The disk does not give it, or does not let it be locked.
    Disk(String),
    /// What is wrong with it.
    Damaged(String),
}

impl From<rusqlite::Error> for Unsound {
    fn from(error: rusqlite::Error) -> Unsound {
        use rusqlite::ErrorCode::{
            CannotOpen, DatabaseBusy, DatabaseLocked, NotADatabase, PermissionDenied, ReadOnly,
            SystemIoFailure,
        };
        match error.sqlite_error_code() {
            Some(NotADatabase) => Unsound::NoDatabase,
            Some(DatabaseBusy | DatabaseLocked) => Unsound::Busy,
            Some(CannotOpen | PermissionDenied | ReadOnly) => Unsound::Unreadable,
            Some(SystemIoFailure) => Unsound::Disk(error.to_string()),
            _ => Unsound::Damaged(error.to_string()),
        }
    }
}

/// A file that is looked at, and the key that it is opened with.
type Candidate<'a> = (&'a Path, Option<&'a FileKey>);

/// Looks at a file before anything is done with it.
///
/// # Errors
/// [`StoreError::Damaged`] where it is not whole; [`StoreError::Replaced`] where somebody has it open still and another file was put in
/// its place.
pub(super) fn look(path: &Path, key: Option<&FileKey>) -> Result<Condition> {
    let Some(mark) = FileMark::of(path).filter(|_| path.is_file()) else { return Ok(Condition::default()) };
    let (left, log_is_empty) = (instance::left(path), stamp::log_is_empty(path));
    match left {
        // SQLite would take it for a new one, and throw away the log that lies beside it.
        Some(_) if mark.length == 0 => Err(damaged(path, "it is empty".to_owned())),
        Some(left) if left.is_none() && log_is_empty => Ok(Condition::default()),
        // Beside a file that nobody has touched somebody may have put a log.
        Some(left) if left == Some(mark) && (log_is_empty || log_may_be_ours((path, key))) => {
            Ok(Condition::default())
        }
        _ if log_is_empty => look_alone((path, key)),
        _ => look_with_log((path, key)),
    }
}

/// Whether a file is still the one that the log, seen through this connection, belongs to. One that is not whole without its log is
/// taken for it: the log is just being copied into it, or the power went meanwhile, and a stamp in it may be half of one.
///
/// # Errors
/// [`StoreError::Replaced`] where it is not.
pub(super) fn is_still_ours(candidate: Candidate<'_>, connection: &Connection) -> Result<()> {
    let Some(its_own) = stamp_alone(candidate) else { return Ok(()) };
    match Stamps::read(connection)?.belong_to(its_own) {
        Some(false) if alone(candidate).is_ok_and(|connection| whole(&connection).is_ok()) => {
            Err(StoreError::Replaced(candidate.0.to_owned()))
        }
        _ => Ok(()),
    }
}

/// Whether the log beside a file may be its own, as far as its stamps say: neither is looked at as a whole.
fn log_may_be_ours(candidate: Candidate<'_>) -> bool {
    let Ok(connection) = open(candidate, OpenFlags::SQLITE_OPEN_READ_WRITE) else { return true };
    match is_still_ours(candidate, &connection) {
        Err(StoreError::Replaced(_)) => false,
        // What is read through it is nonsense. Where it cannot be read at all, as on a disk that is read-only, nothing is known.
        Err(StoreError::Database(error)) => {
            !matches!(Unsound::from(error), Unsound::NoDatabase | Unsound::Damaged(_))
        }
        _ => true,
    }
}

/// Whether a file is whole by itself, whatever lies beside it.
///
/// # Errors
/// What is wrong with it.
pub(super) fn check(path: &Path, key: Option<&FileKey>) -> Result<Connection> {
    match alone((path, key)).and_then(|connection| whole(&connection).map(|()| connection)) {
        Ok(connection) => Ok(connection),
        Err(unsound) => Err(unsound.of(path)),
    }
}

/// Whether somebody has a file open, whether it can be read here or not: while somebody has, nobody else gets it alone.
pub(super) fn is_in_use(path: &Path) -> bool {
    let without_key = open((path, None), OpenFlags::SQLITE_OPEN_READ_WRITE).and_then(|connection| {
        connection.pragma_update_and_check(None, "locking_mode", "EXCLUSIVE", |_| Ok(()))?;
        Ok(super::open::is_ours(&connection)?)
    });
    matches!(without_key, Err(Unsound::Busy))
}

fn look_alone(candidate: Candidate<'_>) -> Result<Condition> {
    let path = candidate.0;
    match alone(candidate).and_then(|connection| whole(&connection)) {
        // What SQLite would read back into it stood in another one.
        Ok(()) if with_ending(path, "-journal").metadata().is_ok_and(|journal| journal.len() > 0) => {
            Ok(Condition { touched: true, set_aside: Some(set_aside(path, "-journal")?) })
        }
        Ok(()) => Ok(Condition { touched: true, set_aside: None }),
        // Somebody wrote to it while it was read.
        Err(_) if is_in_use(path) => look_beside_others(candidate),
        Err(unsound) => unsound.left_to_whoever_opens(candidate),
    }
}

fn look_with_log(candidate: Candidate<'_>) -> Result<Condition> {
    let (path, _) = candidate;
    let together = together(candidate).and_then(|connection| {
        is_still_ours(candidate, &connection).map_err(|_| Unsound::Damaged(String::new()))?;
        whole(&connection)
    });
    match together {
        Ok(()) => return Ok(Condition { touched: true, set_aside: None }),
        Err(Unsound::Busy) => return look_beside_others(candidate),
        // As on a stick that is read-only: whoever only reads finds a way.
        Err(Unsound::Unreadable | Unsound::Disk(_)) => return Ok(Condition::default()),
        Err(Unsound::NoDatabase | Unsound::Damaged(_)) => {}
    }
    // Not with its log. Without?
    match alone(candidate).and_then(|connection| whole(&connection)) {
        Ok(()) => Ok(Condition { touched: true, set_aside: Some(set_aside(path, "-wal")?) }),
        Err(unsound) => unsound.left_to_whoever_opens(candidate),
    }
}

/// Somebody works in it, so there is nothing to be set aside; but it may be another file than theirs.
fn look_beside_others(candidate: Candidate<'_>) -> Result<Condition> {
    let connection = open(candidate, OpenFlags::SQLITE_OPEN_READ_WRITE);
    if let Ok(connection) = connection {
        // Another may just look at it, too.
        connection.busy_timeout(super::open::PATIENCE)?;
        is_still_ours(candidate, &connection)?;
    }
    Ok(Condition::default())
}

impl Unsound {
    fn of(self, path: &Path) -> StoreError {
        match self {
            Unsound::NoDatabase => damaged(path, "it cannot be read with its key".to_owned()),
            Unsound::Busy => StoreError::Busy,
            Unsound::Unreadable => {
                StoreError::Unusable { path: path.to_owned(), reason: "it cannot be opened".to_owned() }
            }
            Unsound::Disk(reason) | Unsound::Damaged(reason) => damaged(path, reason),
        }
    }

    /// Whoever opens a file that is no replica, or lacks its key, is told so there. What was one is damaged.
    fn left_to_whoever_opens(self, (path, key): Candidate<'_>) -> Result<Condition> {
        let lacks_key = key.is_none() && cipher::key_needed(path).is_ok_and(|name| name.is_some());
        match self {
            Unsound::NoDatabase if lacks_key || !instance::stood_here(path) => Ok(Condition::default()),
            Unsound::NoDatabase => Err(damaged(path, "it does not begin as it did".to_owned())),
            Unsound::Disk(reason) | Unsound::Damaged(reason) => Err(damaged(path, reason)),
            Unsound::Busy | Unsound::Unreadable => Ok(Condition::default()),
        }
    }
}

/// The file without whatever lies beside it. Nothing is locked or written.
fn alone((path, key): Candidate<'_>) -> std::result::Result<Connection, Unsound> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
    let connection = Connection::open_with_flags(immutable(path), flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    begin(connection, key)
}

/// The file with its log, for nobody else meanwhile. Nothing is written, not even when it is closed.
fn together(candidate: Candidate<'_>) -> std::result::Result<Connection, Unsound> {
    let connection = open(candidate, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.pragma_update_and_check(None, "locking_mode", "EXCLUSIVE", |_| Ok(()))?;
    begin(connection, None)
}

fn open((path, key): Candidate<'_>, flags: OpenFlags) -> std::result::Result<Connection, Unsound> {
    let flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(super::literal::Literal::of(path), flags)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    if let Some(key) = key {
        cipher::hand(key, &connection)?;
    }
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}

/// Reads something, so that what keeps it from being read shows here.
fn begin(connection: Connection, key: Option<&FileKey>) -> std::result::Result<Connection, Unsound> {
    if let Some(key) = key {
        cipher::hand(key, &connection)?;
    }
    match super::open::is_ours(&connection)? {
        true => Ok(connection),
        false => Err(Unsound::NoDatabase),
    }
}

fn whole(connection: &Connection) -> std::result::Result<(), Unsound> {
    let found: String = connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    // Before it stands in which database, on a line of its own.
    let last = found.lines().last().unwrap_or_default();
    if last == "ok" { Ok(()) } else { Err(Unsound::Damaged(last.to_owned())) }
}

fn stamp_alone(candidate: Candidate<'_>) -> Option<Stamp> {
    alone(candidate).ok().and_then(|connection| stamp::now(&connection).ok())
}

/// Gives the log that lies beside a file another name, and takes away the index of it. Answers the name.
fn set_aside(path: &Path, ending: &str) -> Result<PathBuf> {
    let log = with_ending(path, ending);
    let unusable =
        |error: std::io::Error| StoreError::Unusable { path: log.clone(), reason: error.to_string() };
    let name = |number: u32| with_ending(path, &format!("{ending}-set-aside-{number}"));
    let free = (1..u32::MAX).map(name).find(|name| !name.exists()).unwrap_or_else(|| name(0));
    fs::rename(&log, &free).map_err(unusable)?;
    let _ = fs::remove_file(with_ending(path, "-shm"));
    tracing::warn!(log = %free.display(), "a write-ahead log beside a replica was not its own, or damaged: it was set aside");
    Ok(free)
}

pub(super) fn damaged(path: &Path, reason: String) -> StoreError {
    StoreError::Damaged { path: path.to_owned(), log: with_ending(path, "-wal"), reason }
}

/// How SQLite is told to read a file as one that nobody writes to.
fn immutable(path: &Path) -> String {
    let full = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let mut uri = "file:".to_owned();
    for byte in full.as_os_str().as_encoded_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' | b'~' => {
                uri.push(char::from(*byte))
            }
            byte => uri.push_str(&format!("%{byte:02x}")),
        }
    }
    uri + "?immutable=1"
}
