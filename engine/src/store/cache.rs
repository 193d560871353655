//! The documents that are in memory: bounded, so that opening thousands of records never costs thousands of documents.

use std::collections::{BTreeSet, HashMap};

use crate::document::Document;
use crate::id::RecordId;

/// How many documents are kept at most. A loaded document of a usual record takes about 20 KiB.
const MOST: usize = 256;

#[derive(Debug)]
struct Kept {
    revision: i64,
    used: u64,
    document: Document,
}

/// Documents by record, each with the revision of the file that it was loaded at.
#[derive(Debug, Default)]
pub(super) struct Cache {
    kept: HashMap<RecordId, Kept>,
    clock: u64,
    /// What was seen to be damaged as it was read, and is perhaps not noted in the file yet.
    damaged: BTreeSet<RecordId>,
}

impl Cache {
    /// The document, if it is here and still what the file holds.
    pub(super) fn get(&mut self, id: RecordId, revision: i64) -> Option<Document> {
        self.clock += 1;
        let kept = self.kept.get_mut(&id)?;
        if kept.revision != revision {
            self.kept.remove(&id);
            return None;
        }
        kept.used = self.clock;
        Some(kept.document.clone())
    }

    pub(super) fn put(&mut self, revision: i64, document: &Document) {
        self.clock += 1;
        if self.kept.len() >= MOST && !self.kept.contains_key(&document.id()) {
            self.drop_oldest();
        }
        let kept = Kept { revision, used: self.clock, document: document.clone() };
        self.kept.insert(document.id(), kept);
    }

    /// A document was read that is not what was written.
    pub(super) fn is_damaged(&mut self, id: RecordId) {
        self.damaged.insert(id);
    }

    pub(super) fn damaged(&self) -> BTreeSet<RecordId> {
        self.damaged.clone()
    }

    /// What was seen to be damaged is so no more.
    pub(super) fn forgive(&mut self, id: RecordId) {
        self.damaged.remove(&id);
    }

    pub(super) fn forget(&mut self, id: RecordId) {
        self.kept.remove(&id);
    }

    pub(super) fn len(&self) -> usize {
        self.kept.len()
    }

    fn drop_oldest(&mut self) {
        if let Some(oldest) = self.kept.iter().min_by_key(|(_, kept)| kept.used).map(|(id, _)| *id) {
            self.kept.remove(&oldest);
        }
    }
}
