//! What comes from outside, on its way into the store: through the gate, merged by record, in one transaction with how
//! far it brings us.
//!
//! The gate is most of the work, and needs nothing of the file; nor does what the file will hold of a record that came
//! whole. So both come first, on all cores; the file's write lock is taken only when the most of that is done.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::identity::{self, Collision, ToldApart};
use super::{SyncNews, SyncProblem};
use crate::document::gate::{self, GateError, Limits};
use crate::document::{Change, ChangeHash, Document, EncodedChange, ReceiveError, Received};
use crate::id::RecordId;
use crate::parallel;
use crate::replica::Replica;
use crate::store::{Origin, Transaction, Whole, is_of_a_record};
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
    collisions: Vec<Collision>,
    /// What was done about them.
    pub(super) told_apart: ToldApart,
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
    let from_log = !matches!(reached, Reached::Peer);
    let admit =
        |(record, entries): (RecordId, Vec<Numbered<'_>>)| (record, admit_all(record, entries, &limits));
    let (mut transaction, arrived) =
        parallel::ahead(by_record(entries), admit, |records| -> Result<_, SyncProblem> {
            let mut transaction = replica.store.transaction()?;
            let damaged = transaction.damaged()?;
            let mut arrival = Arrival {
                damaged,
                transaction: &mut transaction,
                limits: &limits,
                from_log,
                logged: known(entries),
                stored: Stored::default(),
            };
            let changed = arrival.store_all(records)?;
            let Arrival { logged, stored, .. } = arrival;
            Ok((transaction, (changed, logged, stored)))
        })?;
    let (records, logged, mut stored) = arrived;
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
    stored.told_apart = identity::tell_apart(&mut transaction, &stored.collisions)?;
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

/// An entry's body, with its place among the entries.
type Numbered<'a> = (usize, &'a EntryBody);

/// What came, by record.
fn by_record(entries: &[Entry]) -> Vec<(RecordId, Vec<Numbered<'_>>)> {
    let mut records = BTreeMap::<_, Vec<_>>::new();
    for (number, Entry { record, body }) in entries.iter().enumerate() {
        if !matches!(body, EntryBody::Known(_)) {
            records.entry(*record).or_default().push((number, body));
        }
    }
    records.into_iter().collect()
}

/// The changes that came by name.
fn known(entries: &[Entry]) -> Vec<ChangeHash> {
    let name = |entry: &Entry| match entry.body {
        EntryBody::Known(hash) => Some(hash),
        _ => None,
    };
    entries.iter().filter_map(name).collect()
}

/// What came for one record: each with its place among the entries, and what the gate says of it.
#[derive(Default)]
struct Parts {
    documents: Vec<(usize, Result<Whole, Why>)>,
    changes: Vec<(usize, Result<Change, GateError>)>,
}

/// All that came for a record, through the gate.
fn admit_all(record: RecordId, entries: Vec<Numbered<'_>>, limits: &Limits) -> Parts {
    let mut parts = Parts::default();
    for (number, body) in entries {
        match body {
            EntryBody::Change(bytes) => parts.changes.push((number, gate::admit(bytes, limits))),
            EntryBody::Document(bytes) => parts.documents.push((number, admit_whole(record, bytes, limits))),
            EntryBody::Known(_) => {}
        }
    }
    parts
}

/// A document through the gate, with what the file will hold of it where there is nothing of the record yet.
fn admit_whole(record: RecordId, bytes: &[u8], limits: &Limits) -> Result<Whole, Why> {
    let automerge = gate::admit_document(bytes, limits).map_err(|error| Why::from(&error))?;
    let unfit = |error| Why::from(&ReceiveError::from(error));
    let (document, contents) = Document::whole(record, automerge).map_err(unfit)?;
    Ok(Whole::of(document, contents))
}

/// What comes in one message.
struct Arrival<'a, 'b> {
    transaction: &'a mut Transaction<'b>,
    limits: &'a Limits,
    /// It is in the relay's log.
    from_log: bool,
    /// The changes that came, and so are in the log of whoever sent them.
    logged: Vec<ChangeHash>,
    /// What is known to be damaged here.
    damaged: BTreeSet<RecordId>,
    stored: Stored,
}

impl Arrival<'_, '_> {
    /// Stores all of it, record by record. Answers the records that changed.
    fn store_all(
        &mut self,
        records: &mut dyn Iterator<Item = (RecordId, Parts)>,
    ) -> Result<Vec<RecordId>, SyncProblem> {
        let mut changed = Vec::new();
        for (record, parts) in records {
            if self.transaction.is_erased(record)? {
                self.turn_away(parts);
                continue;
            }
            let (mut document, is_damaged) = match self.transaction.document(record) {
                Err(error) if is_of_a_record(&error) => (self.transaction.salvage(record)?, true),
                document => (document?, self.damaged.contains(&record)),
            };
            let mut news = false;
            for (number, whole) in parts.documents {
                news |= self.store_whole(&mut document, number, whole)?;
            }
            if !parts.changes.is_empty() {
                news |= self.store_changes(&mut document, parts.changes)?;
            }
            if is_damaged {
                self.transaction.note_damage(&[record])?;
                self.transaction.mend(&document, self.from_log)?;
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
        whole: Result<Whole, Why>,
    ) -> Result<bool, SyncProblem> {
        let whole = match whole {
            Ok(whole) => whole,
            Err(why) => return Ok(self.reject(number, why)),
        };
        if !document.heads().is_empty() {
            return self.merge_whole(document, number, whole.document());
        }
        if self.from_log {
            self.transaction.save_whole(&whole)?;
            *document = whole.into_document();
            return Ok(true);
        }
        *document = whole.into_document();
        self.save(document, &document.changes_since(&[]))
    }

    /// Takes in what is new of a document, where there is something of the record already.
    fn merge_whole(
        &mut self,
        document: &mut Document,
        number: usize,
        whole: &Document,
    ) -> Result<bool, SyncProblem> {
        match document.receive_whole(whole, self.limits) {
            Ok(received) => {
                self.logged.extend(whole.change_names().iter().map(|change| change.hash));
                self.collide(document, &received);
                if let Some((_, error)) = received.rejected.first() {
                    self.reject(number, error);
                }
                self.save(document, &received.changes)
            }
            Err(error) => Ok(self.reject(number, &error)),
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
                Err(error) => drop(self.reject(number, &error)),
            }
        }
        match document.receive(admitted, self.limits) {
            Ok(received) => {
                self.collide(document, &received);
                for (hash, error) in &received.rejected {
                    if let Some(number) = number_of.get(hash) {
                        self.reject(*number, error);
                    }
                }
                self.save(document, &received.changes)
            }
            Err(error) => {
                let numbers: BTreeSet<usize> = number_of.into_values().collect();
                for number in numbers {
                    self.reject(number, &error);
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

    /// Does not take one of the entries: nothing changes by it.
    fn reject(&mut self, number: usize, why: impl Into<Why>) -> bool {
        self.stored.rejected.push(Rejected { number, why: why.into() });
        false
    }
}
