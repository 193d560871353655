//! Erasing a record: document, history, rows, search, review, what waited to be sent. Only its name stays, so that it never
//! comes back; nothing in the name says whose it was.
//!
//! SQLite writes zeros over all that is deleted (`secure_delete`, set in `open`), so nothing of it is left in free pages. What is
//! left is in the write-ahead log, and in segments of the search index that were replaced: [`Store::scrub`] clears both, and
//! only then is it true that nothing is here any more.

use rusqlite::{OptionalExtension, params};

use super::meta::{self, ERASED_UP_TO, SCRUBBED_UP_TO, UNSCRUBBED};
use super::{Result, Store, Transaction, unfinished};
use crate::id::RecordId;
use crate::sync::Erasures;

/// A record that is not here any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Erased {
    /// Which.
    pub record: RecordId,
    /// How many changes of it had not reached the relay.
    pub unsent: usize,
}

/// What was taken away because a role may not read it any more.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Withdrawn {
    /// Which records.
    pub records: Vec<RecordId>,
    /// How many are kept, because something was written in them here that is not sent.
    pub kept: usize,
}

impl Transaction<'_> {
    /// Erases records, and notes up to which of the relay's erasures this replica has come. Answers those that were here.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn erase(&mut self, told: &Erasures, at: i64) -> Result<Vec<Erased>> {
        let mut erased = Vec::new();
        for record in &told.records {
            erased.extend(self.erase_one(*record, at)?);
        }
        meta::put_erasure_place(&self.inner, ERASED_UP_TO, told.place)?;
        if told.anew {
            // What was confirmed was of another list.
            meta::remove(&self.inner, SCRUBBED_UP_TO)?;
        }
        Ok(erased)
    }

    fn erase_one(&mut self, record: RecordId, at: i64) -> Result<Option<Erased>> {
        let unsent: usize = self.inner.query_row(
            "SELECT count(*) FROM changes WHERE record = ? AND NOT logged",
            params![record.as_bytes()],
            |row| row.get(0),
        )?;
        let was_here = self.forget(record)?;
        self.inner.execute(
            "INSERT INTO erased (record, at) VALUES (?, ?) ON CONFLICT DO NOTHING",
            params![record.as_bytes(), at],
        )?;
        Ok(was_here.then_some(Erased { record, unsent }))
    }

    /// Takes away the records that are of none of these kinds: whoever works here may not read them any more. What they wrote in
    /// one of them and the relay does not have keeps that record here, until it is let go; all that they wrote, where the log is
    /// another one than it was (`trusts_log`), as after a restored backup. Answers those that were taken away, and how many are kept.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn withdraw(&mut self, readable: &[&str], trusts_log: bool) -> Result<Withdrawn> {
        let kinds = vec!["?"; readable.len()].join(", ");
        // Of what kind a record is whose beginning has not come yet nobody knows.
        let unreadable = format!(
            "SELECT record, EXISTS (
                 SELECT 1 FROM changes c WHERE c.record = d.record AND c.own AND NOT (c.logged AND {trusts_log}))
             FROM documents d WHERE kind <> '' AND kind NOT IN ({kinds})"
        );
        let found: Vec<(RecordId, bool)> = {
            let mut statement = self.inner.prepare(&unreadable)?;
            let rows = statement.query_map(rusqlite::params_from_iter(readable), |row| {
                Ok((super::record_id(row.get_ref(0)?)?, row.get(1)?))
            })?;
            rows.collect::<rusqlite::Result<_>>()?
        };
        let mut withdrawn = Withdrawn::default();
        for (record, unsent) in found {
            if unsent {
                withdrawn.kept += 1;
            } else {
                self.forget(record)?;
                withdrawn.records.push(record);
            }
        }
        // What is kept apart may be of a record that is not here, so its kind is not known. What may be read comes again.
        let apart = format!(
            "DELETE FROM quarantine WHERE record NOT IN (SELECT record FROM documents WHERE kind IN ({kinds}))"
        );
        let apart = self.inner.execute(&apart, rusqlite::params_from_iter(readable))?;
        if apart > 0 || !withdrawn.records.is_empty() {
            meta::put(&self.inner, UNSCRUBBED, &crate::random::bytes::<16>())?;
        }
        Ok(withdrawn)
    }

    /// Takes everything of a record out of the file. Says whether it was here. It may come again.
    pub(super) fn forget(&mut self, record: RecordId) -> Result<bool> {
        let id = params![record.as_bytes()];
        let row: Option<i64> = self
            .inner
            .query_row("SELECT rowid FROM rows WHERE record = ?", id, |row| row.get(0))
            .optional()?;
        if let Some(row) = row {
            self.inner.execute("DELETE FROM search WHERE rowid = ?", [row])?;
            self.words.remove(&row);
        }
        // What refers to the document goes before it.
        for table in ["rows", "links", "reviewed", "changes", "quarantine", "documents"] {
            self.inner.execute(&format!("DELETE FROM {table} WHERE record = ?"), id)?;
        }
        unfinished::forget(&self.inner, record)?;
        self.touched.forget(record);
        Ok(row.is_some())
    }

    /// Whether a record was erased.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn is_erased(&self, record: RecordId) -> Result<bool> {
        Ok(self
            .inner
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM erased WHERE record = ?)")?
            .query_row([record.as_bytes()], |row| row.get(0))?)
    }
}

impl Store {
    /// Whether a record was erased: what refers to it is to say so.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn is_erased(&self, record: RecordId) -> Result<bool> {
        Ok(self
            .connection
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM erased WHERE record = ?)")?
            .query_row([record.as_bytes()], |row| row.get(0))?)
    }

    /// All records that were erased.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn erased(&self) -> Result<Vec<RecordId>> {
        let mut statement = self.connection.prepare_cached("SELECT record FROM erased")?;
        let ids = statement.query_map([], |row| super::record_id(row.get_ref(0)?))?;
        Ok(ids.collect::<rusqlite::Result<_>>()?)
    }

    /// Clears what is left of records that were erased or taken away in the file and beside it. Says whether that is done: it is not as long as
    /// others read the file at just this time, and is to be tried again.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn scrub(&mut self) -> Result<bool> {
        let erased = meta::erasure_place(&self.connection, ERASED_UP_TO)?;
        let unscrubbed = meta::get(&self.connection, UNSCRUBBED)?;
        if meta::erasure_place(&self.connection, SCRUBBED_UP_TO)? == erased && unscrubbed.is_none() {
            return Ok(true);
        }
        self.guard()?;
        self.connection.execute("INSERT INTO search (search) VALUES ('optimize')", [])?;
        if !self.clear_log()? {
            return Ok(false);
        }
        meta::put_erasure_place(&self.connection, SCRUBBED_UP_TO, erased)?;
        // Another process may have taken away something meanwhile: then the mark is another.
        if let Some(mark) = unscrubbed {
            self.connection
                .execute("DELETE FROM meta WHERE key = ?1 AND value = ?2", params![UNSCRUBBED, mark])?;
        }
        Ok(true)
    }
}
