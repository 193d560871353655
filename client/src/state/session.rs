//! The window's side: what is known, what is asked for, what was done.
//!
//! - `answers` — what comes back, taken in
//! - `doing` — what is done, taken back and done again
//! - `belonging` — who belongs, and what whoever works here may do

mod answers;
mod belonging;
mod doing;

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::civil::Date;
use samsyn_engine::document::Difference;
use samsyn_engine::exchange::ExchangeError;
use samsyn_engine::files::Existing;
use samsyn_engine::id::RecordId;
use samsyn_engine::identity::{DeviceId, Managed, Management, Role, Roster};
use samsyn_engine::replica::ReplicaError;
use samsyn_engine::review::{Finding, QueueEntry, ReviewItem};
use samsyn_engine::schema::{FieldPath, Language, Link};
use samsyn_engine::store::{Found, ListQuery, Listed, Meta, OutboxState, RowView, Unfinished};

use super::backend::{Answer, Backend, Looked, Opened, Overview, RecordView, RefusedWork, Request};
use super::begun::Begun;
use super::cache::RowCache;
use super::notice::{Notice, overwritten};
use super::people::Known;
use super::steps::{Done, StepId, Steps, Way};
use crate::link::worker::{Asked, Command, Link as RelayLink, Report, SyncStatus, SyncWorker};

/// A list that is in sight.
#[derive(Debug, Default)]
struct ListState {
    ids: Arc<Vec<RecordId>>,
    /// Whether it has only what is nearly the same as what was searched.
    near: bool,
    /// Whether it was read at the file's present state.
    fresh: bool,
    asked: bool,
    ready: bool,
}

/// Everything the window knows, and its line to the threads.
pub struct Session {
    path: PathBuf,
    backend: Backend,
    sync: SyncWorker,
    reports: Receiver<Report>,
    overview: Option<Box<Overview>>,
    status: SyncStatus,
    lists: Vec<(ListQuery, ListState)>,
    rows: RowCache,
    records: HashMap<RecordId, Arc<RecordView>>,
    reviews: HashMap<RecordId, Arc<ReviewItem>>,
    findings: Arc<Vec<Finding>>,
    /// The day for which the findings were asked for, at the file's present state.
    found_on: Option<Date>,
    asked: HashSet<(What, RecordId)>,
    stale: HashSet<(What, RecordId)>,
    /// Those that were asked for and cannot be shown, and whether a disk has damaged them.
    missing: HashMap<RecordId, bool>,
    /// What was half typed when the replica was opened, until it was taken.
    unfinished: Vec<Unfinished>,
    hits: Option<(String, Found)>,
    searching: Option<(String, Vec<&'static str>)>,
    steps: Steps,
    begun: Begun,
    /// How much was asked to be written and is not answered.
    writing: usize,
    /// Something that is typed could not be kept.
    unkept: bool,
    /// Why nothing can be written now.
    in_the_way: Option<Arc<ReplicaError>>,
    notices: VecDeque<Notice>,
    /// Who else is connected, and what each has open.
    present: BTreeMap<DeviceId, Option<RecordId>>,
    /// What the others were told is open here.
    open: Option<RecordId>,
    belonging: Belonging,
    /// What the relay refused, and whether that was read at the file's present state.
    refused: (Option<Arc<Vec<RefusedWork>>>, bool),
    /// What erasing a record would touch: the record that was asked about, the answer, and whether it was asked about at the file's
    /// present state.
    touched: Option<(RecordId, Looked, bool)>,
    /// What came of writing out what is known about somebody.
    written: Option<(RecordId, Written)>,
    /// How often that was asked for and has not been answered.
    unwritten: usize,
}

/// The files that were written, or why none were.
pub type Written = Result<[PathBuf; 2], Arc<ExchangeError>>;

/// What is known of who belongs.
#[derive(Debug, Default)]
struct Belonging {
    known: Option<Vec<Known>>,
    /// Whether that was asked for at the file's present state.
    known_fresh: bool,
    /// What the relay told last, with the time of this device's clock.
    roster: Option<(Arc<Roster>, i64)>,
    /// When the relay is to be asked again, at the latest; at once where there is no time.
    next: Option<Instant>,
    /// The relay was asked and has not answered.
    asked: bool,
    /// Somebody looked at who belongs in this frame; and whether the link was told so in an earlier one.
    looked: (bool, bool),
    answers: VecDeque<(Management, Asked)>,
}

/// Whoever looks at who belongs sees what others change of it after so long at the latest.
const LOOK_AGAIN: Duration = Duration::from_secs(15);

/// Who says who belongs, and whether whoever works here may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Not known yet.
    Unknown,
    /// Nobody: the workspace is only on this computer.
    Alone,
    /// Nobody: whoever knows the workspace's secret belongs. The relay has not said otherwise yet.
    NoMembers,
    /// The relay, and whoever works here may change it.
    Manages,
    /// The relay, and others.
    Belongs(Role),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum What {
    Record,
    Review,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").field("status", &self.status).finish_non_exhaustive()
    }
}

/// Why a record is not here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Absence {
    /// It was erased, here as everywhere.
    Erased,
    /// It has not come, or is kept from whoever works here.
    NotHere,
    /// This computer's disk has changed something in it.
    Damaged,
}

impl Session {
    /// Opens the replica and starts the threads. `wake` is called, from any thread, whenever there is something new.
    ///
    /// # Errors
    /// Where the replica cannot be opened.
    pub fn open(
        path: &Path,
        offline: bool,
        wake: impl Fn() + Send + Sync + 'static,
    ) -> Result<Session, ReplicaError> {
        let wake = Arc::new(wake);
        let (told, reports): (Sender<Report>, Receiver<Report>) = channel();
        let backend = Backend::start(path.to_owned(), {
            let wake = Arc::clone(&wake);
            move || wake()
        })?;
        backend.ask(Request::Unfinished);
        let notices = backend.set_aside.clone().map(Notice::SetAside).into_iter().collect();
        let told = Mutex::new(told);
        let sync = SyncWorker::start(path.to_owned(), offline, move |report| {
            let _ = told.lock().unwrap_or_else(PoisonError::into_inner).send(report);
            wake();
        });
        let link = if offline { RelayLink::Offline } else { RelayLink::Connecting };
        Ok(Session {
            path: path.to_owned(),
            backend,
            sync,
            reports,
            overview: None,
            status: SyncStatus { link, outbox: OutboxState::default(), last_contact: None },
            lists: Vec::new(),
            rows: RowCache::default(),
            records: HashMap::new(),
            reviews: HashMap::new(),
            findings: Arc::default(),
            found_on: None,
            asked: HashSet::new(),
            stale: HashSet::new(),
            missing: HashMap::new(),
            unfinished: Vec::new(),
            hits: None,
            searching: None,
            steps: Steps::default(),
            begun: Begun::default(),
            writing: 0,
            unkept: false,
            in_the_way: None,
            notices,
            present: BTreeMap::new(),
            open: None,
            belonging: Belonging::default(),
            refused: (None, false),
            touched: None,
            written: None,
            unwritten: 0,
        })
    }

    /// The replica's file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Takes in what the threads have said. To be called before each drawing.
    pub fn pump(&mut self) {
        while let Ok(answer) = self.backend.answers.try_recv() {
            self.take(answer);
        }
        while let Ok(report) = self.reports.try_recv() {
            match report {
                Report::Status(status) => self.status = status,
                Report::Merged(_) => self.backend.ask(Request::Overview),
                Report::Mended(mended) => {
                    let lost = mended.iter().map(|mended| mended.lost).sum();
                    self.notices.push_back(Notice::Mended { records: mended.len(), lost });
                    self.backend.ask(Request::Overview);
                }
                Report::Present(others) => {
                    // Somebody came or went: perhaps for the first time.
                    self.belonging.next = None;
                    self.present = others;
                }
                Report::Managed(management, asked) => self.take_managed(management, asked),
            }
        }
    }

    /// Asks for what drawing has missed. To be called after each drawing.
    pub fn ask_for_missing(&mut self) {
        let looks = std::mem::take(&mut self.belonging.looked.0);
        if looks != std::mem::replace(&mut self.belonging.looked.1, looks) {
            self.sync.send(Command::Watch(looks));
        }
        let rows = self.rows.take_wanted();
        if !rows.is_empty() {
            self.backend.ask(Request::Rows(rows));
        }
    }

    /// The records of a list in its order, and whether it has been read at least once.
    pub fn list(&mut self, query: &ListQuery) -> (Arc<Vec<RecordId>>, bool) {
        // The few lists that are in sight, and the last ones: a search makes a new one with every letter.
        const MOST: usize = 12;
        if !self.lists.iter().any(|(known, _)| known == query) {
            if self.lists.len() >= MOST {
                self.lists.remove(0);
            }
            self.lists.push((query.clone(), ListState::default()));
        }
        let Some((_, list)) = self.lists.iter_mut().find(|(known, _)| known == query) else {
            return (Arc::default(), false);
        };
        if !list.fresh && !list.asked {
            (list.fresh, list.asked) = (true, true);
            self.backend.ask(Request::List(query.clone()));
        }
        (Arc::clone(&list.ids), list.ready)
    }

    /// Whether nothing in a list has just the words that were searched, and it shows what is nearly the same.
    pub fn is_near(&self, query: &ListQuery) -> bool {
        self.lists.iter().any(|(known, list)| known == query && list.near)
    }

    /// A row, if it is here; it is asked for otherwise.
    pub fn row(&mut self, id: RecordId) -> Option<Arc<RowView>> {
        self.rows.get(id)
    }

    /// The title of what a reference points at; a mark where it is not known (yet). Rows of a record are the caller's.
    pub fn title(&mut self, link: Link) -> Option<String> {
        let row = self.rows.get(link.record()?)?;
        Some(if row.title.is_empty() { "–".to_owned() } else { row.title.clone() })
    }

    /// Whether the titles of all that these differences refer to are known, or why they are not. They are asked for otherwise.
    pub fn knows_titles(&mut self, differences: &[Difference]) -> bool {
        let values = differences.iter().flat_map(|difference| match difference {
            Difference::Field { before, after, .. } => vec![before, after],
            Difference::RowAdded { row, .. } | Difference::RowRemoved { row, .. } => {
                row.cells.values().collect()
            }
            _ => Vec::new(),
        });
        let ids: Vec<RecordId> =
            values.flat_map(super::backend::links).filter_map(|link| link.record()).collect();
        // Each is asked for, also behind one that is not known.
        let unknown = ids.into_iter().filter(|id| self.row(*id).is_none() && self.absence(*id).is_none());
        unknown.count() == 0
    }

    /// Why a record that something refers to is not here, if that is known: it was erased, or never came.
    pub fn absence(&self, id: RecordId) -> Option<Absence> {
        if self.overview.as_ref().is_some_and(|overview| overview.erased.contains(&id)) {
            return Some(Absence::Erased);
        }
        if self.missing.get(&id) == Some(&true) {
            return Some(Absence::Damaged);
        }
        self.rows.is_missing(id).then_some(Absence::NotHere)
    }

    /// A record with what is shown beside it, if it is here; it is asked for otherwise.
    pub fn record(&mut self, id: RecordId) -> Option<Arc<RecordView>> {
        let known = self.records.get(&id).cloned();
        if known.is_none()
            && let Some(begun) = self.begun.view(id)
        {
            if self.begun.is_made(id) {
                self.ask_if_stale(What::Record, id, false);
            }
            return Some(begun);
        }
        self.ask_if_stale(What::Record, id, known.is_some());
        known.map(|view| self.begun.with_rows(&view))
    }

    /// Whether a record is only begun: nothing is in it, and nobody else can see it.
    pub fn is_only_begun(&self, id: RecordId) -> bool {
        self.begun.is_empty(id)
    }

    /// Whether what a path leads to was only begun: the record, or a row of it.
    pub fn is_begun(&self, record: RecordId, path: &FieldPath) -> bool {
        self.begun.has(record, path)
    }

    /// Whether there is no such record.
    pub fn is_missing(&self, id: RecordId) -> bool {
        self.missing.contains_key(&id)
    }

    /// What changed in a record since it was reviewed, if it is here; it is asked for otherwise.
    pub fn review(&mut self, id: RecordId) -> Option<Arc<ReviewItem>> {
        let known = self.reviews.get(&id).cloned();
        self.ask_if_stale(What::Review, id, known.is_some());
        known
    }

    /// What is wrong on a day, the grave first; asked for where it is not known. Until then the last known is shown.
    pub fn findings(&mut self, today: Date) -> Arc<Vec<Finding>> {
        if self.found_on != Some(today) {
            self.found_on = Some(today);
            self.backend.ask(Request::Findings(today));
        }
        Arc::clone(&self.findings)
    }

    fn ask_if_stale(&mut self, what: What, id: RecordId, known: bool) {
        let wanted = (!known && !self.missing.contains_key(&id)) || self.stale.contains(&(what, id));
        if wanted && self.asked.insert((what, id)) {
            self.stale.remove(&(what, id));
            self.backend.ask(match what {
                What::Record => Request::Open(id),
                What::Review => Request::Review(id),
            });
        }
    }

    /// Lets go of records that are no longer in sight.
    pub fn keep_only(&mut self, in_sight: &[RecordId]) {
        self.begun.keep_only(in_sight);
        self.records.retain(|id, _| in_sight.contains(id));
        self.reviews.retain(|id, _| in_sight.contains(id));
    }

    /// What search finds for a text, if it is here; it is asked for otherwise. Until then the last hits are shown.
    pub fn search(&mut self, text: &str, kinds: &[&'static str]) -> Found {
        let wanted = (text.to_owned(), kinds.to_vec());
        if self.searching.as_ref() != Some(&wanted) {
            self.searching = Some(wanted);
            self.backend.ask(Request::Search(text.to_owned(), kinds.to_vec()));
        }
        self.hits.as_ref().map_or_else(Found::default, |(_, found)| found.clone())
    }

    /// Whether what search finds for a text is here.
    pub fn has_searched(&self, text: &str) -> bool {
        self.hits.as_ref().is_some_and(|(known, _)| known == text)
    }

    /// Works offline from now on, or no longer.
    pub fn set_offline(&mut self, offline: bool) {
        self.sync.send(Command::Offline(offline));
    }

    /// Tries to reach the relay now.
    pub fn sync_now(&mut self) {
        self.sync.send(Command::Offline(false));
    }

    /// Offers again what the relay refused.
    pub fn retry_refused(&mut self) {
        self.backend.ask(Request::Retry);
        self.sync.send(Command::Nudge);
    }

    /// What the relay refused, record by record, once it has been read. It is asked for otherwise.
    pub fn refused(&mut self) -> Option<Arc<Vec<RefusedWork>>> {
        if !std::mem::replace(&mut self.refused.1, true) {
            self.backend.ask(Request::Refused);
        }
        self.refused.0.clone()
    }

    /// Offers again what the relay refused of a record.
    pub fn retry_refused_in(&mut self, record: RecordId) {
        self.backend.ask(Request::RetryIn(record));
        self.sync.send(Command::Nudge);
    }

    /// Lets go of what the relay refused of a record. Steps in it cannot be taken back after that: they would be taken back from a
    /// record in which they are not, and written as new changes.
    pub fn discard_refused(&mut self, record: RecordId) {
        // Once more when it is done: steps that are under way now are known only then.
        self.steps.forget(record);
        self.backend.ask(Request::Discard(record));
    }

    /// What erasing a record would touch. It is asked for where it is not known; where that failed not before something changed.
    pub fn touched(&mut self, record: RecordId) -> Looked {
        let known = self.touched.take().filter(|(known, ..)| *known == record);
        let (_, touched, fresh) = known.unwrap_or((record, Looked::Looking, false));
        if !fresh {
            self.backend.ask(Request::Touched(record));
        }
        self.touched = Some((record, touched.clone(), true));
        touched
    }

    /// Forgets what was seen of what erasing would touch: somebody looks anew.
    pub fn look_anew(&mut self) {
        self.touched = None;
    }

    /// Writes all that is known about a person to two files. What came of it is [`Session::take_written`].
    pub fn write_dossier(&mut self, record: RecordId, to: (PathBuf, Existing), language: Language) {
        // What came of it the last time, and nobody asked for, is not what comes of it now.
        self.written = None;
        self.unwritten += 1;
        self.backend.ask(Request::WriteDossier(record, to, language));
    }

    /// What came of writing out what is known about a person, once.
    pub fn take_written(&mut self, record: RecordId) -> Option<Written> {
        let written = self.written.take_if(|(id, _)| *id == record)?;
        Some(written.1)
    }

    /// How sync stands.
    pub fn status(&self) -> &SyncStatus {
        &self.status
    }

    /// Whether something that was done is not durable yet.
    pub fn is_writing(&self) -> bool {
        self.writing > 0
    }

    /// Whether something that is typed cannot be kept now.
    pub fn cannot_keep(&self) -> bool {
        self.unkept || self.in_the_way.is_some()
    }

    /// Why nothing can be written now: the disk is full, or read-only. It is tried again until it can be.
    pub fn in_the_way(&self) -> Option<&ReplicaError> {
        self.in_the_way.as_deref()
    }

    /// What awaits review.
    pub fn queue(&self) -> &[QueueEntry] {
        self.overview.as_ref().map_or(&[], |overview| &overview.queue)
    }

    /// Whether a record awaits review.
    pub fn is_in_queue(&self, record: RecordId) -> bool {
        self.queue().iter().any(|entry| entry.state.record == record)
    }

    /// How many records of a kind there are.
    pub fn count(&self, kind: &str) -> Option<u64> {
        let overview = self.overview.as_ref()?;
        Some(overview.counts.get(kind).copied().unwrap_or(0))
    }

    /// Whose a device is.
    pub fn person(&self, device: DeviceId) -> Option<&str> {
        self.overview.as_ref()?.people.get(&device).map(String::as_str)
    }

    /// Who else is connected, and what each has open. Those whose name has not come yet are left out.
    pub fn others(&self) -> impl Iterator<Item = (&str, Option<RecordId>)> {
        self.present.iter().filter_map(|(device, open)| Some((self.person(*device)?, *open)))
    }

    /// Lets the others see which record is open here.
    pub fn tell_open(&mut self, record: Option<RecordId>) {
        if self.open != record {
            self.open = record;
            self.sync.send(Command::Open(record));
        }
    }

    /// Who and where the replica is; not known in the first moment.
    pub fn meta(&self) -> Option<&Meta> {
        self.overview.as_ref().map(|overview| &overview.meta)
    }

    /// The next thing to tell the person.
    pub fn next_notice(&mut self) -> Option<Notice> {
        self.notices.pop_front()
    }
}

#[cfg(test)]
mod tests;
