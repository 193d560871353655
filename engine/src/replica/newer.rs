//! Work as a later version of the program does it: for simulations and tests of what this one keeps without knowing it.

use super::{Edited, Replica, ReplicaError};
use crate::document::{Document, NewerEdit, Writer};
use crate::id::RecordId;
use crate::store::Origin;

impl Replica {
    /// Makes a record of a kind that only a later version knows.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn create_as_newer(&mut self, kind: &str) -> Result<Edited, ReplicaError> {
        let (device, now) = (self.device, self.now());
        let mut transaction = self.store.transaction()?;
        let writer = Writer { actor: transaction.actor()?, device, now, why: None };
        let document = Document::create_as_newer(RecordId::random(), kind, &writer)?;
        transaction.save(&document, &document.changes_since(&[]), Origin::Here)?;
        transaction.commit()?;
        Ok(Edited {
            record: document.id(),
            differences: Vec::new(),
            before: Vec::new(),
            heads: document.heads(),
        })
    }

    /// Edits a record as a later version would.
    ///
    /// # Errors
    /// Where there is no such record, or the file cannot be written.
    pub fn edit_as_newer(&mut self, id: RecordId, edit: &NewerEdit) -> Result<Edited, ReplicaError> {
        let (device, now) = (self.device, self.now());
        let mut transaction = self.store.transaction()?;
        let writer = Writer { actor: transaction.actor()?, device, now, why: None };
        let mut document = transaction.document(id)?;
        if document.heads().is_empty() {
            return Err(ReplicaError::NoRecord(id));
        }
        let before = document.heads();
        let changes = document.edit_as_newer(edit, &writer)?;
        transaction.save(&document, &changes, Origin::Here)?;
        transaction.commit()?;
        Ok(Edited { record: id, differences: Vec::new(), before, heads: document.heads() })
    }
}
