//! What is written here: one record or many, all of it or nothing.
//!
//! ```text
//!  create_record, edit ─┐
//!  enter (a window)    ─┤            role, size and schema are checked for each
//!  undo                ─┼─▶ Writing ──────────────────────────────────────────▶ commit: all of it is durable
//!  apply (a Batch)     ─┘     │
//!                             └─ an error: nothing is written
//! ```

use super::{Edited, Replica, ReplicaError};
use crate::document::{Document, Edit, EditError, EncodedChange, Heads, Writer};
use crate::id::RecordId;
use crate::identity::Grant;
use crate::schema::NewRecord;
use crate::store::{Origin, Transaction};
use crate::sync::limits::CHANGE_BYTES;

/// A transaction in which the person at this device writes. Dropped, nothing of it is written.
pub(super) struct Writing<'a> {
    pub(super) transaction: Transaction<'a>,
    writer: Writer,
    grant: Grant,
}

impl Replica {
    /// Begins to write. `why` stands in the history of all that is written.
    pub(super) fn writing(&mut self, why: Option<&str>) -> Result<Writing<'_>, ReplicaError> {
        let (device, now) = (self.device, self.now());
        let why = why.map(str::trim).filter(|why| !why.is_empty()).map(str::to_owned);
        let transaction = self.store.transaction()?;
        // Read anew each time: another handle on the file may have found that it is a copy.
        let writer = Writer { actor: transaction.actor()?, device, now, why };
        let grant = transaction.grant()?.unwrap_or_else(|| Grant::unbounded(device));
        Ok(Writing { transaction, writer, grant })
    }
}

impl Writing<'_> {
    /// Makes a record.
    pub(super) fn create(&mut self, new: &NewRecord) -> Result<Edited, ReplicaError> {
        if !self.transaction.document(new.id)?.heads().is_empty() {
            return Err(ReplicaError::RecordExists(new.id));
        }
        self.make(new, |_| Vec::new())
    }

    /// Makes a record that is not there yet, with these edits at once.
    pub(super) fn make(
        &mut self,
        new: &NewRecord,
        edits: impl FnOnce(&Document) -> Vec<Edit>,
    ) -> Result<Edited, ReplicaError> {
        let mut document = Document::create(new, &self.writer)?;
        document.edit(&edits(&document), &self.writer)?;
        self.grant.may_write(self.writer.device, None, &document.read())?;
        let changes = document.changes_since(&[]);
        self.save(&document, &changes, Vec::new())
    }

    /// Writes into a record what `work` makes of it.
    pub(super) fn change(
        &mut self,
        id: RecordId,
        work: impl FnOnce(&mut Document, &Writer) -> Result<Vec<EncodedChange>, EditError>,
    ) -> Result<Edited, ReplicaError> {
        let mut document = self.transaction.document(id)?;
        let before = document.heads();
        if before.is_empty() {
            return Err(ReplicaError::NoRecord(id));
        }
        let record_before = document.read();
        let changes = work(&mut document, &self.writer)?;
        self.grant.may_write(self.writer.device, Some(&record_before), &document.read())?;
        self.save(&document, &changes, before)
    }

    fn save(
        &mut self,
        document: &Document,
        changes: &[EncodedChange],
        before: Heads,
    ) -> Result<Edited, ReplicaError> {
        check_size(changes)?;
        if !changes.is_empty() {
            self.transaction.save(document, changes, Origin::Here)?;
        }
        Ok(Edited::of(document, before))
    }

    /// All of it is durable when this returns.
    pub(super) fn commit(self) -> Result<(), ReplicaError> {
        Ok(self.transaction.commit()?)
    }
}

impl Edited {
    /// What is different in a document since these heads.
    pub(super) fn of(document: &Document, before: Heads) -> Edited {
        let heads = document.heads();
        let differences = document.differences_between(&before, &heads);
        Edited { record: document.id(), differences, before, heads }
    }
}

fn check_size(changes: &[EncodedChange]) -> Result<(), ReplicaError> {
    let largest = changes.iter().map(|change| change.bytes.len()).max().unwrap_or(0);
    if largest > CHANGE_BYTES {
        return Err(ReplicaError::TooLarge { size: largest, most: CHANGE_BYTES });
    }
    Ok(())
}
