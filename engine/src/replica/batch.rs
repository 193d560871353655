//! One write for many records: made, edited, removed and restored, all of them or none, as one step that has a name and can be taken back.
//!
//! ```text
//!  Batch ──apply──▶ Applied ──undo_batch──▶ UndoneBatch { applied, .. } ──undo_batch──▶ done again
//! ```
//!
//! Several writes may be to the same record: each finds what the one before has left.

use std::collections::HashSet;

use super::writing::Writing;
use super::{Edited, Replica, ReplicaError};
use crate::document::Edit;
use crate::id::RecordId;
use crate::schema::{FieldPath, NewRecord};

/// What is to be done in many records.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Batch {
    name: String,
    why: Option<String>,
    writes: Vec<Write>,
}

/// What is to be done in one record.
#[derive(Debug, Clone, PartialEq)]
enum Write {
    Create(NewRecord),
    Edit(RecordId, Vec<Edit>),
}

/// What a batch did.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Applied {
    /// What it is called, in the language of whoever did it.
    pub name: String,
    /// What it did in each of the records, each of which stands here once, in the order in which it came to them.
    pub edited: Vec<Edited>,
}

/// What taking back a batch did.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct UndoneBatch {
    /// What is different now. Taking this back does the batch again.
    pub applied: Applied,
    /// What was left as it is, because somebody has written there since.
    pub kept: Vec<(RecordId, FieldPath)>,
    /// The records that are not here any more.
    pub gone: Vec<RecordId>,
}

impl Batch {
    /// One that does nothing yet. Its name says what it is to whoever may want to take it back.
    pub fn named(name: impl Into<String>) -> Batch {
        Batch { name: name.into(), ..Batch::default() }
    }

    /// Why it is done: kept in the history of all its records.
    #[must_use]
    pub fn because(self, why: impl Into<String>) -> Batch {
        Batch { why: Some(why.into()), ..self }
    }

    /// Makes a record.
    #[must_use]
    pub fn create(self, new: NewRecord) -> Batch {
        self.and(Write::Create(new))
    }

    /// Edits a record: all of these edits as one change.
    #[must_use]
    pub fn edit(self, record: RecordId, edits: Vec<Edit>) -> Batch {
        self.and(Write::Edit(record, edits))
    }

    /// Marks a record as removed.
    #[must_use]
    pub fn remove(self, record: RecordId) -> Batch {
        self.edit(record, vec![Edit::Remove])
    }

    /// Brings a removed record back.
    #[must_use]
    pub fn restore(self, record: RecordId) -> Batch {
        self.edit(record, vec![Edit::Restore])
    }

    fn and(mut self, write: Write) -> Batch {
        self.writes.push(write);
        self
    }

    /// What it is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How many writes it holds.
    pub fn len(&self) -> usize {
        self.writes.len()
    }

    /// Whether it does nothing.
    pub fn is_empty(&self) -> bool {
        self.writes.is_empty()
    }
}

impl Extend<NewRecord> for Batch {
    fn extend<T: IntoIterator<Item = NewRecord>>(&mut self, all: T) {
        self.writes.extend(all.into_iter().map(Write::Create));
    }
}

impl Write {
    fn record(&self) -> RecordId {
        match self {
            Write::Create(new) => new.id,
            Write::Edit(record, _) => *record,
        }
    }

    fn done_in(&self, writing: &mut Writing<'_>) -> Result<Edited, ReplicaError> {
        match self {
            Write::Create(new) => writing.create(new),
            Write::Edit(record, edits) => {
                writing.change(*record, |document, writer| document.edit(edits, writer))
            }
        }
    }
}

impl Replica {
    /// Does all of a batch, or nothing of it.
    ///
    /// # Errors
    /// [`ReplicaError::InBatch`], which says where in a batch of several, as [`Replica::create_record`] and [`Replica::edit`] say why; what is about the file
    /// and not about a record stands for itself.
    pub fn apply(&mut self, batch: &Batch) -> Result<Applied, ReplicaError> {
        let mut writing = self.writing(batch.why.as_deref())?;
        let mut done = Done::default();
        for (place, write) in batch.writes.iter().enumerate() {
            let at = Place { place, of: batch.len(), record: write.record() };
            done.push(write.done_in(&mut writing).map_err(|error| at.of(error))?);
        }
        let edited = done.of_each(&writing)?;
        writing.commit()?;
        Ok(Applied { name: batch.name.clone(), edited })
    }

    /// Takes back what a batch did, in all its records that are still here: see [`Replica::undo`].
    ///
    /// # Errors
    /// As [`Replica::apply`]. Then nothing of it was taken back.
    pub fn undo_batch(&mut self, applied: &Applied) -> Result<UndoneBatch, ReplicaError> {
        let mut writing = self.writing(None)?;
        let mut undone = UndoneBatch::default();
        for (place, edited) in applied.edited.iter().enumerate().rev() {
            match writing.take_back(edited) {
                Ok(taken) => {
                    undone.kept.extend(taken.kept.into_iter().map(|path| (edited.record, path)));
                    undone.applied.edited.push(taken.edited);
                }
                Err(ReplicaError::NoRecord(record)) => undone.gone.push(record),
                Err(error) => {
                    return Err(Place { place, of: applied.edited.len(), record: edited.record }.of(error));
                }
            }
        }
        writing.commit()?;
        undone.applied.name.clone_from(&applied.name);
        Ok(undone)
    }
}

/// What was done so far, write by write.
#[derive(Default)]
struct Done {
    first: Vec<Edited>,
    seen: HashSet<RecordId>,
    /// The records that several writes were to.
    again: HashSet<RecordId>,
}

impl Done {
    fn push(&mut self, edited: Edited) {
        if self.seen.insert(edited.record) {
            self.first.push(edited);
        } else {
            self.again.insert(edited.record);
        }
    }

    /// What was done in each record, from before the first write to behind the last.
    fn of_each(self, writing: &Writing<'_>) -> Result<Vec<Edited>, ReplicaError> {
        let whole = |edited: Edited| {
            if !self.again.contains(&edited.record) {
                return Ok(edited);
            }
            Ok(Edited::of(&writing.transaction.document(edited.record)?, edited.before))
        };
        self.first.into_iter().map(whole).collect()
    }
}

/// Where in a batch something cannot be done.
struct Place {
    place: usize,
    of: usize,
    record: RecordId,
}

impl Place {
    fn of(&self, error: ReplicaError) -> ReplicaError {
        match error {
            // About the file, not about the record.
            ReplicaError::Store(_) => error,
            // There is but one write that it can be about.
            _ if self.of == 1 => error,
            _ => ReplicaError::InBatch { number: self.place + 1, record: self.record, why: Box::new(error) },
        }
    }
}

#[cfg(test)]
mod tests;
