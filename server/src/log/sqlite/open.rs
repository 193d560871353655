//! Opening a file: is it a log, may this version write to it, and bringing it up to date.

use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags, Transaction, TransactionBehavior, params};
use samsyn_engine::files::{private, read_by, room, with_ending};
use samsyn_engine::identity::WorkspaceSecret;
use samsyn_engine::store::Literal;

use super::super::{LogError, Meta, Result};

/// What stands in SQLite's `application_id` of a log: "SAMR".
const APPLICATION_ID: i64 = 0x5341_4d52;

/// Each step brings a file of the format of its index to the next. Released steps never change.
const MIGRATIONS: &[&str] = &[
    include_str!("0001.sql"),
    include_str!("0002.sql"),
    include_str!("0003.sql"),
    include_str!("0004.sql"),
    include_str!("0005.sql"),
    include_str!("0006.sql"),
    include_str!("0007.sql"),
];

/// How long a writer waits for another one.
const PATIENCE: Duration = Duration::from_secs(10);

/// Makes a new file.
pub(super) fn create(path: &Path, meta: &Meta) -> Result<()> {
    drop(private::create_new(path).map_err(|error| unusable(path, &error.to_string()))?);
    let mut connection = connect_by(path, Way::Shared)?;
    // Before there is anything in it: what folding frees is given back to the disk a little at a time.
    connection.pragma_update(None, "auto_vacuum", "INCREMENTAL").map_err(failed)?;
    configure(&connection)?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
    migrate(&transaction, 0)?;
    transaction.pragma_update(None, "application_id", APPLICATION_ID).map_err(failed)?;
    transaction
        .execute(
            "INSERT INTO meta (only_row, workspace, name, secret_hash, epoch, created_at, has_members)
             VALUES (1, ?, ?, ?, ?, ?, ?)",
            params![
                meta.workspace.as_bytes(),
                meta.name,
                meta.secret_hash.unwrap_or_else(|| *WorkspaceSecret::random().as_bytes()),
                meta.epoch.as_bytes(),
                meta.created_at,
                meta.secret_hash.is_none(),
            ],
        )
        .map_err(failed)?;
    make_keys(&transaction)?;
    transaction.commit().map_err(failed)?;
    // Everything into the one file: it may be moved to its final place now.
    connection.close().map_err(|(_, error)| failed(error))
}

/// In which way a log's file is opened. All connections to it in this process do it in the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Way {
    /// Beside other processes: what they share stands in a file beside it.
    #[default]
    Shared,
    /// By this process alone, for the disk has no room even for that file. What it would hold is in memory.
    Alone,
}

/// The first connection to a file, which writes, and the way in which it was opened: also on a full disk.
pub(super) fn open_first(path: &Path) -> Result<(Connection, Way)> {
    match open(path, Way::Shared) {
        Err(error @ (LogError::Database(_) | LogError::Unusable { .. } | LogError::Full))
            if room::is_full(path) =>
        {
            tracing::error!(
                log = %path.display(), %error,
                "the disk is full: the log is read without sharing it, and commands that need it have to wait; make room"
            );
            open(path, Way::Alone).map(|connection| (connection, Way::Alone))
        }
        opened => opened.map(|connection| (connection, Way::Shared)),
    }
}

/// The one connection that writes. Brings an older file up to date.
pub(super) fn open(path: &Path, way: Way) -> Result<Connection> {
    let mut connection = identify_by(path, way)?;
    // Earlier versions let others read it. SQLite gives what it makes beside a file the file's own permissions.
    ["", "-wal", "-shm"].iter().for_each(|ending| private::tighten(&with_ending(path, ending)));
    configure(&connection)?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
    let format = format(&transaction).map_err(failed)?;
    migrate(&transaction, usize::try_from(format).unwrap_or(0))?;
    transaction.commit().map_err(failed)?;
    if (1..5).contains(&format) {
        // Once, because until then what was deleted was left in free pages.
        connection.execute_batch("VACUUM").map_err(failed)?;
    }
    Ok(connection)
}

/// A connection that reads beside the one that writes.
pub(super) fn open_reader(path: &Path, way: Way) -> Result<Connection> {
    let connection = connect_by(path, way)?;
    configure(&connection)?;
    connection.pragma_update(None, "query_only", true).map_err(failed)?;
    Ok(connection)
}

/// Opens a file that must be a log of a format that this version knows, to read it: also on a full disk, or where it is read-only.
pub(super) fn to_read(path: &Path) -> Result<Connection> {
    if !path.exists() {
        return Err(LogError::NotThere(path.to_owned()));
    }
    let ready = |connection: &Connection| {
        connection.busy_timeout(PATIENCE)?;
        check(path, connection).map_err(NotRead::Log)
    };
    let of_the_disk =
        |error: &NotRead| !matches!(error, NotRead::Log(LogError::NotALog(_) | LogError::Newer { .. }));
    read_by(Literal::of(path).as_ref(), ready, of_the_disk).map_err(|error| match error {
        NotRead::Log(error) => error,
        NotRead::Database(error) => failed_at(path, error),
    })
}

/// The same, with all that this version has in a log: one of an older version is brought up to date first.
pub(super) fn to_read_all(path: &Path) -> Result<Connection> {
    let connection = to_read(path)?;
    if is_outdated(&connection)? { open(path, Way::Shared) } else { Ok(connection) }
}

/// Whether a log has to be brought up to date before all of it can be read.
fn is_outdated(connection: &Connection) -> Result<bool> {
    Ok(format(connection).map_err(failed)? < i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX))
}

/// Why a log could not be read in one of the ways.
enum NotRead {
    Log(LogError),
    Database(rusqlite::Error),
}

impl From<rusqlite::Error> for NotRead {
    fn from(error: rusqlite::Error) -> NotRead {
        NotRead::Database(error)
    }
}

/// Opens a file that must be a log of a format that this version knows. Changes nothing in it.
pub(super) fn identify_by(path: &Path, way: Way) -> Result<Connection> {
    if !path.exists() {
        return Err(LogError::NotThere(path.to_owned()));
    }
    let connection = connect_by(path, way)?;
    check(path, &connection)?;
    Ok(connection)
}

/// Looks whether it is a log, and of a format that this version knows.
fn check(path: &Path, connection: &Connection) -> Result<()> {
    let id = connection.pragma_query_value(None, "application_id", |row| row.get::<_, i64>(0));
    match id {
        Ok(APPLICATION_ID) => {}
        Ok(_) => return Err(LogError::NotALog(path.to_owned())),
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::NotADatabase) => {
            return Err(LogError::NotALog(path.to_owned()));
        }
        Err(error) => return Err(unusable(path, &error.to_string())),
    }
    let found = format(connection).map_err(|error| unusable(path, &error.to_string()))?;
    let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    if found > known {
        return Err(LogError::Newer { path: path.to_owned(), found, known });
    }
    Ok(())
}

fn connect_by(path: &Path, way: Way) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let file = Literal::of(path);
    let opened = match way {
        Way::Shared => Connection::open_with_flags(file, flags),
        // SQLite's own: it locks the file for as long as it is open, and keeps the index of the write-ahead log in memory.
        Way::Alone => Connection::open_with_flags_and_vfs(file, flags, "unix-excl"),
    };
    let connection = opened.map_err(|error| unusable(path, &error.to_string()))?;
    connection.busy_timeout(PATIENCE).map_err(failed)?;
    Ok(connection)
}

/// Durable at each commit: with NORMAL, WAL may lose the last commits in a power cut (SQLite's manual, "PRAGMA
/// synchronous").
fn configure(connection: &Connection) -> Result<()> {
    let set = || {
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        // What is deleted is gone: no backup of the file, and nobody who finds it, has it still.
        connection.pragma_update_and_check(None, "secure_delete", true, |_| Ok(()))?;
        // A burst of pushes must not leave a huge file behind.
        connection.pragma_update(None, "journal_size_limit", 64 * 1024 * 1024)?;
        // A page read from a damaged file must not be trusted.
        connection.pragma_update(None, "cell_size_check", true)?;
        // What is bound does not change how a statement is carried out: else it is planned anew whenever it is used.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map(drop)
    };
    connection.set_prepared_statement_cache_capacity(32);
    set().map_err(failed)
}

fn format(connection: &Connection) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

fn migrate(transaction: &Transaction<'_>, from: usize) -> Result<()> {
    let steps = MIGRATIONS.get(from..).unwrap_or_default();
    if steps.is_empty() {
        return Ok(());
    }
    for (step, format) in steps.iter().zip(from + 1..) {
        transaction.execute_batch(step).map_err(failed)?;
        if format == 2 {
            super::records::fill(transaction).map_err(failed)?;
        }
        if format == 4 {
            super::records::fill_kinds(transaction)?;
            make_keys(transaction)?;
        }
        if format == 7 {
            super::erasing::fill_places(transaction)?;
            super::damage::fill_sums(transaction).map_err(failed)?;
        }
    }
    let format = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    transaction.pragma_update(None, "user_version", format).map_err(failed)
}

/// Makes the keys that only this log has.
fn make_keys(transaction: &Transaction<'_>) -> Result<()> {
    let key = || *WorkspaceSecret::random().as_bytes();
    transaction
        .execute("UPDATE meta SET seal = ?, meeting_key = ?", params![key(), key()])
        .map(drop)
        .map_err(failed)
}

/// SQLite's complaint in the log's own terms.
pub(in super::super) fn failed(error: rusqlite::Error) -> LogError {
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => LogError::Full,
        _ => LogError::Database(error.to_string()),
    }
}

/// The same of a file that is being written: what SQLite calls an error of the disk is a full one, where the disk is full.
pub(super) fn failed_at(path: &Path, error: rusqlite::Error) -> LogError {
    match error.sqlite_error_code() {
        Some(ErrorCode::SystemIoFailure | ErrorCode::CannotOpen) if room::is_full(path) => LogError::Full,
        Some(ErrorCode::DiskFull) => LogError::Full,
        _ => unusable(path, &error.to_string()),
    }
}

fn unusable(path: &Path, reason: &str) -> LogError {
    LogError::Unusable { path: path.to_owned(), reason: reason.to_owned() }
}
