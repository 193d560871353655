//! What a client and a relay say to each other. How it is written is in `wire`.

use automerge::ChangeHash;
use serde::{Deserialize, Serialize};

use super::compare::Range;
use super::{Cursor, Epoch, ErrorCode, RollingHash};
use crate::id::RecordId;
use crate::identity::{Credential, DeviceId, Grant, Managed, Management, WorkspaceId, WorkspaceSecret};

/// From a client to the relay.
#[derive(Debug, Clone)]
pub enum FromClient {
    /// The first message of a connection.
    Hello(Hello),
    /// Changes for the log.
    Push(Push),
    /// Are you there?
    Ping,
    /// What it holds, by ranges, to find out how that differs from what the log says. Since version 2.
    Compare(Vec<Range>),
    /// Records that it lacks changes of. Since version 2.
    Want(Vec<Wanted>),
    /// It has what it wanted: the log may follow. Since version 2.
    Follow,
    /// The record that somebody has open at it, if any: for the others to see. Since version 3.
    Presence(Option<RecordId>),
    /// Something that is to be changed of who belongs, or told of it. Since version 4.
    Manage(Management),
}

/// From the relay to a client.
#[derive(Debug, Clone, PartialEq)]
pub enum FromRelay {
    /// The answer to a hello: what follows.
    Welcome(Welcome),
    /// The next stretch of the log.
    Batch(Batch),
    /// The client has all there was when it connected; what follows is live.
    CaughtUp,
    /// A push is durable, but for what was refused of it.
    Ack(Ack),
    /// Why the connection ends.
    Notice(Notice),
    /// I am here.
    Pong,
    /// Whole records, or what a client lacks of them. Since version 2.
    Records(Records),
    /// What the relay holds, by ranges. Since version 2.
    Compare(Vec<Range>),
    /// Who is here, as far as it is another than was told before. Since version 3.
    Presence(Presence),
    /// What came of something that was asked of who belongs. Since version 4.
    Managed(Managed),
    /// A push waits for its turn. Since version 5.
    Wait(Wait),
}

/// A push waits for its turn: its device has pushed more than the relay takes from one at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wait {
    /// The push's number.
    #[serde(rename = "i")]
    pub id: u64,
    /// In how many seconds it is taken.
    #[serde(rename = "s")]
    pub seconds: u32,
}

/// Who a client is, what it speaks and what it has.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Hello {
    /// The oldest and the newest protocol version it speaks.
    #[serde(rename = "v")]
    pub versions: (u16, u16),
    /// Its program and version, for the relay's logs.
    #[serde(rename = "s")]
    pub software: String,
    /// The workspace it wants to sync.
    #[serde(rename = "w")]
    pub workspace: WorkspaceId,
    /// The device it is.
    #[serde(rename = "d")]
    pub device: DeviceId,
    /// Why it may.
    #[serde(rename = "a")]
    pub credential: Credential,
    /// The place in the log that it has; none at first.
    #[serde(rename = "c", default)]
    pub cursor: Option<Cursor>,
    /// How far it came with a first sync that broke off. Since version 2.
    #[serde(rename = "f", default, skip_serializing_if = "Option::is_none")]
    pub first_sync: Option<FirstSync>,
    /// It holds records already, though it has no cursor: to be compared, not sent all over again. Since version 2.
    #[serde(rename = "r", default, skip_serializing_if = "is_false")]
    pub holds_records: bool,
    /// It looks for another replica to compare with, not for a relay. Since version 2.
    #[serde(rename = "p", default, skip_serializing_if = "is_false")]
    pub peer: bool,
    /// Up to which of the relay's erasures it has erased, in the way in which it was told their numbers. Since version 4.
    #[serde(rename = "x", default, skip_serializing_if = "is_zero")]
    pub erased: u64,
    /// Up to which of them nothing at all is left on it. Since version 4.
    #[serde(rename = "y", default, skip_serializing_if = "is_zero")]
    pub scrubbed: u64,
    /// Which records these were, up to `erased`: the hash of an [`ErasurePlace`](super::ErasurePlace). Since version 6.
    #[serde(rename = "z", default, skip_serializing_if = "Option::is_none")]
    pub erasures: Option<RollingHash>,
    /// It brings all that there is to be, as the first: to be let in only where nothing and nobody is there yet. Since version 5.
    #[serde(rename = "b", default, skip_serializing_if = "is_false")]
    pub founds: bool,
}

fn is_false(value: &bool) -> bool {
    !value
}

/// How far a first sync has come: everything, as it was at one place of the log, the records that changed last first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FirstSync {
    /// The place in the log up to which the records are sent.
    #[serde(rename = "c")]
    pub cursor: Cursor,
    /// The records whose last change stands at this position or behind it have come.
    #[serde(rename = "b")]
    pub below: u64,
}

/// What comes before the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub enum Beginning {
    /// Nothing: the log follows at once.
    #[default]
    Log,
    /// All records, whole, as they were at the place from which the log follows.
    Records,
    /// A comparison: the client finds out what it lacks, and what the log lacks.
    Comparison,
}

impl TryFrom<u8> for Beginning {
    type Error = &'static str;

    fn try_from(value: u8) -> Result<Self, Self::Error> {
        match value {
            0 => Ok(Beginning::Log),
            1 => Ok(Beginning::Records),
            2 => Ok(Beginning::Comparison),
            _ => Err("a connection begins in an unknown way"),
        }
    }
}

impl From<Beginning> for u8 {
    fn from(beginning: Beginning) -> u8 {
        beginning as u8
    }
}

fn is_log(beginning: &Beginning) -> bool {
    *beginning == Beginning::Log
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// What the relay will do now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Welcome {
    /// The protocol version that both will speak.
    #[serde(rename = "v")]
    pub version: u16,
    /// The workspace's name.
    #[serde(rename = "n")]
    pub workspace_name: String,
    /// The log's life.
    #[serde(rename = "e")]
    pub epoch: Epoch,
    /// The place behind which the stretches follow: the client's cursor, or the beginning.
    #[serde(rename = "f")]
    pub from: u64,
    /// How many changes the log holds now.
    #[serde(rename = "p")]
    pub position: u64,
    /// What comes before the log. Since version 2.
    #[serde(rename = "b", default, skip_serializing_if = "is_log")]
    pub beginning: Beginning,
    /// The rolling hash at `from`, where something comes before the log. Since version 2.
    #[serde(rename = "h", default, skip_serializing_if = "Option::is_none")]
    pub hash: Option<RollingHash>,
    /// How many records will come before the log. Since version 2.
    #[serde(rename = "r", default, skip_serializing_if = "is_zero")]
    pub records: u64,
    /// Who answers is another replica, no relay: what it has is in no log. Since version 2.
    #[serde(rename = "d", default, skip_serializing_if = "is_false")]
    pub peer: bool,
    /// What this device may do. Since version 4, in a workspace with members.
    #[serde(rename = "g", default, skip_serializing_if = "Option::is_none")]
    pub grant: Option<Grant>,
    /// Some of the log is kept from this device: its stretches have gaps, and the hash in a place of it is for the relay
    /// alone. Since version 4.
    #[serde(rename = "o", default, skip_serializing_if = "is_false")]
    pub sealed: bool,
    /// By what the workspace's devices know each other when they meet without a relay. Since version 4, for who may read
    /// everything.
    #[serde(rename = "k", default, skip_serializing_if = "Option::is_none")]
    pub meeting_key: Option<WorkspaceSecret>,
    /// Records that are to be erased, each with the number of its erasure: those behind the place that the hello names, or all.
    /// Since version 4.
    #[serde(rename = "x", default, skip_serializing_if = "Vec::is_empty")]
    pub erased: Vec<(u64, RecordId)>,
}

/// One change on its way.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The record it belongs to.
    pub record: RecordId,
    /// The change.
    pub body: EntryBody,
}

/// A change in full, or by its name alone where the receiver has it; or many changes at once.
#[derive(Debug, Clone, PartialEq)]
pub enum EntryBody {
    /// The change chunk.
    Change(Vec<u8>),
    /// A document chunk: a record's changes up to some time, compacted. Only in [`Records`].
    Document(Vec<u8>),
    /// The name of a change that this very client pushed on this connection.
    Known(ChangeHash),
}

/// A stretch of the log.
#[derive(Debug, Clone, PartialEq)]
pub struct Batch {
    /// The place behind its last entry.
    pub position: u64,
    /// The log's hash there.
    pub hash: RollingHash,
    /// The changes, in the log's order.
    pub entries: Vec<Entry>,
}

/// Whole records, or what a client lacks of them. What belongs to one record stands together, in causal order.
#[derive(Debug, Clone, PartialEq)]
pub struct Records {
    /// How many messages of this kind went before it on this connection, by which it shows that none is missing; none from
    /// whoever does not count them.
    pub number: Option<u64>,
    /// In a first sync: the records whose last change stands at this position or behind it have come; 0 at its end.
    pub below: u64,
    /// How many records are still to come; 0 at the end.
    pub left: u64,
    /// Documents and changes.
    pub entries: Vec<Entry>,
}

/// Who is connected besides, and what they have open: what of it is another than was told before on this connection.
/// Nothing of it is ever stored.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Presence {
    /// Those who came, or opened something else.
    pub here: Vec<Here>,
    /// Those who left.
    pub gone: Vec<DeviceId>,
}

/// A device at which somebody is working.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Here {
    /// Which.
    pub device: DeviceId,
    /// The record that is open there, if any.
    pub open: Option<RecordId>,
}

/// A record that a client lacks changes of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Which.
    pub record: RecordId,
    /// Some of the changes that the client has, the newest among them: what came before them it has, too.
    pub known: Vec<ChangeHash>,
}

/// Changes that a client offers, dependencies first.
#[derive(Debug, Clone, PartialEq)]
pub struct Push {
    /// A number by which the client knows the acknowledgement; chosen by the client, rising in a connection.
    pub id: u64,
    /// The changes, all in full.
    pub entries: Vec<Entry>,
}

/// The push of that number is durable in the log, but for what was refused.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ack {
    /// The push's number.
    #[serde(rename = "i")]
    pub id: u64,
    /// What was not taken.
    #[serde(rename = "r", default)]
    pub refused: Vec<Refused>,
    /// What the log had already, at places that were sent on this connection or lie before it: it does not come by any more.
    /// Left out by relays of before.
    #[serde(rename = "p", default, skip_serializing_if = "Vec::is_empty")]
    pub passed: Vec<Logged>,
}

/// A change of a push, and where it stands in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Logged {
    /// The place of the change in its push, from 0.
    #[serde(rename = "n")]
    pub number: u32,
    /// Its position in the log.
    #[serde(rename = "p")]
    pub position: u64,
}

/// A change that the relay did not take.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Refused {
    /// The place of the change in its push, from 0. (A malformed change has no name that could be trusted.)
    #[serde(rename = "n")]
    pub number: u32,
    /// Why, for programs.
    #[serde(rename = "c")]
    pub code: ErrorCode,
    /// Why, for people.
    #[serde(rename = "w")]
    pub words: String,
}

/// Why the relay ends a connection.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Notice {
    /// Why, for programs.
    #[serde(rename = "c")]
    pub code: ErrorCode,
    /// Why, for people.
    #[serde(rename = "w")]
    pub words: String,
    /// So many seconds pass before it makes sense to come again; none where nobody knows. Left out by relays of before.
    #[serde(rename = "s", default, skip_serializing_if = "Option::is_none")]
    pub again: Option<u32>,
}

impl Notice {
    /// A notice that says nothing of when to come again.
    pub fn new(code: ErrorCode, words: impl Into<String>) -> Notice {
        Notice { code, words: words.into(), again: None }
    }
}
