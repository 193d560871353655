//! A replica's side of a connection: what the session says is stored, what the store holds is pushed.
//!
//! ```text
//!  frame in ──▶ ClientSession ──▶ events ──▶ one Transaction: gate, documents, cursor ──▶ SyncNews
//!  frame out ◀── ClientSession ◀── outbox (changes that the relay's log is not known to have)
//! ```
//!
//! Still without I/O: whoever owns the link (a thread with a socket, a simulation) carries the frames. Every stretch of
//! the log is stored together with the cursor behind it, so a connection can break at any point and the next goes on.

use std::collections::{BTreeMap, HashMap, VecDeque};

use super::{Replica, ReplicaError};
use crate::document::gate::{self, Limits};
use crate::document::{ChangeHash, EncodedChange};
use crate::id::RecordId;
use crate::store::{Origin, Transaction};
use crate::sync::limits::BATCH_CHANGES;
use crate::sync::{
    ClientEvent, ClientSession, Cursor, Entry, EntryBody, ErrorCode, Hello, Notice, Outgoing, SyncError,
    VERSIONS,
};

/// What a connection brought about, for whoever shows it to a person.
#[derive(Debug, Clone, PartialEq)]
pub enum SyncNews {
    /// The relay let us in; so many changes will come before we are caught up.
    Connected {
        /// The workspace's name.
        workspace_name: String,
        /// How many changes will come.
        pending: u64,
    },
    /// Changes of others were merged into these records.
    Merged {
        /// Which records.
        records: Vec<RecordId>,
        /// How many changes came, known ones included.
        changes: usize,
    },
    /// We have all that the relay has.
    CaughtUp,
    /// So many of our changes are now safe on the relay.
    Pushed(usize),
    /// The relay did not take a change. It is kept here, with the reason.
    Refused {
        /// Which.
        hash: ChangeHash,
        /// Why, for people.
        reason: String,
    },
    /// Something that came did not pass the gate. It is kept apart.
    Quarantined {
        /// For which record.
        record: RecordId,
        /// Why, for people.
        reason: String,
    },
    /// The relay ends the connection.
    Closed(Notice),
}

/// Why a connection has to end.
#[derive(Debug, thiserror::Error)]
pub enum SyncProblem {
    /// The other side does not keep to the protocol, or is gone.
    #[error(transparent)]
    Protocol(#[from] SyncError),
    /// This side cannot store what comes.
    #[error(transparent)]
    Replica(#[from] ReplicaError),
    /// This replica has no relay.
    #[error("this workspace is only on this device: join one with `samsyn join`")]
    NoRelay,
}

impl From<crate::store::StoreError> for SyncProblem {
    fn from(error: crate::store::StoreError) -> Self {
        SyncProblem::Replica(error.into())
    }
}

/// A replica's side of one connection.
#[derive(Debug)]
pub struct ReplicaSync {
    session: ClientSession,
    queue: VecDeque<Outgoing>,
    read_up_to: i64,
    workspace_name: String,
    live: bool,
}

impl ReplicaSync {
    /// Begins a connection at `now` milliseconds.
    ///
    /// # Errors
    /// Where the replica has no relay, or its file cannot be read.
    pub fn begin(replica: &Replica, now: u64) -> Result<Self, SyncProblem> {
        let meta = replica.meta()?;
        let secret = meta.secret.ok_or(SyncProblem::NoRelay)?;
        let hello = Hello {
            versions: VERSIONS,
            software: concat!("samsyn ", env!("CARGO_PKG_VERSION")).to_owned(),
            workspace: meta.workspace,
            device: meta.device,
            credential: secret.credential(),
            cursor: meta.cursor,
        };
        Ok(ReplicaSync {
            session: ClientSession::new(hello, now),
            queue: VecDeque::new(),
            read_up_to: 0,
            workspace_name: meta.workspace_name,
            live: false,
        })
    }

    /// A frame that came in at `now` milliseconds.
    ///
    /// # Errors
    /// Where the connection has to be closed. What was stored before stays stored.
    pub fn frame_in(
        &mut self,
        replica: &mut Replica,
        frame: &[u8],
        now: u64,
    ) -> Result<Vec<SyncNews>, SyncProblem> {
        let mut news = Vec::new();
        for event in self.session.receive(frame, now)? {
            self.take(replica, event, &mut news)?;
        }
        Ok(news)
    }

    /// The next frame to send, if there is one. Reads the outbox whenever the relay would take more.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn frame_out(&mut self, replica: &Replica) -> Result<Option<Vec<u8>>, SyncProblem> {
        if self.session.can_push() {
            if self.queue.is_empty() {
                let (changes, last) = replica.store.outbox(self.read_up_to, BATCH_CHANGES)?;
                self.queue.extend(changes);
                self.read_up_to = last;
            }
            self.session.push(&mut self.queue);
        }
        Ok(self.session.poll_transmit())
    }

    /// Whether all that the relay had has come, and nothing of ours is on its way or waits.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn is_settled(&self, replica: &Replica) -> Result<bool, SyncProblem> {
        let idle = self.live && self.queue.is_empty() && self.session.in_flight().next().is_none();
        Ok(idle && replica.store.outbox_state()?.waiting == 0)
    }

    /// When [`ReplicaSync::handle_timeout`] wants to be called, in milliseconds.
    pub fn poll_timeout(&self) -> u64 {
        self.session.poll_timeout()
    }

    /// Time has passed.
    ///
    /// # Errors
    /// Where the link is dead: the connection has to be closed.
    pub fn handle_timeout(&mut self, now: u64) -> Result<(), SyncProblem> {
        Ok(self.session.handle_timeout(now)?)
    }

    fn take(
        &mut self,
        replica: &mut Replica,
        event: ClientEvent,
        news: &mut Vec<SyncNews>,
    ) -> Result<(), SyncProblem> {
        match event {
            ClientEvent::Welcomed { workspace_name, fresh, cursor, pending } => {
                if fresh {
                    begin_again(replica, &cursor)?;
                }
                self.workspace_name.clone_from(&workspace_name);
                news.push(SyncNews::Connected { workspace_name, pending });
            }
            ClientEvent::Entries { entries, cursor } => store_entries(replica, &entries, &cursor, news)?,
            ClientEvent::CaughtUp => {
                self.live = true;
                let now = replica.now();
                let mut transaction = replica.store.transaction()?;
                transaction.caught_up(&self.workspace_name, now)?;
                transaction.offer_again(ErrorCode::MissingDependencies)?;
                transaction.commit()?;
                news.push(SyncNews::CaughtUp);
            }
            ClientEvent::Acknowledged(hashes) => {
                let now = replica.now();
                // They leave the outbox only when they have come by in the log, with the cursor behind them. A relay that is
                // set back to our very cursor would otherwise have lost them without anything showing it.
                let mut transaction = replica.store.transaction()?;
                transaction.contact(now)?;
                transaction.commit()?;
                news.push(SyncNews::Pushed(hashes.len()));
            }
            ClientEvent::Refused { hash, refused } => {
                let mut transaction = replica.store.transaction()?;
                transaction.mark_refused(&hash, refused.code, &refused.words)?;
                transaction.commit()?;
                news.push(SyncNews::Refused { hash, reason: refused.words });
            }
            ClientEvent::Closed(notice) => news.push(SyncNews::Closed(notice)),
        }
        Ok(())
    }
}

/// The relay's log is another than the one we had a place in: read it from its beginning to see what it lacks.
fn begin_again(replica: &mut Replica, cursor: &Cursor) -> Result<(), SyncProblem> {
    let mut transaction = replica.store.transaction()?;
    transaction.begin_reconciling(cursor)?;
    transaction.commit()?;
    Ok(())
}

/// Stores a stretch of the log, and the cursor behind it, in one transaction.
fn store_entries(
    replica: &mut Replica,
    entries: &[Entry],
    cursor: &Cursor,
    news: &mut Vec<SyncNews>,
) -> Result<(), SyncProblem> {
    let now = replica.now();
    let mut transaction = replica.store.transaction()?;
    let mut logged: Vec<ChangeHash> = Vec::new();
    let mut records = Vec::new();
    for (record, changes) in by_record(entries, &mut logged) {
        let mut arrival = Arrival { transaction: &mut transaction, record, now, news };
        if arrival.store(&changes, &mut logged)? {
            records.push(record);
        }
    }
    transaction.mark_logged(&logged)?;
    transaction.set_cursor(cursor)?;
    transaction.contact(now)?;
    transaction.commit()?;
    news.push(SyncNews::Merged { records, changes: entries.len() });
    Ok(())
}

/// The changes of each record in the log's order; the names of those that are ours go to `logged`.
fn by_record<'a>(entries: &'a [Entry], logged: &mut Vec<ChangeHash>) -> BTreeMap<RecordId, Vec<&'a [u8]>> {
    let mut records: BTreeMap<RecordId, Vec<&[u8]>> = BTreeMap::new();
    for entry in entries {
        match &entry.body {
            EntryBody::Known(hash) => logged.push(*hash),
            EntryBody::Change(bytes) => records.entry(entry.record).or_default().push(bytes),
        }
    }
    records
}

/// What came for one record.
struct Arrival<'a, 'b> {
    transaction: &'a mut Transaction<'b>,
    record: RecordId,
    now: i64,
    news: &'a mut Vec<SyncNews>,
}

impl Arrival<'_, '_> {
    /// Merges what passes the gate, in one batch, and keeps the rest apart. Says whether the record changed.
    fn store(&mut self, changes: &[&[u8]], logged: &mut Vec<ChangeHash>) -> Result<bool, SyncProblem> {
        let limits = Limits::default();
        let (mut admitted, mut bytes_of) = (Vec::new(), HashMap::new());
        for bytes in changes {
            match gate::admit(bytes, &limits) {
                Ok(change) => {
                    bytes_of.insert(change.hash(), *bytes);
                    logged.push(change.hash());
                    admitted.push(change);
                }
                Err(error) => self.quarantine(bytes, (error.code(), &error.to_string()))?,
            }
        }
        let mut document = self.transaction.document(self.record)?;
        match document.receive(admitted, &limits) {
            Ok(received) => {
                for (hash, error) in &received.rejected {
                    if let Some(bytes) = bytes_of.get(hash) {
                        self.quarantine(bytes, (error.code(), &error.to_string()))?;
                    }
                }
                self.save(&document, &received.changes)
            }
            Err(error) => {
                for bytes in bytes_of.values() {
                    self.quarantine(bytes, ("unfit", &error.to_string()))?;
                }
                Ok(false)
            }
        }
    }

    fn save(
        &mut self,
        document: &crate::document::Document,
        changes: &[EncodedChange],
    ) -> Result<bool, SyncProblem> {
        if changes.is_empty() {
            return Ok(false);
        }
        self.transaction.save(document, changes, Origin::Log)?;
        Ok(true)
    }

    fn quarantine(&mut self, bytes: &[u8], (code, reason): (&str, &str)) -> Result<(), SyncProblem> {
        tracing::warn!(record = %self.record, code, "a change did not pass the gate");
        self.transaction.quarantine(self.record, bytes, (code, reason), self.now)?;
        self.news.push(SyncNews::Quarantined { record: self.record, reason: reason.to_owned() });
        Ok(())
    }
}
