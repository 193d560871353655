//! Taking back what was done, without taking back what others did since.

use super::writing::Writing;
use super::{Edited, Replica, ReplicaError};
use crate::schema::FieldPath;

/// What taking back did.
#[derive(Debug, Clone, PartialEq)]
pub struct Undone {
    /// What is different now. Taking this back is a redo.
    pub edited: Edited,
    /// What was left as it is, because somebody has written there since.
    pub kept: Vec<FieldPath>,
}

impl Replica {
    /// Takes back what an edit did, as new changes: see [`Document::take_back`](crate::document::Document::take_back).
    ///
    /// Where the edit chose one of several values that contradicted each other, all of them are there again. What somebody has
    /// written since is left alone and named in [`Undone::kept`]; prose, counters and sets lose only what the edit put there.
    ///
    /// # Errors
    /// Where the record is gone or the file cannot be written.
    pub fn undo(&mut self, done: &Edited) -> Result<Undone, ReplicaError> {
        let mut writing = self.writing(None)?;
        let undone = writing.take_back(done)?;
        writing.commit()?;
        Ok(undone)
    }
}

impl Writing<'_> {
    /// Takes back what an edit did, in this transaction.
    pub(super) fn take_back(&mut self, done: &Edited) -> Result<Undone, ReplicaError> {
        let mut kept = Vec::new();
        let edited = self.change(done.record, |document, writer| {
            let taken = document.take_back((&done.before, &done.heads), writer)?;
            kept = taken.kept;
            Ok(taken.changes)
        })?;
        Ok(Undone { edited, kept })
    }
}
