//! Opening a file: is it a replica, may this version write to it, and bringing it up to date.

use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags, Transaction, TransactionBehavior};

use super::cipher::{self, FileKey};
use super::intact::{self, Condition};
use super::literal::Literal;
use super::meta::{self, NewReplica};
use super::{Result, StoreError, instance};
use crate::files::{is_backup, private, room, with_ending};

/// What stands in SQLite's `application_id` of a replica: "SAMS".
const APPLICATION_ID: i64 = 0x5341_4d53;

/// Each step brings a file of the format of its index to the next. Released steps never change.
const MIGRATIONS: &[&str] = &[include_str!("migrations/0001.sql"), include_str!("migrations/0002.sql")];

/// How long a writer waits for another one.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// Fills an empty file that has no name yet. Nothing of it has to survive: it is made durable as it gets its name.
pub(super) fn fill(draft: &Path, key: Option<&FileKey>, new: &NewReplica) -> Result<Connection> {
    let mut connection = Connection::open(Literal::of(draft)).map_err(|error| failed_at(draft, error))?;
    cipher::unlock(&connection, key)?;
    configure(&connection)?;
    connection.pragma_update(None, "journal_mode", "MEMORY")?;
    connection.pragma_update(None, "synchronous", "OFF")?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    migrate(&transaction, 0)?;
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    meta::write_new(&transaction, new)?;
    instance::begin(&transaction)?;
    transaction.commit()?;
    Ok(connection)
}

pub(super) fn open(path: &Path, key: Option<&FileKey>) -> Result<(Connection, Condition)> {
    open_to_write(path, key).map_err(|error| told_by_the_disk(path, error))
}

fn open_to_write(path: &Path, key: Option<&FileKey>) -> Result<(Connection, Condition)> {
    if !path.exists() {
        return Err(StoreError::NotThere(path.to_owned()));
    }
    is_no_folder(path)?;
    let found = intact::look(path, key)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection =
        Connection::open_with_flags(Literal::of(path), flags).map_err(|error| failed_at(path, error))?;
    // What may not be written SQLite opens to read by itself, and says so with the first thing that is written.
    if connection.is_readonly("main")? {
        return Err(StoreError::ReadOnly(path.to_owned()));
    }
    cipher::unlock(&connection, key)?;
    // Before anything is configured: a file that is not ours must not be touched.
    identify(path, &connection)?;
    keep_private(path);
    connection.pragma_update(None, "journal_mode", "WAL")?;
    configure(&connection)?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let format = format(&transaction)?;
    if (format as usize) < MIGRATIONS.len() {
        migrate(&transaction, format as usize)?;
    }
    transaction.commit()?;
    if format == 1 {
        // Once, because until then what was deleted was left in free pages.
        connection.execute_batch("VACUUM")?;
    }
    Ok((connection, found))
}

/// Whether what a connection reads is a replica.
pub(super) fn is_ours(connection: &Connection) -> rusqlite::Result<bool> {
    Ok(application_id(connection)? == APPLICATION_ID)
}

fn application_id(connection: &Connection) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, "application_id", |row| row.get(0))
}

/// SQLite says of a folder only that it cannot be opened.
pub(super) fn is_no_folder(path: &Path) -> Result<()> {
    if path.is_dir() { Err(unusable(path, &std::io::ErrorKind::IsADirectory.to_string())) } else { Ok(()) }
}

/// Whether a file is of an earlier format, and has to be brought up to date before it is read.
pub(super) fn is_outdated(connection: &Connection) -> Result<bool> {
    Ok((format(connection)? as usize) < MIGRATIONS.len())
}

/// Earlier versions let others read it. SQLite gives what it makes beside a file the file's own permissions.
fn keep_private(path: &Path) {
    private::tighten(path);
    ["-wal", "-shm", "-instance"].iter().for_each(|ending| private::tighten(&with_ending(path, ending)));
}

/// What SQLite calls an error of the disk, or a file that it cannot open, is a full disk where the disk is full; and what it may not
/// write is read-only.
pub(super) fn told_by_the_disk(path: &Path, error: StoreError) -> StoreError {
    use ErrorCode::{CannotOpen, PermissionDenied, ReadOnly, SystemIoFailure};
    let StoreError::Database(database) = &error else { return error };
    match database.sqlite_error_code() {
        Some(SystemIoFailure | CannotOpen) if room::is_full(path) => StoreError::Full,
        Some(ReadOnly | CannotOpen | PermissionDenied) => StoreError::ReadOnly(path.to_owned()),
        _ => error,
    }
}

fn failed_at(path: &Path, error: rusqlite::Error) -> StoreError {
    match told_by_the_disk(path, error.into()) {
        StoreError::Database(error) => unusable(path, &error.to_string()),
        told => told,
    }
}

pub(super) fn identify(path: &Path, connection: &Connection) -> Result<()> {
    connection.busy_timeout(PATIENCE)?;
    match application_id(connection) {
        Ok(APPLICATION_ID) => {}
        Ok(0) if holds_nothing(connection)? => return Err(StoreError::Unfinished(path.to_owned())),
        Ok(_) => return Err(StoreError::NotAReplica(path.to_owned())),
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::NotADatabase) => {
            return Err(no_database(path));
        }
        Err(error) => return Err(failed_at(path, error)),
    }
    let (found, known) = (format(connection)?, MIGRATIONS.len() as i64);
    if found > known {
        return Err(StoreError::Newer { path: path.to_owned(), found, known });
    }
    Ok(())
}

/// Whether a database has nothing in it at all: no table, and nobody's mark.
fn holds_nothing(connection: &Connection) -> Result<bool> {
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_master", [], |row| row.get(0))?;
    Ok(tables == 0 && format(connection)? == 0)
}

/// Durable at each commit: SQLite's manual, "PRAGMA synchronous", on WAL with NORMAL losing the last commits.
pub(super) fn configure(connection: &Connection) -> Result<()> {
    connection.busy_timeout(PATIENCE)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // What is deleted is gone: no backup of the file, and nobody who finds it, has it still.
    connection.pragma_update_and_check(None, "secure_delete", true, |_| Ok(()))?;
    // The log is copied into the file by us (`Store::tidy`): what the file is then is noted.
    connection.pragma_update_and_check(None, "wal_autocheckpoint", 0, |_| Ok(()))?;
    // A page read from a damaged file must not be trusted.
    connection.pragma_update(None, "cell_size_check", true)?;
    // What is bound does not change how a statement is carried out: else it is planned anew whenever it is used.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(())
}

fn format(connection: &Connection) -> Result<i64> {
    Ok(connection.pragma_query_value(None, "user_version", |row| row.get(0))?)
}

fn migrate(transaction: &Transaction<'_>, from: usize) -> Result<()> {
    for step in &MIGRATIONS[from..] {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "user_version", MIGRATIONS.len() as i64)?;
    Ok(())
}

/// What begins like no database is an encrypted one, or none.
fn no_database(path: &Path) -> StoreError {
    if is_backup(path).unwrap_or(false) {
        return StoreError::IsABackup(path.to_owned());
    }
    // SQLCipher writes whole pages of 4096 bytes.
    let is_whole = std::fs::metadata(path).is_ok_and(|file| file.len() > 0 && file.len() % 4096 == 0);
    match cipher::key_needed(path) {
        Ok(Some(_)) if is_whole => StoreError::Encrypted(path.to_owned()),
        _ => StoreError::NotAReplica(path.to_owned()),
    }
}

fn unusable(path: &Path, reason: &str) -> StoreError {
    StoreError::Unusable { path: path.to_owned(), reason: reason.to_owned() }
}
