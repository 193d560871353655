//! One SQLite file a replica.
//!
//! ```text
//!  documents  the snapshot of each record's document ┐ load = snapshot + tail
//!  changes    every change's name; its bytes while   ┘ tail = bytes not folded into the snapshot yet
//!             it is in the tail or not yet durable in the relay's log (the outbox is a partial index over it)
//!  rows       the projection: what lists and search results show, as JSON   ┐ follow from the documents
//!  links      which record refers to which                                  │ and can be made anew from them
//!  search     full text (FTS5), folded the Swedish way                      ┘ at any time
//!  reviewed   the heads up to which this replica's person has reviewed each record
//!  quarantine changes that did not pass the gate, with their reason
//!  meta       who and where this replica is, its cursor; texts that are not finished
//! ```
//!
//! **One way in.** Every change, made here or received, goes through [`Transaction::save`] in one SQLite transaction
//! that also updates snapshot, projection, search entry and, for our own, the outbox. A crash leaves all or nothing.
//!
//! Several [`Store`]s may be open on the same file at once: a window's reading thread, its sync thread, a command
//! line. SQLite's write lock orders them; the documents that a store keeps in memory are checked against the file's
//! before they are used.

mod cache;
mod cipher;
mod copying;
mod damage;
mod discarding;
mod encrypting;
mod erasing;
mod error;
mod folding;
mod holdings;
mod instance;
mod intact;
mod leftovers;
mod literal;
mod making;
mod meta;
mod open;
mod outbox;
mod projection;
mod query;
mod reading;
mod renaming;
mod reviewed;
mod searching;
mod stamp;
mod tidying;
mod transaction;
mod unfinished;
mod whole;
pub mod words;

use std::cell::{Cell, RefCell};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension, params};

pub use cipher::{FileKey, KeyName, NoKeyName, key_needed};
pub use copying::{About, Held};
pub use damage::Mended;
pub(crate) use damage::is_of_a_record;
pub use encrypting::{encrypt_anew, have_alone};
pub use erasing::{Erased, Withdrawn};
pub use error::StoreError;
pub use leftovers::sweep as sweep_beside;
pub use literal::Literal;
pub use making::is_unfinished;
pub(crate) use making::{Place, begin};
pub use meta::{ErasedUpTo, Meta, NewReplica, WayIn};
pub use outbox::{KeptApart, OutboxState, RefusedChange};
pub use projection::{Renewal, listen_to_renewals};
pub use query::{Filter, ListQuery, Listed, RowView, Sort, Test};
pub use reading::obstacle;
pub use reviewed::Unreviewed;
pub use searching::{Found, Hit};
pub use transaction::{Origin, Transaction};
pub use unfinished::Unfinished;
pub use whole::Whole;

use crate::document::{ChangeHash, Document, DocumentError, Heads};
use crate::id::RecordId;
use cache::Cache;
use intact::{Condition, FileMark};

/// The result of what can fail in the store.
pub type Result<T> = std::result::Result<T, StoreError>;

/// A replica's file, open.
#[derive(Debug)]
pub struct Store {
    path: PathBuf,
    connection: Connection,
    cache: RefCell<Cache>,
    /// Whether this copy of the file is told apart from others, as whoever writes has to be.
    is_claimed: bool,
    /// Whether it was opened only to be read.
    only_reads: bool,
    key: Option<FileKey>,
    /// What the file was when it was last known to be ours.
    seen: Cell<Option<FileMark>>,
    /// Which file of the disk it is.
    number: String,
    set_aside: Option<PathBuf>,
}

impl Store {
    /// Makes a new replica file.
    ///
    /// # Errors
    /// Where there is a file already, or none can be made there.
    pub fn create(path: &Path, new: &NewReplica) -> Result<Store> {
        Store::create_with(path, None, new)
    }

    /// Makes a new replica file that is encrypted with this key, where there is one.
    ///
    /// # Errors
    /// As [`Store::create`].
    pub fn create_with(path: &Path, key: Option<&FileKey>, new: &NewReplica) -> Result<Store> {
        let (store, place) = making::begin(path, key, new)?;
        place.finish(store, key)
    }

    /// Opens a replica file: checks that it is one, brings it up to this version, and makes sure that this copy of it
    /// writes under an actor of its own.
    ///
    /// # Errors
    /// Where it is not there, is no replica, is of a newer version, or cannot be read and written.
    pub fn open(path: &Path) -> Result<Store> {
        Store::open_with(path, None)
    }

    /// Opens a replica file that is encrypted with this key, where there is one.
    ///
    /// # Errors
    /// As [`Store::open`]; [`StoreError::Encrypted`] where it needs another key.
    pub fn open_with(path: &Path, key: Option<&FileKey>) -> Result<Store> {
        let opened = open::open(path, key);
        leftovers::sweep(path);
        let (mut connection, found) = opened?;
        let claimed = instance::claim(path, &mut connection).map(drop);
        let store = claimed.and_then(|()| Store::over(path, key, (connection, found)));
        store.map_err(|error| open::told_by_the_disk(path, error))
    }

    /// Opens a replica file only to read it. Where it can be written it is not, and where it cannot be, as on a full disk or in a folder
    /// that is read-only, it is read all the same.
    ///
    /// # Errors
    /// As [`Store::open_with`].
    pub fn open_to_read(path: &Path, key: Option<&FileKey>) -> Result<Store> {
        let opened = reading::open(path, key);
        leftovers::sweep(path);
        let (connection, found) = opened?;
        let is_outdated = open::is_outdated(&connection)?;
        if is_outdated || projection::is_outdated(&connection)? {
            match Store::open_with(path, key) {
                // What it shows may be of the version before: better than nothing.
                Err(_) if !is_outdated => {}
                opened => return opened,
            }
        }
        let mut store = Store::of((path, key), connection, false);
        (store.set_aside, store.only_reads) = (found.set_aside, true);
        Ok(store)
    }

    /// Whether it was opened only to be read.
    pub fn only_reads(&self) -> bool {
        self.only_reads
    }

    /// Opens a file to write that could only be read so far. Where it still cannot be written it goes on being read.
    ///
    /// # Errors
    /// What is in the way.
    pub fn open_to_write(&mut self) -> Result<()> {
        if !self.only_reads {
            return Ok(());
        }
        if let Some(obstacle) = obstacle(&self.path) {
            return Err(obstacle);
        }
        let (path, key) = (self.path.clone(), self.key.as_ref().map(FileKey::again));
        // Whoever reads a log without its index has it alone: that is let go of first.
        self.connection = Connection::open_in_memory()?;
        match Store::open_with(&path, key.as_ref()) {
            Ok(store) => *self = store,
            Err(error) => {
                *self = Store::open_to_read(&path, key.as_ref())?;
                return Err(error);
            }
        }
        Ok(())
    }

    /// Writes something that nobody needs, to see whether it can be.
    ///
    /// # Errors
    /// Why not.
    pub fn try_writing(&mut self) -> Result<()> {
        let transaction = self.transaction()?;
        meta::put(&transaction.inner, meta::TRIED, b"")?;
        transaction.commit()
    }

    /// Opens a replica file that was copied in a way which nothing here can tell: as when a whole machine is cloned.
    /// Both copies write under one actor from now on, until a relay tells them apart.
    ///
    /// # Errors
    /// As [`Store::open`].
    #[cfg(feature = "testing")]
    pub fn open_unnoticed_copy(path: &Path) -> Result<Store> {
        let (mut connection, found) = open::open(path, None)?;
        instance::claim_as_it_is(path, &mut connection)?;
        Store::over(path, None, (connection, found))
    }

    fn over(
        path: &Path,
        key: Option<&FileKey>,
        (connection, found): (Connection, Condition),
    ) -> Result<Store> {
        let mut store = Store::of((path, key), connection, true);
        store.set_aside = found.set_aside;
        // Pages that are not encrypted have no sums: what follows from the documents is made from them anew.
        if found.touched && key.is_none() {
            meta::remove(&store.connection, meta::PROJECTION)?;
        }
        projection::renew_if_outdated(&mut store)?;
        Ok(store)
    }

    fn of((path, key): (&Path, Option<&FileKey>), connection: Connection, is_claimed: bool) -> Store {
        Store {
            path: path.to_owned(),
            connection,
            cache: RefCell::new(Cache::default()),
            is_claimed,
            only_reads: false,
            key: key.map(FileKey::again),
            seen: Cell::new(FileMark::of(path)),
            number: instance::file_number(path),
            set_aside: None,
        }
    }

    /// The write-ahead log that lay beside the file and was not its own, under the name that it has now: somebody has put the file back
    /// while there was one. What is in it and nowhere else is not in the file.
    pub fn set_aside(&self) -> Option<&Path> {
        self.set_aside.as_deref()
    }

    /// Where the file is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Who and where this replica is.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn meta(&self) -> Result<Meta> {
        meta::read(&self.connection)
    }

    /// The relay's address, as it stands there now.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn relay(&self) -> Result<Option<String>> {
        Ok(meta::get(&self.connection, meta::RELAY)?.and_then(|bytes| String::from_utf8(bytes).ok()))
    }

    /// A number that changes whenever anybody else, in this process or another, has written to the file.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn data_version(&self) -> Result<i64> {
        Ok(self.connection.pragma_query_value(None, "data_version", |row| row.get(0))?)
    }

    /// Begins the one kind of transaction that writes. It has the file's write lock from now on; dropped without
    /// [`Transaction::commit`] it leaves no trace.
    ///
    /// # Errors
    /// Where another process holds the lock for too long, or the file cannot be written.
    pub fn transaction(&mut self) -> Result<Transaction<'_>> {
        if self.only_reads {
            return Err(obstacle(&self.path).unwrap_or_else(|| StoreError::ReadOnly(self.path.clone())));
        }
        self.guard()?;
        self.tidy_if_long();
        Transaction::begin(self)
    }

    /// A record's document as it is now; `None` where there is no such record.
    ///
    /// # Errors
    /// Where it cannot be read or is damaged.
    pub fn document(&self, id: RecordId) -> Result<Option<Document>> {
        load(&self.connection, &self.cache, id)
    }

    /// Lets the file grow no more, as on a full disk; or lets it grow again. Lasts until the file is
    /// closed.
    ///
    /// # Errors
    /// Where the file cannot be read.
    #[cfg(feature = "testing")]
    pub fn simulate_full_disk(&self, full: bool) -> Result<()> {
        let used: i64 = self.connection.query_row("PRAGMA page_count", [], |row| row.get(0))?;
        let most = if full { used } else { i64::from(u32::MAX - 1) };
        Ok(self.connection.pragma_update_and_check(None, "max_page_count", most, |_| Ok(()))?)
    }

    /// How many records there are, removed ones included.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn count(&self) -> Result<u64> {
        Ok(self.connection.query_row("SELECT count(*) FROM documents", [], |row| row.get(0))?)
    }

    /// All records' names, in the order in which they came here.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn records(&self) -> Result<Vec<RecordId>> {
        let mut statement = self.connection.prepare_cached("SELECT record FROM documents ORDER BY rowid")?;
        let ids = statement.query_map([], |row| record_id(row.get_ref(0)?))?;
        ids.collect::<rusqlite::Result<_>>().map_err(StoreError::from)
    }

    /// How many documents are in memory now. Bounded.
    pub fn cached_documents(&self) -> usize {
        self.cache.borrow().len()
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        if self.is_claimed {
            self.leave();
        }
    }
}

/// A document as it stands in the file.
struct Stored {
    id: RecordId,
    revision: i64,
    heads: Heads,
    snapshot: Vec<u8>,
    tail: Vec<Vec<u8>>,
}

impl Stored {
    /// The document, as it was written: with the heads that are noted of it, and under its own name.
    fn document(&self) -> Result<Document> {
        let document = Document::load(self.id, &self.snapshot, &self.tail)?;
        let is_it = document.says_it_is().is_none_or(|record| record == self.id);
        if is_it && document.heads() == self.heads {
            Ok(document)
        } else {
            Err(DocumentError::Damaged(self.id).into())
        }
    }
}

/// What a file holds of a document.
fn stored(connection: &Connection, id: RecordId) -> Result<Option<Stored>> {
    let mut statement =
        connection.prepare_cached("SELECT revision, heads, snapshot FROM documents WHERE record = ?1")?;
    let found: Option<(i64, Vec<u8>, Vec<u8>)> = statement
        .query_row(params![id.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()
        .map_err(|error| of_another_type(id, error))?;
    let Some((revision, heads, snapshot)) = found else { return Ok(None) };
    Ok(Some(Stored { id, revision, heads: heads_from_blob(&heads), snapshot, tail: tail(connection, id)? }))
}

/// A value of another type than was written is the record's damage, not the file's.
fn of_another_type(id: RecordId, error: rusqlite::Error) -> StoreError {
    match error {
        rusqlite::Error::InvalidColumnType(..) | rusqlite::Error::FromSqlConversionFailure(..) => {
            DocumentError::Damaged(id).into()
        }
        error => error.into(),
    }
}

/// Loads a document through the cache.
fn load(connection: &Connection, cache: &RefCell<Cache>, id: RecordId) -> Result<Option<Document>> {
    let Some(revision) = revision(connection, id)? else { return Ok(None) };
    if let Some(document) = cache.borrow_mut().get(id, revision) {
        return Ok(Some(document));
    }
    let loaded = stored(connection, id)
        .and_then(|stored| stored.map(|stored| Ok((stored.revision, stored.document()?))).transpose());
    if loaded.as_ref().is_err_and(is_of_a_record) {
        cache.borrow_mut().is_damaged(id);
    }
    let Some((revision, document)) = loaded? else { return Ok(None) };
    cache.borrow_mut().put(revision, &document);
    Ok(Some(document))
}

/// The changes of a record that are not in its snapshot, in an order in which they can be applied.
fn tail(connection: &Connection, id: RecordId) -> Result<Vec<Vec<u8>>> {
    let mut statement = connection
        .prepare_cached("SELECT bytes FROM changes WHERE record = ?1 AND NOT folded ORDER BY number")?;
    let tail = statement.query_map(params![id.as_bytes()], |row| row.get(0))?;
    tail.collect::<rusqlite::Result<_>>().map_err(|error| of_another_type(id, error))
}

fn revision(connection: &Connection, id: RecordId) -> Result<Option<i64>> {
    let mut statement = connection.prepare_cached("SELECT revision FROM documents WHERE record = ?1")?;
    Ok(statement.query_row(params![id.as_bytes()], |row| row.get(0)).optional()?)
}

fn record_id(value: rusqlite::types::ValueRef<'_>) -> rusqlite::Result<RecordId> {
    RecordId::from_slice(value.as_blob()?).ok_or(rusqlite::Error::InvalidQuery)
}

fn change_hash(bytes: &[u8]) -> Option<ChangeHash> {
    bytes.try_into().ok().map(ChangeHash)
}

/// Heads as they stand in the file: the hashes one behind the other, sorted.
fn heads_to_blob(heads: &[ChangeHash]) -> Vec<u8> {
    heads.iter().flat_map(|hash| hash.0).collect()
}

fn heads_from_blob(blob: &[u8]) -> Heads {
    blob.chunks_exact(32).filter_map(change_hash).collect()
}

#[cfg(test)]
mod tests;
