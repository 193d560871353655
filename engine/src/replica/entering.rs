//! What somebody enters in a window: a change, and what it was made of.
//!
//! ```text
//!  keys ──▶ a text that is kept here (half a second) ──▶ left ──▶ entered: the change is made, the text is kept no more
//!                                                                 refused: the text is kept
//! ```
//!
//! A text that is being typed is kept in the file (`store/unfinished.rs`). When it becomes a change, both happen in one
//! transaction: whenever the program ends, the text is in exactly one of the two, and never twice in a note.
//!
//! What somebody begins (a record, a row of a list) is made with the first thing that is entered in it, not before.

use super::writing::Writing;
use super::{Edited, Replica, ReplicaError};
use crate::document::{Document, Edit};
use crate::id::RecordId;
use crate::schema::{Cells, FieldPath, NewRecord, Row};
use crate::store::Unfinished;

/// What somebody enters.
#[derive(Debug, Clone, PartialEq)]
pub struct Input {
    /// In which record.
    pub record: RecordId,
    /// What is to be different: as one change, all or nothing.
    pub edits: Vec<Edit>,
    /// The record, where it is made with this.
    pub makes: Option<NewRecord>,
    /// Whether rows that these edits write into are made with this where they are not there yet.
    pub makes_rows: bool,
    /// The text that was typed, where this is one: it is kept no longer once this is done.
    pub typed: Option<Unfinished>,
}

impl Input {
    /// Edits of a record that is there.
    pub fn new(record: RecordId, edits: Vec<Edit>) -> Input {
        Input { record, edits, makes: None, makes_rows: false, typed: None }
    }
}

impl Replica {
    /// Does what somebody entered, as one step. Where it is not done, what was typed is kept.
    ///
    /// # Errors
    /// As [`Replica::edit`]; [`ReplicaError::NoRecord`] also where the record was erased meanwhile.
    pub fn enter(&mut self, entry: &Input) -> Result<Edited, ReplicaError> {
        let done = self.make_entry(entry);
        if let (Err(_), Some(typed)) = (&done, &entry.typed) {
            // Where this fails, too, the file cannot be written, and what is said of the first is true of both.
            let _ = self.keep_unfinished(typed);
        }
        done
    }

    fn make_entry(&mut self, entry: &Input) -> Result<Edited, ReplicaError> {
        let mut writing = self.writing(None)?;
        if writing.transaction.is_erased(entry.record)? {
            return Err(ReplicaError::NoRecord(entry.record));
        }
        let edited = writing.enter(entry)?;
        if let Some(typed) = &entry.typed {
            writing.transaction.finish(typed)?;
        }
        writing.commit()?;
        Ok(edited)
    }
}

impl Writing<'_> {
    fn enter(&mut self, entry: &Input) -> Result<Edited, ReplicaError> {
        let document = self.transaction.document(entry.record)?;
        if document.heads().is_empty() {
            let new = entry.makes.as_ref().ok_or(ReplicaError::NoRecord(entry.record))?;
            return self.make(new, |made| entry.edits_of(made));
        }
        self.change(entry.record, |document, writer| document.edit(&entry.edits_of(document), writer))
    }
}

impl Input {
    /// The edits, with those in front that make the rows which they write into.
    fn edits_of(&self, document: &Document) -> Vec<Edit> {
        let mut edits: Vec<Edit> = Vec::new();
        for edit in &self.edits {
            if let Some(FieldPath::Cell(list, row, _)) = edit.path().filter(|_| self.makes_rows) {
                let made = |edit: &Edit| matches!(edit, Edit::AddRow { row: new, .. } if new.id == *row);
                if !document.has_row(list, *row) && !edits.iter().any(made) {
                    let row = Row { id: *row, order: String::new(), cells: Cells::new() };
                    edits.push(Edit::AddRow { list: list.clone(), row });
                }
            }
            edits.push(edit.clone());
        }
        edits
    }
}
