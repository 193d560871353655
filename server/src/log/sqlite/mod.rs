//! The log in one SQLite file.
//!
//! One connection writes; others, opened as they are needed and then kept, read beside it (SQLite's write-ahead log
//! lets them). Every commit is synced to the disk before it returns.

#[cfg(test)]
mod bits;
pub mod care;
mod damage;
mod erasing;
mod folding;
mod open;
mod purged;
mod records;
pub mod restoring;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, OptionalExtension, Row, TransactionBehavior, params};
use samsyn_engine::clock::wall_clock;
use samsyn_engine::document::{ActorId, ChangeHash};
use samsyn_engine::files::room;
use samsyn_engine::id::RecordId;
use samsyn_engine::identity::{DeviceId, WorkspaceId};
use samsyn_engine::sync::compare::Holding;
use samsyn_engine::sync::{Cursor, Epoch, ErasurePlace, RollingHash};

use super::{
    Append, Damage, Entry, Erase, Erased, Fold, Log, LogError, Meta, NewEntry, Place, Range, ReadScope,
    Result, Standing, StoredDocument, Stretch, bare,
};
use open::Way;
pub(super) use open::failed;
use purged::Purged;
pub(crate) use records::bind_actors;
pub(crate) use restoring::bump_epoch;

/// So many connections for reading are kept when nobody reads.
const READERS_KEPT: usize = 4;

/// A workspace's log in one SQLite file.
#[derive(Debug)]
pub struct SqliteLog {
    path: PathBuf,
    way: Way,
    epoch: Epoch,
    purged: Purged,
    writer: Mutex<Connection>,
    readers: Mutex<Vec<Connection>>,
}

impl SqliteLog {
    /// Makes a new, empty log.
    ///
    /// # Errors
    /// Where the file is there already or cannot be written.
    pub fn create(path: &Path, meta: &Meta) -> Result<()> {
        open::create(path, meta)
    }

    /// Opens a log for reading and writing; brings an older file up to date, and erases again what was erased before and is
    /// back with a backup.
    ///
    /// # Errors
    /// Where there is none, or one that this version cannot use.
    pub fn open(path: &Path) -> Result<SqliteLog> {
        let ((mut writer, way), purged) = (open::open_first(path)?, Purged::beside(path));
        erasing::erase_again(&mut writer, &purged, wall_clock())?;
        if damage::has_aside(&writer).map_err(failed)? {
            or_full(path, damage::bring_back(&mut writer).map(drop))?;
        }
        or_full(path, erasing::complete_list(&writer, &purged))?;
        let has_erased = !erasing::last_erased(&writer, 1).map_err(failed)?.is_empty();
        let epoch = meta(&writer)?.epoch;
        let (writer, readers) = (Mutex::new(writer), Mutex::new(Vec::new()));
        let log = SqliteLog { path: path.to_owned(), way, epoch, purged, writer, readers };
        // Now, or before: the power may have gone once it was erased, and before what that left was gone.
        if has_erased && let Err(error) = log.clear_log() {
            if !room::is_full(path) {
                return Err(error);
            }
            tracing::error!(%error, "the disk is full: what was erased is still in a write-ahead log; make room");
        }
        Ok(log)
    }

    fn clear_log(&self) -> Result<()> {
        erasing::clear_log(|| erasing::empty_log(&lock(&self.writer)))
    }

    /// What a log says of its workspace, and how many changes it holds. Changes nothing in the file, also where it is
    /// of an older version.
    ///
    /// # Errors
    /// Where there is none, or one that this version cannot use.
    pub fn inspect(path: &Path) -> Result<(Meta, u64)> {
        let connection = open::to_read(path)?;
        let meta = meta(&connection)?;
        let changes = head(&connection, meta.epoch)?.position;
        Ok((meta, changes))
    }

    /// The names of all records of a log.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn records(path: &Path) -> Result<Vec<RecordId>> {
        let connection = open::to_read(path)?;
        let read = || -> rusqlite::Result<Vec<RecordId>> {
            let mut statement = connection.prepare("SELECT record FROM records")?;
            statement.query_map([], |row| Ok(RecordId::from_bytes(row.get(0)?)))?.collect()
        };
        read().map_err(failed)
    }

    /// A connection for what stands beside the log in its file. The file must be of this version's format.
    ///
    /// # Errors
    /// Where there is none, or one that this version cannot use.
    pub(crate) fn connect(path: &Path) -> Result<Connection> {
        open::open(path, Way::Shared)
    }

    /// The same, only to read. One of an older version is brought up to date first.
    ///
    /// # Errors
    /// Where there is none, or one that this version cannot use.
    pub(crate) fn connect_to_read(path: &Path) -> Result<Connection> {
        open::to_read_all(path)
    }

    /// The same, for a log that is open here.
    pub(crate) fn connect_beside(&self) -> Result<Connection> {
        open::open(&self.path, self.way)
    }

    /// Reads with one of the readers' connections. One that failed is not used again.
    fn reading<T>(&self, read: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let kept = lock(&self.readers).pop();
        let connection = match kept {
            Some(connection) => connection,
            None => open::open_reader(&self.path, self.way)?,
        };
        let answer = read(&connection)?;
        let mut readers = lock(&self.readers);
        if readers.len() < READERS_KEPT {
            readers.push(connection);
        }
        Ok(answer)
    }
}

impl Log for SqliteLog {
    fn meta(&self) -> Result<Meta> {
        self.reading(meta)
    }

    fn head(&self) -> Result<Cursor> {
        self.reading(|connection| head(connection, self.epoch))
    }

    fn rolling_at(&self, position: u64) -> Result<Option<RollingHash>> {
        if position == 0 {
            return Ok(Some(RollingHash::default()));
        }
        if i64::try_from(position).is_err() {
            return Ok(None);
        }
        self.reading(|connection| {
            connection
                .prepare_cached("SELECT rolling FROM entries WHERE position = ?")
                .and_then(|mut select| select.query_row([position], |row| row.get(0)).optional())
                .map(|found| found.map(RollingHash::from_bytes))
                .map_err(failed)
        })
    }

    fn read(&self, range: Range) -> Result<Stretch> {
        self.reading(|connection| read(connection, self.epoch, range))
    }

    fn find(&self, change: &ChangeHash) -> Result<Option<Place>> {
        self.reading(|connection| {
            let place = |row: &Row<'_>| {
                Ok(Place { position: row.get(0)?, record: RecordId::from_bytes(row.get(1)?) })
            };
            connection
                .prepare_cached("SELECT position, record FROM entries WHERE hash = ?")
                .and_then(|mut select| select.query_row([change.0], place).optional())
                .map_err(failed)
        })
    }

    fn document(&self, record: RecordId, as_of: u64) -> Result<StoredDocument> {
        self.reading(|connection| document(connection, record, position(as_of)))
    }

    fn changes(&self, record: RecordId, as_of: u64) -> Result<Vec<Vec<u8>>> {
        let as_of = position(as_of);
        self.reading(|connection| changes(connection, record, (0, as_of)))
    }

    fn holdings(
        &self,
        span: (Option<RecordId>, Option<RecordId>),
        as_of: u64,
        most: usize,
        scope: ReadScope,
    ) -> Result<Vec<Holding>> {
        let as_of = position(as_of);
        self.reading(|connection| records::holdings(connection, span, as_of, most, scope))
    }

    fn newest(&self, below: u64, most: usize, scope: ReadScope) -> Result<Vec<Standing>> {
        let below = position(below);
        self.reading(|connection| records::newest(connection, below, most, scope).map_err(failed))
    }

    fn changed_since(
        &self,
        as_of: u64,
        after: Option<RecordId>,
        most: usize,
        scope: ReadScope,
    ) -> Result<Vec<RecordId>> {
        let as_of = position(as_of);
        self.reading(|connection| {
            records::changed_since(connection, as_of, after, most, scope).map_err(failed)
        })
    }

    fn count(&self, below: u64, scope: ReadScope) -> Result<u64> {
        self.reading(|connection| records::count(connection, position(below), scope).map_err(failed))
    }

    fn kinds(&self, records: &[RecordId]) -> Result<Vec<String>> {
        self.reading(|connection| records::kinds(connection, records).map_err(failed))
    }

    fn owner(&self, actor: &ActorId) -> Result<Option<DeviceId>> {
        self.reading(|connection| {
            connection
                .prepare_cached("SELECT device FROM actors WHERE actor = ?")
                .and_then(|mut select| {
                    let device = |row: &Row<'_>| Ok(DeviceId::from_bytes(row.get(0)?));
                    select.query_row([actor.to_bytes()], device).optional()
                })
                .map_err(failed)
        })
    }

    fn erase(&self, erase: &Erase) -> Result<bool> {
        let erased = erasing::erase(&mut lock(&self.writer), &self.purged, erase)?;
        if erased {
            self.clear_log()?;
        }
        Ok(erased)
    }

    fn is_erased(&self, record: RecordId) -> Result<bool> {
        self.reading(|connection| erasing::is_erased(connection, record).map_err(failed))
    }

    fn erased_after(&self, number: u64, most: usize) -> Result<Vec<Erased>> {
        self.reading(|connection| erasing::erased_after(connection, number, most).map_err(failed))
    }

    fn erasures_at(&self, number: u64) -> Result<Option<ErasurePlace>> {
        self.reading(|connection| erasing::place(connection, number).map_err(failed))
    }

    fn last_erased(&self, most: usize) -> Result<Vec<Erased>> {
        self.reading(|connection| erasing::last_erased(connection, most).map_err(failed))
    }

    fn confirm(&self, device: DeviceId, up_to: u64) -> Result<()> {
        // Said at every connection, and new at few of them.
        if self.confirmed(&[device])?.iter().all(|number| *number >= up_to) {
            return Ok(());
        }
        erasing::confirm(&lock(&self.writer), device, up_to).map_err(failed)
    }

    fn confirmed(&self, devices: &[DeviceId]) -> Result<Vec<u64>> {
        self.reading(|connection| {
            devices.iter().map(|device| erasing::confirmed(connection, *device).map_err(failed)).collect()
        })
    }

    fn is_current(&self) -> Result<bool> {
        self.reading(|connection| Ok(meta(connection)?.epoch == self.epoch))
    }

    fn seal(&self) -> Result<[u8; 32]> {
        self.reading(|connection| {
            connection.query_row("SELECT seal FROM meta", [], |row| row.get(0)).map_err(failed)
        })
    }

    fn append(&self, append: &Append) -> Result<Cursor> {
        let mut connection = lock(&self.writer);
        let transaction =
            connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
        // Another process may have erased something: then this is another log.
        if epoch(&transaction)? != self.epoch || head(&transaction, self.epoch)? != append.after {
            return Err(LogError::Moved);
        }
        none_is_erased(&transaction, append)?;
        let end = insert_entries(&transaction, append).map_err(failed)?;
        records::note(&transaction, append.after.position, &append.entries).map_err(failed)?;
        for (actor, device) in &append.actors {
            transaction
                .prepare_cached("INSERT INTO actors (actor, device) VALUES (?, ?)")
                .and_then(|mut insert| insert.execute(params![actor.to_bytes(), device.as_bytes()]))
                .map_err(failed)?;
        }
        for snapshot in &append.snapshots {
            if snapshot.is_heavy {
                fill_bare(&transaction, snapshot.record)?;
            }
            folding::keep_snapshot(&transaction, snapshot, end.position).map_err(failed)?;
        }
        let some_came_back = damage::found_again(&transaction, &append.entries).map_err(failed)?;
        transaction.commit().map_err(failed)?;
        // It is durable. What was put aside because it builds on this comes behind it now, or when the log is next opened.
        if some_came_back {
            tracing::info!("changes that the log had lost have come back");
            if let Err(error) = damage::bring_back(&mut connection) {
                tracing::warn!(%error, "what builds on changes that came back still waits");
            }
        }
        Ok(end)
    }

    fn look_at(&self, after: u64, most: usize) -> Result<Option<u64>> {
        self.reading(|connection| damage::look_at(connection, after, most))
    }

    fn mend(&self) -> Result<Damage> {
        let damage = damage::mend(&mut lock(&self.writer))?;
        lock(&self.readers).clear();
        Ok(damage)
    }

    fn unfolded(&self, up_to: u64, most: usize) -> Result<Vec<RecordId>> {
        self.reading(|connection| folding::unfolded(connection, position(up_to), most).map_err(failed))
    }

    fn looked_at(&self) -> Result<u64> {
        self.reading(|connection| folding::looked_at(connection).map_err(failed))
    }

    fn fold(&self, fold: &Fold) -> Result<()> {
        let mut connection = lock(&self.writer);
        let transaction =
            connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
        if epoch(&transaction)? != self.epoch || head(&transaction, self.epoch)?.position != fold.at {
            return Err(LogError::Moved);
        }
        folding::fold(&transaction, fold).map_err(failed)?;
        transaction.commit().map_err(failed)?;
        folding::give_back(&connection).map_err(failed)
    }

    fn tidy(&self) -> Result<()> {
        lock(&self.readers).clear();
        let connection = lock(&self.writer);
        connection.execute_batch("PRAGMA optimize; PRAGMA wal_checkpoint(TRUNCATE);").map_err(failed)
    }
}

/// What a full disk keeps from being done is done when the log is next opened: the log is read all the same.
fn or_full(path: &Path, done: Result<()>) -> Result<()> {
    match done {
        Err(error) if room::is_full(path) => {
            tracing::error!(%error, "the disk is full: make room, and start the relay again");
            Ok(())
        }
        done => done,
    }
}

/// A panic while the lock was held has rolled its transaction back: what is behind the lock is in order.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn meta(connection: &Connection) -> Result<Meta> {
    let read = |row: &Row<'_>| {
        let has_members: bool = row.get(5)?;
        Ok(Meta {
            workspace: WorkspaceId::from_bytes(row.get(0)?),
            name: row.get(1)?,
            secret_hash: if has_members { None } else { Some(row.get(2)?) },
            epoch: Epoch::from_bytes(row.get(3)?),
            created_at: row.get(4)?,
        })
    };
    // An older file, which is only looked at, has no members.
    let has_members = connection.prepare("SELECT has_members FROM meta").is_ok();
    let has_members = if has_members { "has_members" } else { "0" };
    let select = format!("SELECT workspace, name, secret_hash, epoch, created_at, {has_members} FROM meta");
    connection.query_row(&select, [], read).map_err(failed)
}

fn epoch(connection: &Connection) -> Result<Epoch> {
    let read = || connection.prepare_cached("SELECT epoch FROM meta")?.query_row([], |row| row.get(0));
    read().map(Epoch::from_bytes).map_err(failed)
}

fn head(connection: &Connection, epoch: Epoch) -> Result<Cursor> {
    let last = connection
        .prepare_cached("SELECT position, rolling FROM entries ORDER BY position DESC LIMIT 1")
        .and_then(|mut select| {
            let cursor = |row: &Row<'_>| {
                Ok(Cursor { epoch, position: row.get(0)?, hash: RollingHash::from_bytes(row.get(1)?) })
            };
            select.query_row([], cursor).optional()
        })
        .map_err(failed)?;
    Ok(last.unwrap_or_else(|| Cursor::start(epoch)))
}

fn read(connection: &Connection, epoch: Epoch, range: Range) -> Result<Stretch> {
    let mut select = connection
        .prepare_cached(
            "SELECT position, record, hash, bytes, rolling FROM entries
             WHERE position > ?1 AND position <= ?2 ORDER BY position LIMIT ?3",
        )
        .map_err(failed)?;
    let mut rows = select.query(params![range.after, range.up_to, range.entries]).map_err(failed)?;
    let (mut entries, mut size) = (Vec::new(), 0);
    let mut end = Cursor { epoch, position: range.after, hash: RollingHash::default() };
    while size < range.bytes {
        let Some(row) = rows.next().map_err(failed)? else { break };
        let (position, entry, rolling) = logged(row).map_err(failed)?;
        if position != end.position + 1 {
            return Err(LogError::Database(format!("the log has a gap before position {position}")));
        }
        size += entry.bytes.len();
        entries.push(entry);
        end = Cursor { epoch, position, hash: rolling };
    }
    bare::fill(&mut entries, |record| folding::snapshot(connection, record))?;
    Ok(Stretch { after: range.after, entries, end })
}

fn logged(row: &Row<'_>) -> rusqlite::Result<(u64, Entry, RollingHash)> {
    let entry = Entry {
        record: RecordId::from_bytes(row.get(1)?),
        hash: ChangeHash(row.get(2)?),
        bytes: row.get(3)?,
    };
    Ok((row.get(0)?, entry, RollingHash::from_bytes(row.get(4)?)))
}

/// The largest position that SQLite can hold stands for all that are larger.
fn position(position: u64) -> u64 {
    position.min(i64::MAX as u64)
}

fn document(connection: &Connection, record: RecordId, as_of: u64) -> Result<StoredDocument> {
    // One transaction: between two of them the writer may keep a new snapshot.
    let transaction = connection.unchecked_transaction().map_err(failed)?;
    stored(&transaction, record, as_of)
}

/// The same, within a transaction.
fn stored(transaction: &Connection, record: RecordId, as_of: u64) -> Result<StoredDocument> {
    let folded_at = folding::folded_at(transaction, record).map_err(failed)?;
    let folded_at = folded_at.filter(|folded_at| *folded_at <= as_of);
    let snapshot = match folded_at {
        Some(_) => folding::snapshot(transaction, record)?,
        None => Vec::new(),
    };
    let tail = changes(transaction, record, (folded_at.unwrap_or(0), as_of))?;
    Ok(StoredDocument { snapshot, tail })
}

/// A record's changes behind one position and up to another.
fn changes(connection: &Connection, record: RecordId, span: (u64, u64)) -> Result<Vec<Vec<u8>>> {
    Ok(entries_of(connection, record, span)?.into_iter().map(|entry| entry.bytes).collect())
}

/// A record's entries behind one position and up to another.
fn entries_of(connection: &Connection, record: RecordId, (after, up_to): (u64, u64)) -> Result<Vec<Entry>> {
    let read = || {
        connection
            .prepare_cached(
                "SELECT position, record, hash, bytes, rolling FROM entries
                 WHERE record = ? AND position > ? AND position <= ? ORDER BY position",
            )?
            .query_map(params![record.as_bytes(), after, up_to], |row| {
                logged(row).map(|(_, entry, _)| entry)
            })?
            .collect::<rusqlite::Result<Vec<_>>>()
    };
    let mut entries = read().map_err(failed)?;
    bare::fill(&mut entries, |record| folding::snapshot(connection, record))?;
    Ok(entries)
}

/// Gives the bare entries of a record their bytes back: of a heavy one none is made anew from its snapshot.
fn fill_bare(connection: &Connection, record: RecordId) -> Result<()> {
    let bare = |row: &Row<'_>| logged(row).map(|(position, entry, _)| (position, entry));
    let read = || {
        let mut select = connection.prepare_cached(
            "SELECT position, record, hash, bytes, rolling FROM entries
             WHERE record = ? AND length(bytes) = 0 ORDER BY position",
        )?;
        select.query_map([record.as_bytes()], bare)?.collect::<rusqlite::Result<(Vec<_>, Vec<_>)>>()
    };
    let (positions, mut entries): (Vec<u64>, Vec<Entry>) = read().map_err(failed)?;
    bare::fill(&mut entries, |record| folding::snapshot(connection, record))?;
    let mut update =
        connection.prepare_cached("UPDATE entries SET bytes = ? WHERE position = ?").map_err(failed)?;
    positions.iter().zip(&entries).try_for_each(|(position, entry)| {
        update.execute(params![entry.bytes, position]).map(drop).map_err(failed)
    })
}

/// Whoever checked may have done so before somebody else erased.
fn none_is_erased(connection: &Connection, append: &Append) -> Result<()> {
    let records: BTreeSet<RecordId> = append.entries.iter().map(|new| new.entry.record).collect();
    records.into_iter().try_for_each(|record| match erasing::is_erased(connection, record) {
        Ok(false) => Ok(()),
        Ok(true) => Err(LogError::Erased(record)),
        Err(error) => Err(failed(error)),
    })
}

fn insert_entries(connection: &Connection, append: &Append) -> rusqlite::Result<Cursor> {
    let mut insert = connection.prepare_cached(
        "INSERT INTO entries (position, record, hash, bytes, device, received_at, rolling, sum)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    )?;
    let mut end = append.after;
    for NewEntry { entry, device, .. } in &append.entries {
        end = end.then(&entry.hash);
        let sum = damage::sum(entry.record, &entry.hash, device.as_bytes(), append.received_at);
        insert.execute(params![
            end.position,
            entry.record.as_bytes(),
            entry.hash.0,
            entry.bytes,
            device.as_bytes(),
            append.received_at,
            end.hash.as_bytes(),
            sum,
        ])?;
    }
    Ok(end)
}
