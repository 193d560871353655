//! What comes from outside, on its way into the store: through the gate, merged by record, in one transaction with how
//! far it brings us.
//!
//! The gate is most of the work, and needs nothing of the file. So it comes first, for all that came, on all cores; the
//! file's write lock is taken only when that is done.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::identity::Collision;
use super::{SyncNews, SyncProblem};
use crate::document::gate::{self, GateError, Limits};
use crate::document::{
    Automerge, Change, ChangeHash, Document, EncodedChange, ReceiveError, Received, Taken,
};
use crate::id::RecordId;
use crate::parallel;
use crate::replica::Replica;
use crate::store::{Origin, Transaction};
use crate::sync::{Cursor, Entry, EntryBody, ErrorCode, FirstSync};

/// How far what comes brings us.
#[derive(Debug)]
pub(super) enum Reached {
    /// This place in the log.
    Log(Cursor),
    /// So far in the first sync; `left` records are still to come, and it goes on by `steps` of them.
    FirstSync { progress: FirstSync, left: u64, steps: usize },
    /// Nowhere yet: only what a comparison found to be lacking.
    Nowhere,
    /// Nowhere at all: it comes from another replica, and whether a relay has it nobody knows.
    Peer,
}

/// Something of what came that was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rejected {
    /// Which of the entries.
    pub(super) number: usize,
    /// Why.
    pub(super) why: Why,
}

/// Why something was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Why {
    /// For programs, on the wire.
    pub(super) code: ErrorCode,
    /// For the file.
    pub(super) name: &'static str,
    /// For people.
    pub(super) words: String,
}

impl From<&GateError> for Why {
    fn from(error: &GateError) -> Why {
        Why { code: error.into(), name: error.code(), words: error.to_string() }
    }
}

impl From<&ReceiveError> for Why {
    fn from(error: &ReceiveError) -> Why {
        match error {
            ReceiveError::Gate(error) => error.into(),
            ReceiveError::Layout(error) => {
                Why { code: ErrorCode::Schema, name: "unfit", words: error.to_string() }
            }
        }
    }
}

/// What storing came to.
#[derive(Debug, Default)]
pub(super) struct Stored {
    /// Changes of ours in whose place others came.
    pub(super) collisions: Vec<Collision>,
    /// What was not taken.
    pub(super) rejected: Vec<Rejected>,
}

/// Stores what came together with how far it brings us: all of it or none. What is not taken is kept apart, with its
/// reason; but for what another replica brings, which has it still.
pub(super) fn store(
    replica: &mut Replica,
    entries: &[Entry],
    reached: Reached,
    news: &mut Vec<SyncNews>,
) -> Result<Stored, SyncProblem> {
    let now = replica.now();
    let limits = Limits::default();
    let (records, logged) = admit_all(entries, &limits);
    let mut transaction = replica.store.transaction()?;
    let from_log = !matches!(reached, Reached::Peer);
    let stored = Stored::default();
    let mut arrival = Arrival { transaction: &mut transaction, limits, from_log, logged, stored };
    let records = arrival.store_all(records)?;
    let Arrival { logged, stored, .. } = arrival;
    if from_log {
        keep_apart(&mut transaction, entries, &stored.rejected, now, news)?;
    }
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
        Reached::Nowhere | Reached::Peer => entries.len(),
    };
    transaction.commit()?;
    news.push(SyncNews::Merged { records, changes });
    Ok(stored)
}

/// Keeps what was not taken for somebody to look at.
fn keep_apart(
    transaction: &mut Transaction<'_>,
    entries: &[Entry],
    rejected: &[Rejected],
    now: i64,
    news: &mut Vec<SyncNews>,
) -> Result<(), SyncProblem> {
    for Rejected { number, why } in rejected {
        let Entry { record, body: EntryBody::Change(bytes) | EntryBody::Document(bytes) } = &entries[*number]
        else {
            continue;
        };
        tracing::warn!(%record, code = why.name, "something that came did not pass the gate");
        transaction.quarantine(*record, bytes, (why.name, &why.words), now)?;
        news.push(SyncNews::Quarantined { record: *record, reason: why.words.clone() });
    }
    Ok(())
}

/// What came for one record: each with its place among the entries, and what the gate says of it.
#[derive(Default)]
struct Parts {
    documents: Vec<(usize, Result<Automerge, GateError>)>,
    changes: Vec<(usize, Result<Change, GateError>)>,
}

/// One entry after the gate.
enum Admitted {
    Document(Box<Result<Automerge, GateError>>),
    Change(Box<Result<Change, GateError>>),
    Known(ChangeHash),
}

/// Everything through the gate, by record; and the changes that came by name.
fn admit_all(entries: &[Entry], limits: &Limits) -> (BTreeMap<RecordId, Parts>, Vec<ChangeHash>) {
    let admitted = parallel::each(entries.iter().collect(), |entry: &Entry| match &entry.body {
        EntryBody::Known(hash) => Admitted::Known(*hash),
        EntryBody::Change(bytes) => Admitted::Change(Box::new(gate::admit(bytes, limits))),
        EntryBody::Document(bytes) => Admitted::Document(Box::new(gate::admit_document(bytes, limits))),
    });
    let (mut records, mut known) = (BTreeMap::<_, Parts>::new(), Vec::new());
    for (number, (entry, admitted)) in entries.iter().zip(admitted).enumerate() {
        match admitted {
            Admitted::Known(hash) => known.push(hash),
            Admitted::Change(change) => {
                records.entry(entry.record).or_default().changes.push((number, *change));
            }
            Admitted::Document(whole) => {
                records.entry(entry.record).or_default().documents.push((number, *whole));
            }
        }
    }
    (records, known)
}

/// What comes in one message.
struct Arrival<'a, 'b> {
    transaction: &'a mut Transaction<'b>,
    limits: Limits,
    /// It is in the relay's log.
    from_log: bool,
    /// The changes that came, and so are in the log of whoever sent them.
    logged: Vec<ChangeHash>,
    stored: Stored,
}

impl Arrival<'_, '_> {
    /// Stores all of it, record by record. Answers the records that changed.
    fn store_all(&mut self, records: BTreeMap<RecordId, Parts>) -> Result<Vec<RecordId>, SyncProblem> {
        let mut changed = Vec::new();
        for (record, parts) in records {
            if self.transaction.is_erased(record)? {
                self.turn_away(parts);
                continue;
            }
            let mut document = self.transaction.document(record)?;
            let mut news = false;
            for (number, whole) in parts.documents {
                news |= self.store_whole(&mut document, number, whole)?;
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

    /// What was erased does not come back: from another replica, which has not heard of it. (A relay does not send it.)
    fn turn_away(&mut self, parts: Parts) {
        let changes = parts.changes.into_iter().map(|(number, _)| number);
        for number in parts.documents.into_iter().map(|(number, _)| number).chain(changes) {
            let words = "the record was erased".to_owned();
            let why = Why { code: ErrorCode::Erased, name: "erased", words };
            if !self.from_log {
                self.stored.rejected.push(Rejected { number, why });
            }
        }
    }

    /// Takes a whole document in. Says whether the record changed.
    fn store_whole(
        &mut self,
        document: &mut Document,
        number: usize,
        whole: Result<Automerge, GateError>,
    ) -> Result<bool, SyncProblem> {
        let whole = match whole {
            Ok(whole) => whole,
            Err(error) => return self.reject(number, &error),
        };
        let names: Vec<ChangeHash> = gate::names(&whole);
        match document.receive_whole(whole, &self.limits) {
            Ok(Taken::Whole) if self.from_log => {
                self.transaction.save_whole(document)?;
                Ok(true)
            }
            Ok(Taken::Whole) => self.save(document, &document.changes_since(&[])),
            Ok(Taken::Merged(received)) => {
                self.logged.extend(names);
                self.collide(document, &received);
                if let Some((_, error)) = received.rejected.first() {
                    self.reject(number, error)?;
                }
                self.save(document, &received.changes)
            }
            Err(error) => self.reject(number, &error),
        }
    }

    /// Merges what passes the gate, in one batch. Says whether the record changed.
    fn store_changes(
        &mut self,
        document: &mut Document,
        changes: Vec<(usize, Result<Change, GateError>)>,
    ) -> Result<bool, SyncProblem> {
        let (mut admitted, mut number_of) = (Vec::new(), HashMap::new());
        for (number, change) in changes {
            match change {
                Ok(change) => {
                    number_of.insert(change.hash(), number);
                    self.logged.push(change.hash());
                    admitted.push(change);
                }
                Err(error) => drop(self.reject(number, &error)?),
            }
        }
        match document.receive(admitted, &self.limits) {
            Ok(received) => {
                self.collide(document, &received);
                for (hash, error) in &received.rejected {
                    if let Some(number) = number_of.get(hash) {
                        self.reject(*number, error)?;
                    }
                }
                self.save(document, &received.changes)
            }
            Err(error) => {
                let numbers: BTreeSet<usize> = number_of.into_values().collect();
                for number in numbers {
                    self.reject(number, &error)?;
                }
                Ok(false)
            }
        }
    }

    /// Notes the changes of ours that have the place which the log has given to others. Another replica decides nothing.
    fn collide(&mut self, document: &Document, received: &Received) {
        if !self.from_log {
            return;
        }
        let ours = received.collided.iter().filter_map(|(actor, seq)| document.change_of(actor, *seq));
        let record = document.id();
        self.stored.collisions.extend(ours.map(|change| Collision { record, change }));
    }

    fn save(&mut self, document: &Document, changes: &[EncodedChange]) -> Result<bool, SyncProblem> {
        if changes.is_empty() {
            return Ok(false);
        }
        let origin = if self.from_log { Origin::Log } else { Origin::Elsewhere };
        self.transaction.save(document, changes, origin)?;
        Ok(true)
    }

    fn reject<'e, E>(&mut self, number: usize, error: &'e E) -> Result<bool, SyncProblem>
    where
        Why: From<&'e E>,
    {
        self.stored.rejected.push(Rejected { number, why: error.into() });
        Ok(false)
    }
}
