//! Looking after a log's file: a copy while it is in use, a look whether all of it is right.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use rusqlite::config::DbConfig;
use samsyn_engine::document::ChangeHash;
use samsyn_engine::files::{private, room};
use samsyn_engine::store::Literal;
use samsyn_engine::sync::{Cursor, RollingHash};

use super::super::{Damage, LogError, Result};
use super::open::{Way, failed};
use super::{damage, meta, open};

/// Gives all free pages of a log back to the disk, some at a time: a relay that uses it waits for no more than these. Answers how
/// many bytes it takes now.
///
/// # Errors
/// Where it is no log, or cannot be written.
pub fn give_back(log: &Path) -> Result<u64> {
    const PAGES: u32 = 256;
    let connection = open::open(log, Way::Shared)?;
    let number = |pragma: &str| {
        connection.pragma_query_value(None, pragma, |row| row.get::<_, u64>(0)).map_err(failed)
    };
    let mut free = number("freelist_count")?;
    while free > 0 {
        super::folding::vacuum(&connection, PAGES).map_err(failed)?;
        let left = number("freelist_count")?;
        // A log that an older version made keeps them, and uses them again.
        if left >= free {
            break;
        }
        free = left;
    }
    // Where others read just now it is done by the relay later.
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).map_err(failed)?;
    Ok(number("page_count")? * number("page_size")?)
}

/// What a log holds, by numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Holdings {
    /// How many changes.
    pub changes: u64,
    /// How many records of each kind.
    pub records: BTreeMap<String, u64>,
    /// How many were erased.
    pub erased: u64,
    /// When the last change came, in seconds since 1970-01-01 UTC by the relay's clock; none where none has.
    pub last_change: Option<i64>,
    /// The size of the file, in bytes, without what is still in its write-ahead log.
    pub bytes: u64,
}

/// Writes a copy of a log to a new file, or to one that is empty, also while a relay uses it: the state of one moment.
///
/// # Errors
/// Where there is no log, or the copy cannot be written; [`LogError::Full`] where there is no room. Then there is none.
pub fn copy(log: &Path, to: &Path) -> Result<()> {
    let unusable = |reason: String| LogError::Unusable { path: to.to_owned(), reason };
    let connection = open::to_read(log)?;
    // So that it is nobody else's from its first byte.
    match private::create_new(to) {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
        made => drop(made.map_err(|error| unusable(error.to_string()))?),
    }
    // Of a connection that only reads SQLite also takes that it writes nothing elsewhere.
    connection.pragma_update(None, "query_only", false).map_err(failed)?;
    let copied = connection.execute("VACUUM INTO ?", [Literal::of(to)]);
    copied.map_err(|error| open::failed_at(to, error))?;
    let file = std::fs::File::open(to).map_err(|error| unusable(error.to_string()))?;
    private::tighten(to);
    file.sync_all().map_err(|error| unusable(error.to_string()))
}

/// What a log holds, by numbers.
///
/// # Errors
/// Where there is none, or it cannot be read.
pub fn holdings(log: &Path) -> Result<Holdings> {
    let connection = open::to_read_all(log)?;
    let read = || {
        let records = connection
            .prepare("SELECT kind, count(*) FROM records GROUP BY kind")?
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<rusqlite::Result<_>>()?;
        Ok(Holdings {
            changes: connection.query_row("SELECT count(*) FROM entries", [], |row| row.get(0))?,
            records,
            erased: connection.query_row("SELECT count(*) FROM erased", [], |row| row.get(0))?,
            last_change: connection
                .query_row("SELECT max(received_at) FROM entries", [], |row| row.get(0))?,
            bytes: connection.query_row(
                "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size",
                [],
                |row| row.get(0),
            )?,
        })
    };
    read().map_err(failed)
}

/// Looks whether all of a log is right: its file, each byte of its entries and their order, and that every record's document is there as
/// its entries make it. Of one of an older version what is noted since is noted first; otherwise nothing is changed. Answers how many
/// changes there are.
///
/// # Errors
/// [`LogError::Damaged`] with every record that is not as it was written, or of which something that was lost has not come again;
/// otherwise with the first thing that is wrong with the file.
pub fn verify(log: &Path) -> Result<u64> {
    let connection = open::to_read_all(log)?;
    // One moment, however it grows meanwhile.
    let transaction = connection.unchecked_transaction().map_err(failed)?;
    let said: String =
        transaction.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0)).map_err(failed)?;
    let found = damage::find(&transaction);
    match found {
        // What a record says of itself may stand otherwise in an index: then the record is what is wrong.
        Ok(damage) if !damage.is_none() => return Err(LogError::Damaged(damage)),
        found if said == "ok" => drop(found?),
        _ => return Err(LogError::Database(said)),
    }
    let orphans = transaction.prepare("PRAGMA foreign_key_check").and_then(|mut check| check.exists([]));
    if orphans.map_err(failed)? {
        return Err(LogError::Database("something refers to what is not there".to_owned()));
    }
    transaction.query_row("SELECT count(*) FROM entries", [], |row| row.get(0)).map_err(failed)
}

/// Writes anew what is left of what is damaged in a log that nobody else has open. Answers what was.
///
/// # Errors
/// Where the file itself cannot be read or written.
pub fn mend(log: &Path) -> Result<Damage> {
    damage::mend(&mut open::open(log, Way::Shared)?)
}

/// Looks at a log beside which a write-ahead log was left, as by a crash, before anything is done with either: somebody may have put the
/// file there from a copy, and SQLite would read the pages of the one into the other. Where nothing was left nothing is looked at.
///
/// # Errors
/// [`LogError::NotTogether`] where the two do not make a whole log. Nothing was changed.
pub fn look_after_crash(log: &Path) -> Result<()> {
    match look_by(log, Way::Shared) {
        // There is no room for what connections share: that says nothing of the two.
        Err(LogError::NotTogether { .. }) if room::is_full(log) => look_by(log, Way::Alone),
        looked => looked,
    }
}

fn look_by(log: &Path, way: Way) -> Result<()> {
    /// SQLite's header of a write-ahead log that has nothing in it.
    const EMPTY: u64 = 32;
    let mut write_ahead = log.as_os_str().to_owned();
    write_ahead.push("-wal");
    let write_ahead = PathBuf::from(write_ahead);
    if write_ahead.metadata().map_or(0, |found| found.len()) <= EMPTY {
        return Ok(());
    }
    let wrong = |reason: String| {
        let (log, write_ahead) = (log.to_owned(), write_ahead.clone());
        LogError::NotTogether { log, write_ahead, reason }
    };
    let connection = open::identify_by(log, way).map_err(|error| match error {
        error @ LogError::Newer { .. } => error,
        error => wrong(error.to_string()),
    })?;
    // Nothing of it is copied into the file, not even when it is closed.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).map_err(failed)?;
    let transaction = connection.unchecked_transaction().map_err(failed)?;
    let said = transaction.query_row("PRAGMA integrity_check(1)", [], |row| row.get::<_, String>(0));
    match said {
        Ok(said) if said == "ok" => {}
        Ok(said) => return Err(wrong(said)),
        Err(error) => return Err(wrong(error.to_string())),
    }
    entries(&transaction).map(drop).map_err(|error| wrong(error.to_string()))
}

/// The entries have no gaps, and the rolling hash of each is right.
fn entries(connection: &Connection) -> Result<Cursor> {
    let mut end = Cursor::start(meta(connection)?.epoch);
    let mut select = connection
        .prepare("SELECT position, hash, rolling FROM entries ORDER BY position")
        .map_err(failed)?;
    let mut rows = select.query([]).map_err(failed)?;
    while let Some(row) = rows.next().map_err(failed)? {
        let read =
            || Ok((row.get::<_, u64>(0)?, ChangeHash(row.get(1)?), RollingHash::from_bytes(row.get(2)?)));
        let (position, hash, rolling) = read().map_err(failed)?;
        end = end.then(&hash);
        if (end.position, end.hash) != (position, rolling) {
            return Err(LogError::Database(format!("the log is not whole at position {position}")));
        }
    }
    Ok(end)
}
