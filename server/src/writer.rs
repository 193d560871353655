//! A workspace's writer: the one thread that checks pushes and appends to the log.
//!
//! **Group commit.** An fsync takes as long for one change as for a thousand. So the writer takes all pushes that wait,
//! checks them one by one, appends what is good in one transaction, and answers them all after it is durable.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex, PoisonError};

use samsyn_engine::document::gate::{self, GateError, Limits};
use samsyn_engine::document::{Change, ChangeHash, Document, ReceiveError};
use samsyn_engine::id::RecordId;
use samsyn_engine::identity::DeviceId;
use samsyn_engine::sync::limits::CHANGE_BYTES;
use samsyn_engine::sync::{Ack, Cursor, Entry, EntryBody, ErrorCode, Push, Refused};
use tokio::sync::{oneshot, watch};

use crate::error::Result;
use crate::log::{Log, LogEntry, NewEntry};
use crate::recent::Recent;

/// So many pushes go into one commit at most.
const PUSHES_TOGETHER: usize = 128;
/// And so many bytes of changes, about.
const BYTES_TOGETHER: usize = 8 * 1024 * 1024;
/// So many documents stay in memory between commits.
const DOCUMENTS: usize = 512;

/// A push on its way to the log.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) device: DeviceId,
    pub(crate) push: Push,
    /// Gets the acknowledgement once the push is durable; is dropped where it could not be stored.
    pub(crate) answer: oneshot::Sender<Ack>,
}

/// The writer's thread.
pub(crate) struct Writer {
    log: Box<dyn Log>,
    recent: Arc<Mutex<Recent>>,
    moved: watch::Sender<Cursor>,
    documents: HashMap<RecordId, Document>,
    limits: Limits,
}

/// What one commit will append.
#[derive(Default)]
struct Draft {
    entries: Vec<NewEntry>,
    hashes: HashSet<ChangeHash>,
    documents: BTreeMap<RecordId, Document>,
    answers: Vec<(oneshot::Sender<Ack>, Ack)>,
}

impl Writer {
    pub(crate) fn new(log: Box<dyn Log>, recent: Arc<Mutex<Recent>>, moved: watch::Sender<Cursor>) -> Self {
        let limits = Limits { change_bytes: CHANGE_BYTES, ..Limits::default() };
        Writer { log, recent, moved, documents: HashMap::new(), limits }
    }

    /// Works until nobody can send any more.
    pub(crate) fn run(mut self, inbox: &Receiver<Job>) {
        while let Ok(first) = inbox.recv() {
            let mut jobs = vec![first];
            let mut bytes = size(&jobs[0]);
            while jobs.len() < PUSHES_TOGETHER && bytes < BYTES_TOGETHER {
                let Ok(job) = inbox.try_recv() else { break };
                bytes += size(&job);
                jobs.push(job);
            }
            // Whatever happens in here, the next push finds a writer. Unanswered pushes are told that storing failed.
            let done = catch_unwind(AssertUnwindSafe(|| self.commit(jobs)));
            match done {
                Ok(Ok(())) => {}
                Ok(Err(error)) => {
                    tracing::error!(%error, "a commit failed; nothing of it was acknowledged");
                    self.documents.clear();
                }
                Err(_) => {
                    tracing::error!("a commit panicked; nothing of it was acknowledged");
                    self.documents.clear();
                }
            }
        }
    }

    fn commit(&mut self, jobs: Vec<Job>) -> Result<()> {
        let mut draft = Draft::default();
        for job in jobs {
            let ack = self.check(&mut draft, job.device, job.push)?;
            draft.answers.push((job.answer, ack));
        }
        if !draft.entries.is_empty() {
            let documents: Vec<&Document> = draft.documents.values().collect();
            let before = self.moved.borrow().position;
            let head = self.log.append(&draft.entries, &documents)?;
            let places = (before + 1..).zip(draft.entries);
            let entries = places.map(|(position, entry)| LogEntry {
                position,
                record: entry.record,
                hash: entry.hash,
                bytes: entry.bytes,
            });
            self.recent.lock().unwrap_or_else(PoisonError::into_inner).push(entries);
            self.keep(draft.documents);
            self.moved.send_replace(head);
        }
        for (answer, ack) in draft.answers {
            // Who asked may be gone.
            let _ = answer.send(ack);
        }
        Ok(())
    }

    fn keep(&mut self, documents: BTreeMap<RecordId, Document>) {
        if self.documents.len() + documents.len() > DOCUMENTS {
            self.documents.clear();
        }
        self.documents.extend(documents.into_iter().take(DOCUMENTS));
    }

    /// Checks one push; what is good goes into the draft.
    fn check(&self, draft: &mut Draft, device: DeviceId, push: Push) -> Result<Ack> {
        let mut refused = BTreeMap::new();
        let mut records: Vec<RecordId> = Vec::new();
        let mut numbers: HashMap<ChangeHash, u32> = HashMap::new();
        let mut changes: HashMap<RecordId, Vec<_>> = HashMap::new();
        for (number, entry) in (0_u32..).zip(push.entries) {
            match self.admit(&entry) {
                Err((code, words)) => drop(refused.insert(number, (code, words))),
                Ok(change) => {
                    let hash = change.hash();
                    numbers.insert(hash, number);
                    if draft.hashes.contains(&hash) || self.log.has(&hash)? {
                        continue;
                    }
                    if !changes.contains_key(&entry.record) {
                        records.push(entry.record);
                    }
                    changes.entry(entry.record).or_default().push(change);
                }
            }
        }
        for record in records {
            let changes = changes.remove(&record).unwrap_or_default();
            for (hash, reason) in self.receive(draft, device, record, changes)? {
                if let Some(number) = numbers.get(&hash) {
                    refused.insert(*number, reason);
                }
            }
        }
        let refused = refused.into_iter().map(|(number, (code, words))| Refused { number, code, words });
        let ack = Ack { id: push.id, refused: refused.collect() };
        for refused in &ack.refused {
            tracing::warn!(%device, code = ?refused.code, "a change was refused");
        }
        Ok(ack)
    }

    fn admit(&self, entry: &Entry) -> std::result::Result<Change, (ErrorCode, String)> {
        match &entry.body {
            EntryBody::Known(_) => Err((ErrorCode::Malformed, "a push holds whole changes".to_owned())),
            EntryBody::Change(bytes) => gate::admit(bytes, &self.limits).map_err(|error| explain(&error)),
        }
    }

    /// Merges changes into their record's document. Answers those that were refused.
    fn receive(
        &self,
        draft: &mut Draft,
        device: DeviceId,
        record: RecordId,
        changes: Vec<Change>,
    ) -> Result<Vec<(ChangeHash, (ErrorCode, String))>> {
        let hashes: Vec<ChangeHash> = changes.iter().map(Change::hash).collect();
        let mut document = match draft.documents.get(&record).or_else(|| self.documents.get(&record)) {
            Some(document) => document.clone(),
            None => self.log.document(record)?,
        };
        let received = match document.receive(changes, &self.limits) {
            Ok(received) => received,
            Err(error) => {
                let reason = match &error {
                    ReceiveError::Gate(error) => explain(error),
                    ReceiveError::Layout(error) => (ErrorCode::Schema, error.to_string()),
                };
                return Ok(hashes.into_iter().map(|hash| (hash, reason.clone())).collect());
            }
        };
        for change in received.changes {
            draft.hashes.insert(change.hash);
            draft.entries.push(NewEntry { record, hash: change.hash, bytes: change.bytes, device });
        }
        draft.documents.insert(record, document);
        Ok(received.rejected.iter().map(|(hash, error)| (*hash, explain(error))).collect())
    }
}

fn size(job: &Job) -> usize {
    let bytes = |entry: &Entry| if let EntryBody::Change(bytes) = &entry.body { bytes.len() } else { 0 };
    job.push.entries.iter().map(bytes).sum()
}

/// What the gate says, in the protocol's terms.
fn explain(error: &GateError) -> (ErrorCode, String) {
    let code = match error {
        GateError::TooLarge { .. } => ErrorCode::TooLarge,
        GateError::MissingDependencies(_) | GateError::DependsOnRefused(_) => ErrorCode::MissingDependencies,
        GateError::ActorCollision | GateError::SequenceGap => ErrorCode::ActorCollision,
        _ => ErrorCode::Malformed,
    };
    (code, error.to_string())
}
