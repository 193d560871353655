//! Folding history while nobody waits: changes that are in the relay's log go into their record's snapshot, which is their
//! one place from then on. Nothing is forgotten: a snapshot gives back each of them.
//!
//! A record that is written much is folded as it is written ([`Transaction::save`](super::Transaction::save)); this is for
//! all the others, a few at a time.

use rusqlite::params;

use super::{Result, Store, StoreError, record_id};
use crate::id::RecordId;

impl Store {
    /// Folds up to `most` records, in the order of their names, behind `after`: those of which every change is in the
    /// relay's log. Answers the last of them; none when the end is reached.
    ///
    /// # Errors
    /// Where the file cannot be read or written. Then nothing was changed.
    pub fn fold(&mut self, after: Option<RecordId>, most: usize) -> Result<Option<RecordId>> {
        let records = self.unfolded(after, most)?;
        let Some(last) = records.last().copied() else { return Ok(None) };
        let transaction = self.transaction()?;
        for record in records {
            let document = transaction.document(record)?;
            transaction.fold_now(&document)?;
        }
        transaction.commit()?;
        Ok(Some(last))
    }

    fn unfolded(&self, after: Option<RecordId>, most: usize) -> Result<Vec<RecordId>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT record FROM changes WHERE NOT folded AND record > ?1
             GROUP BY record HAVING min(logged) ORDER BY record LIMIT ?2",
        )?;
        let after = after.map(|id| id.as_bytes().to_vec()).unwrap_or_default();
        let ids = statement.query_map(params![after, most as i64], |row| record_id(row.get_ref(0)?))?;
        ids.collect::<rusqlite::Result<_>>().map_err(StoreError::from)
    }
}
