//! What comes from outside, on its way into the store: through the gate, merged by record, in one transaction with how
//! far it brings us.
//!
//! The gate is most of the work, and needs nothing of the file. So it comes first, for all that came, on all cores; the
//! file's write lock is taken only when that is done.

use std::collections::{BTreeMap, HashMap};

use super::identity::Collision;
use super::{SyncNews, SyncProblem};
use crate::document::gate::{self, GateError, Limits};
use crate::document::{Automerge, Change, ChangeHash, Document, EncodedChange, Received, Taken};
use crate::id::RecordId;
use crate::parallel;
use crate::replica::Replica;
use crate::store::{Origin, Transaction};
use crate::sync::{Cursor, Entry, EntryBody, FirstSync};

/// How far what comes brings us.
#[derive(Debug)]
pub(super) enum Reached {
    /// This place in the log.
    Log(Cursor),
    /// So far in the first sync; `left` records are still to come, and it goes on by `steps` of them.
    FirstSync { progress: FirstSync, left: u64, steps: usize },
    /// Nowhere yet: only what a comparison found to be lacking.
    Nowhere,
}

/// Stores what came together with how far it brings us: all of it or none. Answers the changes of ours that collide with
/// some of it.
pub(super) fn store(
    replica: &mut Replica,
    entries: &[Entry],
    reached: Reached,
    news: &mut Vec<SyncNews>,
) -> Result<Vec<Collision>, SyncProblem> {
    let now = replica.now();
    let limits = Limits::default();
    let (records, known) = admit_all(entries, &limits);
    let mut transaction = replica.store.transaction()?;
    let (mut logged, mut collisions) = (known, Vec::new());
    let (into, out) = (&mut transaction, &mut collisions);
    let mut arrival = Arrival { transaction: into, now, news, limits, logged: &mut logged, collisions: out };
    let records = arrival.store_all(records)?;
    let changes = match reached {
        Reached::Log(cursor) => {
            transaction.mark_logged(&logged)?;
            transaction.set_cursor(&cursor)?;
            transaction.contact(now)?;
            entries.len()
        }
        Reached::FirstSync { progress, left, steps } => {
            transaction.mark_logged(&logged)?;
            transaction.came_first(&records, now)?;
            if left == 0 {
                transaction.end_first_sync(&progress.cursor)?;
            } else {
                transaction.set_first_sync(&progress)?;
            }
            steps
        }
        // What the relay has of these records is noted for all of them at the end.
        Reached::Nowhere => entries.len(),
    };
    transaction.commit()?;
    news.push(SyncNews::Merged { records, changes });
    Ok(collisions)
}

/// What came for one record: bytes, and what the gate says of them.
#[derive(Default)]
struct Parts<'a> {
    documents: Vec<(&'a [u8], Result<Automerge, GateError>)>,
    changes: Vec<(&'a [u8], Result<Change, GateError>)>,
}

/// One entry after the gate.
enum Admitted<'a> {
    Document(&'a [u8], Result<Automerge, GateError>),
    Change(&'a [u8], Result<Change, GateError>),
    Known(ChangeHash),
}

/// Everything through the gate, by record; and the changes that came by name.
fn admit_all<'a>(entries: &'a [Entry], limits: &Limits) -> (BTreeMap<RecordId, Parts<'a>>, Vec<ChangeHash>) {
    let admitted = parallel::each(entries.iter().collect(), |entry: &Entry| match &entry.body {
        EntryBody::Known(hash) => Admitted::Known(*hash),
        EntryBody::Change(bytes) => Admitted::Change(bytes, gate::admit(bytes, limits)),
        EntryBody::Document(bytes) => Admitted::Document(bytes, gate::admit_document(bytes, limits)),
    });
    let (mut records, mut known) = (BTreeMap::<_, Parts<'_>>::new(), Vec::new());
    for (entry, admitted) in entries.iter().zip(admitted) {
        match admitted {
            Admitted::Known(hash) => known.push(hash),
            Admitted::Change(bytes, change) => {
                records.entry(entry.record).or_default().changes.push((bytes, change));
            }
            Admitted::Document(bytes, whole) => {
                records.entry(entry.record).or_default().documents.push((bytes, whole));
            }
        }
    }
    (records, known)
}

/// What comes in one message.
struct Arrival<'a, 'b> {
    transaction: &'a mut Transaction<'b>,
    now: i64,
    news: &'a mut Vec<SyncNews>,
    limits: Limits,
    /// The changes that came, and so are in the log of whoever sent them.
    logged: &'a mut Vec<ChangeHash>,
    /// Changes of ours in whose place others came.
    collisions: &'a mut Vec<Collision>,
}

impl Arrival<'_, '_> {
    /// Stores all of it, record by record. Answers the records that changed.
    fn store_all(&mut self, records: BTreeMap<RecordId, Parts<'_>>) -> Result<Vec<RecordId>, SyncProblem> {
        let mut changed = Vec::new();
        for (record, parts) in records {
            let mut document = self.transaction.document(record)?;
            let mut news = false;
            for (bytes, whole) in parts.documents {
                news |= self.store_whole(&mut document, bytes, whole)?;
            }
            if !parts.changes.is_empty() {
                news |= self.store_changes(&mut document, parts.changes)?;
            }
            if news {
                changed.push(record);
            }
        }
        Ok(changed)
    }

    /// Takes a whole document in. Says whether the record changed.
    fn store_whole(
        &mut self,
        document: &mut Document,
        bytes: &[u8],
        whole: Result<Automerge, GateError>,
    ) -> Result<bool, SyncProblem> {
        let record = document.id();
        let whole = match whole {
            Ok(whole) => whole,
            Err(error) => {
                self.quarantine(record, bytes, (error.code(), &error.to_string()))?;
                return Ok(false);
            }
        };
        let names: Vec<ChangeHash> = gate::names(&whole);
        match document.receive_whole(whole, &self.limits) {
            Ok(Taken::Whole) => {
                self.transaction.save_whole(document)?;
                Ok(true)
            }
            Ok(Taken::Merged(received)) => {
                self.logged.extend(names);
                self.collide(document, &received);
                for (_, error) in received.rejected.iter().take(1) {
                    self.quarantine(record, bytes, (error.code(), &error.to_string()))?;
                }
                self.save(document, &received.changes)
            }
            Err(error) => {
                self.quarantine(record, bytes, ("unfit", &error.to_string()))?;
                Ok(false)
            }
        }
    }

    /// Merges what passes the gate, in one batch, and keeps the rest apart. Says whether the record changed.
    fn store_changes(
        &mut self,
        document: &mut Document,
        changes: Vec<(&[u8], Result<Change, GateError>)>,
    ) -> Result<bool, SyncProblem> {
        let record = document.id();
        let (mut admitted, mut bytes_of) = (Vec::new(), HashMap::new());
        for (bytes, change) in changes {
            match change {
                Ok(change) => {
                    bytes_of.insert(change.hash(), bytes);
                    self.logged.push(change.hash());
                    admitted.push(change);
                }
                Err(error) => self.quarantine(record, bytes, (error.code(), &error.to_string()))?,
            }
        }
        match document.receive(admitted, &self.limits) {
            Ok(received) => {
                self.collide(document, &received);
                for (hash, error) in &received.rejected {
                    if let Some(bytes) = bytes_of.get(hash) {
                        self.quarantine(record, bytes, (error.code(), &error.to_string()))?;
                    }
                }
                self.save(document, &received.changes)
            }
            Err(error) => {
                for bytes in bytes_of.values() {
                    self.quarantine(record, bytes, ("unfit", &error.to_string()))?;
                }
                Ok(false)
            }
        }
    }

    /// Notes the changes of ours that have the place which the log has given to others.
    fn collide(&mut self, document: &Document, received: &Received) {
        let ours = received.collided.iter().filter_map(|(actor, seq)| document.change_of(actor, *seq));
        let record = document.id();
        self.collisions.extend(ours.map(|change| Collision { record, change }));
    }

    fn save(&mut self, document: &Document, changes: &[EncodedChange]) -> Result<bool, SyncProblem> {
        if changes.is_empty() {
            return Ok(false);
        }
        self.transaction.save(document, changes, Origin::Log)?;
        Ok(true)
    }

    fn quarantine(
        &mut self,
        record: RecordId,
        bytes: &[u8],
        (code, reason): (&str, &str),
    ) -> Result<(), SyncProblem> {
        tracing::warn!(%record, code, "something that came did not pass the gate");
        self.transaction.quarantine(record, bytes, (code, reason), self.now)?;
        self.news.push(SyncNews::Quarantined { record, reason: reason.to_owned() });
        Ok(())
    }
}
