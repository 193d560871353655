//! What a client and a relay say to each other. How it is written is in `wire`.

use automerge::ChangeHash;
use serde::{Deserialize, Serialize};

use super::{Cursor, Epoch, ErrorCode, RollingHash};
use crate::id::RecordId;
use crate::identity::{Credential, DeviceId, WorkspaceId};

/// From a client to the relay.
#[derive(Debug, Clone)]
pub enum FromClient {
    /// The first message of a connection.
    Hello(Hello),
    /// Changes for the log.
    Push(Push),
    /// Are you there?
    Ping,
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
}

/// One change on its way.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The record it belongs to.
    pub record: RecordId,
    /// The change.
    pub body: EntryBody,
}

/// A change in full, or by its name alone where the receiver has it.
#[derive(Debug, Clone, PartialEq)]
pub enum EntryBody {
    /// The change chunk.
    Change(Vec<u8>),
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
}
