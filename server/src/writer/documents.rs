//! The documents that new changes are checked against: the latest ones in memory, the others loaded from the log.
//!
//! A document is taken out while a group of pushes is checked against it and put back once the group is durable; if
//! that fails it is simply gone, and with it everything that is not in the log.

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

    /// A loaded document takes a multiple of its changes in memory (measured: about 20 KiB for 2 KiB of changes), and one that has
    /// grown about a hundred bytes for each operation.
    fn weight(&self) -> usize {
        4 * 1024 + (8 * self.stored).max(100 * self.document.size())
    }
}

/// The documents that changed with a group of pushes.
#[derive(Debug, Default)]
pub(super) struct Opened(pub(super) Vec<Open>);

impl Opened {
    /// Snapshots of those whose tail became long.
    pub(super) fn snapshots(&self) -> Vec<Snapshot> {
        let long = self.0.iter().filter(|open| open.tail.is_long());
        long.map(|open| Snapshot::of(&open.document)).collect()
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
    /// Those that were looked at before the group that needs them was checked.
    fetched: HashMap<RecordId, Open>,
    weight: usize,
    most_bytes: usize,
    clock: u64,
}

impl Documents {
    /// None in memory yet, and about so many bytes of it for them.
    pub(super) fn new(log: Arc<dyn Log>, most_bytes: usize) -> Self {
        Documents { log, kept: HashMap::new(), fetched: HashMap::new(), weight: 0, most_bytes, clock: 0 }
    }

    /// Takes a document out, as it is in the log; one without changes for a record that the log does not know.
    ///
    /// # Errors
    /// Outside where the log cannot be read; inside where what it holds does not load.
    pub(super) fn open(&mut self, record: RecordId) -> Result<Result<Open, DocumentError>, LogError> {
        match self.known(record) {
            Some(open) => Ok(Ok(open)),
            None => Ok(opened(record, &self.log.document(record, u64::MAX)?)),
        }
    }

    /// Takes a document out that is in memory.
    fn known(&mut self, record: RecordId) -> Option<Open> {
        if let Some(kept) = self.kept.remove(&record) {
            self.weight -= kept.open.weight();
            return Some(kept.open);
        }
        self.fetched.remove(&record)
    }

    /// Whether a document is heavy. One that is not will be there when it is opened.
    ///
    /// # Errors
    /// Where the log cannot be read.
    pub(super) fn is_heavy(&mut self, record: RecordId) -> Result<bool, LogError> {
        if self.kept.contains_key(&record) || self.fetched.contains_key(&record) {
            return Ok(false);
        }
        let stored = self.log.document(record, u64::MAX)?;
        if stored.is_heavy() {
            return Ok(true);
        }
        // What is damaged is said when it is opened.
        self.fetched.extend(opened(record, &stored).ok().map(|open| (record, open)));
        Ok(false)
    }

    /// Forgets a document: others work on it now.
    pub(super) fn forget(&mut self, record: RecordId) {
        self.known(record);
    }

    /// Puts documents back, as the log has them now.
    pub(super) fn keep(&mut self, opened: Opened) {
        self.fetched.clear();
        for mut open in opened.0 {
            if open.tail.is_long() {
                open.tail = Tail::default();
            }
            self.clock += 1;
            self.weight += open.weight();
            self.kept.insert(open.document.id(), Kept { open, used: self.clock });
        }
        while self.kept.len() > MOST || self.weight > self.most_bytes {
            let oldest = self.kept.iter().min_by_key(|(_, kept)| kept.used).map(|(id, _)| *id);
            let Some(kept) = oldest.and_then(|id| self.kept.remove(&id)) else { break };
            self.weight -= kept.open.weight();
        }
    }

    /// Forgets all of them.
    pub(super) fn clear(&mut self) {
        self.kept.clear();
        self.fetched.clear();
        self.weight = 0;
    }
}

/// A document from what the log keeps of it.
fn opened(record: RecordId, stored: &StoredDocument) -> Result<Open, DocumentError> {
    if stored.snapshot.is_empty() && stored.tail.is_empty() {
        return Ok(Open { document: Document::empty(record), tail: Tail::default(), stored: 0 });
    }
    let size = stored.snapshot.len() + stored.tail.iter().map(Vec::len).sum::<usize>();
    let operations = stored.tail.iter().filter_map(|bytes| gate::operations_in(bytes)).sum();
    let tail = Tail { changes: stored.tail.len(), operations };
    Ok(Open { document: stored.load(record)?, tail, stored: size })
}
