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

use super::{Edited, Replica, ReplicaError, check_size};
use crate::document::{Document, Edit, Writer};
use crate::id::RecordId;
use crate::identity::Grant;
use crate::schema::{Cells, FieldPath, NewRecord, Row};
use crate::store::{Origin, Transaction, Unfinished};

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
        let (device, now, id) = (self.device, self.now(), entry.record);
        let mut transaction = self.store.transaction()?;
        if transaction.is_erased(id)? {
            return Err(ReplicaError::NoRecord(id));
        }
        let writer = Writer { actor: transaction.actor()?, device, now, why: None };
        let mut document = transaction.document(id)?;
        let before = document.heads();
        let record_before = (!before.is_empty()).then(|| document.read());
        if before.is_empty() {
            let new = entry.makes.as_ref().ok_or(ReplicaError::NoRecord(id))?;
            document = Document::create(new, &writer)?;
        }
        document.edit(&entry.edits_of(&document), &writer)?;
        let grant = transaction.grant()?.unwrap_or_else(|| Grant::unbounded(device));
        grant.may_write(device, record_before.as_ref(), &document.read())?;
        let changes = document.changes_since(&before);
        check_size(&changes)?;
        if !changes.is_empty() {
            transaction.save(&document, &changes, Origin::Here)?;
        }
        finish(&mut transaction, entry)?;
        transaction.commit()?;
        let heads = document.heads();
        let differences = document.differences_between(&before, &heads);
        Ok(Edited { record: id, differences, before, heads })
    }
}

fn finish(transaction: &mut Transaction<'_>, entry: &Input) -> Result<(), ReplicaError> {
    entry.typed.iter().try_for_each(|typed| transaction.finish(typed))?;
    Ok(())
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
