//! What a merge did, for a person to look at and decide.
//!
//! Merged state is live at once; review comes after, and its queue never expires. The questions, in this order: what
//! contradicts? what changed since I last looked? who did it, where and when? is it right?
//!
//! ```text
//!  Store::unreviewed ─▶ queue (cheap: no documents) ─▶ one record opened ─▶ ReviewItem
//!                                                          differences since the reviewed heads,
//!                                                          who wrote each, and all field conflicts
//!
//!  rows ─▶ findings: what merged cleanly and is still wrong (see there)
//! ```

mod findings;

pub use findings::{Finding, NOTICE, Problem, QuickFix, Severity, Stand};

use crate::document::{Difference, FieldConflict, Heads, Stamp};
use crate::id::RecordId;
use crate::replica::{Replica, ReplicaError};
use crate::schema::FieldPath;
use crate::store::{RowView, Unreviewed};

/// A record that awaits review, as the queue shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct QueueEntry {
    /// What awaits.
    pub state: Unreviewed,
    /// The record as lists show it.
    pub row: RowView,
}

/// All that changed in a record since it was reviewed.
#[derive(Debug, Clone, PartialEq)]
pub struct ReviewItem {
    /// The record.
    pub record: RecordId,
    /// Its heads now: what marking it as reviewed will cover, and no more.
    pub heads: Heads,
    /// What is different since it was reviewed.
    pub changes: Vec<ReviewChange>,
    /// What contradicts.
    pub conflicts: Vec<FieldConflict>,
}

/// One difference and who made it.
#[derive(Debug, Clone, PartialEq)]
pub struct ReviewChange {
    /// What is different.
    pub difference: Difference,
    /// Who wrote there since the record was reviewed, one entry a device, the latest last.
    pub writers: Vec<Stamp>,
    /// The reasons they gave.
    pub reasons: Vec<String>,
}

impl Replica {
    /// What awaits review: contradictions first, then the latest changes first. Members' own records are not in it.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn review_queue(&self) -> Result<Vec<QueueEntry>, ReplicaError> {
        let states = self.store().unreviewed()?;
        let ids: Vec<RecordId> = states.iter().map(|state| state.record).collect();
        let rows = self.store().rows(&ids)?;
        let known = |row: &RowView| crate::schema::kind(&row.kind).is_none_or(|kind| !kind.internal);
        let entries =
            states.into_iter().zip(rows).filter_map(|(state, row)| Some(QueueEntry { state, row: row? }));
        Ok(entries.filter(|entry| known(&entry.row)).collect())
    }

    /// All that changed in a record since it was reviewed, and what contradicts in it.
    ///
    /// # Errors
    /// Where there is no such record, or the file cannot be read.
    pub fn review(&self, id: RecordId) -> Result<ReviewItem, ReplicaError> {
        let document = self.document(id)?;
        let since = self.store().reviewed(id)?;
        let heads = document.heads();
        let writers = document.writers_since(&since);
        let history = document.history_since(&since);
        let changes = document.differences_between(&since, &heads).into_iter().map(|difference| {
            let stamps = stamps_of(&writers, &difference);
            let stamps = if stamps.is_empty() {
                history.iter().map(|entry| entry.stamp.clone()).collect()
            } else {
                stamps
            };
            let reason = |stamp: &Stamp| {
                history
                    .iter()
                    .find(|entry| entry.stamp.change == stamp.change)
                    .and_then(|entry| entry.why.clone())
            };
            ReviewChange {
                reasons: stamps.iter().filter_map(reason).collect(),
                writers: latest(stamps),
                difference,
            }
        });
        Ok(ReviewItem { record: id, changes: changes.collect(), conflicts: document.conflicts(), heads })
    }
}

/// Who wrote what a difference shows: for a row that came or went, whoever touched it or anything in it.
fn stamps_of(
    writers: &std::collections::BTreeMap<FieldPath, Vec<Stamp>>,
    difference: &Difference,
) -> Vec<Stamp> {
    let Some(path) = difference.path() else { return Vec::new() };
    match &path {
        FieldPath::Row(..) => {
            let inside =
                writers.iter().filter(|(other, _)| other.root() == path.root() && other.row() == path.row());
            inside.flat_map(|(_, stamps)| stamps.clone()).collect()
        }
        _ => writers.get(&path).cloned().unwrap_or_default(),
    }
}

/// One stamp a device, the latest, in the order of time.
fn latest(mut stamps: Vec<Stamp>) -> Vec<Stamp> {
    stamps.sort_by_key(|stamp| stamp.time);
    let mut kept: Vec<Stamp> = Vec::new();
    for stamp in stamps {
        kept.retain(|other| other.device != stamp.device);
        kept.push(stamp);
    }
    kept
}
