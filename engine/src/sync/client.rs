//! The client's side of a connection.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use automerge::ChangeHash;

use super::compare::Range;
use super::limits::{BATCH_BYTES, BATCH_CHANGES, PUSHES_IN_FLIGHT};
use super::patience::{self, Patience, Promised, Wanting, Worth};
use super::pulse::{Awaited, Pulse};
use super::{
    Ack, Batch, Beginning, Cursor, Entry, EntryBody, ErasurePlace, Erasures, FirstSync, FromClient,
    FromRelay, Hello, Notice, Presence, Push, Records, Refused, SyncError, Wait, Wanted, Welcome,
};
use crate::id::RecordId;
use crate::identity::{Grant, Managed, Management, WorkspaceSecret};

/// A change that waits to be pushed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// The record it belongs to.
    pub record: RecordId,
    /// Its name.
    pub hash: ChangeHash,
    /// The change chunk.
    pub bytes: Vec<u8>,
}

/// What a client learns from its relay, in the order in which it must be dealt with.
#[derive(Debug, Clone, PartialEq)]
pub enum ClientEvent {
    /// The relay let us in.
    Welcomed {
        /// The workspace's name.
        workspace_name: String,
        /// What comes first.
        start: Start,
        /// How many records will come before the log, where it begins with these.
        records: u64,
        /// How many changes of the log will come before [`ClientEvent::CaughtUp`].
        changes: u64,
        /// What this device may do, in a workspace with members.
        grant: Option<Grant>,
        /// By what the workspace's devices know each other without a relay.
        meeting_key: Option<WorkspaceSecret>,
        /// Records that are to be erased.
        erased: Erasures,
    },
    /// Whole records of a first sync: to be stored together with how far it has come.
    FirstSync {
        /// Documents and changes.
        entries: Vec<Entry>,
        /// How far the first sync has come.
        progress: FirstSync,
        /// How many records are still to come. After the last the cursor is the progress's, and the log follows.
        left: u64,
    },
    /// What the other side holds, by ranges.
    Compared(Vec<Range>),
    /// Records that were wanted.
    Wanted {
        /// What we lacked of them.
        entries: Vec<Entry>,
        /// How many of those that were asked for are still to come.
        left: u64,
    },
    /// The next stretch of the log: to be stored together with the cursor behind it.
    Entries {
        /// The changes in the log's order.
        entries: Vec<Entry>,
        /// The place behind them.
        cursor: Cursor,
    },
    /// Everything that was in the log when we connected has come.
    CaughtUp,
    /// Changes are durable in the relay's log.
    Acknowledged {
        /// Which.
        changes: Vec<ChangeHash>,
        /// Those of them that stand before the place in the log which we have: they do not come by any more.
        passed: Vec<ChangeHash>,
    },
    /// The relay did not take this change.
    Refused {
        /// Which.
        hash: ChangeHash,
        /// Why.
        refused: Refused,
    },
    /// Who is here, as far as it is another than before.
    Present(Presence),
    /// What came of something that was asked of who belongs.
    Managed(Managed),
    /// The pushes wait for their turn: they are taken in so many seconds.
    Waits {
        /// So many.
        seconds: u32,
    },
    /// The relay ends the connection, and why.
    Closed(Notice),
}

/// What comes first on a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// The log, from our cursor on.
    Log,
    /// The log from its beginning, because the relay does not know our place in it and speaks version 1 only: the
    /// cursor is to be stored before the first entries, and after [`ClientEvent::CaughtUp`] everything that was not
    /// in it must be pushed again.
    WholeLog(Cursor),
    /// All records, whole. This is how far we have come with that: all the way to go, or where the last connection
    /// broke.
    Records(FirstSync),
    /// A comparison, because the relay does not know our place in its log. Afterwards the log follows from here.
    Comparison(Cursor),
}

#[derive(Debug, PartialEq)]
enum Phase {
    AwaitingWelcome,
    FirstSync,
    Comparing(Turn),
    CatchingUp,
    Live,
    Closed,
}

/// Who has to say something in a comparison.
#[derive(Debug, PartialEq)]
enum Turn {
    /// We have.
    Ours,
    /// The other side has, what it holds.
    Theirs,
    /// The other side has, what we lack of these records.
    Records(BTreeSet<RecordId>),
}

/// A push that waits for its answer.
#[derive(Debug)]
struct Pushed {
    hashes: Vec<ChangeHash>,
    bytes: usize,
    /// For how many seconds it was told to wait, the first time.
    waits: Option<u32>,
}

/// The client's side of one connection to a relay. Lives as long as the connection.
#[derive(Debug)]
pub struct ClientSession {
    phase: Phase,
    versions: (u16, u16),
    /// The version that both speak, once the relay has said it.
    version: u16,
    peer: bool,
    offered: Option<Cursor>,
    offered_first_sync: Option<FirstSync>,
    cursor: Option<Cursor>,
    /// Up to where we have erased.
    erased: ErasurePlace,
    /// Some of the log is kept from us: what the relay says of our place in it is not ours to check.
    sealed: bool,
    outgoing: VecDeque<FromClient>,
    in_flight: BTreeMap<u64, Pushed>,
    next_push: u64,
    /// How many messages of records have come.
    records: u64,
    pulse: Pulse,
    patience: Patience,
    promised: Promised,
}

impl ClientSession {
    /// A session that begins with this hello at `now` milliseconds.
    pub fn new(hello: Hello, now: u64) -> Self {
        ClientSession {
            phase: Phase::AwaitingWelcome,
            versions: hello.versions,
            version: 0,
            peer: hello.peer,
            offered: hello.cursor,
            offered_first_sync: hello.first_sync,
            cursor: None,
            erased: ErasurePlace { number: hello.erased, hash: hello.erasures.unwrap_or_default() },
            sealed: false,
            outgoing: VecDeque::from([FromClient::Hello(hello)]),
            in_flight: BTreeMap::new(),
            next_push: 1,
            records: 0,
            pulse: Pulse::new(now),
            patience: Patience::new(now),
            promised: Promised::nothing(),
        }
    }

    /// A frame that came in at `now` milliseconds.
    ///
    /// # Errors
    /// Where the relay does not keep to the protocol, or leads nowhere: the connection must be closed.
    pub fn handle_input(&mut self, frame: &[u8], now: u64) -> Result<Vec<ClientEvent>, SyncError> {
        self.pulse.answered(now);
        self.patience.frame(now);
        let message = FromRelay::decode(frame)?;
        let worth = Worth::of(&message, self.phase == Phase::CatchingUp);
        if worth == Worth::Talk {
            self.patience.talk()?;
        }
        let events = self.take(message)?;
        match worth {
            Worth::Talk | Worth::Unawaited => {}
            Worth::Part => self.patience.brought(frame.len()),
            Worth::All => self.patience.satisfied(),
        }
        self.patience.tick(now, self.wanting())?;
        Ok(events)
    }

    fn take(&mut self, message: FromRelay) -> Result<Vec<ClientEvent>, SyncError> {
        match (&self.phase, message) {
            (Phase::Closed, _) => Ok(Vec::new()),
            (_, FromRelay::Pong) => Ok(Vec::new()),
            (_, FromRelay::Notice(notice)) => {
                self.phase = Phase::Closed;
                Ok(vec![ClientEvent::Closed(notice)])
            }
            (Phase::AwaitingWelcome, FromRelay::Welcome(welcome)) => self.welcomed(welcome),
            (Phase::AwaitingWelcome, _) => Err(SyncError::Order("something before its welcome")),
            (_, FromRelay::Welcome(_)) => Err(SyncError::Order("a second welcome")),
            (Phase::FirstSync, FromRelay::Records(records)) => self.first_sync(records),
            (Phase::Comparing(Turn::Records(_)), FromRelay::Records(records)) => self.wanted(records),
            (_, FromRelay::Records(_)) => Err(SyncError::Order("records")),
            (Phase::Comparing(Turn::Theirs), FromRelay::Compare(ranges)) => {
                self.phase = Phase::Comparing(Turn::Ours);
                Ok(vec![ClientEvent::Compared(ranges)])
            }
            (_, FromRelay::Compare(_)) => Err(SyncError::Order("a comparison")),
            (Phase::FirstSync | Phase::Comparing(_), FromRelay::Batch(_)) => {
                Err(SyncError::Order("the log before what comes first"))
            }
            (_, FromRelay::Batch(batch)) => self.batch(batch),
            (Phase::CatchingUp, FromRelay::CaughtUp) => {
                self.phase = Phase::Live;
                Ok(vec![ClientEvent::CaughtUp])
            }
            (_, FromRelay::CaughtUp) => Err(SyncError::Order("an end of the catch-up")),
            (_, FromRelay::Ack(ack)) => self.acknowledged(&ack),
            (_, FromRelay::Presence(presence)) => Ok(vec![ClientEvent::Present(presence)]),
            (_, FromRelay::Wait(wait)) => self.waits(&wait),
            (_, FromRelay::Managed(managed)) => Ok(vec![ClientEvent::Managed(managed)]),
        }
    }

    /// Whether [`ClientSession::push`] would take something now.
    pub fn can_push(&self) -> bool {
        self.phase == Phase::Live && self.in_flight.len() < PUSHES_IN_FLIGHT
    }

    /// The changes that were pushed and not answered yet.
    pub fn in_flight(&self) -> impl Iterator<Item = &ChangeHash> {
        self.in_flight.values().flat_map(|push| &push.hashes)
    }

    /// Offers changes to the relay, dependencies first. Takes as many from the front as fit into one push and leaves
    /// the rest; none before the catch-up has ended or while too many pushes wait for their answer.
    pub fn push(&mut self, changes: &mut VecDeque<Outgoing>) {
        if !self.can_push() || changes.is_empty() {
            return;
        }
        let (mut entries, mut hashes, mut size) = (Vec::new(), Vec::new(), 0);
        while size < BATCH_BYTES && entries.len() < BATCH_CHANGES {
            let Some(change) = changes.pop_front() else { break };
            size += change.bytes.len();
            hashes.push(change.hash);
            entries.push(Entry { record: change.record, body: EntryBody::Change(change.bytes) });
        }
        keep_together(&mut entries, &mut hashes, changes);
        let id = self.next_push;
        self.next_push += 1;
        self.in_flight.insert(id, Pushed { hashes, bytes: size, waits: None });
        self.outgoing.push_back(FromClient::Push(Push { id, entries }));
    }

    /// Says what we hold, in a comparison.
    pub fn compare(&mut self, ranges: Vec<Range>) {
        self.phase = Phase::Comparing(Turn::Theirs);
        self.outgoing.push_back(FromClient::Compare(ranges));
    }

    /// Asks for records that we lack changes of, in a comparison.
    pub fn want(&mut self, wanted: Vec<Wanted>) {
        self.phase = Phase::Comparing(Turn::Records(wanted.iter().map(|wanted| wanted.record).collect()));
        self.promised.wanted();
        self.outgoing.push_back(FromClient::Want(wanted));
    }

    /// Tells the others what somebody has open here. Says whether they will hear it: the relay may be too old, or has not
    /// let us in yet.
    pub fn present(&mut self, open: Option<RecordId>) -> bool {
        let heard = self.version >= 3 && self.phase != Phase::Closed;
        if heard {
            self.outgoing.push_back(FromClient::Presence(open));
        }
        heard
    }

    /// Asks the relay for something of who belongs. Says whether it will hear it: it may be too old, or has not let us in yet.
    pub fn manage(&mut self, management: Management) -> bool {
        let heard = self.version >= 4 && self.phase != Phase::Closed;
        if heard {
            self.outgoing.push_back(FromClient::Manage(management));
        }
        heard
    }

    /// The comparison has ended: from now on the log follows.
    pub fn follow(&mut self) {
        self.phase = Phase::CatchingUp;
        self.outgoing.push_back(FromClient::Follow);
    }

    /// The next frame to send, if there is one.
    pub fn poll_transmit(&mut self) -> Option<Vec<u8>> {
        self.outgoing.pop_front().map(|message| message.encode())
    }

    /// A sign of life that is no whole frame came at `at` milliseconds: a part of one, say. It may be told late and often.
    pub fn heard(&mut self, at: u64) {
        self.pulse.heard_at(at);
        self.patience.part(at);
    }

    /// Something came at `now` milliseconds that is no frame of the protocol, and says nothing: the link's own pings, say.
    ///
    /// # Errors
    /// Where there is too much of that: the connection must be closed.
    pub fn talked(&mut self, now: u64) -> Result<(), SyncError> {
        self.patience.frame(now);
        self.patience.talk()
    }

    /// There is reason to doubt the link at `now` milliseconds: asks at once whether the relay is still there.
    pub fn ask(&mut self, now: u64) {
        if self.phase != Phase::Closed && self.pulse.ask(now) {
            self.outgoing.push_back(FromClient::Ping);
        }
    }

    /// When [`ClientSession::handle_timeout`] wants to be called, in milliseconds.
    pub fn poll_timeout(&self) -> u64 {
        let pulse = self.pulse.deadline(self.awaited());
        self.patience.deadline(self.wanting()).map_or(pulse, |patience| pulse.min(patience))
    }

    /// Time has passed: asks whether the relay is still there, or finds that it is not.
    ///
    /// # Errors
    /// [`SyncError::Dead`], or [`SyncError::Idle`]: the connection must be closed.
    pub fn handle_timeout(&mut self, now: u64) -> Result<(), SyncError> {
        self.patience.tick(now, self.wanting())?;
        if self.pulse.tick(now, self.awaited())? {
            self.outgoing.push_back(FromClient::Ping);
        }
        Ok(())
    }

    fn awaited(&self) -> Awaited {
        match self.phase {
            Phase::AwaitingWelcome => Awaited::Welcome,
            _ if self.in_flight.is_empty() => Awaited::Nothing,
            _ => Awaited::Answers(self.in_flight.values().map(|push| push.bytes).sum()),
        }
    }

    /// What the relay has to do next, as far as one waits for it.
    fn wanting(&self) -> Wanting {
        match self.phase {
            Phase::AwaitingWelcome | Phase::Comparing(Turn::Theirs) | Phase::CatchingUp => Wanting::Word,
            Phase::FirstSync | Phase::Comparing(Turn::Records(_)) => Wanting::Records,
            Phase::Live if !self.in_flight.is_empty() => {
                let pushed = self.in_flight.values();
                let seconds = pushed.clone().filter_map(|push| push.waits).max().unwrap_or(0);
                Wanting::Answers { bytes: pushed.map(|push| push.bytes).sum(), seconds }
            }
            Phase::Comparing(Turn::Ours) | Phase::Live | Phase::Closed => Wanting::Nothing,
        }
    }

    /// A push waits. What is said of it first counts, and of one that is not there nothing does.
    fn waits(&mut self, wait: &Wait) -> Result<Vec<ClientEvent>, SyncError> {
        let seconds = patience::wait(wait.seconds)?;
        let Some(push) = self.in_flight.get_mut(&wait.id).filter(|push| push.waits.is_none()) else {
            return Ok(Vec::new());
        };
        push.waits = Some(seconds);
        Ok(vec![ClientEvent::Waits { seconds }])
    }

    fn welcomed(&mut self, welcome: Welcome) -> Result<Vec<ClientEvent>, SyncError> {
        let ours = self.versions;
        if !(ours.0..=ours.1).contains(&welcome.version) {
            return Err(SyncError::Version { theirs: (welcome.version, welcome.version), ours });
        }
        match (self.peer, welcome.peer) {
            (true, false) => return Err(SyncError::ARelay),
            (false, true) => return Err(SyncError::NoRelay),
            _ => {}
        }
        let erased = Erasures::read(self.erased, &welcome.erased)?;
        (self.version, self.sealed) = (welcome.version, welcome.sealed);
        self.promised = Promised::by(&welcome)?;
        let start = self.start(&welcome)?;
        Ok(vec![ClientEvent::Welcomed {
            workspace_name: welcome.workspace_name,
            start,
            records: welcome.records,
            changes: welcome.position.saturating_sub(welcome.from),
            grant: welcome.grant,
            meeting_key: welcome.meeting_key,
            erased,
        }])
    }

    /// What comes first, by the relay's welcome.
    fn start(&mut self, welcome: &Welcome) -> Result<Start, SyncError> {
        let place = |hash| Cursor { epoch: welcome.epoch, position: welcome.from, hash };
        let (cursor, phase, start) = match (welcome.beginning, welcome.hash) {
            (Beginning::Log, _) => {
                let kept = self.offered.filter(|c| c.epoch == welcome.epoch && c.position == welcome.from);
                match kept {
                    Some(cursor) => (cursor, Phase::CatchingUp, Start::Log),
                    None if welcome.from == 0 => {
                        let cursor = Cursor::start(welcome.epoch);
                        (cursor, Phase::CatchingUp, Start::WholeLog(cursor))
                    }
                    None => return Err(SyncError::LogMismatch),
                }
            }
            (Beginning::Records, Some(hash)) => {
                let cursor = place(hash);
                let resumed = self.offered_first_sync.filter(|first| first.cursor == cursor);
                let progress = resumed.unwrap_or(FirstSync { cursor, below: u64::MAX });
                (cursor, Phase::FirstSync, Start::Records(progress))
            }
            (Beginning::Comparison, Some(hash)) => {
                let cursor = place(hash);
                (cursor, Phase::Comparing(Turn::Ours), Start::Comparison(cursor))
            }
            (_, None) => return Err(SyncError::Frame("a welcome without its rolling hash".to_owned())),
        };
        (self.cursor, self.phase) = (Some(cursor), phase);
        Ok(start)
    }

    fn first_sync(&mut self, records: Records) -> Result<Vec<ClientEvent>, SyncError> {
        let Some(cursor) = self.cursor else { return Err(SyncError::Order("records before the welcome")) };
        let Records { entries, below, left, .. } = self.counted(records)?;
        if left == 0 {
            self.phase = Phase::CatchingUp;
        }
        Ok(vec![ClientEvent::FirstSync { entries, progress: FirstSync { cursor, below }, left }])
    }

    fn wanted(&mut self, records: Records) -> Result<Vec<ClientEvent>, SyncError> {
        let Records { entries, left, .. } = self.counted(records)?;
        let Phase::Comparing(Turn::Records(wanted)) = &self.phase else {
            return Err(SyncError::Order("records"));
        };
        if !entries.iter().all(|entry| wanted.contains(&entry.record)) {
            return Err(SyncError::Order("records that were not wanted"));
        }
        if left == 0 {
            self.phase = Phase::Comparing(Turn::Ours);
        }
        Ok(vec![ClientEvent::Wanted { entries, left }])
    }

    /// Records, if they follow on the last that came. Of one that is missing nothing would show afterwards: our place in the
    /// log would be behind what it brought.
    fn counted(&mut self, records: Records) -> Result<Records, SyncError> {
        if records.number.is_some_and(|number| number != self.records) {
            return Err(SyncError::Order("records that do not follow on the last"));
        }
        self.records += 1;
        self.promised.records(records.left)?;
        Ok(records)
    }

    fn batch(&mut self, batch: Batch) -> Result<Vec<ClientEvent>, SyncError> {
        let Some(before) = self.cursor else { return Err(SyncError::Order("a batch before its welcome")) };
        if self.phase == Phase::CatchingUp {
            self.promised.batch(before.position)?;
        }
        let told = Cursor { position: batch.position, hash: batch.hash, ..before };
        let mut cursor = before;
        for entry in &batch.entries {
            cursor = cursor.then(&name(entry)?);
        }
        // Of a log with gaps we see only that it goes on.
        let goes_on = told.position > before.position && told.position >= cursor.position;
        if !(cursor == told || self.sealed && goes_on) {
            return Err(SyncError::LogMismatch);
        }
        let cursor = told;
        self.cursor = Some(cursor);
        Ok(vec![ClientEvent::Entries { entries: batch.entries, cursor }])
    }

    fn acknowledged(&mut self, ack: &Ack) -> Result<Vec<ClientEvent>, SyncError> {
        let Pushed { hashes, .. } =
            self.in_flight.remove(&ack.id).ok_or(SyncError::Order("an answer to no push"))?;
        let is_refused = |number: usize| ack.refused.iter().any(|refused| refused.number as usize == number);
        let taken = hashes.iter().enumerate().filter(|(number, _)| !is_refused(*number));
        let changes = taken.map(|(_, hash)| *hash).collect();
        let place = self.cursor.map_or(0, |cursor| cursor.position);
        let passed = ack.passed.iter().filter(|passed| passed.position <= place);
        let passed = passed.filter_map(|passed| hashes.get(passed.number as usize).copied()).collect();
        let mut events = vec![ClientEvent::Acknowledged { changes, passed }];
        for refused in &ack.refused {
            let hash =
                *hashes.get(refused.number as usize).ok_or(SyncError::Order("a refusal of no change"))?;
            events.push(ClientEvent::Refused { hash, refused: refused.clone() });
        }
        Ok(events)
    }
}

/// The name of the change in an entry: given, or the hash that stands in its bytes (see the gate for whether it does).
fn name(entry: &Entry) -> Result<ChangeHash, SyncError> {
    match &entry.body {
        EntryBody::Known(hash) => Ok(*hash),
        EntryBody::Change(bytes) => crate::document::gate::hash_of(bytes)
            .ok_or_else(|| SyncError::Frame("an entry is no change".to_owned())),
        EntryBody::Document(_) => Err(SyncError::Frame("a document in the log".to_owned())),
    }
}

/// Leaves a record to the next push as a whole where this one would hold a part of it, and something else: of a new record no part is
/// anybody's before the whole is.
fn keep_together(entries: &mut Vec<Entry>, hashes: &mut Vec<ChangeHash>, rest: &mut VecDeque<Outgoing>) {
    let Some(next) = rest.front().map(|next| next.record) else { return };
    let kept = entries.iter().rposition(|entry| entry.record != next).map_or(0, |last| last + 1);
    if kept == 0 {
        return;
    }
    for (entry, hash) in entries.drain(kept..).zip(hashes.drain(kept..)).rev() {
        if let Entry { record, body: EntryBody::Change(bytes) } = entry {
            rest.push_front(Outgoing { record, hash, bytes });
        }
    }
}

#[cfg(test)]
mod tests;
