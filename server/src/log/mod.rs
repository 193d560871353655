//! The log of a workspace: every change that the relay has taken, in one causal order, durable.
//!
//! ```text
//!  writer ──append──▶ ┌─────────────── Log ───────────────┐ ──read──▶ connections (catch-up)
//!         ◀─document─ │ entries 1, 2, 3, …  + snapshots   │ ──head──▶ connections (is there more?)
//!                     └───────────────────────────────────┘
//! ```
//!
//! Positions are gapless and begin at 1. Each entry carries the rolling hash of the log up to it, so that a client's
//! cursor can be checked with one look. Beside the entries stand *snapshots* of documents, so that a new change can be
//! checked, and a record sent whole, without replaying a long history.
//!
//! **Folding.** Of old entries the snapshot alone holds the bytes: a saved document is its changes in a fifth of the space,
//! and gives each of them back to the byte (that was tried before its bytes were let go). Such entries are *bare*. Nobody
//! above this module can tell: what is read of them is made anew from the snapshot.
//!
//! **Heavy documents** ([`HEAVY`]) take seconds and a hundred MB of memory to load. So only the writer loads them, to check what comes:
//! their entries are never bare, and what is sent of them is read, not made.
//!
//! [`Log`] is all that the relay knows of storage. [`SqliteLog`] keeps it in one file; a database that several relays
//! share can take its place. What any implementation must do is written down as the tests in `suite`, which
//! a second one, in memory, passes too.

mod bare;
mod damage;
#[cfg(test)]
pub(crate) mod memory;
mod sqlite;
#[cfg(test)]
mod suite;

use std::fmt;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use samsyn_engine::document::gate::{self, HEAVY};
use samsyn_engine::document::{ActorId, ChangeHash, Document, DocumentError};
use samsyn_engine::id::RecordId;
use samsyn_engine::identity::{DeviceId, Role, WorkspaceId};
use samsyn_engine::sync::compare::Holding;
use samsyn_engine::sync::{Cursor, Epoch, ErasurePlace, RollingHash};

pub(crate) use bare::Changes;
pub(crate) use damage::mend;
pub use damage::{Damage, DamagedRecord};
pub use sqlite::{SqliteLog, care, restoring};
pub(crate) use sqlite::{bind_actors, bump_epoch};

/// What a log says of its workspace.
#[derive(Clone, PartialEq, Eq)]
pub struct Meta {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// What people call it.
    pub name: String,
    /// The hash of the secret that lets devices in; none where the workspace has members instead.
    pub secret_hash: Option<[u8; 32]>,
    /// The log's life.
    pub epoch: Epoch,
    /// When it was made, in seconds since 1970-01-01 UTC.
    pub created_at: i64,
}

impl fmt::Debug for Meta {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Meta({})", self.workspace)
    }
}

/// A change in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The record it belongs to.
    pub record: RecordId,
    /// Its name.
    pub hash: ChangeHash,
    /// The change chunk, uncompressed.
    pub bytes: Vec<u8>,
}

/// A change for the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEntry {
    /// The change.
    pub entry: Entry,
    /// What it builds on.
    pub dependencies: Vec<ChangeHash>,
    /// The device that pushed it.
    pub device: DeviceId,
    /// The name of its record's kind.
    pub kind: String,
}

/// A document's snapshot, with all entries of its record up to the end of the append that it comes with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// The record.
    pub record: RecordId,
    /// The name of its kind.
    pub kind: String,
    /// The saved document, as [`Document::save_plain`] writes it: to be sent as it is.
    pub bytes: Vec<u8>,
    /// Its heads.
    pub heads: Vec<ChangeHash>,
    /// Whether it is a heavy document's ([`HEAVY`]). Then none of its record's entries is bare any more.
    pub is_heavy: bool,
}

impl Snapshot {
    /// A document's.
    pub fn of(document: &Document) -> Snapshot {
        Snapshot {
            is_heavy: document.size() > HEAVY,
            record: document.id(),
            kind: document.kind_name().unwrap_or_default(),
            bytes: document.save_plain(),
            heads: document.heads(),
        }
    }
}

/// What goes into the log at once, or not at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Append {
    /// The end of the log that the writer knows: the log must end just there.
    pub after: Cursor,
    /// The changes, in causal order.
    pub entries: Vec<NewEntry>,
    /// Snapshots to keep from now on.
    pub snapshots: Vec<Snapshot>,
    /// Actors that were not bound to a device yet, and the device of each from now on.
    pub actors: Vec<(ActorId, DeviceId)>,
    /// The relay's clock, in seconds since 1970-01-01 UTC.
    pub received_at: i64,
}

/// What is kept in a more compact form from now on: all of it or nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fold {
    /// The end of the log. The snapshots hold all entries of their records up to here.
    pub at: u64,
    /// Snapshots to keep from now on.
    pub snapshots: Vec<Snapshot>,
    /// Records that folding leaves alone until they change: heavy ones, and those whose documents do not load.
    pub resting: Vec<RecordId>,
    /// In rising order, the positions of entries that their records' snapshots, these ones among them, can make anew.
    pub bare: Vec<u64>,
    /// All entries up to here were looked at for that.
    pub looked_at: u64,
}

/// What a log keeps of a record's document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StoredDocument {
    /// The last snapshot; empty where there is none.
    pub snapshot: Vec<u8>,
    /// The changes since, in the log's order.
    pub tail: Vec<Vec<u8>>,
}

impl StoredDocument {
    /// How many bytes of it the log keeps.
    pub(crate) fn bytes(&self) -> usize {
        self.snapshot.len() + self.tail.iter().map(Vec::len).sum::<usize>()
    }

    /// How many operations it has, as far as its columns tell: nothing is loaded.
    pub(crate) fn operations(&self) -> usize {
        let snapshot = match self.snapshot.is_empty() {
            true => Some(0),
            false => gate::operations_in_document(&self.snapshot),
        };
        // What cannot be read does not load either.
        let changes = self.tail.iter().filter_map(|bytes| gate::operations_in(bytes));
        changes.fold(snapshot.unwrap_or_default(), usize::saturating_add)
    }

    /// Whether it is heavy ([`HEAVY`]).
    pub(crate) fn is_heavy(&self) -> bool {
        self.operations() > HEAVY
    }

    /// The document. A heavy one waits until no other is being loaded in the whole relay: that takes a hundred MB of memory for a moment.
    ///
    /// # Errors
    /// Where it is damaged.
    pub(crate) fn load(&self, record: RecordId) -> std::result::Result<Document, DocumentError> {
        static HEAVY_ONES: Mutex<()> = Mutex::new(());
        let _turn = self.is_heavy().then(|| HEAVY_ONES.lock().unwrap_or_else(PoisonError::into_inner));
        Document::load(record, &self.snapshot, &self.tail)
    }
}

/// Where a change stands in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Its position.
    pub position: u64,
    /// The record it belongs to.
    pub record: RecordId,
}

/// To take a record out of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Erase {
    /// The record.
    pub record: RecordId,
    /// The device that asked for it; none where it was asked for on the relay itself.
    pub by: Option<DeviceId>,
    /// The relay's clock, in seconds since 1970-01-01 UTC.
    pub at: i64,
}

/// A record that was erased: all that is left of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Erased {
    /// Which erasure of the log it was, from 1 on.
    pub number: u64,
    /// The record.
    pub record: RecordId,
    /// When, in seconds since 1970-01-01 UTC by the relay's clock.
    pub at: i64,
}

/// Which part of the log to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// The position behind which to begin.
    pub after: u64,
    /// The last position to read.
    pub up_to: u64,
    /// To stop with the entry that brings the bytes of the changes to so many.
    pub bytes: usize,
    /// To stop after so many entries.
    pub entries: usize,
}

/// A stretch of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    /// The position in front of its first entry.
    pub after: u64,
    /// Its entries.
    pub entries: Vec<Entry>,
    /// The place behind the last; without a meaning where there are none.
    pub end: Cursor,
}

impl Stretch {
    /// The stretch, where each entry's bytes are those of its name: whoever is sent others can go no further in the log.
    ///
    /// # Errors
    /// [`LogError::Damaged`] where one has others.
    pub(crate) fn checked(self) -> Result<Stretch> {
        match self.entries.iter().find(|entry| !gate::is_change(&entry.bytes, &entry.hash)) {
            Some(entry) => Err(LogError::Damaged(Damage::of(entry.record))),
            None => Ok(self),
        }
    }
}

/// Which records somebody may read, by their kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadScope(Option<&'static [&'static str]>);

impl ReadScope {
    /// All of them.
    pub const ALL: ReadScope = ReadScope(None);

    /// What a role may read.
    pub fn of(role: Role) -> ReadScope {
        ReadScope(role.readable())
    }

    /// Whether that is everything.
    pub fn is_all(self) -> bool {
        self.0.is_none()
    }

    /// Whether records of that kind are among them.
    pub fn sees(self, kind: &str) -> bool {
        self.0.is_none_or(|kinds| kinds.contains(&kind))
    }

    /// The kinds, where those are not all.
    pub fn kinds(self) -> Option<&'static [&'static str]> {
        self.0
    }
}

/// From which record on, and below which; none is the beginning, or the end.
pub type Span = (Option<RecordId>, Option<RecordId>);

/// A record by where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Which.
    pub record: RecordId,
    /// Where its last change stands.
    pub last: u64,
}

/// Why a log could not do what it was asked to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LogError {
    /// There is no log.
    #[error("there is no workspace at {0}")]
    NotThere(PathBuf),
    /// The file is something else.
    #[error(
        "{0} is not a log of a Samsyn relay: it is left as it was; move it out of the data folder, or put the right file in its place"
    )]
    NotALog(PathBuf),
    /// The file is of a newer version.
    #[error(
        "{path} was written by a newer Samsyn relay (format {found}, this one knows up to {known}): install the newer one"
    )]
    Newer {
        /// Which file.
        path: PathBuf,
        /// Its format.
        found: i64,
        /// The newest format that this version knows.
        known: i64,
    },
    /// The file or its folder cannot be used.
    #[error("{path} cannot be used ({reason}): check that it is there and that this account may write to it")]
    Unusable {
        /// Which file.
        path: PathBuf,
        /// Why, in the operating system's words.
        reason: String,
    },
    /// The file and the write-ahead log beside it do not go together.
    #[error(
        "{log} and the {write_ahead} beside it do not go together, or one of them is damaged ({reason}): nothing was changed; if {log} was put there from a copy, move {write_ahead} away, otherwise put a backup back with `samsyn-relay restore --replace`"
    )]
    NotTogether {
        /// The file.
        log: PathBuf,
        /// What lies beside it.
        write_ahead: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The disk is full.
    #[error("the disk is full: nothing was changed; make room and try again")]
    Full,
    /// The log ends elsewhere than the writer thought.
    #[error("the log was written to by somebody else")]
    Moved,
    /// The append has changes of a record that was erased.
    #[error("record {0} was erased: nothing of it is taken any more")]
    Erased(RecordId),
    /// Some of what stands in the log is not as it was written.
    #[error(
        "{0}; whoever has what is lost brings it with the next sync, those who had pushed it first of all"
    )]
    Damaged(Damage),
    /// What stands in the log cannot be right, or the database refused.
    #[error("the log is damaged or cannot be read or written: {0}")]
    Database(String),
}

impl LogError {
    /// SQLite's complaint in our own terms.
    pub(crate) fn from_sqlite(error: rusqlite::Error) -> LogError {
        sqlite::failed(error)
    }
}

/// A result of the log.
pub type Result<T> = std::result::Result<T, LogError>;

/// The log of one workspace. Every method may wait for a disk.
///
/// Several of them may be open on the same log, in one process or in many. What one writes the others read.
pub trait Log: Send + Sync + fmt::Debug {
    /// What it says of its workspace.
    ///
    /// # Errors
    /// Where it cannot be read.
    fn meta(&self) -> Result<Meta>;

    /// The end of the log.
    ///
    /// # Errors
    /// Where it cannot be read.
    fn head(&self) -> Result<Cursor>;

    /// The rolling hash at a position; none where the log does not reach so far.
    ///
    /// # Errors
    /// Where it cannot be read.
    fn rolling_at(&self, position: u64) -> Result<Option<RollingHash>>;

    /// A stretch of the log. At least one entry, if there is one in the range.
    ///
    /// # Errors
    /// Where it cannot be read, or has a gap.
    fn read(&self, range: Range) -> Result<Stretch>;

    /// Where a change stands, if it is in the log.
    ///
    /// # Errors
    /// Where it cannot be read.
    fn find(&self, change: &ChangeHash) -> Result<Option<Place>>;

    /// What is kept of a record's document, as it was with the log's first `as_of` entries; empty where nothing is.
    ///
    /// # Errors
    /// Where it cannot be read.
    fn document(&self, record: RecordId, as_of: u64) -> Result<StoredDocument>;

    /// A record's changes among the log's first `as_of` entries, each as it was logged: what is left where its document
    /// does not load.
    ///
    /// # Errors
    /// Where they cannot be read.
    fn changes(&self, record: RecordId, as_of: u64) -> Result<Vec<Vec<u8>>>;

    /// The first `most` records of a span in the order of their ids, each with the heads that
    /// it had with the log's first `as_of` entries. Of those that are in scope.
    ///
    /// # Errors
    /// Where they cannot be read.
    fn holdings(&self, span: Span, as_of: u64, most: usize, scope: ReadScope) -> Result<Vec<Holding>>;

    /// The next `most` records in scope whose last change stands before `below`, what changed last first.
    ///
    /// # Errors
    /// Where they cannot be read.
    fn newest(&self, below: u64, most: usize, scope: ReadScope) -> Result<Vec<Standing>>;

    /// The next `most` records, in the order of their ids and behind `after`, that have changes both up to and behind
    /// position `as_of`. Of those that are in scope.
    ///
    /// # Errors
    /// Where they cannot be read.
    fn changed_since(
        &self,
        as_of: u64,
        after: Option<RecordId>,
        most: usize,
        scope: ReadScope,
    ) -> Result<Vec<RecordId>>;

    /// How many records in scope there are whose last change stands before `below`.
    ///
    /// # Errors
    /// Where they cannot be read.
    fn count(&self, below: u64, scope: ReadScope) -> Result<u64>;

    /// The kinds of some records, in their order; empty for one that is not there.
    ///
    /// # Errors
    /// Where they cannot be read.
    fn kinds(&self, records: &[RecordId]) -> Result<Vec<String>>;

    /// The device that an actor is bound to, if it is to one.
    ///
    /// # Errors
    /// Where it cannot be read.
    fn owner(&self, actor: &ActorId) -> Result<Option<DeviceId>>;

    /// Takes a record out: its entries, its snapshot, and all that is known of it, so that nothing of it can be read here or
    /// found in what the log is stored in. Only its name stays, among what was erased. Who did it stands in the history that
    /// [`Members`](crate::members::Members) tells. Says whether that was to be done: not where it was erased before.
    ///
    /// The entries behind it move up, so that positions have no gaps, and the rolling hash is made anew: it is another log
    /// from then on, with a new epoch, also where nothing of the record was in it. Whoever has the old one open has to open
    /// it anew ([`Log::is_current`]), and can neither append to it nor fold it.
    ///
    /// What was erased stays so where the log is put back from a backup of before: it is erased again, under the same
    /// numbers, before the log is open. So the names of what was erased are also kept where no backup of the log has them.
    ///
    /// # Errors
    /// Where it cannot be read or written. What is erased then is none of it, or it will be when the log is next opened.
    fn erase(&self, erase: &Erase) -> Result<bool>;

    /// Whether a record was erased: nothing of it is taken any more.
    ///
    /// # Errors
    /// Where it cannot be read.
    fn is_erased(&self, record: RecordId) -> Result<bool>;

    /// What was erased behind the erasure of that number, the first `most`, in that order.
    ///
    /// # Errors
    /// Where it cannot be read.
    fn erased_after(&self, number: u64, most: usize) -> Result<Vec<Erased>>;

    /// The place behind the erasure of that number, the beginning at 0; none where there are not so many. It can be checked: a log that
    /// is put back, with what was erased since, has the same ones.
    ///
    /// # Errors
    /// Where it cannot be read.
    fn erasures_at(&self, number: u64) -> Result<Option<ErasurePlace>>;

    /// The last `most` erasures, the last first.
    ///
    /// # Errors
    /// Where they cannot be read.
    fn last_erased(&self, most: usize) -> Result<Vec<Erased>>;

    /// Notes that nothing is left on a device of what was erased up to that number. What it said before of a higher one
    /// stands, and of numbers that no erasure has nothing is noted. It counts as long as that number stands for the same erasures.
    ///
    /// # Errors
    /// Where it cannot be stored.
    fn confirm(&self, device: DeviceId, up_to: u64) -> Result<()>;

    /// Up to which erasure nothing is left on each of these devices, in their order; 0 for one that never said so.
    ///
    /// # Errors
    /// Where it cannot be read.
    fn confirmed(&self, devices: &[DeviceId]) -> Result<Vec<u64>>;

    /// Whether this is still the log that was opened. It is not once something was erased: then it has to be opened anew.
    ///
    /// # Errors
    /// Where it cannot be read.
    fn is_current(&self) -> Result<bool>;

    /// The key by which the places of this log are sealed for those who may not see all of it.
    ///
    /// # Errors
    /// Where it cannot be read.
    fn seal(&self) -> Result<[u8; 32]>;

    /// Adds changes at the end: all or none, durable when this returns. Answers with the new end.
    ///
    /// # Errors
    /// [`LogError::Moved`] where the log does not end where the writer thought; [`LogError::Erased`] where a record was
    /// erased; otherwise where it cannot be written.
    fn append(&self, append: &Append) -> Result<Cursor>;

    /// The first `most` records with changes behind their snapshots whose last change stands at `up_to` or before it,
    /// those that have rested longest first.
    ///
    /// # Errors
    /// Where they cannot be read.
    fn unfolded(&self, up_to: u64, most: usize) -> Result<Vec<RecordId>>;

    /// Up to which position the entries were looked at for what can be bare.
    ///
    /// # Errors
    /// Where it cannot be read.
    fn looked_at(&self) -> Result<u64>;

    /// Keeps history in a more compact form. Nothing that is read afterwards is another.
    ///
    /// # Errors
    /// [`LogError::Moved`] where the log does not end where the folder thought; otherwise where it cannot be written.
    fn fold(&self, fold: &Fold) -> Result<()>;

    /// Looks whether the next `most` entries behind a position are as they were written. Answers the position of the last that it looked at;
    /// none where there are no more.
    ///
    /// # Errors
    /// [`LogError::Damaged`] where one is not; otherwise where it cannot be read.
    fn look_at(&self, after: u64, most: usize) -> Result<Option<u64>>;

    /// Writes anew what is left of records that are not as they were written, and notes what is lost of them as missing until somebody
    /// pushes it again. Answers what was damaged. Where something was, it is another log from then on, as after an erasure.
    ///
    /// # Errors
    /// Where the file itself cannot be read or written. Then nothing was changed.
    fn mend(&self) -> Result<Damage>;

    /// Puts the files in order before the log is closed, so that the next start has nothing to recover.
    ///
    /// # Errors
    /// Where it cannot be written. Nothing is lost by that.
    fn tidy(&self) -> Result<()>;
}
