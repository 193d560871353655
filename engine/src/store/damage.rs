//! What a disk has done to a replica: found, noted, and written anew from what is whole here and what the relay has.
//!
//! ```text
//!  a document is loaded, or looked at while nobody waits ─▶ its heads, its name, its changes: as they are noted beside it?
//!     no ─▶ noted as damaged, and told ─▶ the next contact compares: of such a record this replica says that it has nothing
//!        ─▶ what is whole of it here, merged with what the relay sends ─▶ written anew, and told as mended
//! ```
//!
//! Which records are damaged stands in the file, so that it is told until it is so no more; what was only seen while reading is in
//! memory until somebody writes.

use std::collections::BTreeSet;

use rusqlite::params;

use super::meta::{self, DAMAGED, LOOKED_UP_TO};
use super::{Result, Store, StoreError, Transaction, change_hash, record_id, stored};
use crate::document::gate::{self, Limits};
use crate::document::{ActorId, Change, ChangeHash, Document, DocumentError};
use crate::id::RecordId;

/// A record that was written anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mended {
    /// Which.
    pub record: RecordId,
    /// So many of its changes are neither here nor on the relay: they are lost.
    pub lost: usize,
}

impl Store {
    /// The records that are known to be damaged here, in the order of their ids.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn damaged(&self) -> Result<BTreeSet<RecordId>> {
        let mut all = noted(&self.connection)?;
        all.extend(self.cache.borrow().damaged());
        Ok(all)
    }

    /// Looks whether the next `most` records, in the order of their ids, are as they were written; after the last the first is next.
    /// Notes those that are not, and answers them. Says as well whether the last was among them.
    ///
    /// # Errors
    /// Where the file cannot be read or written.
    pub fn look_for_damage(&mut self, most: usize) -> Result<(Vec<RecordId>, bool)> {
        let after = meta::get(&self.connection, LOOKED_UP_TO)?.unwrap_or_default();
        let records: Vec<RecordId> = {
            let mut statement = self
                .connection
                .prepare_cached("SELECT record FROM documents WHERE record > ?1 ORDER BY record LIMIT ?2")?;
            let ids = statement.query_map(params![after, most as i64], |row| record_id(row.get_ref(0)?))?;
            ids.collect::<rusqlite::Result<_>>()?
        };
        let is_last = records.len() < most;
        let mut found: Vec<RecordId> = Vec::new();
        for record in &records {
            if !is_whole(&self.connection, *record)? {
                found.push(*record);
            }
        }
        if is_last {
            found.extend(strays(&self.connection)?);
        }
        let next = records.last().filter(|_| !is_last).map(|last| last.as_bytes().to_vec());
        let transaction = self.transaction()?;
        transaction.note_damage(&found)?;
        match next {
            Some(next) => meta::put(&transaction.inner, LOOKED_UP_TO, &next)?,
            None => meta::remove(&transaction.inner, LOOKED_UP_TO)?,
        }
        transaction.commit()?;
        Ok((found, is_last))
    }
}

/// Whether this is an error of one record, and not of the file.
pub(crate) fn is_of_a_record(error: &StoreError) -> bool {
    matches!(error, StoreError::Document(DocumentError::Damaged(_)))
}

fn noted(connection: &rusqlite::Connection) -> Result<BTreeSet<RecordId>> {
    let ids = meta::get(connection, DAMAGED)?.unwrap_or_default();
    Ok(ids.chunks_exact(16).filter_map(RecordId::from_slice).collect())
}

/// Notes that these records are damaged.
pub(super) fn note(connection: &rusqlite::Connection, records: &[RecordId]) -> Result<()> {
    let mut all = noted(connection)?;
    let before = all.len();
    all.extend(records);
    if all.len() == before { Ok(()) } else { put(connection, &all) }
}

fn put(connection: &rusqlite::Connection, records: &BTreeSet<RecordId>) -> Result<()> {
    if records.is_empty() {
        return meta::remove(connection, DAMAGED);
    }
    let bytes: Vec<u8> = records.iter().flat_map(|record| *record.as_bytes()).collect();
    meta::put(connection, DAMAGED, &bytes)
}

/// Records of which there are changes, or a row in lists, and no document.
fn strays(connection: &rusqlite::Connection) -> Result<Vec<RecordId>> {
    let select = "SELECT record FROM changes WHERE record NOT IN (SELECT record FROM documents)
                  UNION SELECT record FROM rows WHERE record NOT IN (SELECT record FROM documents)";
    let mut statement = connection.prepare(select)?;
    let ids = statement.query_map([], |row| record_id(row.get_ref(0)?))?;
    Ok(ids.collect::<rusqlite::Result<_>>()?)
}

/// What stands in a row of a change: number, name, actor, the actor's number of it, and whether it was made here.
type Row = (i64, Option<ChangeHash>, Vec<u8>, i64, i64);

/// What is noted of a change.
type Noted = (Vec<u8>, i64, Option<Vec<u8>>, i64);

/// Whether a record's document is what is noted of it, and what is noted of its changes what they say.
fn is_whole(connection: &rusqlite::Connection, record: RecordId) -> Result<bool> {
    let document = match stored(connection, record)
        .and_then(|stored| stored.map(|stored| stored.document()).transpose())
    {
        Ok(Some(document)) => document,
        Ok(None) => return Ok(true),
        Err(error) if is_of_a_record(&error) => return Ok(false),
        Err(error) => return Err(error),
    };
    let kind: String = connection
        .prepare_cached("SELECT kind FROM documents WHERE record = ?1")?
        .query_row(params![record.as_bytes()], |row| row.get(0))?;
    let mut statement = connection
        .prepare_cached("SELECT hash, actor, seq, device, time, bytes FROM changes WHERE record = ?1")?;
    let mut rows = statement.query(params![record.as_bytes()])?;
    let mut of_document: std::collections::BTreeMap<ChangeHash, Noted> = document
        .change_names()
        .into_iter()
        .map(|change| {
            let device = document.device_of(&change.actor).map(|device| device.as_bytes().to_vec());
            (change.hash, (change.actor.to_bytes().to_vec(), change.seq as i64, device, change.time))
        })
        .collect();
    while let Some(row) = rows.next()? {
        let Ok(Some(hash)) = row.get::<_, Vec<u8>>(0).map(|bytes| change_hash(&bytes)) else {
            return Ok(false);
        };
        let noted = (row.get(1), row.get(2), row.get(3), row.get(4));
        let (Ok(actor), Ok(seq), Ok(device), Ok(time)) = noted else { return Ok(false) };
        let Ok(bytes) = row.get::<_, Option<Vec<u8>>>(5) else { return Ok(false) };
        let is_so = of_document.remove(&hash) == Some((actor, seq, device, time));
        if !is_so || bytes.is_some_and(|bytes| !gate::is_change(&bytes, &hash)) {
            return Ok(false);
        }
    }
    Ok(of_document.is_empty() && document.kind_name().unwrap_or_default() == kind)
}

impl Transaction<'_> {
    /// Notes that these records are damaged, and those that were seen to be while they were read.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn note_damage(&self, records: &[RecordId]) -> Result<()> {
        let seen: Vec<RecordId> = self.touched.damaged().into_iter().chain(records.iter().copied()).collect();
        note(&self.inner, &seen)
    }

    /// The records that are known to be damaged.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn damaged(&self) -> Result<BTreeSet<RecordId>> {
        noted(&self.inner)
    }

    /// What is whole here of a damaged record.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn salvage(&self, record: RecordId) -> Result<Document> {
        let limits = Limits::default();
        let mut document = Document::empty(record);
        let snapshot: Option<Vec<u8>> = self
            .inner
            .query_row(
                "SELECT snapshot FROM documents WHERE record = ?1",
                params![record.as_bytes()],
                |row| row.get(0),
            )
            .ok();
        if let Some(snapshot) = snapshot.filter(|snapshot| !snapshot.is_empty())
            && let Ok(loaded) = Document::load(record, &snapshot, &[])
            && loaded.says_it_is() == Some(record)
        {
            document = loaded;
        }
        // A change whose record is another now says itself which it is of: its hash is what the others build on.
        let mut statement = self.inner.prepare(
            "SELECT bytes FROM changes WHERE bytes IS NOT NULL
                 AND (record = ?1 OR record NOT IN (SELECT record FROM documents)) ORDER BY number",
        )?;
        let mut rows = statement.query(params![record.as_bytes()])?;
        let mut changes: Vec<Change> = Vec::new();
        while let Some(row) = rows.next()? {
            let Ok(bytes) = row.get::<_, Vec<u8>>(0) else { continue };
            let sound = gate::written_anew(&bytes).filter(|(_, written)| *written == bytes);
            changes.extend(sound.and_then(|_| gate::admit(&bytes, &limits).ok()));
        }
        // What builds on what is not here is left out, and comes again.
        if document.receive(changes.clone(), &limits).is_err() {
            for change in changes {
                let _ = document.receive(vec![change], &limits);
            }
        }
        let is_it = document.says_it_is() == Some(record);
        Ok(if is_it { document } else { Document::empty(record) })
    }

    /// Writes a record anew as this document has it: what is noted of its changes, but for what the relay has of them. It stays noted
    /// as damaged until [`Transaction::end_mending`].
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn mend(&mut self, document: &Document, from_log: bool) -> Result<()> {
        let record = document.id();
        if document.heads().is_empty() {
            return Ok(());
        }
        let next = self.put_document(document)?;
        let mut note = self.inner.prepare_cached(
            "INSERT INTO changes (hash, record, actor, seq, device, time, own, logged, folded, bytes)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, ?7, 0, ?8)
             ON CONFLICT (hash) DO UPDATE SET record = ?2, actor = ?3, seq = ?4, device = ?5, time = ?6, folded = 0, bytes = ?8",
        )?;
        for change in document.changes_since(&[]) {
            note.execute(params![
                change.hash.0,
                record.as_bytes(),
                change.actor.to_bytes(),
                change.seq as i64,
                document.device_of(&change.actor).map(|device| device.as_bytes().to_vec()),
                change.time,
                from_log,
                change.bytes,
            ])?;
        }
        drop(note);
        self.fold_now(document)?;
        // What is not in the document is not in its tail either, whatever stands there.
        self.inner.execute(
            "UPDATE changes SET folded = 1 WHERE record = ?1 AND NOT folded",
            params![record.as_bytes()],
        )?;
        self.project(document)?;
        self.touched.put(next, document);
        Ok(())
    }

    /// All that the relay has of a damaged record has come: it is damaged no more, where there is anything of it. Answers what became of
    /// it; none where nothing whole is left.
    ///
    /// # Errors
    /// Where the file cannot be read or written.
    pub fn end_mending(&mut self, record: RecordId) -> Result<Option<Mended>> {
        let document = match self.document(record) {
            Ok(document) => document,
            Err(error) if is_of_a_record(&error) => self.salvage(record)?,
            Err(error) => return Err(error),
        };
        if document.heads().is_empty() && self.is_noted(record)? {
            // Nothing of it is whole, here or there: that stays told.
            return Ok(None);
        }
        self.touched.forgive(record);
        let was_one = !document.heads().is_empty();
        let lost = if was_one {
            self.mend(&document, false)?;
            self.take_out_what_is_lost(&document)?
        } else {
            // A name that a disk has made of another's.
            self.forget(record)?;
            0
        };
        let mut damaged = noted(&self.inner)?;
        damaged.remove(&record);
        put(&self.inner, &damaged)?;
        Ok(was_one.then_some(Mended { record, lost }))
    }

    /// Takes out what is noted of changes that are nowhere. Answers how many there were.
    fn take_out_what_is_lost(&self, document: &Document) -> Result<usize> {
        let select = "SELECT number, hash, actor, seq, own FROM changes WHERE record = ?1";
        let mut statement = self.inner.prepare(select)?;
        let found: Vec<Row> = statement
            .query_map(params![document.id().as_bytes()], |row| {
                let hash = row.get_ref(1)?.as_blob().ok().and_then(change_hash);
                Ok((row.get(0)?, hash, row.get(2)?, row.get(3)?, row.get(4)?))
            })?
            .collect::<rusqlite::Result<_>>()?;
        drop(statement);
        let mut lost = 0;
        for (number, hash, actor, seq, own) in found {
            if hash.is_some_and(|hash| document.has(&hash)) {
                continue;
            }
            self.inner.execute("DELETE FROM changes WHERE number = ?1", [number])?;
            // A name can stand there for another that a disk has made of it.
            let place =
                u64::try_from(seq).ok().and_then(|seq| document.change_of(&ActorId::from(actor), seq));
            match place {
                Some(hash) => {
                    self.inner
                        .execute("UPDATE changes SET own = ?2 WHERE hash = ?1", params![hash.0, own])?;
                }
                None => lost += 1,
            }
        }
        Ok(lost)
    }

    fn is_noted(&self, record: RecordId) -> Result<bool> {
        let select = "SELECT EXISTS (SELECT 1 FROM changes WHERE record = ?1)";
        Ok(self.inner.query_row(select, params![record.as_bytes()], |row| row.get(0))?)
    }
}
