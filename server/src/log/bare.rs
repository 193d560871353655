//! Bare entries: those of which the record's snapshot alone holds the bytes.

use std::collections::{BTreeMap, HashMap};

use samsyn_engine::document::{ChangeHash, Document};
use samsyn_engine::id::RecordId;

use super::{Damage, Entry, LogError, Result, StoredDocument};

/// So many changes are asked for one by one; for more all are made anew at once.
const FEW: usize = 4;

impl Entry {
    /// Whether the log holds no bytes of it. A change always has some.
    pub(super) fn is_bare(&self) -> bool {
        self.bytes.is_empty()
    }
}

/// Gives bare entries their bytes again, out of the snapshots of their records.
///
/// # Errors
/// Where a snapshot cannot be read, or does not hold what it was folded from.
pub(super) fn fill(
    entries: &mut [Entry],
    mut snapshot: impl FnMut(RecordId) -> Result<Vec<u8>>,
) -> Result<()> {
    let mut wanted: BTreeMap<RecordId, Vec<&mut Entry>> = BTreeMap::new();
    for entry in entries.iter_mut().filter(|entry| entry.is_bare()) {
        wanted.entry(entry.record).or_default().push(entry);
    }
    for (record, entries) in wanted {
        let damaged = || LogError::Damaged(Damage::of(record));
        let stored = StoredDocument { snapshot: snapshot(record)?, tail: Vec::new() };
        let document = stored.load(record).map_err(|_| damaged())?;
        let mut changes = Changes::of(&document, entries.len());
        for entry in entries {
            entry.bytes = changes.take(&entry.hash).ok_or_else(damaged)?;
        }
    }
    Ok(())
}

/// The changes of a document.
pub(crate) enum Changes<'a> {
    /// Made anew one by one.
    Few(&'a Document),
    /// All made anew.
    All(HashMap<ChangeHash, Vec<u8>>),
}

impl<'a> Changes<'a> {
    /// Those of a document, of which so many will be asked for.
    pub(crate) fn of(document: &'a Document, count: usize) -> Changes<'a> {
        if count <= FEW {
            return Changes::Few(document);
        }
        let all = document.changes_since(&[]).into_iter();
        Changes::All(all.map(|change| (change.hash, change.bytes)).collect())
    }

    /// The bytes of a change, as it was logged. Each is asked for once.
    pub(crate) fn take(&mut self, hash: &ChangeHash) -> Option<Vec<u8>> {
        match self {
            Changes::Few(document) => document.change(hash).map(|change| change.bytes),
            Changes::All(all) => all.remove(hash),
        }
    }
}
