//! A relay in memory, without checks or disk: the log, and what the protocol says about it.
//!
//! It lets a test run many replicas over links that are cut wherever the test likes, in one thread and without time.

use std::collections::BTreeSet;

use samsyn_engine::document::ChangeHash;
use samsyn_engine::document::gate::{self, Limits};
use samsyn_engine::replica::{Replica, ReplicaSync, SyncNews};
use samsyn_engine::sync::limits::BATCH_CHANGES;
use samsyn_engine::sync::{
    Ack, Batch, Beginning, Cursor, Entry, EntryBody, Epoch, FromRelay, RelayRequest, RelaySession, Welcome,
};

/// The relay.
#[derive(Debug)]
pub struct MemoryRelay {
    epoch: Epoch,
    entries: Vec<(Entry, ChangeHash)>,
    known: BTreeSet<ChangeHash>,
    cursors: Vec<Cursor>,
}

impl Default for MemoryRelay {
    fn default() -> Self {
        let epoch = Epoch::random();
        MemoryRelay {
            epoch,
            entries: Vec::new(),
            known: BTreeSet::new(),
            cursors: vec![Cursor::start(epoch)],
        }
    }
}

impl MemoryRelay {
    /// How many changes are in the log.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether the log is empty.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The frames that answer one frame of a client.
    ///
    /// # Panics
    /// Where the client does not keep to the protocol, or pushes what is no change.
    pub fn answer(&mut self, session: &mut RelaySession, frame: &[u8]) -> Vec<Vec<u8>> {
        let request = session.handle_input(frame).expect("a client keeps to the protocol");
        match request {
            None => session.poll_transmit().into_iter().collect(),
            Some(RelayRequest::Hello(hello)) => {
                session.admitted();
                let known = |cursor: &Cursor| self.cursors.get(cursor.position as usize) == Some(cursor);
                let from = hello.cursor.filter(known).map_or(0, |cursor| cursor.position);
                let welcome = FromRelay::Welcome(Welcome {
                    version: session.version(),
                    workspace_name: "In memory".to_owned(),
                    epoch: self.epoch,
                    from,
                    position: self.entries.len() as u64,
                    beginning: Beginning::Log,
                    hash: None,
                    records: 0,
                    peer: false,
                    grant: None,
                    sealed: false,
                    meeting_key: None,
                    erased: Vec::new(),
                });
                let mut frames = vec![welcome.encode()];
                frames.extend(self.batches(from as usize, &BTreeSet::new()));
                frames.push(FromRelay::CaughtUp.encode());
                frames
            }
            Some(RelayRequest::Presence(_) | RelayRequest::Manage(_)) => Vec::new(),
            Some(RelayRequest::Compare(_) | RelayRequest::Want(_) | RelayRequest::Follow) => {
                panic!("this relay has nothing to compare")
            }
            Some(RelayRequest::Push(push)) => {
                let before = self.entries.len();
                let own = push.entries.into_iter().map(|entry| self.append(entry)).collect();
                let ack = Ack { id: push.id, refused: Vec::new(), passed: Vec::new() };
                let mut frames = vec![FromRelay::Ack(ack).encode()];
                frames.extend(self.batches(before, &own));
                frames
            }
        }
    }

    fn append(&mut self, entry: Entry) -> ChangeHash {
        let EntryBody::Change(bytes) = &entry.body else { panic!("a client pushes whole changes") };
        let hash = gate::admit(bytes, &Limits::default()).expect("a client pushes proper changes").hash();
        if self.known.insert(hash) {
            let cursor = self.cursors[self.entries.len()].then(&hash);
            self.cursors.push(cursor);
            self.entries.push((entry, hash));
        }
        hash
    }

    fn batches(&self, from: usize, own: &BTreeSet<ChangeHash>) -> Vec<Vec<u8>> {
        let (mut frames, mut place) = (Vec::new(), from);
        for stretch in self.entries[from..].chunks(BATCH_CHANGES) {
            place += stretch.len();
            let entries = stretch.iter().map(|(entry, hash)| match own.contains(hash) {
                true => Entry { record: entry.record, body: EntryBody::Known(*hash) },
                false => entry.clone(),
            });
            let cursor = self.cursors[place];
            let batch = Batch { position: cursor.position, hash: cursor.hash, entries: entries.collect() };
            frames.push(FromRelay::Batch(batch).encode());
        }
        frames
    }
}

/// Connects a replica and goes on until nothing more is said, or the link is cut after so many frames, counted both ways.
///
/// # Panics
/// Where the replica cannot be used or does not keep to the protocol.
pub fn sync(replica: &mut Replica, relay: &mut MemoryRelay, cut_after: Option<usize>) -> Vec<SyncNews> {
    let mut sync = ReplicaSync::begin(replica, None, 0).expect("the replica has a relay");
    let mut session = RelaySession::new();
    let (mut news, mut frames) = (Vec::new(), 0);
    let mut cut = || {
        frames += 1;
        cut_after.is_some_and(|most| frames > most)
    };
    while let Some(frame) = sync.poll_transmit(replica).expect("the replica can be read") {
        if cut() {
            return news;
        }
        // What the relay says after a cut is lost; what it has done is done.
        for answer in relay.answer(&mut session, &frame) {
            if cut() {
                return news;
            }
            news.extend(sync.handle_input(replica, &answer, 0).expect("the relay keeps to the protocol"));
        }
    }
    assert!(sync.is_settled(replica).expect("the replica can be read"), "a connection ended with work left");
    news
}
