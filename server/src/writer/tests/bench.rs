//! A writer that works when it is told to, and people who push to it.

use std::sync::{Arc, Mutex};

use samsyn_engine::document::{Document, Edit, EncodedChange, Writer as Author};
use samsyn_engine::id::RecordId;
use samsyn_engine::identity::WorkspaceId;
use samsyn_engine::schema::kinds::CONTACT;
use samsyn_engine::schema::{NewRecord, Value};
use samsyn_engine::sync::{Entry as Sent, Epoch, ErrorCode};

use super::super::*;
use crate::limits::Payer;
use crate::log::memory::MemoryLog;
use crate::log::{Meta, Range};

/// What was published: each time the entries, the position behind them, and how many answers were out by then.
#[derive(Debug, Clone)]
pub(super) struct Published {
    pub(super) times: Arc<Mutex<Vec<(usize, u64, usize)>>>,
    pub(super) answer: mpsc::Sender<Answer>,
}

impl Publish for Published {
    fn publish(&self, after: Cursor, entries: Vec<Entry>, end: Cursor) {
        if !entries.is_empty() {
            assert_eq!(after.position + entries.len() as u64, end.position);
        }
        let answers = self.answer.max_capacity() - self.answer.capacity();
        self.times.lock().unwrap().push((entries.len(), end.position, answers));
    }
}

/// A writer that works when it is told to.
pub(super) struct Bench {
    pub(super) log: Arc<MemoryLog>,
    pub(super) published: Published,
    pub(super) queue: mpsc::Sender<Work>,
    pub(super) waiting: Option<mpsc::Receiver<Work>>,
    pub(super) writer: Option<Writer<Published>>,
    pub(super) answer: mpsc::Sender<Answer>,
    pub(super) answers: mpsc::Receiver<Answer>,
    pub(super) pushed: u64,
    pub(super) payer: Option<Payer>,
}

impl Bench {
    pub(super) fn new() -> Self {
        let meta = Meta {
            workspace: WorkspaceId::random(),
            name: "Byrån".to_owned(),
            secret_hash: Some([0; 32]),
            epoch: Epoch::random(),
            created_at: 0,
        };
        Bench::over(Arc::new(MemoryLog::new(meta)))
    }

    pub(super) fn over(log: Arc<MemoryLog>) -> Self {
        let (queue, waiting) = mpsc::channel(1_000);
        let (answer, answers) = mpsc::channel(1_000);
        let published = Published { times: Arc::default(), answer: answer.clone() };
        let writer = Writer::new(log.clone(), log.head().unwrap(), published.clone());
        let (writer, waiting) = (Some(writer), Some(waiting));
        Bench { log, published, queue, waiting, writer, answer, answers, pushed: 0, payer: None }
    }

    /// Puts a push into the queue.
    pub(super) fn push(&mut self, entries: Vec<Sent>) {
        self.pushed += 1;
        let push = Push { id: self.pushed, entries };
        let (device, answer) = (DeviceId::random(), self.answer.clone());
        let by = By { device, grant: None, payer: self.payer.clone(), answer, seats: Arc::from([]) };
        Job::parts(push, &by).into_iter().for_each(|part| self.queue.try_send(Work::Push(part)).unwrap());
    }

    /// Lets the writer work until the queue is empty. Answers with what became of each push.
    pub(super) fn work(&mut self) -> Vec<Outcome> {
        let mut waiting = self.waiting.take().unwrap();
        let mut writer = self.writer.take().unwrap();
        let mut turns = Turns::default();
        while let Ok(Work::Push(job)) = waiting.try_recv() {
            turns.wait(job);
        }
        while !turns.is_empty() {
            writer.answer(turns.group());
        }
        (self.waiting, self.writer) = (Some(waiting), Some(writer));
        let mut outcomes = Vec::new();
        while let Ok(answer) = self.answers.try_recv() {
            outcomes.push(answer.outcome);
        }
        outcomes
    }

    /// Pushes, works, and answers what was refused.
    pub(super) fn refused(&mut self, entries: Vec<Sent>) -> Vec<(u32, ErrorCode)> {
        self.push(entries);
        let outcome = self.work().pop().unwrap();
        let Outcome::Logged { refused, .. } = outcome else { panic!("nothing could be stored") };
        refused.into_iter().map(|refused| (refused.number, refused.code)).collect()
    }

    pub(super) fn logged(&self) -> Vec<Entry> {
        let range = Range { after: 0, up_to: 10_000, bytes: usize::MAX, entries: 10_000 };
        self.log.read(range).unwrap().entries
    }
}

/// A person's copy of a record.
#[derive(Clone)]
pub(super) struct Desk {
    pub(super) document: Document,
    pub(super) author: Author,
}

impl Desk {
    pub(super) fn new(number: u8) -> Self {
        let author = author(number);
        let mut new = NewRecord::new(&CONTACT);
        new.cells.insert("family".to_owned(), Value::Text("Berg".to_owned()));
        Desk { document: Document::create(&new, &author).unwrap(), author }
    }

    pub(super) fn id(&self) -> RecordId {
        self.document.id()
    }

    pub(super) fn all(&self) -> Vec<Sent> {
        self.document.changes_since(&[]).iter().map(|change| self.sent(change)).collect()
    }

    pub(super) fn edit(&mut self, family: &str) -> Sent {
        let edit = Edit::set("family", Value::Text(family.to_owned()));
        let change = self.document.edit(&[edit], &self.author).unwrap().remove(0);
        self.sent(&change)
    }

    pub(super) fn sent(&self, change: &EncodedChange) -> Sent {
        Sent { record: self.id(), body: EntryBody::Change(change.bytes.clone()) }
    }
}

pub(super) fn author(number: u8) -> Author {
    Author::new(&[number; 16], DeviceId::from_bytes([number; 16]), 1_700_000_000)
}

pub(super) fn logged(refused: &[u32], positions: impl IntoIterator<Item = u64>) -> impl Fn(&Outcome) -> bool {
    let (expected, positions) = (refused.to_vec(), positions.into_iter().collect::<Vec<_>>());
    move |outcome| match outcome {
        Outcome::Logged { refused, places } => {
            let found = places.iter().map(|place| place.position);
            refused.iter().map(|refused| refused.number).eq(expected.iter().copied())
                && found.eq(positions.iter().copied())
        }
        Outcome::Failed => false,
    }
}
