//! The one way in which a replica's file changes.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{TransactionBehavior, params};

use super::meta::{
    self, CURSOR, FIRST_CATCH_UP, FIRST_SYNC, LAST_CONTACT, MISFIT, RECONCILING, WORKSPACE_NAME,
};
use super::{
    Cache, Result, Store, StoreError, change_hash, heads_to_blob, load, projection, revision, stamp,
};
use crate::document::{ChangeHash, Document, EncodedChange};
use crate::id::RecordId;
use crate::identity::{Grant, PublicKey, WorkspaceId, WorkspaceSecret};
use crate::store::WayIn;
use crate::sync::{Cursor, ErrorCode, FirstSync};

/// Where changes come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// They were made on this replica: they wait in the outbox.
    Here,
    /// They came out of the relay's log.
    Log,
    /// They came from elsewhere (a file, another replica): the relay may not have them.
    Elsewhere,
}

/// Changes to the file that happen all or not at all.
#[derive(Debug)]
pub struct Transaction<'a> {
    pub(super) inner: rusqlite::Transaction<'a>,
    pub(super) touched: Touched<'a>,
    /// By what words which row is found once this is committed.
    pub(super) words: BTreeMap<i64, Option<projection::Words>>,
}

/// The documents in memory, and those of them that are not in the file yet. What is taken back must be forgotten: another
/// handle on the file may write something else in its place, and in memory it would pass for that.
#[derive(Debug)]
pub(super) struct Touched<'a> {
    cache: &'a RefCell<Cache>,
    records: Vec<RecordId>,
}

impl Touched<'_> {
    /// Keeps a document as it will be in the file once this is committed.
    pub(super) fn put(&mut self, revision: i64, document: &Document) {
        self.records.push(document.id());
        self.cache.borrow_mut().put(revision, document);
    }

    /// What was seen to be damaged.
    pub(super) fn damaged(&self) -> BTreeSet<RecordId> {
        self.cache.borrow().damaged()
    }

    /// It is damaged no more.
    pub(super) fn forgive(&mut self, id: RecordId) {
        self.cache.borrow_mut().forgive(id);
    }

    /// What is in memory of a document is not what will be in the file.
    pub(super) fn forget(&mut self, id: RecordId) {
        self.records.push(id);
        self.cache.borrow_mut().forget(id);
    }
}

impl Drop for Touched<'_> {
    fn drop(&mut self) {
        let mut cache = self.cache.borrow_mut();
        self.records.iter().for_each(|id| cache.forget(*id));
    }
}

/// A snapshot is made anew when so many changes have come since the last,
const FOLD_CHANGES: i64 = 24;
/// or when they are so many bytes and more than half of the snapshot's.
const FOLD_BYTES: i64 = 8 * 1024;

impl<'a> Transaction<'a> {
    pub(super) fn begin(store: &'a mut Store) -> Result<Self> {
        let inner = store.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // The first of a log that was empty says to which file the log belongs.
        if stamp::log_is_empty(&store.path) {
            stamp::renew(&inner, true)?;
        }
        Ok(Transaction {
            inner,
            touched: Touched { cache: &store.cache, records: Vec::new() },
            words: BTreeMap::new(),
        })
    }

    /// A record's document as this transaction sees it; an empty one where there is no such record yet.
    ///
    /// # Errors
    /// Where it cannot be read or is damaged.
    pub fn document(&self, id: RecordId) -> Result<Document> {
        Ok(load(&self.inner, self.touched.cache, id)?.unwrap_or_else(|| Document::empty(id)))
    }

    /// What this device may do, as the relay said when it was last met.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn grant(&self) -> Result<Option<Grant>> {
        Ok(meta::get(&self.inner, meta::GRANT)?.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
    }

    /// The place in the relay's log that the replica has, if it has one.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn cursor(&self) -> Result<Option<Cursor>> {
        Ok(meta::get(&self.inner, CURSOR)?.and_then(|bytes| meta::cursor_from_bytes(&bytes)))
    }

    /// Stores a document's new changes: the changes, the snapshot, the projection, the search entry, the outbox.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn save(&mut self, document: &Document, changes: &[EncodedChange], origin: Origin) -> Result<()> {
        let id = document.id();
        let reviewed = origin == Origin::Here && super::reviewed::is_up_to_date(&self.inner, id)?;
        let next = self.put_document(document)?;
        self.insert_changes(document, changes, origin)?;
        self.fold(document)?;
        self.project(document)?;
        if reviewed {
            // What people do themselves they need not review, as long as there was nothing else to review.
            let at = changes.iter().map(|change| change.time).max().unwrap_or(0);
            super::reviewed::mark(&self.inner, id, &document.heads(), at)?;
        }
        self.touched.put(next, document);
        Ok(())
    }

    /// Has lists and search show the document as it is.
    pub(super) fn project(&mut self, document: &Document) -> Result<()> {
        let (row, words) = projection::write(&self.inner, document)?;
        self.words.insert(row, words);
        Ok(())
    }

    /// Notes a document's kind and heads. Answers its new revision.
    pub(super) fn put_document(&self, document: &Document) -> Result<i64> {
        let id = document.id();
        let next = match revision(&self.inner, id)? {
            Some(revision) => revision + 1,
            // Never one of before: the record may have been here and gone, and other handles have that in memory.
            None => crate::random::revision(),
        };
        self.inner
            .prepare_cached(
                "INSERT INTO documents (record, kind, heads, revision, snapshot) VALUES (?1, ?2, ?3, ?4, x'')
                 ON CONFLICT (record) DO UPDATE SET kind = ?2, heads = ?3, revision = ?4",
            )?
            .execute(params![
                id.as_bytes(),
                document.kind_name().unwrap_or_default(),
                heads_to_blob(&document.heads()),
                next
            ])?;
        Ok(next)
    }

    pub(super) fn insert_changes(
        &self,
        document: &Document,
        changes: &[EncodedChange],
        origin: Origin,
    ) -> Result<()> {
        let mut insert = self.inner.prepare_cached(
            "INSERT INTO changes (hash, record, actor, seq, device, time, own, logged, folded, bytes)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0, ?9) ON CONFLICT (hash) DO NOTHING",
        )?;
        for change in changes {
            insert.execute(params![
                change.hash.0,
                document.id().as_bytes(),
                change.actor.to_bytes(),
                change.seq as i64,
                document.device_of(&change.actor).map(|device| device.as_bytes().to_vec()),
                change.time,
                origin == Origin::Here,
                origin == Origin::Log,
                change.bytes,
            ])?;
        }
        Ok(())
    }

    /// Makes the snapshot anew once the changes since the last weigh more than it saves to leave them.
    fn fold(&self, document: &Document) -> Result<()> {
        let id = document.id();
        let (count, bytes): (i64, i64) = self
            .inner
            .prepare_cached("SELECT count(*), coalesce(sum(length(bytes)), 0) FROM changes WHERE record = ?1 AND NOT folded")?
            .query_row(params![id.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let snapshot: i64 = self
            .inner
            .prepare_cached("SELECT length(snapshot) FROM documents WHERE record = ?1")?
            .query_row(params![id.as_bytes()], |row| row.get(0))?;
        if count < FOLD_CHANGES && (bytes < FOLD_BYTES || bytes < snapshot / 2) {
            return Ok(());
        }
        self.fold_now(document)
    }

    /// Makes the snapshot anew.
    pub(super) fn fold_now(&self, document: &Document) -> Result<()> {
        let id = document.id();
        self.inner
            .prepare_cached("UPDATE documents SET snapshot = ?2 WHERE record = ?1")?
            .execute(params![id.as_bytes(), document.save()])?;
        self.inner
            .prepare_cached(
                "UPDATE changes SET folded = 1, bytes = CASE WHEN logged THEN NULL ELSE bytes END
                 WHERE record = ?1 AND NOT folded",
            )?
            .execute(params![id.as_bytes()])?;
        Ok(())
    }

    /// Notes that these changes are durable in the relay's log.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn mark_logged(&mut self, changes: &[ChangeHash]) -> Result<()> {
        let mut update = self.inner.prepare_cached(
            "UPDATE changes SET logged = 1, refused = NULL, reason = NULL,
                 bytes = CASE WHEN folded THEN NULL ELSE bytes END
             WHERE hash = ?1 AND NOT logged",
        )?;
        for hash in changes {
            update.execute(params![hash.0])?;
        }
        Ok(())
    }

    /// Keeps a change that the relay refused apart, with its reason. It stays in the document here. Says whether it is here.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn mark_refused(&mut self, change: &ChangeHash, code: ErrorCode, reason: &str) -> Result<bool> {
        let mut update = self
            .inner
            .prepare_cached("UPDATE changes SET refused = ?2, reason = ?3 WHERE hash = ?1 AND NOT logged")?;
        Ok(update.execute(params![change.0, code.name(), reason])? > 0)
    }

    /// Puts changes back into the outbox that were refused for a reason which may be gone.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn offer_again(&mut self, refused_for: ErrorCode) -> Result<usize> {
        let mut update = self
            .inner
            .prepare_cached("UPDATE changes SET refused = NULL, reason = NULL WHERE refused = ?1")?;
        Ok(update.execute(params![refused_for.name()])?)
    }

    /// Puts changes of a record back into the outbox that were refused because what they build on was not in the log: some
    /// of it may have come there. Answers how many.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn offer_dependents_again(&mut self, record: RecordId) -> Result<usize> {
        let mut update = self.inner.prepare_cached(
            "UPDATE changes SET refused = NULL, reason = NULL WHERE record = ?1 AND NOT logged AND refused = ?2",
        )?;
        Ok(update.execute(params![record.as_bytes(), ErrorCode::MissingDependencies.name()])?)
    }

    /// Puts refused changes back into the outbox: somebody has asked to try again.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn retry_refused(&mut self) -> Result<usize> {
        Ok(self
            .inner
            .execute("UPDATE changes SET refused = NULL, reason = NULL WHERE refused IS NOT NULL", [])?)
    }

    /// Keeps bytes that did not pass the gate, with the reason, for somebody to look at.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn quarantine(
        &mut self,
        record: RecordId,
        bytes: &[u8],
        (code, reason): (&str, &str),
        at: i64,
    ) -> Result<()> {
        // A relay gone mad must not fill the disk.
        const MOST: i64 = 1_000;
        self.inner
            .prepare_cached(
                "INSERT INTO quarantine (record, code, reason, at, bytes) VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![record.as_bytes(), code, reason, at, bytes])?;
        self.inner
            .prepare_cached(
                "DELETE FROM quarantine WHERE number <= (SELECT max(number) FROM quarantine) - ?1",
            )?
            .execute(params![MOST])?;
        Ok(())
    }

    /// Notes the place in the relay's log that the replica now has.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn set_cursor(&mut self, cursor: &Cursor) -> Result<()> {
        meta::put(&self.inner, CURSOR, &meta::cursor_to_bytes(cursor))
    }

    /// Notes that the relay's log is another one than the one we had a place in: nothing is known any more to be in it.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn begin_reconciling(&mut self, cursor: &Cursor) -> Result<()> {
        // Bytes that were let go are brought back from the documents when the outbox asks for them.
        self.unlog_all()?;
        meta::put(&self.inner, RECONCILING, b"1")?;
        self.set_cursor(cursor)
    }

    /// Notes what people call the workspace.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn set_workspace_name(&mut self, name: &str) -> Result<()> {
        meta::put(&self.inner, WORKSPACE_NAME, name.as_bytes())
    }

    /// Notes that what came of these records with the first sync need not be reviewed: see [`Transaction::caught_up`].
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn came_first(&mut self, records: &[RecordId], at: i64) -> Result<()> {
        if meta::get(&self.inner, FIRST_CATCH_UP)?.is_some() {
            return Ok(());
        }
        records.iter().try_for_each(|id| super::reviewed::mark_as_it_is(&self.inner, *id, at))
    }

    /// Notes how far the first sync has come.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn set_first_sync(&mut self, progress: &FirstSync) -> Result<()> {
        meta::put(&self.inner, FIRST_SYNC, &meta::first_sync_to_bytes(progress))
    }

    /// Notes that all records have come whole, and that the log is to be followed from here.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn end_first_sync(&mut self, cursor: &Cursor) -> Result<()> {
        meta::remove(&self.inner, FIRST_SYNC)?;
        self.set_cursor(cursor)
    }

    /// Notes that our place in the log is none any more: what the relay has is being found out by comparing.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn begin_comparing(&mut self) -> Result<()> {
        meta::remove(&self.inner, FIRST_SYNC)?;
        meta::remove(&self.inner, CURSOR)?;
        meta::put(&self.inner, RECONCILING, b"1")
    }

    /// Notes that what the relay sent does not fit our place in its log. Where that was so at this place before, our place is none any
    /// more, and the next connection compares: a log that is damaged behind it would keep us from everything for ever.
    ///
    /// # Errors
    /// Where the file cannot be read or written.
    pub fn does_not_fit(&mut self) -> Result<bool> {
        let Some(place) = meta::get(&self.inner, CURSOR)? else { return Ok(false) };
        if meta::get(&self.inner, MISFIT)?.as_ref() != Some(&place) {
            meta::put(&self.inner, MISFIT, &place)?;
            return Ok(false);
        }
        meta::remove(&self.inner, MISFIT)?;
        self.begin_comparing()?;
        Ok(true)
    }

    /// Notes that all that the comparison found was stored, and that the log is to be followed from here.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn end_comparing(&mut self, cursor: &Cursor) -> Result<()> {
        meta::remove(&self.inner, RECONCILING)?;
        self.set_cursor(cursor)
    }

    /// Notes that of this record just the changes up to `theirs` are durable in the relay's log. The others wait to be
    /// pushed, but for what the relay refused.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn logged_up_to(&mut self, id: RecordId, theirs: &[ChangeHash]) -> Result<()> {
        let document = self.document(id)?;
        let known: Vec<ChangeHash> = theirs.iter().filter(|head| document.has(head)).copied().collect();
        let lacking = document.changes_since(&known);
        let lacks: BTreeSet<ChangeHash> = lacking.iter().map(|change| change.hash).collect();
        let logged: Vec<ChangeHash> =
            self.not_logged(id)?.into_iter().filter(|hash| !lacks.contains(hash)).collect();
        self.mark_logged(&logged)?;
        let mut offer = self
            .inner
            .prepare_cached("UPDATE changes SET logged = 0, bytes = coalesce(bytes, ?2) WHERE hash = ?1")?;
        for change in lacking {
            offer.execute(params![change.hash.0, change.bytes])?;
        }
        Ok(())
    }

    fn not_logged(&self, id: RecordId) -> Result<Vec<ChangeHash>> {
        let mut statement =
            self.inner.prepare_cached("SELECT hash FROM changes WHERE NOT logged AND record = ?1")?;
        let hashes = statement.query_map(params![id.as_bytes()], |row| {
            change_hash(row.get_ref(0)?.as_blob()?).ok_or(rusqlite::Error::InvalidQuery)
        })?;
        hashes.collect::<rusqlite::Result<_>>().map_err(StoreError::from)
    }

    fn unlog_all(&mut self) -> Result<()> {
        let ids: Vec<RecordId> = {
            let mut statement =
                self.inner.prepare("SELECT DISTINCT record FROM changes WHERE bytes IS NULL")?;
            let ids = statement.query_map([], |row| super::record_id(row.get_ref(0)?))?;
            ids.collect::<rusqlite::Result<_>>()?
        };
        let mut restore =
            self.inner.prepare("UPDATE changes SET bytes = ?2 WHERE hash = ?1 AND bytes IS NULL")?;
        for id in ids {
            let document = match self.document(id) {
                // Of one that is damaged the comparison finds what is lacking.
                Err(error) if super::is_of_a_record(&error) => continue,
                document => document?,
            };
            for change in document.changes_since(&[]) {
                restore.execute(params![change.hash.0, change.bytes])?;
            }
        }
        self.inner.execute("UPDATE changes SET logged = 0", [])?;
        Ok(())
    }

    /// Notes that the replica has all that the relay had at `now`.
    ///
    /// What is there when that is so for the first time counts as reviewed: whoever joins a workspace has not missed
    /// years of it. Contradictions await review all the same.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn caught_up(&mut self, workspace_name: &str, now: i64) -> Result<()> {
        meta::remove(&self.inner, RECONCILING)?;
        self.set_workspace_name(workspace_name)?;
        if meta::get(&self.inner, FIRST_CATCH_UP)?.is_none() {
            meta::put(&self.inner, FIRST_CATCH_UP, now.to_string().as_bytes())?;
            self.mark_all_reviewed(now)?;
        }
        self.contact(now)
    }

    /// Notes that the relay was met at `now`.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn contact(&mut self, now: i64) -> Result<()> {
        meta::put(&self.inner, LAST_CONTACT, now.to_string().as_bytes())
    }

    /// Notes that the same relay, or another that has this workspace, is reached at another address.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn move_relay(&mut self, address: &str) -> Result<()> {
        meta::put(&self.inner, meta::RELAY, address.as_bytes())
    }

    /// Notes that the workspace, which was only here so far, is on its way to a relay, where it is called `workspace`.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn begin_sharing(&mut self, workspace: WorkspaceId, relay: (&str, &WayIn)) -> Result<()> {
        meta::begin_sharing(&self.inner, workspace, relay)
    }

    /// Notes that it stays only here after all, where no relay has let us in yet.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn end_sharing(&mut self) -> Result<()> {
        meta::end_sharing(&self.inner)
    }

    /// Notes the relay to sync with.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn set_relay(&mut self, address: &str, way: &WayIn) -> Result<()> {
        meta::put_relay(&self.inner, address, way)
    }

    /// Notes the key with which the relay has let us in.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn set_key(&mut self, key: &PublicKey) -> Result<()> {
        meta::put(&self.inner, meta::KEY, key.as_bytes())
    }

    /// Notes what the relay said on letting us in: what this device may do, and by what the workspace's devices know each
    /// other without a relay.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn set_grant(&mut self, grant: &Grant, meeting_key: Option<&WorkspaceSecret>) -> Result<()> {
        meta::put_grant(&self.inner, grant)?;
        match meeting_key {
            Some(key) => meta::put_secret(&self.inner, key),
            None => meta::remove(&self.inner, meta::SECRET),
        }
    }

    /// Notes that the record was reviewed up to these heads.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn mark_reviewed(&mut self, id: RecordId, heads: &[ChangeHash], at: i64) -> Result<()> {
        super::reviewed::mark(&self.inner, id, heads, at)
    }

    /// Notes that everything was reviewed as it is now.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn mark_all_reviewed(&mut self, at: i64) -> Result<()> {
        super::reviewed::mark_all(&self.inner, at)
    }

    /// Makes it durable.
    ///
    /// # Errors
    /// Where the file cannot be written. Then nothing was changed.
    pub fn commit(self) -> Result<()> {
        let Transaction { inner, mut touched, words } = self;
        words.iter().try_for_each(|(row, words)| projection::write_words(&inner, *row, words.as_ref()))?;
        inner.commit()?;
        touched.records.clear();
        Ok(())
    }
}
