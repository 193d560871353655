//! A replica and a relay without sockets between them, and a count of what goes over the wire.

use std::collections::VecDeque;
use std::path::Path;

use samsyn_engine::identity::{DeviceId, WorkspaceId, WorkspaceSecret};
use samsyn_engine::replica::{PeerAnswer, PeerCall, Replica, ReplicaSync, SyncNews, SyncProblem};
use samsyn_engine::store::NewReplica;
use samsyn_engine::sync::limits::RECORDS_BYTES;
use samsyn_engine::sync::{Cursor, Epoch, Hello, VERSIONS};
use samsyn_server::log::{Meta, SqliteLog};
use samsyn_server::{InlineConnection, InlineRelay};

/// A workspace: what a relay and replicas of it are made with.
#[derive(Debug)]
pub struct Workspace {
    id: WorkspaceId,
    secret: WorkspaceSecret,
}

impl Default for Workspace {
    fn default() -> Self {
        Workspace { id: WorkspaceId::random(), secret: WorkspaceSecret::random() }
    }
}

impl Workspace {
    /// A relay with an empty log in a new file.
    ///
    /// # Panics
    /// Where the file cannot be made.
    pub fn relay(&self, path: &Path) -> InlineRelay {
        let (name, secret_hash) = ("Counted".to_owned(), Some(self.secret.hash()));
        let meta = Meta { workspace: self.id, name, secret_hash, epoch: Epoch::random(), created_at: 0 };
        SqliteLog::create(path, &meta).expect("a log can be made");
        InlineRelay::open(path).expect("a log that was just made can be opened")
    }

    /// Its name.
    pub fn id(&self) -> WorkspaceId {
        self.id
    }

    /// What a new device says first, that is at this place in the log.
    pub fn hello(&self, cursor: Option<Cursor>) -> Hello {
        Hello {
            versions: VERSIONS,
            software: "counted".to_owned(),
            workspace: self.id,
            device: DeviceId::random(),
            credential: self.secret.credential(),
            cursor,
            first_sync: None,
            holds_records: false,
            peer: false,
            erased: 0,
            scrubbed: 0,
            erasures: None,
            founds: false,
        }
    }

    /// A new replica in a new file.
    ///
    /// # Panics
    /// Where the file cannot be made.
    pub fn replica(&self, path: &Path, person: &str) -> Replica {
        let relay = Some(("ws://counted".to_owned(), self.secret.clone().into()));
        let new = NewReplica { workspace: self.id, workspace_name: "Counted".to_owned(), relay };
        Replica::create(path, &new, person).expect("a replica can be made")
    }
}

/// What went over the wire.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Bytes of frames to the relay.
    pub up: usize,
    /// Bytes of frames from the relay.
    pub down: usize,
    /// Frames both ways.
    pub frames: usize,
    /// How often one side had to wait for the other.
    pub round_trips: usize,
}

/// Connects a replica and goes on until nothing more is said; connects again where the replica wants to begin anew. Answers
/// what went by, and what came of it.
///
/// # Panics
/// Where one of the two cannot go on.
pub fn sync(replica: &mut Replica, relay: &mut InlineRelay) -> (Traffic, Vec<SyncNews>) {
    sync_over(replica, relay, &mut |_, _| {})
}

/// The same, where somebody hears how many bytes go there and back in each round trip.
///
/// # Panics
/// As [`sync`].
pub fn sync_over(
    replica: &mut Replica,
    relay: &mut InlineRelay,
    link: &mut dyn FnMut(usize, usize),
) -> (Traffic, Vec<SyncNews>) {
    let (mut traffic, mut news) = (Traffic::default(), Vec::new());
    while !connect(replica, relay, (&mut traffic, link), &mut news) {}
    (traffic, news)
}

/// One connection. Says whether it came to its end.
fn connect(
    replica: &mut Replica,
    relay: &mut InlineRelay,
    (traffic, link): (&mut Traffic, &mut dyn FnMut(usize, usize)),
    news: &mut Vec<SyncNews>,
) -> bool {
    let mut sync = ReplicaSync::begin(replica, None, 0).expect("the replica has a relay");
    let mut there = InlineConnection::default();
    loop {
        let mut up = VecDeque::new();
        loop {
            match sync.poll_transmit(replica) {
                Ok(Some(frame)) => up.push_back(frame),
                Ok(None) => break,
                Err(SyncProblem::BeginAgain) => return false,
                Err(error) => panic!("the replica cannot go on: {error}"),
            }
        }
        let mut down = Vec::new();
        for frame in &up {
            traffic.up += frame.len();
            down.extend(relay.handle_input(&mut there, frame).expect("the relay takes what a replica says"));
        }
        while let Some(frame) = relay.poll_transmit(&mut there, RECORDS_BYTES).expect("the relay can be read")
        {
            down.push(frame);
        }
        if up.is_empty() && down.is_empty() {
            assert!(sync.is_settled(replica).expect("the replica can be read"), "it ended with work left");
            return true;
        }
        traffic.frames += up.len() + down.len();
        traffic.round_trips += 1;
        let bytes = |frames: &mut dyn Iterator<Item = &Vec<u8>>| frames.map(Vec::len).sum();
        link(bytes(&mut up.iter()), bytes(&mut down.iter()));
        for frame in down {
            traffic.down += frame.len();
            match sync.handle_input(replica, &frame, 0) {
                Ok(some) => news.extend(some),
                Err(SyncProblem::BeginAgain) => return false,
                Err(error) => panic!("a replica takes what the relay says: {error}"),
            }
        }
    }
}

/// One replica visits another, without a relay, until both have the same or so many frames have gone by: then the link
/// breaks. Answers what went by, and what the visitor heard.
///
/// # Panics
/// Where one of the two cannot go on.
pub fn meet(calling: &mut Replica, answering: &mut Replica, frames: usize) -> (Traffic, Vec<SyncNews>) {
    let mut call = PeerCall::begin(calling, 0).expect("the workspace has a secret");
    let mut answer = PeerAnswer::new();
    let (mut traffic, mut news) = (Traffic::default(), Vec::new());
    while !call.is_done() {
        let mut spoke = false;
        while let Some(frame) = call.poll_transmit(calling).expect("the replica can be read") {
            (spoke, traffic.up, traffic.frames) = (true, traffic.up + frame.len(), traffic.frames + 1);
            if traffic.frames > frames {
                return (traffic, news);
            }
            answer.handle_input(answering, &frame).expect("a replica takes what another says");
        }
        while let Some(frame) = answer.poll_transmit(answering).expect("the replica can be read") {
            (spoke, traffic.down, traffic.frames) = (true, traffic.down + frame.len(), traffic.frames + 1);
            if traffic.frames > frames {
                return (traffic, news);
            }
            news.extend(call.handle_input(calling, &frame, 0).expect("a replica takes what another says"));
        }
        assert!(spoke || call.is_done(), "both wait for each other");
        traffic.round_trips += 1;
    }
    (traffic, news)
}
