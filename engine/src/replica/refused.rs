//! What the relay refused, and what was kept apart of what came: states that last until somebody decides, and that can be asked for at any
//! time.

use super::{Replica, ReplicaError};
use crate::document::{Difference, HistoryEntry, Record};
use crate::id::RecordId;

/// What the relay refused of one record.
#[derive(Debug, Clone, PartialEq)]
pub struct RefusedRecord {
    /// The record, as it is here.
    pub record: Record,
    /// Whether the relay has nothing of it at all.
    pub is_new: bool,
    /// The changes, in the order in which they were made.
    pub changes: Vec<RefusedEntry>,
}

/// A change that the relay refused.
#[derive(Debug, Clone, PartialEq)]
pub struct RefusedEntry {
    /// Why, for programs.
    pub code: String,
    /// Why, in the relay's words.
    pub reason: String,
    /// Who wrote it, and when.
    pub entry: HistoryEntry,
    /// What is different through it.
    pub differences: Vec<Difference>,
}

impl Replica {
    /// What the relay refused, record by record. What only waits for others' work is not among it.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn refused_records(&self) -> Result<Vec<RefusedRecord>, ReplicaError> {
        let mut records: Vec<RefusedRecord> = Vec::new();
        for refused in self.store.refused()? {
            if self.store.is_held(&refused.hash)? {
                continue;
            }
            let Some(document) = self.store.document(refused.record)? else { continue };
            // A seed is nobody's, and says nothing to anybody.
            let history = document.history();
            let Some(entry) = history.into_iter().find(|entry| entry.stamp.change == refused.hash) else {
                continue;
            };
            let differences = document.differences_of(&entry);
            let change = RefusedEntry { code: refused.code, reason: refused.reason, entry, differences };
            match records.iter_mut().find(|record| record.record.id == refused.record) {
                Some(record) => record.changes.push(change),
                None => {
                    let is_new = !self.store.is_known_to_relay(refused.record)?;
                    records.push(RefusedRecord { record: document.read(), is_new, changes: vec![change] });
                }
            }
        }
        Ok(records)
    }

    /// Puts what the relay refused back into the outbox, and has what was kept apart come again. Answers how many changes are offered.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn retry_refused(&mut self) -> Result<usize, ReplicaError> {
        let mut transaction = self.store.transaction()?;
        let count = transaction.retry_refused()?;
        transaction.ask_again_for_kept_apart()?;
        transaction.commit()?;
        Ok(count)
    }

    /// Puts what the relay refused of one record back into the outbox. Answers how many changes.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn retry_refused_in(&mut self, record: RecordId) -> Result<usize, ReplicaError> {
        let mut transaction = self.store.transaction()?;
        let count = transaction.retry_refused_in(record)?;
        transaction.commit()?;
        Ok(count)
    }

    /// Lets go of what the relay refused of one record, and of what was built on it: the record is here as the relay has it, and not
    /// here at all where the relay has nothing of it. Answers how many changes are gone. It cannot be taken back.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn discard_refused(&mut self, record: RecordId) -> Result<usize, ReplicaError> {
        let mut transaction = self.store.transaction()?;
        let count = transaction.discard_refused(record)?;
        transaction.commit()?;
        Ok(count)
    }
}
