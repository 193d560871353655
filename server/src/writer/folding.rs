//! Folding history while nobody pushes: in small steps, so that whoever comes waits for one of them at most.
//!
//! ```text
//!  records that have rested a while ──▶ a snapshot of each ─────────────────────┐
//!  entries that hardly anybody will ask for ──▶ made anew from the snapshot,    ├──▶ Log::fold (one commit)
//!                                               are they the same to the byte?  │
//!                                               then it alone keeps them ───────┘
//! ```
//!
//! With that a record is sent whole by reading it, and what the log takes on the disk follows what people wrote, not how
//! often they saved it. Nothing is forgotten by it: every change can be read as before.

use std::collections::BTreeMap;

use samsyn_engine::document::Document;
use samsyn_engine::id::RecordId;

use super::turns::SLICE;
use crate::log::{Changes, Entry, Fold, Log, LogError, Range, Snapshot};

/// When history is folded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Folding {
    /// A record is folded once so many changes of any record stand behind its last. Whoever is writing it now will
    /// change it again.
    pub rest: u64,
    /// The bytes of so many entries at the end of the log are kept: whoever was away for some time asks for these.
    pub kept: u64,
    /// So many records are folded in one step.
    pub records: usize,
    /// So many entries are looked at in one step.
    pub entries: usize,
}

impl Folding {
    /// Whether there is something to fold is looked at once so many changes have come since that was last looked at: one who
    /// writes alone would wait for it with every change.
    pub(super) fn looks_after(&self) -> u64 {
        self.rest / 4
    }

    /// All records, however lately they were changed.
    pub(crate) fn everything() -> Folding {
        Folding { rest: 0, ..Folding::default() }
    }
}

impl Default for Folding {
    fn default() -> Self {
        Folding { rest: 64, kept: 4_096, records: 32, entries: 256 }
    }
}

/// In one step no more bytes of entries are looked at than these, and one entry.
const BYTES: usize = 1024 * 1024;

impl Folding {
    /// Folds some of what can be folded in a log that ends at `end`. Says whether there was anything.
    ///
    /// # Errors
    /// Where the log cannot be read or written. Then nothing was changed.
    pub(super) fn step(&self, log: &dyn Log, end: u64) -> Result<bool, LogError> {
        let looked_at = log.looked_at()?;
        let rested = log.unfolded(end.saturating_sub(self.rest), self.records)?;
        let mut fold = Fold { at: end, looked_at, ..Fold::default() };
        if rested.is_empty() {
            self.make_bare(log, &mut fold)?;
        } else {
            let mut operations = 0;
            for record in rested {
                operations += folded(log, record, &mut fold)?.map_or(0, |document| document.size());
                // Whoever comes waits for one step: the others have the next.
                if operations > SLICE {
                    break;
                }
            }
        }
        if fold == (Fold { at: end, looked_at, ..Fold::default() }) {
            return Ok(false);
        }
        log.fold(&fold)?;
        Ok(true)
    }

    /// Folds all that can be folded, also while others write to the log. Answers in how many steps.
    ///
    /// # Errors
    /// Where the log cannot be read or written. What was folded before stays so.
    pub(crate) fn all(&self, log: &dyn Log) -> Result<usize, LogError> {
        let mut steps = 0;
        loop {
            match self.step(log, log.head()?.position) {
                Ok(true) => steps += 1,
                Ok(false) => return Ok(steps),
                // Somebody was faster: what was looked at is not the end any more.
                Err(LogError::Moved) => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Looks at the next old entries.
    fn make_bare(&self, log: &dyn Log, fold: &mut Fold) -> Result<(), LogError> {
        let up_to = fold.at.saturating_sub(self.kept);
        if fold.looked_at >= up_to {
            return Ok(());
        }
        let range = Range { after: fold.looked_at, up_to, bytes: BYTES, entries: self.entries };
        let stretch = log.read(range)?;
        let mut records: BTreeMap<RecordId, Vec<(u64, Entry)>> = BTreeMap::new();
        for (position, entry) in (stretch.after + 1..).zip(stretch.entries) {
            records.entry(entry.record).or_default().push((position, entry));
            fold.looked_at = position;
        }
        for (record, entries) in records {
            let Some(document) = folded(log, record, fold)? else { continue };
            let mut changes = Changes::of(&document, entries.len());
            let bare =
                entries.iter().filter(|(_, entry)| changes.take(&entry.hash).as_ref() == Some(&entry.bytes));
            fold.bare.extend(bare.map(|(position, _)| *position));
        }
        fold.bare.sort_unstable();
        Ok(())
    }
}

/// The document that a record's snapshot holds; a new snapshot where changes have come since the last. None where it is
/// damaged, or heavy.
fn folded(log: &dyn Log, record: RecordId, fold: &mut Fold) -> Result<Option<Document>, LogError> {
    let stored = log.document(record, u64::MAX)?;
    if stored.is_heavy() {
        fold.resting.push(record);
        return Ok(None);
    }
    match stored.load(record) {
        Ok(document) => {
            if stored.snapshot.is_empty() || !stored.tail.is_empty() {
                fold.snapshots.push(Snapshot::of(&document));
            }
            Ok(Some(document))
        }
        Err(error) => {
            tracing::error!(%error, "a document in the log is damaged: its history is not folded");
            fold.resting.push(record);
            Ok(None)
        }
    }
}
