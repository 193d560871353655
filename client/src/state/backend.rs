//! The thread that owns the window's replica: everything that touches the file happens here.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use jiff::civil::Date;
use samsyn_engine::document::{Difference, Document, FieldConflict, Heads, HistoryEntry, Record};
use samsyn_engine::exchange::ExchangeError;
use samsyn_engine::files::Existing;
use samsyn_engine::id::RecordId;
use samsyn_engine::identity::DeviceId;
use samsyn_engine::replica::{Batch, Input, RefusedEntry, RefusedRecord, Replica, ReplicaError, UndoneBatch};
use samsyn_engine::review::{Finding, QueueEntry, ReviewItem};
use samsyn_engine::schema::kinds::MEMBER;
use samsyn_engine::schema::{FieldPath, Language, Link, Value};
use samsyn_engine::store::{Found, ListQuery, Listed, Meta, RowView, StoreError, Unfinished};
use samsyn_engine::text::one_line;

use super::disk::Disk;
use super::people::Known;
use super::steps::{Done, Step, StepId, Way};
use crate::belonging::dossier::Dossier;
use crate::belonging::erasing::Touched;

/// How often the thread looks whether somebody else has written to the file.
const LOOK: Duration = Duration::from_millis(250);

/// What the window asks for.
#[derive(Debug, Clone)]
pub enum Request {
    /// The records of a list, in its order.
    List(ListQuery),
    /// Rows that come into sight.
    Rows(Vec<RecordId>),
    /// A record, to be shown or edited.
    Open(RecordId),
    /// What is half typed.
    Unfinished,
    /// Keep what is half typed.
    Keep(Unfinished),
    /// Something half typed is finished.
    Finish(Unfinished),
    /// Make or edit a record: a step.
    Enter(StepId, Box<Input>),
    /// Make or edit many records: a step.
    Apply(StepId, Batch),
    /// Take back what a step did, or do it again.
    Go(Way, StepId, Box<Done>),
    /// Find records: the text and the kinds, all where there are none.
    Search(String, Vec<&'static str>),
    /// Everything that lists and counts depend on, anew.
    Overview,
    /// What changed in a record since it was reviewed.
    Review(RecordId),
    /// What is wrong on that day.
    Findings(Date),
    /// These records were reviewed up to these heads: a step.
    Reviewed(StepId, Vec<(RecordId, Heads)>),
    /// Offer again what the relay refused.
    Retry,
    /// Who has written here.
    Known,
    /// What the relay refused.
    Refused,
    /// Offer again what the relay refused of a record.
    RetryIn(RecordId),
    /// Let go of what the relay refused of a record.
    Discard(RecordId),
    /// What erasing a record would touch.
    Touched(RecordId),
    /// Write all that is known about a person to two files, in that language.
    WriteDossier(RecordId, (PathBuf, Existing), Language),
}

/// A record with what is shown beside it.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordView {
    /// The record.
    pub record: Record,
    /// What contradicts in it.
    pub conflicts: Vec<FieldConflict>,
    /// The latest part of its history, the oldest change first.
    pub history: Vec<HistoryStep>,
    /// The records that refer to it, and by which field.
    pub referrers: Vec<(RecordId, String)>,
}

/// One change of a record's history, and what it changed.
#[derive(Debug, Clone, PartialEq)]
pub struct HistoryStep {
    /// Who, when and why.
    pub entry: HistoryEntry,
    /// What is different through it.
    pub differences: Vec<Difference>,
    /// The titles of what these differences refer to.
    pub titles: Vec<(Link, String)>,
}

/// What the relay refused of one record.
#[derive(Debug, Clone, PartialEq)]
pub struct RefusedWork {
    /// The record, as it is here.
    pub record: Record,
    /// Whether the relay has nothing of it at all.
    pub is_new: bool,
    /// The changes, each with the reason, in the order in which they were made.
    pub changes: Vec<RefusedStep>,
}

/// A change that the relay refused.
#[derive(Debug, Clone, PartialEq)]
pub struct RefusedStep {
    /// Why, for programs.
    pub code: String,
    /// Why, in the relay's words.
    pub reason: String,
    /// Who, when and what.
    pub step: HistoryStep,
}

/// How much of a history is read for the window; the whole of it is on the command line.
const HISTORY: usize = 60;

/// What was found where a record was to be opened.
#[derive(Debug)]
pub enum Opened {
    /// The record.
    Here(Arc<RecordView>),
    /// There is no such record.
    NotHere,
    /// A disk has changed something in it.
    Damaged,
}

/// What was left as it is where something was taken back; all of a record, where nothing of it could be.
pub(super) type LeftAlone = BTreeMap<RecordId, Vec<FieldPath>>;

/// What the backend answers.
#[derive(Debug)]
pub enum Answer {
    /// To [`Request::List`].
    List(ListQuery, Listed),
    /// To [`Request::Rows`]: what was asked for, and what of it is there.
    Rows(Vec<RecordId>, Vec<RowView>),
    /// To [`Request::Open`].
    Record(RecordId, Opened),
    /// To [`Request::Enter`], [`Request::Apply`] and [`Request::Reviewed`]: what the step did.
    Done(StepId, Done),
    /// To [`Request::Enter`]: nothing was done.
    NotEntered(StepId, Box<Input>, Arc<ReplicaError>),
    /// To [`Request::Apply`] and [`Request::Reviewed`]: nothing was done.
    NotDone(StepId, Arc<ReplicaError>),
    /// To [`Request::Go`]: what going that way did, by which it can be gone the other way, and what was left as it is.
    Gone(Way, Step, LeftAlone),
    /// To [`Request::Go`]: nothing was done.
    NotGone(Way, Step, Arc<ReplicaError>),
    /// To [`Request::Keep`] and [`Request::Finish`].
    Kept(Result<(), Arc<ReplicaError>>),
    /// To [`Request::Search`].
    Hits(String, Found),
    /// To [`Request::Overview`], and by itself whenever something changed.
    Overview(Box<Overview>),
    /// To [`Request::Review`].
    Review(Arc<ReviewItem>),
    /// To [`Request::Findings`].
    Findings(Vec<Finding>),
    /// To [`Request::Unfinished`].
    Unfinished(Vec<Unfinished>),
    /// To [`Request::Known`].
    Known(Vec<Known>),
    /// To [`Request::Touched`].
    Touched(RecordId, Looked),
    /// To [`Request::Discard`]: it was let go of.
    Discarded(RecordId),
    /// To [`Request::WriteDossier`]: the files.
    Written(RecordId, Result<[PathBuf; 2], Arc<ExchangeError>>),
    /// To [`Request::Refused`].
    Refused(Vec<RefusedWork>),
    /// Something was not done.
    Failed(Arc<ReplicaError>),
    /// Nothing can be written now, for that reason; or it can again, and what is typed is kept.
    InTheWay(Option<Arc<ReplicaError>>),
}

/// What was seen where somebody looked at what erasing a record would touch.
#[derive(Debug, Clone)]
pub enum Looked {
    /// Nothing yet.
    Looking,
    /// The record is not here any more: somebody was faster.
    Gone,
    /// It could not be looked at.
    Failed(Arc<ReplicaError>),
    /// This.
    Found(Arc<Touched>),
}

/// What is shown whatever the page.
#[derive(Debug, Clone)]
pub struct Overview {
    /// Who and where the replica is.
    pub meta: Meta,
    /// How many records of each kind there are.
    pub counts: HashMap<String, u64>,
    /// What awaits review.
    pub queue: Vec<QueueEntry>,
    /// The name of each device's person.
    pub people: HashMap<DeviceId, String>,
    /// Records that were erased.
    pub erased: HashSet<RecordId>,
    /// Whether everything that was read before may be out of date.
    pub changed: bool,
}

/// The thread's handle. Dropped, it ends the thread after what was asked before.
#[derive(Debug)]
pub(super) struct Backend {
    requests: Option<Sender<Request>>,
    pub(super) answers: Receiver<Answer>,
    /// A log that was not the file's own, under the name that it has now.
    pub(super) set_aside: Option<PathBuf>,
    thread: Option<JoinHandle<()>>,
}

impl Backend {
    /// Opens the replica and starts the thread. `wake` is called whenever there is an answer.
    pub(super) fn start(path: PathBuf, wake: impl Fn() + Send + 'static) -> Result<Backend, ReplicaError> {
        let replica = crate::keys::open_or_read(&path)?;
        let set_aside = replica.store().set_aside().map(Path::to_owned);
        let (requests, inbox) = channel();
        let (outbox, answers) = channel();
        let disk = Disk::of(&replica);
        let worker = Worker { replica, disk, outbox, wake: Box::new(wake) };
        let thread = std::thread::Builder::new().name("backend".to_owned()).spawn(move || worker.run(&inbox));
        if let Err(error) = &thread {
            tracing::error!(%error, "the backend thread could not be started");
        }
        Ok(Backend { requests: Some(requests), answers, set_aside, thread: thread.ok() })
    }

    pub(super) fn ask(&self, request: Request) {
        if let Some(requests) = &self.requests {
            let _ = requests.send(request);
        }
    }
}

impl Drop for Backend {
    fn drop(&mut self) {
        // Closing the channel lets the thread finish what was asked: a last edit is never lost.
        self.requests = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

struct Worker {
    replica: Replica,
    disk: Disk,
    outbox: Sender<Answer>,
    wake: Box<dyn Fn() + Send>,
}

impl Worker {
    fn run(mut self, inbox: &Receiver<Request>) {
        let mut version = self.replica.store().data_version().unwrap_or(0);
        self.overview(false);
        if self.disk.in_the_way().is_some() {
            self.tell_disk();
        }
        loop {
            match inbox.recv_timeout(LOOK) {
                Ok(request) => self.answer(request),
                Err(RecvTimeoutError::Disconnected) => return,
                Err(RecvTimeoutError::Timeout) => {}
            }
            if self.disk.is_due() && self.disk.try_again(&mut self.replica) {
                self.tell_disk();
            }
            let now = self.replica.store().data_version().unwrap_or(version);
            if now != version {
                version = now;
                self.overview(true);
            }
        }
    }

    fn answer(&mut self, request: Request) {
        let answer = match request {
            Request::Overview => return self.overview(false),
            Request::Enter(..) | Request::Apply(..) | Request::Go(..) | Request::Reviewed(..) => {
                let answer = self.write(request);
                self.learn(&answer);
                self.tell(answer);
                return self.overview(true);
            }
            Request::Discard(id) => {
                let answer = self.discard(id);
                self.learn(&answer);
                self.tell(answer);
                return self.overview(true);
            }
            Request::Retry | Request::RetryIn(_) => {
                if let Err(error) = self.mark(request) {
                    let answer = Answer::Failed(Arc::new(error));
                    self.learn(&answer);
                    self.tell(answer);
                }
                return self.overview(true);
            }
            // Nothing that is shown depends on it.
            Request::Keep(unfinished) => return self.keep(&unfinished, true),
            Request::Finish(unfinished) => return self.keep(&unfinished, false),
            read => self.read(read),
        };
        self.tell(answer);
    }

    fn read(&self, request: Request) -> Answer {
        let store = self.replica.store();
        let answer = || -> Result<Answer, ReplicaError> {
            Ok(match request {
                Request::List(query) => {
                    let listed = store.listed(&query)?;
                    Answer::List(query, listed)
                }
                Request::Rows(ids) => {
                    let rows = store.rows(&ids)?.into_iter().flatten().collect();
                    Answer::Rows(ids, rows)
                }
                Request::Open(id) => Answer::Record(id, self.opened(id)?),
                Request::Search(text, kinds) => {
                    let found = store.find(&text, &kinds, 50)?;
                    Answer::Hits(text, found)
                }
                Request::Review(id) => Answer::Review(Arc::new(self.replica.review(id)?)),
                Request::Findings(today) => Answer::Findings(self.replica.findings(today)?),
                Request::Known => Answer::Known(self.known()?),
                Request::Unfinished => Answer::Unfinished(store.unfinished()?),
                Request::Refused => Answer::Refused(self.refused()?),
                Request::Touched(id) => Answer::Touched(id, self.look(id)),
                Request::WriteDossier(id, (path, existing), language) => {
                    let dossier = Dossier::of(&self.replica, id, language).map_err(ExchangeError::from);
                    let written = dossier.and_then(|dossier| dossier.write(&path, existing));
                    Answer::Written(id, written.map_err(Arc::new))
                }
                _ => unreachable!("what writes is answered elsewhere"),
            })
        };
        answer().unwrap_or_else(|error| Answer::Failed(Arc::new(error)))
    }

    fn look(&self, id: RecordId) -> Looked {
        match Touched::of(&self.replica, id) {
            Ok(touched) => Looked::Found(Arc::new(touched)),
            Err(ReplicaError::NoRecord(_)) => Looked::Gone,
            Err(error) => Looked::Failed(Arc::new(error)),
        }
    }

    fn known(&self) -> Result<Vec<Known>, ReplicaError> {
        let store = self.replica.store();
        let (ids, wrote) = (store.list(&ListQuery::all(&MEMBER))?, store.last_written()?);
        let known = |row: RowView| {
            let text = |field: &str| {
                one_line(row.cells.get(field).and_then(Value::as_text).unwrap_or_default()).into_owned()
            };
            Known {
                device: row.id,
                person: text("name"),
                name: text("device"),
                since: row.created,
                wrote: wrote.get(&row.id).copied(),
            }
        };
        Ok(store.rows(&ids)?.into_iter().flatten().map(known).collect())
    }

    /// What the relay refused, record by record, with the titles that it takes to show it.
    fn refused(&self) -> Result<Vec<RefusedWork>, ReplicaError> {
        let step = |refused: RefusedEntry| {
            let RefusedEntry { code, reason, entry, differences } = refused;
            let titles = self.titles(&differences)?;
            Ok(RefusedStep { code, reason, step: HistoryStep { entry, differences, titles } })
        };
        let works = self.replica.refused_records()?.into_iter().map(|refused| {
            let RefusedRecord { record, is_new, changes } = refused;
            let changes = changes.into_iter().map(step).collect::<Result<_, ReplicaError>>()?;
            Ok(RefusedWork { record, is_new, changes })
        });
        works.collect()
    }

    fn opened(&self, id: RecordId) -> Result<Opened, ReplicaError> {
        match self.open(id) {
            Ok(Some(view)) => Ok(Opened::Here(Arc::new(view))),
            Ok(None) => Ok(Opened::NotHere),
            Err(ReplicaError::Store(StoreError::Document(_))) => Ok(Opened::Damaged),
            Err(error) => Err(error),
        }
    }

    fn open(&self, id: RecordId) -> Result<Option<RecordView>, ReplicaError> {
        let Some(document) = self.replica.store().document(id)? else { return Ok(None) };
        Ok(Some(RecordView {
            record: document.read(),
            conflicts: document.conflicts(),
            history: self.history(&document)?,
            referrers: self.replica.store().referrers(id)?,
        }))
    }

    fn history(&self, document: &Document) -> Result<Vec<HistoryStep>, ReplicaError> {
        let all = document.history();
        let latest = all.into_iter().rev().take(HISTORY).collect::<Vec<_>>();
        let steps = latest.into_iter().rev().map(|entry| {
            let differences = document.differences_of(&entry);
            let titles = self.titles(&differences)?;
            Ok(HistoryStep { entry, differences, titles })
        });
        steps.collect()
    }

    fn titles(&self, differences: &[Difference]) -> Result<Vec<(Link, String)>, ReplicaError> {
        let values = differences.iter().flat_map(|difference| match difference {
            Difference::Field { before, after, .. } => vec![before, after],
            Difference::RowAdded { row, .. } | Difference::RowRemoved { row, .. } => {
                row.cells.values().collect()
            }
            _ => Vec::new(),
        });
        let ids: Vec<RecordId> = values.flat_map(links).filter_map(|link| link.record()).collect();
        let titles = self.replica.store().titles(&ids)?;
        let known = ids.into_iter().zip(titles).filter_map(|(id, title)| Some((Link::Record(id), title?)));
        Ok(known.collect())
    }

    fn write(&mut self, request: Request) -> Answer {
        match request {
            Request::Enter(step, entry) => match self.replica.enter(&entry) {
                Ok(edited) => Answer::Done(step, Done::Edited(edited)),
                Err(error) => Answer::NotEntered(step, entry, Arc::new(error)),
            },
            Request::Apply(step, batch) => done(step, self.replica.apply(&batch).map(Done::Applied)),
            Request::Reviewed(step, records) => {
                done(step, self.replica.mark_all_of(&records).map(Done::Marked))
            }
            Request::Go(way, step, done) => match self.go(&done) {
                Ok((gone, kept)) => Answer::Gone(way, (step, gone), kept),
                Err(error) => Answer::NotGone(way, (step, *done), Arc::new(error)),
            },
            _ => unreachable!("what reads is answered elsewhere"),
        }
    }

    /// Takes back what a step did. Answers what that did in turn, and what was left.
    fn go(&mut self, done: &Done) -> Result<(Done, LeftAlone), ReplicaError> {
        Ok(match done {
            Done::Edited(edited) => {
                let undone = self.replica.undo(edited)?;
                let kept = Some((edited.record, undone.kept)).filter(|(_, paths)| !paths.is_empty());
                (Done::Edited(undone.edited), kept.into_iter().collect())
            }
            Done::Applied(applied) => {
                let UndoneBatch { applied, kept, gone } = self.replica.undo_batch(applied)?;
                let mut left = LeftAlone::from_iter(gone.into_iter().map(|record| (record, Vec::new())));
                kept.into_iter().for_each(|(record, path)| left.entry(record).or_default().push(path));
                (Done::Applied(applied), left)
            }
            Done::Marked(marked) => (Done::Marked(self.replica.restore_marks(marked)?), LeftAlone::new()),
        })
    }

    fn mark(&mut self, request: Request) -> Result<(), ReplicaError> {
        match request {
            Request::RetryIn(id) => self.replica.retry_refused_in(id).map(drop),
            _ => self.replica.retry_refused().map(drop),
        }
    }

    fn keep(&mut self, unfinished: &Unfinished, keeps: bool) {
        let done = match keeps {
            true => self.replica.keep_unfinished(unfinished),
            false => self.replica.finish(unfinished),
        };
        match &done {
            Err(error) if error.is_of_the_disk() => self.disk.wait_for(unfinished, keeps),
            _ => self.disk.settled(unfinished),
        }
        let answer = Answer::Kept(done.map_err(Arc::new));
        self.learn(&answer);
        self.tell(answer);
    }

    /// Learns from what came of a write whether the disk is in the way.
    fn learn(&mut self, answer: &Answer) {
        let error = match answer {
            Answer::NotEntered(_, entry, error) => {
                // It stands in its field again, and is kept as soon as it can be.
                if let Some(typed) = entry.typed.as_ref().filter(|_| error.is_of_the_disk()) {
                    self.disk.wait_for(typed, true);
                }
                Some(error)
            }
            Answer::Kept(Err(error))
            | Answer::NotDone(_, error)
            | Answer::NotGone(_, _, error)
            | Answer::Failed(error) => Some(error),
            _ => None,
        };
        if self.disk.learn(error) {
            self.tell_disk();
        }
    }

    fn tell_disk(&self) {
        self.tell(Answer::InTheWay(self.disk.in_the_way().cloned()));
    }

    fn discard(&mut self, id: RecordId) -> Answer {
        match self.replica.discard_refused(id) {
            Ok(_) => Answer::Discarded(id),
            Err(error) => Answer::Failed(Arc::new(error)),
        }
    }

    fn overview(&self, changed: bool) {
        let overview = || -> Result<Overview, ReplicaError> {
            Ok(Overview {
                meta: self.replica.meta()?,
                counts: self.replica.store().counts()?.into_iter().collect(),
                queue: self.replica.review_queue()?,
                people: self.replica.people()?,
                erased: self.replica.store().erased()?.into_iter().collect(),
                changed,
            })
        };
        self.tell(match overview() {
            Ok(overview) => Answer::Overview(Box::new(overview)),
            Err(error) => Answer::Failed(Arc::new(error)),
        });
    }

    fn tell(&self, answer: Answer) {
        let _ = self.outbox.send(answer);
        (self.wake)();
    }
}

fn done(step: StepId, done: Result<Done, ReplicaError>) -> Answer {
    match done {
        Ok(done) => Answer::Done(step, done),
        Err(error) => Answer::NotDone(step, Arc::new(error)),
    }
}

/// What a value refers to.
pub(super) fn links(value: &Value) -> Vec<Link> {
    match value {
        Value::Link(link) => vec![*link],
        Value::Links(set) => set.iter().copied().collect(),
        _ => Vec::new(),
    }
}
