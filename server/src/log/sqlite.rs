//! The log in one SQLite file.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension, TransactionBehavior, params};
use samsyn_engine::document::{ChangeHash, Document};
use samsyn_engine::id::RecordId;
use samsyn_engine::sync::{Cursor, Epoch, RollingHash};

use super::{Log, LogEntry, NewEntry};
use crate::error::{RelayError, Result};

/// What stands in SQLite's `application_id` of a log: "SAMR".
const APPLICATION_ID: i64 = 0x5341_4d52;

/// Each step brings a file of the format of its index to the next. Released steps never change.
const MIGRATIONS: &[&str] = &[include_str!("0001.sql")];

/// A document's snapshot is made anew once so many entries stand behind it.
const FOLD_ENTRIES: u64 = 32;

/// A log in one SQLite file. Several may be open on the same file; one of them appends.
#[derive(Debug)]
pub struct SqliteLog {
    connection: Connection,
    epoch: Epoch,
}

impl SqliteLog {
    /// Makes the log of a new workspace.
    ///
    /// # Errors
    /// Where the file cannot be made.
    pub fn create(path: &Path, name: &str, secret_hash: &[u8; 32]) -> Result<SqliteLog> {
        let mut connection = Connection::open(path)?;
        configure(&connection)?;
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        migrate(&transaction, 0)?;
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        let mut put = transaction.prepare("INSERT INTO meta (key, value) VALUES (?1, ?2)")?;
        put.execute(params!["name", name.as_bytes()])?;
        put.execute(params!["secret_hash", secret_hash])?;
        put.execute(params!["epoch", Epoch::random().as_bytes()])?;
        drop(put);
        transaction.commit()?;
        drop(connection);
        SqliteLog::open(path)
    }

    /// Opens a log: checks that it is one and brings it up to this version.
    ///
    /// # Errors
    /// Where it is none, is of a newer version, or cannot be used.
    pub fn open(path: &Path) -> Result<SqliteLog> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut connection = Connection::open_with_flags(path, flags)?;
        identify(path, &connection)?;
        configure(&connection)?;
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let from = usize::try_from(format(&transaction)?).unwrap_or(0);
        migrate(&transaction, from)?;
        transaction.commit()?;
        let epoch = Epoch::from_bytes(meta(&connection, "epoch")?);
        Ok(SqliteLog { connection, epoch })
    }

    fn fold(&self, document: &Document, position: u64) -> Result<()> {
        let id = document.id();
        let folded: u64 = self
            .connection
            .prepare_cached("SELECT folded FROM documents WHERE record = ?1")?
            .query_row(params![id.as_bytes()], |row| row.get(0))
            .optional()?
            .unwrap_or(0);
        let behind: u64 = self
            .connection
            .prepare_cached("SELECT count(*) FROM entries WHERE record = ?1 AND position > ?2")?
            .query_row(params![id.as_bytes(), folded], |row| row.get(0))?;
        if behind < FOLD_ENTRIES {
            return Ok(());
        }
        self.connection
            .prepare_cached(
                "INSERT INTO documents (record, folded, snapshot) VALUES (?1, ?2, ?3)
                 ON CONFLICT (record) DO UPDATE SET folded = ?2, snapshot = ?3",
            )?
            .execute(params![id.as_bytes(), position, document.save()])?;
        Ok(())
    }

    fn insert(&self, entries: &[NewEntry], documents: &[&Document]) -> Result<Cursor> {
        let mut cursor = self.head()?;
        let now = samsyn_engine::replica::wall_clock();
        let mut insert = self.connection.prepare_cached(
            "INSERT INTO entries (position, record, hash, device, received, rolling, bytes)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?;
        for entry in entries {
            cursor = cursor.then(&entry.hash);
            insert.execute(params![
                cursor.position,
                entry.record.as_bytes(),
                entry.hash.0,
                entry.device.as_bytes(),
                now,
                cursor.hash.as_bytes(),
                entry.bytes
            ])?;
        }
        documents.iter().try_for_each(|document| self.fold(document, cursor.position))?;
        Ok(cursor)
    }
}

impl Log for SqliteLog {
    fn name(&self) -> Result<String> {
        let mut statement = self.connection.prepare_cached("SELECT value FROM meta WHERE key = 'name'")?;
        let name: Vec<u8> = statement.query_row([], |row| row.get(0))?;
        Ok(String::from_utf8_lossy(&name).into_owned())
    }

    fn secret_hash(&self) -> Result<[u8; 32]> {
        meta(&self.connection, "secret_hash")
    }

    fn head(&self) -> Result<Cursor> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT position, rolling FROM entries ORDER BY position DESC LIMIT 1")?;
        let last = statement.query_row([], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        Ok(last.map_or(Cursor::start(self.epoch), |(position, rolling)| self.cursor(position, rolling)))
    }

    fn cursor_at(&self, position: u64) -> Result<Option<Cursor>> {
        if position == 0 {
            return Ok(Some(Cursor::start(self.epoch)));
        }
        // SQLite's numbers are signed.
        if i64::try_from(position).is_err() {
            return Ok(None);
        }
        let mut statement =
            self.connection.prepare_cached("SELECT rolling FROM entries WHERE position = ?1")?;
        let rolling = statement.query_row(params![position], |row| row.get(0)).optional()?;
        Ok(rolling.map(|rolling| self.cursor(position, rolling)))
    }

    fn has(&self, hash: &ChangeHash) -> Result<bool> {
        Ok(self
            .connection
            .prepare_cached("SELECT 1 FROM entries WHERE hash = ?1")?
            .exists(params![hash.0])?)
    }

    fn read(&self, after: u64, changes: usize, bytes: usize) -> Result<Vec<LogEntry>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT position, record, hash, bytes FROM entries WHERE position > ?1 ORDER BY position LIMIT ?2",
        )?;
        let mut rows = statement.query(params![after, changes as u64])?;
        let (mut found, mut size) = (Vec::new(), 0);
        while let Some(row) = rows.next()? {
            let entry = LogEntry {
                position: row.get(0)?,
                record: RecordId::from_bytes(row.get(1)?),
                hash: ChangeHash(row.get(2)?),
                bytes: row.get(3)?,
            };
            size += entry.bytes.len();
            found.push(entry);
            if size >= bytes {
                break;
            }
        }
        Ok(found)
    }

    fn document(&self, record: RecordId) -> Result<Document> {
        let mut statement =
            self.connection.prepare_cached("SELECT folded, snapshot FROM documents WHERE record = ?1")?;
        let kept = statement
            .query_row(params![record.as_bytes()], |row| {
                Ok((row.get::<_, u64>(0)?, row.get::<_, Vec<u8>>(1)?))
            })
            .optional()?;
        let (folded, snapshot) = kept.unwrap_or_default();
        let mut statement = self.connection.prepare_cached(
            "SELECT bytes FROM entries WHERE record = ?1 AND position > ?2 ORDER BY position",
        )?;
        let tail = statement.query_map(params![record.as_bytes(), folded], |row| row.get(0))?;
        let tail: Vec<Vec<u8>> = tail.collect::<rusqlite::Result<_>>()?;
        Ok(Document::load(record, &snapshot, &tail)?)
    }

    fn append(&mut self, entries: &[NewEntry], documents: &[&Document]) -> Result<Cursor> {
        self.connection.execute_batch("BEGIN IMMEDIATE")?;
        let done = self.insert(entries, documents).and_then(|cursor| {
            self.connection.execute_batch("COMMIT")?;
            Ok(cursor)
        });
        if done.is_err() {
            // It may have been rolled back already; then there is nothing to roll back.
            let _ = self.connection.execute_batch("ROLLBACK");
        }
        done
    }
}

impl SqliteLog {
    fn cursor(&self, position: u64, rolling: [u8; 16]) -> Cursor {
        Cursor { epoch: self.epoch, position, hash: RollingHash::from_bytes(rolling) }
    }
}

fn meta<const N: usize>(connection: &Connection, key: &str) -> Result<[u8; N]> {
    let value =
        connection.query_row("SELECT value FROM meta WHERE key = ?1", params![key], |row| row.get(0))?;
    Ok(value)
}

fn identify(path: &Path, connection: &Connection) -> Result<()> {
    connection.busy_timeout(Duration::from_secs(10))?;
    match connection.pragma_query_value(None, "application_id", |row| row.get::<_, i64>(0)) {
        Ok(APPLICATION_ID) => {}
        Ok(_) => return Err(RelayError::NotALog(path.to_owned())),
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::NotADatabase) => {
            return Err(RelayError::NotALog(path.to_owned()));
        }
        Err(error) => return Err(error.into()),
    }
    let (found, known) = (format(connection)?, MIGRATIONS.len() as i64);
    if found > known {
        return Err(RelayError::Newer { path: path.to_owned(), found, known });
    }
    Ok(())
}

/// Durable at each commit, see SQLite's manual on "PRAGMA synchronous".
fn configure(connection: &Connection) -> Result<()> {
    connection.busy_timeout(Duration::from_secs(10))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    Ok(())
}

fn format(connection: &Connection) -> Result<i64> {
    Ok(connection.pragma_query_value(None, "user_version", |row| row.get(0))?)
}

fn migrate(connection: &Connection, from: usize) -> Result<()> {
    for step in MIGRATIONS.iter().skip(from) {
        connection.execute_batch(step)?;
    }
    connection.pragma_update(None, "user_version", MIGRATIONS.len() as i64)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::suite;
    use super::*;

    #[test]
    fn the_suite_of_all_logs() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log.sqlite");
        let made = SqliteLog::create(&path, "Byrån", &[7; 32]).unwrap();
        suite::run(made, || SqliteLog::open(&path).unwrap());
    }

    #[test]
    fn what_is_no_log_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let notes = folder.path().join("log.sqlite");
        std::fs::write(&notes, "my notes, and not a log of anything".repeat(100)).unwrap();
        assert!(matches!(SqliteLog::open(&notes), Err(RelayError::NotALog(_))));
        let newer = folder.path().join("newer.sqlite");
        SqliteLog::create(&newer, "x", &[0; 32])
            .unwrap()
            .connection
            .pragma_update(None, "user_version", 9)
            .unwrap();
        assert!(matches!(SqliteLog::open(&newer), Err(RelayError::Newer { found: 9, .. })));
    }
}
