//! The one writer of a workspace: a thread that takes all pushes that wait, checks them together, and makes them
//! durable with one sync of the disk.
//!
//! ```text
//!  connections ──Job──▶ queue (bounded) ──▶ turns ──▶ check ──▶ Log::append (one commit) ──▶ answers ──▶ publish
//!                                            │ ▲       │ documents   ▲                         │          │
//!                                            │ └───────┴── cache ◀───┼──────────────── kept ───┘      all readers
//!                                            └─ heavy ──▶ lane ──────┘
//! ```
//!
//! Syncing the disk is what takes time, so it is paid once for as many pushes as came in while the last one was
//! paid (*group commit*): the more clients push, the larger the groups.
//!
//! **Order of what others see.** Answers are handed out before the new end of the log is published: so a connection
//! that reads the log up to a published end knows already which entries in it are its own. And a connection sends an
//! acknowledgement only once the end behind it is published: so whoever connects after it finds what it acknowledges.
//!
//! **While nobody pushes** it folds history, a small step at a time (`folding`).
//!
//! **When it fails.** If the commit fails nothing of the group was taken and nobody is told otherwise; what is in
//! memory is dropped and read from the disk again. A panic in the checks costs the push that caused it and no other.

mod check;
mod documents;
mod folding;
mod job;
mod lane;
mod refusal;
mod rights;
mod settle;
#[cfg(test)]
mod tests;
mod turns;
mod verdicts;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use samsyn_engine::clock::wall_clock;
use samsyn_engine::document::ActorId;
use samsyn_engine::identity::DeviceId;
use samsyn_engine::sync::{Cursor, EntryBody, Push};
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TryRecvError;

use crate::log::{Append, Entry, Log, LogError, NewEntry, mend};
use crate::members::Members;
use crate::meters;
use check::Checked;
use documents::{Documents, Opened};
pub use folding::Folding;
pub(crate) use job::{Answer, By, Job, Outcome};
pub(crate) use lane::Work;
use lane::{Finished, Lane};
use turns::Turns;
pub(crate) use turns::weight;
use verdicts::Verdicts;

/// So many pushes may wait for the writer. Who comes later waits with what it has, and its socket is not read.
pub(crate) const QUEUE: usize = 32;

/// About so many bytes of memory are for the documents that pushes are checked against.
const MEMORY: usize = 64 * 1024 * 1024;

/// Where pushes never leave a pause, history is folded once in so many groups: what waits to be folded stays bounded.
const GROUPS_WITHOUT_FOLDING: usize = 16;

/// So many entries are looked at, whether they are as they were written, while nobody waits.
const LOOKED_AT_ONCE: usize = 256;

/// Where new entries are shown to those who read.
pub(crate) trait Publish: Send {
    /// These entries stand in the log now, between these two places.
    fn publish(&self, after: Cursor, entries: Vec<Entry>, end: Cursor);
}

/// The writer's thread and what it works on.
pub(crate) struct Writer<P> {
    log: Arc<dyn Log>,
    /// Who belongs; none where that is whoever knows a secret.
    members: Option<Arc<dyn Members>>,
    head: Cursor,
    documents: Documents,
    publish: P,
    folding: Folding,
    /// Nothing was left to fold when that was last looked at, and little has come since.
    folded: bool,
    /// The end of the log when that was looked at.
    looked_at: u64,
    /// Up to here it was looked whether the log is as it was written, and how far it went when it was opened.
    seen: (u64, u64),
    /// So many groups were answered since history was last folded.
    groups: usize,
    /// Those who wait for their turn.
    turns: Turns,
    /// Where heavy pushes are checked; none where all are checked here.
    lane: Option<Lane>,
}

/// What a group of pushes came to.
struct Committed {
    verdicts: Verdicts,
    after: Cursor,
    entries: Vec<Entry>,
    end: Cursor,
    work: Vec<Duration>,
}

impl<P: Publish> Writer<P> {
    /// A writer of a log that ends at `head`.
    pub(crate) fn new(log: Arc<dyn Log>, head: Cursor, publish: P) -> Self {
        let documents = Documents::new(Arc::clone(&log), MEMORY);
        Writer {
            documents,
            log,
            members: None,
            head,
            publish,
            folding: Folding::default(),
            folded: false,
            looked_at: 0,
            seen: (0, head.position),
            groups: 0,
            turns: Turns::default(),
            lane: None,
        }
    }

    /// The same writer, that folds history at other times.
    #[cfg(any(test, feature = "testing"))]
    pub(crate) fn that_folds(self, folding: Folding) -> Self {
        Writer { folding, ..self }
    }

    /// The same writer, of a workspace to which these belong.
    pub(crate) fn of(self, members: Option<Arc<dyn Members>>) -> Self {
        Writer { members, ..self }
    }

    /// The same writer, with a lane for heavy pushes. They come back by its queue, to which this leads.
    ///
    /// # Errors
    /// Where there cannot be another thread.
    pub(crate) fn with_lane(self, queue: mpsc::WeakSender<Work>) -> std::io::Result<Self> {
        let lane = Lane::start((Arc::clone(&self.log), self.members.clone()), queue)?;
        Ok(Writer { lane: Some(lane), ..self })
    }

    /// Works until nobody can send any more and the queue is empty.
    pub(crate) fn run(mut self, mut queue: mpsc::Receiver<Work>) {
        while let Some(group) = self.next(&mut queue) {
            self.answer(group);
        }
        self.lane = None;
        if let Err(error) = self.log.tidy() {
            tracing::warn!(%error, "a log could not be tidied up; nothing is lost");
        }
    }

    /// The pushes whose turn it is. Folds history as long as nobody waits.
    fn next(&mut self, queue: &mut mpsc::Receiver<Work>) -> Option<Vec<Job>> {
        loop {
            let left = self.lane.as_mut().map(Lane::go).unwrap_or_default();
            if !left.is_empty() {
                return Some(left);
            }
            if self.groups >= GROUPS_WITHOUT_FOLDING {
                self.fold();
            }
            match queue.try_recv() {
                Ok(work) => self.take(work),
                Err(_) if !self.turns.is_empty() => {
                    let group = self.turns.group();
                    let light = self.light_of(group);
                    if !light.is_empty() {
                        return Some(light);
                    }
                }
                Err(TryRecvError::Disconnected) => return None,
                Err(TryRecvError::Empty) if self.folded => {
                    let work = queue.blocking_recv()?;
                    self.take(work);
                }
                Err(TryRecvError::Empty) => self.fold(),
            }
        }
    }

    fn take(&mut self, work: Work) {
        match work {
            Work::Push(job) => self.turns.wait(job),
            Work::Finished(finished) => self.finish(finished),
        }
    }

    /// Those of a group that are not heavy. The others take the lane.
    fn light_of(&mut self, group: Vec<Job>) -> Vec<Job> {
        let Some(lane) = &mut self.lane else { return group };
        let mut light = Vec::new();
        for job in group {
            // Where the log cannot be read, that is found again when the push is checked.
            let mut of_heavy =
                || job.records().any(|record| self.documents.is_heavy(record).unwrap_or(false));
            match lane.is_before(&job) || lane::is_heavy(&job) || of_heavy() {
                true => lane.take(job),
                false => light.push(job),
            }
        }
        light
    }

    /// Makes durable what is good of a push that was checked on the lane, and answers it.
    fn finish(&mut self, finished: Finished) {
        let Finished { job, checked, took, documents } = finished;
        if let Some(lane) = &mut self.lane {
            lane.leave(&job);
        }
        job.records().for_each(|record| self.documents.forget(record));
        self.groups += 1;
        let stored = checked.map(|checked| checked.and_then(|checked| self.store(checked)));
        self.folded &= self.head.position < self.looked_at + self.folding.looks_after();
        match stored {
            Some(Ok((committed, opened))) => {
                metrics::histogram!(meters::COMMIT).record(took);
                self.tell(vec![job], committed);
                // Where the lane is gone, so are its documents.
                let _ = documents.send(opened);
            }
            Some(Err(error)) => self.failed(vec![job], &error),
            None => job.refuse_all(took),
        }
    }

    /// Folds some history, if there is any to fold.
    pub(crate) fn fold(&mut self) {
        (self.groups, self.looked_at) = (0, self.head.position);
        let step = || self.folding.step(&*self.log, self.head.position);
        self.folded = match catch_unwind(AssertUnwindSafe(step)) {
            Ok(Ok(true)) => false,
            Ok(Ok(false)) => !self.look_at_some(),
            Ok(Err(error)) => {
                tracing::warn!(%error, "history could not be folded; nothing is lost");
                self.mend(&error);
                true
            }
            Err(_) => {
                tracing::error!("folding history panicked; nothing is lost");
                true
            }
        };
    }

    /// Looks whether some more of what the log held as it was opened is still as it was written. Says whether there was any left.
    fn look_at_some(&mut self) -> bool {
        let (seen, opened_at) = self.seen;
        if seen >= opened_at {
            return false;
        }
        match self.log.look_at(seen, LOOKED_AT_ONCE) {
            Ok(Some(last)) => self.seen.0 = last,
            Ok(None) => self.seen.0 = opened_at,
            Err(error) => {
                self.seen.0 = opened_at;
                tracing::error!(%error, "looking through the log found that it is not as it was written");
                self.mend(&error);
            }
        }
        true
    }

    /// Has the log written anew where something in it is damaged.
    fn mend(&self, error: &LogError) {
        if let LogError::Damaged(_) = error {
            mend(&*self.log);
        }
    }

    /// Whether there was nothing left to fold when that was last looked at.
    #[cfg(any(test, feature = "testing"))]
    pub(crate) fn is_folded(&self) -> bool {
        self.folded
    }

    /// Checks a group of pushes, makes what is good of it durable, and answers each.
    pub(crate) fn answer(&mut self, mut group: Vec<Job>) {
        self.groups += 1;
        let began = Instant::now();
        let committed = catch_unwind(AssertUnwindSafe(|| self.commit(&group)));
        self.folded &= self.head.position < self.looked_at + self.folding.looks_after();
        match committed {
            Ok(Ok(committed)) => {
                metrics::histogram!(meters::COMMIT).record(began.elapsed());
                self.tell(group, committed);
            }
            Ok(Err(error)) => self.failed(group, &error),
            Err(_) if group.len() > 1 => {
                tracing::error!(
                    pushes = group.len(),
                    "checking a group of pushes panicked: one at a time now"
                );
                self.begin_again();
                group.drain(..).for_each(|job| self.answer(vec![job]));
            }
            Err(_) => {
                self.begin_again();
                group.into_iter().for_each(|job| job.refuse_all(began.elapsed()));
            }
        }
    }

    /// A group of pushes could not be stored.
    fn failed(&mut self, group: Vec<Job>, error: &LogError) {
        metrics::counter!(meters::FAILED).increment(1);
        tracing::error!(%error, pushes = group.len(), "a group of pushes could not be stored");
        self.mend(error);
        self.begin_again();
        group.into_iter().for_each(|job| job.tell(Outcome::Failed, Duration::ZERO));
    }

    /// Checks the pushes and makes what is good of them durable.
    fn commit(&mut self, group: &[Job]) -> Result<Committed, LogError> {
        let checked = check::check(group, &mut self.documents, (&*self.log, self.members.as_deref()))?;
        let (committed, mut opened) = self.store(checked)?;
        // What has become heavy is the lane's.
        opened.open.retain(|open| self.lane.is_none() || !open.is_heavy());
        self.documents.keep(opened);
        Ok(committed)
    }

    /// Makes durable what is good of pushes that were checked.
    fn store(&mut self, checked: Checked) -> Result<(Committed, Opened), LogError> {
        let Checked { mut verdicts, accepted, actors, mut opened, work } = checked;
        let (mut entries, mut taken, mut bound) = (Vec::new(), Vec::new(), BTreeMap::new());
        for change in accepted {
            let entry = Entry { record: change.record, hash: change.hash, bytes: change.bytes };
            let (dependencies, device, kind) = (change.dependencies, change.device, change.kind);
            entries.push(NewEntry { entry, dependencies, device, kind });
            taken.push(change.places);
            if let Some(owner) = actors.new_owner(&change.actor) {
                bound.insert(change.actor, owner);
            }
        }
        let after = self.head;
        let snapshots = opened.snapshots();
        if !entries.is_empty() {
            let actors = self.not_bound(bound)?;
            let append = Append { after, entries, snapshots, actors, received_at: wall_clock() };
            self.head = self.log.append(&append)?;
            entries = append.entries;
        }
        for (position, places) in (after.position + 1..).zip(taken) {
            places.into_iter().for_each(|place| verdicts.take(place, position));
        }
        let entries = entries.into_iter().map(|new| new.entry).collect();
        Ok((Committed { verdicts, after, entries, end: self.head, work }, opened))
    }

    /// Those of the actors that are bound to nobody still: what was checked on the lane was so at the same time as others.
    fn not_bound(&self, new: BTreeMap<ActorId, DeviceId>) -> Result<Vec<(ActorId, DeviceId)>, LogError> {
        let mut left = Vec::new();
        for (actor, device) in new {
            match self.log.owner(&actor)? {
                None => left.push((actor, device)),
                Some(owner) if owner == device => {}
                Some(_) => return Err(LogError::Moved),
            }
        }
        Ok(left)
    }

    fn tell(&self, group: Vec<Job>, committed: Committed) {
        let Committed { verdicts, after, entries, end, work } = committed;
        tracing::debug!(pushes = group.len(), changes = entries.len(), position = end.position, "logged");
        metrics::counter!(meters::PUSHES).increment(group.len() as u64);
        metrics::counter!(meters::LOGGED).increment(entries.len() as u64);
        for ((job, work), (refused, places)) in group.into_iter().zip(work).zip(verdicts.into_answers()) {
            for refused in &refused {
                metrics::counter!(meters::REFUSED, "code" => refused.code.name()).increment(1);
            }
            if let Some(first) = refused.first() {
                let (device, code) = (job.by.device, first.code);
                tracing::warn!(%device, count = refused.len(), first = ?code, "changes were refused");
            }
            job.tell(Outcome::Logged { refused, places }, work);
        }
        if !entries.is_empty() {
            self.publish.publish(after, entries, end);
        }
    }

    /// Forgets what is in memory. What the log says now counts: a commit that seemed to fail may be in it.
    fn begin_again(&mut self) {
        self.documents.clear();
        match self.log.head() {
            Ok(head) if head != self.head => {
                self.head = head;
                self.publish.publish(head, Vec::new(), head);
            }
            Ok(_) => {}
            // The next append will find that the log ends elsewhere, if it does, and come here again.
            Err(error) => tracing::error!(%error, "a log cannot be read"),
        }
    }
}

/// How many bytes of changes a push has.
fn size(push: &Push) -> usize {
    let of = |entry: &samsyn_engine::sync::Entry| match &entry.body {
        EntryBody::Change(bytes) => bytes.len(),
        EntryBody::Known(_) | EntryBody::Document(_) => 0,
    };
    push.entries.iter().map(of).sum()
}
