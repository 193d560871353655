//! Opening a file: is it a replica, may this version write to it, and bringing it up to date.

use std::fs::OpenOptions;
use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags, Transaction, TransactionBehavior};

use super::cipher::{self, FileKey};
use super::literal::Literal;
use super::meta::{self, NewReplica};
use super::{Result, StoreError};

/// What stands in SQLite's `application_id` of a replica: "SAMS".
const APPLICATION_ID: i64 = 0x5341_4d53;

/// Each step brings a file of the format of its index to the next. Released steps never change.
const MIGRATIONS: &[&str] = &[include_str!("migrations/0001.sql"), include_str!("migrations/0002.sql")];

/// How long a writer waits for another one.
const PATIENCE: Duration = Duration::from_secs(10);

pub(super) fn create(path: &Path, key: Option<&FileKey>, new: &NewReplica) -> Result<()> {
    // The file is claimed first, so that two that create it at the same time do not both succeed.
    OpenOptions::new().write(true).create_new(true).open(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => StoreError::Exists(path.to_owned()),
        _ => unusable(path, &error.to_string()),
    })?;
    let made = fill(path, key, new);
    if made.is_err() {
        // Nothing of anybody's is in it yet.
        let _ = std::fs::remove_file(path);
    }
    made
}

fn fill(path: &Path, key: Option<&FileKey>, new: &NewReplica) -> Result<()> {
    let mut connection = Connection::open(Literal::of(path))?;
    cipher::unlock(&connection, key)?;
    configure(&connection)?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    migrate(&transaction, 0)?;
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    meta::write_new(&transaction, new)?;
    transaction.commit()?;
    Ok(())
}

pub(super) fn open(path: &Path, key: Option<&FileKey>) -> Result<Connection> {
    if !path.exists() {
        return Err(StoreError::NotThere(path.to_owned()));
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(Literal::of(path), flags)
        .map_err(|error| unusable(path, &error.to_string()))?;
    cipher::unlock(&connection, key)?;
    // Before anything is configured: a file that is not ours must not be touched.
    identify(path, &connection)?;
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
    Ok(connection)
}

fn identify(path: &Path, connection: &Connection) -> Result<()> {
    connection.busy_timeout(PATIENCE)?;
    let id = connection.pragma_query_value(None, "application_id", |row| row.get::<_, i64>(0));
    match id {
        Ok(APPLICATION_ID) => {}
        Ok(_) => return Err(StoreError::NotAReplica(path.to_owned())),
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::NotADatabase) => {
            return Err(no_database(path));
        }
        Err(error) => return Err(unusable(path, &error.to_string())),
    }
    let (found, known) = (format(connection)?, MIGRATIONS.len() as i64);
    if found > known {
        return Err(StoreError::Newer { path: path.to_owned(), found, known });
    }
    Ok(())
}

/// Durable at each commit: SQLite's manual, "PRAGMA synchronous", on WAL with NORMAL losing the last commits.
fn configure(connection: &Connection) -> Result<()> {
    connection.busy_timeout(PATIENCE)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // What is deleted is gone: no backup of the file, and nobody who finds it, has it still.
    connection.pragma_update_and_check(None, "secure_delete", true, |_| Ok(()))?;
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
