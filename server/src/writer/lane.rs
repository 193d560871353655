//! Heavy work beside the writer: while one device's heavy changes are checked, others' light ones go into the log.
//!
//! ```text
//!  turns ─▶ writer ──light──▶ check ───────────────────────────┬─▶ Log::append ─▶ answers ─▶ publish
//!             │                                                │
//!             └─heavy─▶ turns by device ─▶ check ──Finished──▶─┘
//!                       (a thread of its own, one push at a time)
//! ```
//!
//! To check a change takes as long as it and its record are large: some microseconds an operation, and some hundred bytes of memory
//! for each to load the record. So a push is *heavy* where it holds many operations for one record, or changes a heavy record
//! ([`HEAVY`](samsyn_engine::document::gate::HEAVY)). Only the writer appends to the log, and a record is in one of both hands: once a
//! push of it is on the lane, all others of it take the lane until there is none left. So do all others
//! of its device: pushes are answered in their order.

use std::collections::{BTreeSet, HashMap};
use std::hash::Hash;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc as channels;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use samsyn_engine::id::RecordId;
use tokio::sync::mpsc;

use super::check::{Checked, check};
use super::documents::{Documents, Open, Opened};
use super::job::Job;
use super::turns::{Line, Turns, line_of};
use crate::log::{Log, LogError};
use crate::members::Members;

/// A push that holds so many operations for one record takes the lane.
const LIGHT: usize = 20_000;

/// About so many bytes of memory are for the documents of the lane: a larger one is loaded for each push.
const MEMORY: usize = 24 * 1024 * 1024;

/// What the writer gets to do.
#[derive(Debug)]
pub(crate) enum Work {
    /// A push that came.
    Push(Job),
    /// One that was checked on the lane.
    Finished(Finished),
}

/// A push that was checked on the lane.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(super) job: Job,
    /// What it comes to; none where the checks panicked.
    pub(super) checked: Option<Result<Checked, LogError>>,
    /// How long that took.
    pub(super) took: Duration,
    /// Where the lane waits for its documents, once what is new is in the log. Without them it forgets all that it has.
    pub(super) documents: channels::Sender<Opened>,
}

/// A push on its way to the lane. The writer's queue stays open until it has come back.
struct Heavy {
    job: Job,
    back: mpsc::Sender<Work>,
}

/// The writer's end of the lane.
#[derive(Debug)]
pub(super) struct Lane {
    /// None once it is being closed.
    jobs: Option<channels::Sender<Heavy>>,
    thread: Option<JoinHandle<()>>,
    back: mpsc::WeakSender<Work>,
    /// Those whose turn at the lane it will be, once the writer has finished the group that it is at.
    waiting: Vec<Job>,
    /// The records that pushes on the lane change, and how many there are for each.
    records: HashMap<RecordId, usize>,
    /// And for each device.
    lines: HashMap<Line, usize>,
}

impl Lane {
    /// Starts it.
    ///
    /// # Errors
    /// Where there cannot be another thread.
    pub(super) fn start(
        (log, members): (Arc<dyn Log>, Option<Arc<dyn Members>>),
        back: mpsc::WeakSender<Work>,
    ) -> std::io::Result<Lane> {
        let (jobs, queue) = channels::channel();
        let thread = thread::Builder::new()
            .name("heavy changes".to_owned())
            .spawn(move || Checker::new(log, members).run(&queue))?;
        let (jobs, thread) = (Some(jobs), Some(thread));
        Ok(Lane { jobs, thread, back, waiting: Vec::new(), records: HashMap::new(), lines: HashMap::new() })
    }

    /// Whether a push has to take the lane, whatever it is.
    pub(super) fn is_before(&self, job: &Job) -> bool {
        let has_its_record = || job.records().any(|record| self.records.contains_key(&record));
        !self.lines.is_empty() && (self.lines.contains_key(&line_of(job)) || has_its_record())
    }

    /// A push takes the lane, once [`Lane::go`] is said.
    pub(super) fn take(&mut self, job: Job) {
        *self.lines.entry(line_of(&job)).or_default() += 1;
        for record in changed_by(&job) {
            *self.records.entry(record).or_default() += 1;
        }
        self.waiting.push(job);
    }

    /// Nothing of what waits is in the writer's hands any more. Answers with what there is no lane for, as all is being closed.
    pub(super) fn go(&mut self) -> Vec<Job> {
        let mut left = Vec::new();
        for job in std::mem::take(&mut self.waiting) {
            match self.back.upgrade() {
                Some(back) => left.extend(self.send(Heavy { job, back })),
                None => left.push(job),
            }
        }
        left.iter().for_each(|job| self.leave(job));
        left
    }

    /// Hands a push to the lane. Answers with it where there is none any more.
    fn send(&self, heavy: Heavy) -> Option<Job> {
        let Some(jobs) = &self.jobs else { return Some(heavy.job) };
        jobs.send(heavy).err().map(|channels::SendError(Heavy { job, .. })| job)
    }

    /// A push has left the lane.
    pub(super) fn leave(&mut self, job: &Job) {
        one_less(&mut self.lines, line_of(job));
        changed_by(job).into_iter().for_each(|record| one_less(&mut self.records, record));
    }
}

impl Drop for Lane {
    /// Waits until its thread has ended: it reads the log, which is about to be closed.
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(Err(_)) = self.thread.take().map(JoinHandle::join) {
            tracing::error!("the thread for heavy changes panicked");
        }
    }
}

fn one_less<K: Hash + Eq>(counts: &mut HashMap<K, usize>, key: K) {
    if let Some(count) = counts.get_mut(&key) {
        *count -= 1;
        if *count == 0 {
            counts.remove(&key);
        }
    }
}

/// Whether a push holds much for one record.
pub(super) fn is_heavy(job: &Job) -> bool {
    job.heaviest() > LIGHT
}

fn changed_by(job: &Job) -> BTreeSet<RecordId> {
    job.records().collect()
}

/// The lane's thread, and what it works on.
struct Checker {
    log: Arc<dyn Log>,
    members: Option<Arc<dyn Members>>,
    /// Heavy ones only: all others are the writer's again once they have left the lane.
    documents: Documents,
    turns: Turns,
    backs: Vec<mpsc::Sender<Work>>,
}

impl Checker {
    fn new(log: Arc<dyn Log>, members: Option<Arc<dyn Members>>) -> Checker {
        let documents = Documents::new(Arc::clone(&log), MEMORY);
        Checker { log, members, documents, turns: Turns::default(), backs: Vec::new() }
    }

    fn run(mut self, queue: &channels::Receiver<Heavy>) {
        while let Some((job, back)) = self.next(queue) {
            self.check(job, &back);
        }
    }

    /// The push whose turn it is.
    fn next(&mut self, queue: &channels::Receiver<Heavy>) -> Option<(Job, mpsc::Sender<Work>)> {
        if self.turns.is_empty() {
            let first = queue.recv().ok()?;
            self.wait(first);
        }
        while let Ok(more) = queue.try_recv() {
            self.wait(more);
        }
        // All of them lead to the same queue.
        self.turns.one().zip(self.backs.pop())
    }

    fn wait(&mut self, Heavy { job, back }: Heavy) {
        self.turns.wait(job);
        self.backs.push(back);
    }

    fn check(&mut self, job: Job, back: &mpsc::Sender<Work>) {
        let began = Instant::now();
        let group = [job];
        let who = (&*self.log, self.members.as_deref());
        let checked = catch_unwind(AssertUnwindSafe(|| check(&group, &mut self.documents, who))).ok();
        let [job] = group;
        let (documents, stored) = channels::channel();
        let finished = Finished { job, checked, took: began.elapsed(), documents };
        let opened = match back.blocking_send(Work::Finished(finished)) {
            Ok(()) => stored.recv().ok(),
            Err(_) => None,
        };
        match opened {
            Some(mut opened) => {
                opened.open.retain(Open::is_heavy);
                self.documents.keep(opened);
            }
            None => self.documents.clear(),
        }
    }
}
