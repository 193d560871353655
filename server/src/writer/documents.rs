//! The documents that new changes are checked against: the latest ones in memory, the others loaded from the log.
//!
//! A document is taken out while a group of pushes is checked against it and put back once the group is durable; if
//! that fails it is simply gone, and with it everything that is not in the log.
//!
//! What is in memory is bounded by weight, also where one push changes very many records: documents are taken out only as long as
//! there is room for them, checked, and closed again before the next ones are.

use std::collections::HashMap;
use std::sync::Arc;

use samsyn_engine::document::gate::{self, HEAVY};
use samsyn_engine::document::{Document, DocumentError};
use samsyn_engine::id::RecordId;

use crate::log::{Log, LogError, Snapshot, StoredDocument};

/// A record's snapshot is made anew once so many changes have come since the last: loading stays quick, and a
/// document that everybody writes is not rewritten at every change.
pub(super) const LONGEST_TAIL: usize = 64;

/// How many documents are kept in memory.
const MOST: usize = 1_024;

/// Snapshots of documents that had to be closed before their group was checked are held until they come to so many bytes.
const SNAPSHOTS: usize = 8 * 1024 * 1024;

/// What was read from the log to see what it weighs is held until it is opened, up to so many bytes.
const FETCHED: usize = 8 * 1024 * 1024;

/// A document that a group of pushes is checked against.
#[derive(Debug)]
pub(super) struct Open {
    /// The document.
    pub(super) document: Document,
    /// What came since its snapshot.
    tail: Tail,
    /// How many bytes the log keeps of it, about.
    stored: usize,
}

/// Changes behind a snapshot.
#[derive(Debug, Clone, Copy, Default)]
struct Tail {
    changes: usize,
    operations: usize,
}

impl Tail {
    /// Whether they are so many that the snapshot is to be made anew.
    fn is_long(self) -> bool {
        self.changes > LONGEST_TAIL || self.operations > HEAVY
    }
}

impl Open {
    /// These changes are in the document now.
    pub(super) fn grown_by<'a>(&mut self, changes: impl Iterator<Item = &'a [u8]>) {
        for bytes in changes {
            self.tail.changes += 1;
            self.tail.operations += gate::operations_in(bytes).unwrap_or_default();
            self.stored += bytes.len();
        }
    }

    /// Whether the document is heavy ([`HEAVY`]).
    pub(super) fn is_heavy(&self) -> bool {
        self.document.size() > HEAVY
    }

    fn weight(&self) -> usize {
        weight(self.stored, self.document.size())
    }
}

/// About how much memory a document takes of which the log keeps so many bytes: a multiple of its changes (measured: about 20 KiB for
/// 2 KiB of changes), and where it has grown about a hundred bytes for each operation.
fn weight(stored: usize, operations: usize) -> usize {
    4 * 1024 + (8 * stored).max(100 * operations)
}

/// The documents that changed with a group of pushes.
#[derive(Debug, Default)]
pub(super) struct Opened {
    /// Those that are in memory still.
    pub(super) open: Vec<Open>,
    /// Snapshots of those of the others whose tail had become long.
    snapshots: Vec<Snapshot>,
}

impl Opened {
    /// Closes all that are open, so that there is room for others.
    fn close(&mut self) {
        for open in std::mem::take(&mut self.open).into_iter().filter(|open| open.tail.is_long()) {
            let held: usize = self.snapshots.iter().map(|snapshot| snapshot.bytes.len()).sum();
            // Their tails stay long: their snapshots are made the next time.
            if held > SNAPSHOTS {
                break;
            }
            self.snapshots.push(Snapshot::of(&open.document));
        }
    }

    /// Snapshots of those whose tail became long.
    pub(super) fn snapshots(&mut self) -> Vec<Snapshot> {
        let long = self.open.iter().filter(|open| open.tail.is_long());
        let long: Vec<_> = long.map(|open| Snapshot::of(&open.document)).collect();
        self.snapshots.drain(..).chain(long).collect()
    }
}

#[derive(Debug)]
struct Kept {
    open: Open,
    used: u64,
}

/// The documents of one workspace.
#[derive(Debug)]
pub(super) struct Documents {
    log: Arc<dyn Log>,
    kept: HashMap<RecordId, Kept>,
    /// What was looked at before it is opened.
    fetched: Fetched,
    /// Of those that are kept.
    weight: usize,
    /// Of those that were taken out.
    taken: usize,
    most_bytes: usize,
    clock: u64,
}

impl Documents {
    /// None in memory yet, and about so many bytes of it for them.
    pub(super) fn new(log: Arc<dyn Log>, most_bytes: usize) -> Self {
        let fetched = Fetched::default();
        Documents { log, kept: HashMap::new(), fetched, weight: 0, taken: 0, most_bytes, clock: 0 }
    }

    /// Takes a document out, as it is in the log; one without changes for a record that the log does not know.
    ///
    /// # Errors
    /// Outside where the log cannot be read; inside where what it holds does not load.
    pub(super) fn open(&mut self, record: RecordId) -> Result<Result<Open, DocumentError>, LogError> {
        let opened = match self.known(record) {
            Some(open) => Ok(open),
            None => {
                let stored = self.fetched.take(record, &*self.log)?;
                self.make_room(stored.weight());
                stored.open(record)
            }
        };
        self.taken += opened.as_ref().map_or(0, Open::weight);
        Ok(opened)
    }

    /// Whether there is room for one more document beside those that were taken out.
    ///
    /// # Errors
    /// Where the log cannot be read.
    pub(super) fn has_room_for(&mut self, record: RecordId) -> Result<bool, LogError> {
        let weight = match self.kept.get(&record) {
            Some(kept) => kept.open.weight(),
            None => self.fetched.look(record, &*self.log, Stored::weight)?,
        };
        Ok(self.taken + weight <= self.most_bytes)
    }

    /// Closes documents that were taken out and checked, so that there is room for others.
    pub(super) fn close(&mut self, opened: &mut Opened) {
        opened.close();
        self.taken = 0;
    }

    /// Takes a document out that is in memory.
    fn known(&mut self, record: RecordId) -> Option<Open> {
        let kept = self.kept.remove(&record)?;
        self.weight -= kept.open.weight();
        Some(kept.open)
    }

    /// Whether a document is heavy ([`HEAVY`]). It is not loaded to tell that.
    ///
    /// # Errors
    /// Where the log cannot be read.
    pub(super) fn is_heavy(&mut self, record: RecordId) -> Result<bool, LogError> {
        match self.kept.get(&record) {
            Some(kept) => Ok(kept.open.is_heavy()),
            None => self.fetched.look(record, &*self.log, |stored| stored.operations > HEAVY),
        }
    }

    /// Forgets a document: others work on it now.
    pub(super) fn forget(&mut self, record: RecordId) {
        self.known(record);
        self.fetched.forget(record);
    }

    /// Puts documents back, as the log has them now.
    pub(super) fn keep(&mut self, opened: Opened) {
        self.fetched = Fetched::default();
        self.taken = 0;
        for mut open in opened.open {
            if open.tail.is_long() {
                open.tail = Tail::default();
            }
            self.clock += 1;
            self.weight += open.weight();
            self.kept.insert(open.document.id(), Kept { open, used: self.clock });
        }
        self.make_room(0);
    }

    /// Forgets those that were not needed for longest, until there is room for one more of that weight.
    fn make_room(&mut self, weight: usize) {
        while self.kept.len() > MOST || self.taken + self.weight + weight > self.most_bytes {
            let oldest = self.kept.iter().min_by_key(|(_, kept)| kept.used).map(|(id, _)| *id);
            let Some(kept) = oldest.and_then(|id| self.kept.remove(&id)) else { break };
            self.weight -= kept.open.weight();
        }
    }

    /// Forgets all of them.
    pub(super) fn clear(&mut self) {
        self.kept.clear();
        self.fetched = Fetched::default();
        (self.weight, self.taken) = (0, 0);
    }
}

/// What the log keeps of a document.
#[derive(Debug)]
struct Stored {
    stored: StoredDocument,
    operations: usize,
}

impl Stored {
    fn weight(&self) -> usize {
        weight(self.stored.bytes(), self.operations)
    }

    fn open(self, record: RecordId) -> Result<Open, DocumentError> {
        let Stored { stored, .. } = self;
        if stored.snapshot.is_empty() && stored.tail.is_empty() {
            return Ok(Open { document: Document::empty(record), tail: Tail::default(), stored: 0 });
        }
        let operations = stored.tail.iter().filter_map(|bytes| gate::operations_in(bytes)).sum();
        let tail = Tail { changes: stored.tail.len(), operations };
        Ok(Open { document: stored.load(record)?, tail, stored: stored.bytes() })
    }
}

/// What was read from the log and not opened yet.
#[derive(Debug, Default)]
struct Fetched {
    stored: HashMap<RecordId, Stored>,
    bytes: usize,
}

impl Fetched {
    /// Says something of what the log keeps of a document, and holds it where there is room.
    fn look<T>(
        &mut self,
        record: RecordId,
        log: &dyn Log,
        see: impl Fn(&Stored) -> T,
    ) -> Result<T, LogError> {
        let stored = self.take(record, log)?;
        let seen = see(&stored);
        let bytes = stored.stored.bytes();
        if self.bytes + bytes <= FETCHED {
            self.bytes += bytes;
            self.stored.insert(record, stored);
        }
        Ok(seen)
    }

    /// What the log keeps of a document.
    fn take(&mut self, record: RecordId, log: &dyn Log) -> Result<Stored, LogError> {
        match self.forget(record) {
            Some(stored) => Ok(stored),
            None => {
                let stored = log.document(record, u64::MAX)?;
                Ok(Stored { operations: stored.operations(), stored })
            }
        }
    }

    fn forget(&mut self, record: RecordId) -> Option<Stored> {
        let stored = self.stored.remove(&record)?;
        self.bytes -= stored.stored.bytes();
        Some(stored)
    }
}
