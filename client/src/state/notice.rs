//! What a session has to tell the person, each thing once.

use std::path::PathBuf;
use std::sync::Arc;

use samsyn_engine::document::Difference;
use samsyn_engine::id::RecordId;
use samsyn_engine::identity::DeviceId;
use samsyn_engine::replica::{Input, ReplicaError};
use samsyn_engine::schema::{FieldPath, Value};

use super::backend::{HistoryStep, RecordView};

/// How much a notice matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoticeLevel {
    /// For information.
    Info,
    /// Something was not done.
    Problem,
}

/// Something to tell the person once.
#[derive(Debug, Clone)]
pub enum Notice {
    /// Something was not done, and why.
    Failed(Arc<ReplicaError>),
    /// What somebody entered was not done. What they typed is kept.
    NotEntered(Box<Input>, Arc<ReplicaError>),
    /// Taking back left fields alone that others have written since.
    Kept(RecordId, Vec<FieldPath>),
    /// Somebody else has changed what is looked at.
    Overwritten(Box<Overwritten>),
    /// What could not be written for a while can be again.
    Writable,
    /// Records were damaged here and are whole again, but for so many changes that nobody has any more.
    Mended {
        /// How many.
        records: usize,
        /// So many changes to them are lost.
        lost: usize,
    },
    /// A log that was not the file's own lay beside it: it has this name now.
    SetAside(PathBuf),
}

/// What somebody else has changed of a record that is looked at: what was seen before, and what is seen now.
#[derive(Debug, Clone, PartialEq)]
pub struct Overwritten {
    /// The record.
    pub record: RecordId,
    /// Who, by their device; none where the document came from elsewhere.
    pub by: Option<DeviceId>,
    /// What is different.
    pub differences: Vec<Difference>,
}

impl Notice {
    /// How grave it is.
    pub fn severity(&self) -> NoticeLevel {
        match self {
            Notice::Failed(_) | Notice::NotEntered(..) => NoticeLevel::Problem,
            Notice::Mended { lost, .. } if *lost > 0 => NoticeLevel::Problem,
            Notice::Mended { .. }
            | Notice::Kept(..)
            | Notice::Overwritten(_)
            | Notice::SetAside(_)
            | Notice::Writable => NoticeLevel::Info,
        }
    }
}

/// What others have changed between two readings of a record, each of them once, in the order of their last changes.
///
/// It is what was there and is another thing now, or gone: what they add stands there to be seen.
pub(super) fn overwritten(before: &RecordView, after: &RecordView, here: DeviceId) -> Vec<Overwritten> {
    let known = |step: &&HistoryStep| {
        before.history.iter().all(|other| other.entry.stamp.change != step.entry.stamp.change)
    };
    let news: Vec<&HistoryStep> = after.history.iter().filter(known).collect();
    let mut told: Vec<Overwritten> = Vec::new();
    for difference in samsyn_engine::document::differences(&before.record, &after.record) {
        let last =
            news.iter().rev().find(|step| step.differences.iter().any(|one| is_about(one, &difference)));
        let Some(by) = last.map(|step| step.entry.stamp.device) else { continue };
        if by == Some(here) || !takes_something(&difference) {
            continue;
        }
        match told.iter_mut().find(|told| told.by == by) {
            Some(told) => told.differences.push(difference),
            None => {
                told.push(Overwritten { record: after.record.id, by, differences: vec![difference] });
            }
        }
    }
    told
}

/// Whether two differences are about the same thing.
fn is_about(one: &Difference, other: &Difference) -> bool {
    match (one.path(), other.path()) {
        (None, None) => std::mem::discriminant(one) == std::mem::discriminant(other),
        (one, other) => one == other,
    }
}

/// Whether something that was seen is not there any more, or is something else.
fn takes_something(difference: &Difference) -> bool {
    match difference {
        Difference::Field { before, .. } => !matches!(before, Value::Empty | Value::Counter(0)),
        Difference::RowRemoved { row, .. } => !row.cells.is_empty(),
        Difference::Removed | Difference::Restored => true,
        Difference::Created | Difference::RowAdded { .. } | Difference::RowMoved { .. } => false,
    }
}

impl Overwritten {
    /// Takes up what the same person changed a moment later: what was seen at first, and what is seen now.
    pub(crate) fn follow(&mut self, next: Overwritten) {
        for difference in next.differences {
            let place = self.differences.iter().position(|known| is_about(known, &difference));
            match (place, difference) {
                (Some(place), Difference::Field { path, after, .. }) => {
                    if let Difference::Field { before, .. } = &self.differences[place] {
                        let before = before.clone();
                        self.differences[place] = Difference::Field { path, before, after };
                    }
                }
                (Some(place), other) => self.differences[place] = other,
                (None, other) => self.differences.push(other),
            }
        }
        let says_nothing =
            |known: &Difference| matches!(known, Difference::Field { before, after, .. } if before == after);
        self.differences.retain(|known| !says_nothing(known));
    }
}
