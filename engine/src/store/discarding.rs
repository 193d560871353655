//! Refused work: offered again, or let go.
//!
//! What a relay refused stays in the document here, with the reason, until somebody decides. Letting it go makes the document anew
//! without it and without what was built on it, none of which the relay has. Afterwards this copy writes as another actor, where it
//! had written what is gone: its next change must not stand under a number that somebody may have seen another change under.

use std::collections::BTreeSet;

use rusqlite::{OptionalExtension, params};

use super::outbox::{BECOMES, edits_among};
use super::{Result, Transaction, change_hash, heads_from_blob, reviewed};
use crate::document::{ChangeHash, Discarded, Document};
use crate::id::RecordId;
use crate::identity::{DeviceId, Grant};
use crate::sync::ErrorCode;

fn names(document: &Document) -> Vec<ChangeHash> {
    document.change_names().into_iter().map(|change| change.hash).collect()
}

impl Transaction<'_> {
    /// Puts the refused changes of a record back into the outbox. Answers how many.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn retry_refused_in(&mut self, record: RecordId) -> Result<usize> {
        let mut update = self.inner.prepare_cached(
            "UPDATE changes SET refused = NULL, reason = NULL WHERE record = ?1 AND refused IS NOT NULL",
        )?;
        Ok(update.execute(params![record.as_bytes()])?)
    }

    /// Has what was kept apart come again: a newer program may let it pass, or a relay that is in order again send something else. Says
    /// whether there was anything.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn ask_again_for_kept_apart(&mut self) -> Result<bool> {
        let any = self.inner.execute("DELETE FROM quarantine", [])? > 0;
        if any {
            // A comparison finds what is lacking here.
            self.begin_comparing()?;
        }
        Ok(any)
    }

    /// Puts changes back into the outbox that were refused because of a role, where the role that this device has now lets it write
    /// them. Answers how many.
    ///
    /// # Errors
    /// Where the file cannot be read or written.
    pub fn offer_what_is_permitted(&mut self, device: DeviceId) -> Result<usize> {
        let grant = self.grant()?.unwrap_or_else(|| Grant::unbounded(device));
        let mut offered = 0;
        for record in self.refused_records(ErrorCode::Forbidden)? {
            let document = self.document(record)?;
            let before = document.without(&self.refused_in(record)?)?.document.map(|before| before.read());
            if grant.may_write(device, before.as_ref(), &document.read()).is_ok() {
                offered += self.retry_refused_in(record)?;
            }
        }
        Ok(offered)
    }

    fn refused_records(&self, code: ErrorCode) -> Result<Vec<RecordId>> {
        let mut statement = self
            .inner
            .prepare_cached("SELECT DISTINCT record FROM changes WHERE NOT logged AND refused = ?1")?;
        let records = statement.query_map([code.name()], |row| super::record_id(row.get_ref(0)?))?;
        Ok(records.collect::<rusqlite::Result<_>>()?)
    }

    /// Lets go of what the relay refused of a record, and of what was built on it. Answers how many changes are gone. What only
    /// waits for others' work was not refused, and stays.
    ///
    /// # Errors
    /// Where the file cannot be written, or what is left makes no document.
    pub fn discard_refused(&mut self, record: RecordId) -> Result<usize> {
        let refused = self.refused_in(record)?;
        if refused.is_empty() {
            return Ok(0);
        }
        let before = self.document(record)?;
        let discarded = before.without(&refused)?;
        // What the log has of it the log has with all that it builds on. The next comparison finds that out.
        if self.any_logged(&discarded.gone)? {
            return Ok(0);
        }
        if discarded.actors.contains(&self.actor()?) {
            self.take_new_actor()?;
        }
        let edits = edits_among(&self.inner, &discarded.gone)?;
        // Seeds alone are no record, unless somebody has pushed just these: then they are in the log, and do not come again.
        let in_the_log = match &discarded.seeds {
            Some(seeds) if self.any_logged(&names(seeds))? => Some(seeds),
            _ => None,
        };
        match discarded.document.as_ref().or(in_the_log) {
            None => drop(self.forget(record)?),
            Some(document) => self.put_what_is_left((&before, document), &discarded)?,
        }
        Ok(edits)
    }

    fn refused_in(&self, record: RecordId) -> Result<BTreeSet<ChangeHash>> {
        let carries = self.grant()?.is_none_or(|grant| grant.role.carries());
        let sql =
            format!("SELECT hash FROM changes c WHERE c.record = ?2 AND NOT c.logged AND {BECOMES} = 2");
        let mut statement = self.inner.prepare_cached(&sql)?;
        let hashes = statement.query_map(params![carries, record.as_bytes()], |row| {
            change_hash(row.get_ref(0)?.as_blob()?).ok_or(rusqlite::Error::InvalidQuery)
        })?;
        Ok(hashes.collect::<rusqlite::Result<_>>()?)
    }

    fn any_logged(&self, changes: &[ChangeHash]) -> Result<bool> {
        let mut statement =
            self.inner.prepare_cached("SELECT EXISTS (SELECT 1 FROM changes WHERE hash = ?1 AND logged)")?;
        for hash in changes {
            if statement.query_row(params![hash.0], |row| row.get(0))? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn put_what_is_left(
        &mut self,
        (before, document): (&Document, &Document),
        discarded: &Discarded,
    ) -> Result<()> {
        let id = document.id();
        let up_to_date = reviewed::is_up_to_date(&self.inner, id)?;
        let mut delete = self.inner.prepare_cached("DELETE FROM changes WHERE hash = ?1 AND NOT logged")?;
        for hash in &discarded.gone {
            delete.execute(params![hash.0])?;
        }
        drop(delete);
        let next = self.put_document(document)?;
        self.fold_now(document)?;
        self.put_what_was_reviewed((before, document), up_to_date)?;
        self.project(document)?;
        self.touched.put(next, document);
        Ok(())
    }

    /// What was reviewed before and is still there, is still reviewed.
    fn put_what_was_reviewed(
        &self,
        (before, document): (&Document, &Document),
        up_to_date: bool,
    ) -> Result<()> {
        let id = document.id();
        let mark = self
            .inner
            .prepare_cached("SELECT heads, at FROM reviewed WHERE record = ?1")?
            .query_row(params![id.as_bytes()], |row| Ok((row.get::<_, Vec<u8>>(0)?, row.get(1)?)))
            .optional()?;
        let Some((heads, at)) = mark else { return Ok(()) };
        let heads = match up_to_date {
            true => document.heads(),
            // In place of what is gone stands what it was built on.
            false => before.nearest(&heads_from_blob(&heads), |hash| document.has(hash)),
        };
        reviewed::mark(&self.inner, id, &heads, at)
    }
}
