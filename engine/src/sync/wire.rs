//! How messages are written: one frame each.
//!
//! ```text
//! frame  = type (1 byte) body
//! body   = a CBOR map (RFC 8949) with one-letter keys
//! bundle = the entries of a batch, a push or of records: CBOR array of [record (16 bytes), kind, bytes] with kind 0
//!          change, 1 known, 2 document; compressed as one zstd frame (RFC 8878), because they look alike
//! ```
//!
//! Unknown keys in a body are passed over (a newer minor version may send them); an unknown type is an error.

use std::borrow::Cow;

use automerge::ChangeHash;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::compare::{Fingerprint, Held, Holding, Range};
use super::limits::{
    BATCH_CHANGES, CHANGE_BYTES, COMPARED_NAMES, COMPARED_RANGES, FRAME_BYTES, HEADS, INFLATED_BYTES,
    KNOWN_CHANGES, PRESENT, WANTED_RECORDS, WORDS_BYTES,
};
use super::{
    Batch, Entry, EntryBody, FromClient, FromRelay, Hello, Here, Presence, Push, Records, RollingHash,
    SyncError, Wanted,
};
use crate::id::RecordId;
use crate::identity::{Credential, Managed, Management};
use crate::text::one_line;

const HELLO: u8 = 1;
const PUSH: u8 = 2;
const PING: u8 = 3;
const COMPARE: u8 = 4;
const WANT: u8 = 5;
const FOLLOW: u8 = 6;
const PRESENCE: u8 = 7;
const MANAGE: u8 = 8;
const WELCOME: u8 = 65;
const BATCH: u8 = 66;
const CAUGHT_UP: u8 = 67;
const ACK: u8 = 68;
const NOTICE: u8 = 69;
const PONG: u8 = 70;
const RECORDS: u8 = 71;
const COMPARED: u8 = 72;
const PRESENT_ARE: u8 = 73;
const MANAGED: u8 = 74;
const WAIT: u8 = 75;

/// How hard a bundle is compressed. Whole records are more and wait for less: measured, a third less than at 3 for four
/// times the time, which is still ten times as fast as reading them.
const LEVEL: i32 = 3;
const RECORDS_LEVEL: i32 = 9;

#[derive(Serialize, Deserialize)]
struct PushBody {
    #[serde(rename = "i")]
    id: u64,
    #[serde(rename = "b")]
    bundle: serde_bytes::ByteBuf,
}

#[derive(Serialize, Deserialize)]
struct BatchBody {
    #[serde(rename = "p")]
    position: u64,
    #[serde(rename = "h")]
    hash: RollingHash,
    #[serde(rename = "b")]
    bundle: serde_bytes::ByteBuf,
}

#[derive(Serialize, Deserialize)]
struct RecordsBody {
    #[serde(rename = "s", default, skip_serializing_if = "Option::is_none")]
    number: Option<u64>,
    #[serde(rename = "k")]
    below: u64,
    #[serde(rename = "n")]
    left: u64,
    #[serde(rename = "b")]
    bundle: serde_bytes::ByteBuf,
}

#[derive(Serialize, Deserialize)]
struct CompareBody {
    #[serde(rename = "r")]
    ranges: Vec<RawRange>,
}

/// Where it ends (empty: at the end), kind, and what stands in it.
type RawRange = (serde_bytes::ByteBuf, u8, serde_bytes::ByteBuf);

#[derive(Serialize, Deserialize)]
struct WantBody {
    #[serde(rename = "w")]
    wanted: Vec<RawWanted>,
}

#[derive(Serialize, Deserialize)]
struct PresenceBody {
    #[serde(rename = "o")]
    open: serde_bytes::ByteBuf,
}

#[derive(Serialize, Deserialize)]
struct PresentAreBody {
    #[serde(rename = "h")]
    here: Vec<RawHere>,
    #[serde(rename = "g")]
    gone: Vec<serde_bytes::ByteBuf>,
}

#[derive(Serialize, Deserialize)]
struct ManageBody<T> {
    #[serde(rename = "m")]
    of: T,
}

/// A device, and the record that is open there (empty: none).
type RawHere = (serde_bytes::ByteBuf, serde_bytes::ByteBuf);

/// A record, and the names of changes one behind the other.
type RawWanted = (serde_bytes::ByteBuf, serde_bytes::ByteBuf);

type RawEntry = (serde_bytes::ByteBuf, u8, serde_bytes::ByteBuf);

impl FromClient {
    /// The message as a frame.
    pub fn encode(&self) -> Vec<u8> {
        match self {
            FromClient::Hello(hello) => frame(HELLO, hello),
            FromClient::Push(push) => {
                frame(PUSH, &PushBody { id: push.id, bundle: bundle(&push.entries, LEVEL).into() })
            }
            FromClient::Ping => vec![PING],
            FromClient::Compare(ranges) => frame(COMPARE, &compare_body(ranges)),
            FromClient::Want(wanted) => frame(WANT, &want_body(wanted)),
            FromClient::Follow => vec![FOLLOW],
            FromClient::Presence(open) => frame(PRESENCE, &PresenceBody { open: id_bytes(*open) }),
            FromClient::Manage(management) => frame(MANAGE, &ManageBody { of: management.clone() }),
        }
    }

    /// The message in a frame.
    ///
    /// # Errors
    /// Where the frame is too large or is none.
    pub fn decode(frame: &[u8]) -> Result<FromClient, SyncError> {
        match split(frame)? {
            (HELLO, body) => {
                let mut hello: Hello = read(body)?;
                shorten(&mut hello.software);
                if let Credential::Invitation(invited) = &mut hello.credential {
                    shorten(&mut invited.label);
                }
                Ok(FromClient::Hello(hello))
            }
            (PUSH, body) => {
                let body: PushBody = read(body)?;
                Ok(FromClient::Push(Push { id: body.id, entries: unbundle(&body.bundle, Bundled::Changes)? }))
            }
            (PING, _) => Ok(FromClient::Ping),
            (COMPARE, body) => Ok(FromClient::Compare(ranges(read(body)?)?)),
            (WANT, body) => Ok(FromClient::Want(wanted(read(body)?)?)),
            (FOLLOW, _) => Ok(FromClient::Follow),
            (PRESENCE, body) => Ok(FromClient::Presence(id(&read::<PresenceBody>(body)?.open)?)),
            (MANAGE, body) => Ok(FromClient::Manage(read::<ManageBody<Management>>(body)?.of)),
            (unknown, _) => Err(unknown_type(unknown)),
        }
    }
}

impl FromRelay {
    /// The message as a frame.
    pub fn encode(&self) -> Vec<u8> {
        match self {
            FromRelay::Welcome(welcome) => frame(WELCOME, welcome),
            FromRelay::Batch(batch) => {
                let bundle = bundle(&batch.entries, LEVEL).into();
                frame(BATCH, &BatchBody { position: batch.position, hash: batch.hash, bundle })
            }
            FromRelay::CaughtUp => vec![CAUGHT_UP],
            FromRelay::Ack(ack) => frame(ACK, ack),
            FromRelay::Notice(notice) => frame(NOTICE, notice),
            FromRelay::Pong => vec![PONG],
            FromRelay::Records(records) => {
                let bundle = bundle(&records.entries, RECORDS_LEVEL).into();
                let Records { number, below, left, .. } = *records;
                frame(RECORDS, &RecordsBody { number, below, left, bundle })
            }
            FromRelay::Compare(ranges) => frame(COMPARED, &compare_body(ranges)),
            FromRelay::Presence(presence) => frame(PRESENT_ARE, &present_are_body(presence)),
            FromRelay::Managed(managed) => frame(MANAGED, &ManageBody { of: managed.clone() }),
            FromRelay::Wait(wait) => frame(WAIT, wait),
        }
    }

    /// The message in a frame.
    ///
    /// # Errors
    /// Where the frame is too large or is none.
    pub fn decode(frame: &[u8]) -> Result<FromRelay, SyncError> {
        Ok(match split(frame)? {
            (WELCOME, body) => {
                let mut welcome: super::Welcome = read(body)?;
                shorten(&mut welcome.workspace_name);
                FromRelay::Welcome(welcome)
            }
            (BATCH, body) => {
                let body: BatchBody = read(body)?;
                let entries = unbundle(&body.bundle, Bundled::Changes)?;
                FromRelay::Batch(Batch { position: body.position, hash: body.hash, entries })
            }
            (CAUGHT_UP, _) => FromRelay::CaughtUp,
            (ACK, body) => {
                let mut ack: super::Ack = read(body)?;
                ack.refused.iter_mut().for_each(|refused| shorten(&mut refused.words));
                FromRelay::Ack(ack)
            }
            (NOTICE, body) => {
                let mut notice: super::Notice = read(body)?;
                shorten(&mut notice.words);
                FromRelay::Notice(notice)
            }
            (PONG, _) => FromRelay::Pong,
            (RECORDS, body) => {
                let body: RecordsBody = read(body)?;
                let entries = unbundle(&body.bundle, Bundled::Records)?;
                let RecordsBody { number, below, left, .. } = body;
                FromRelay::Records(Records { number, below, left, entries })
            }
            (COMPARED, body) => FromRelay::Compare(ranges(read(body)?)?),
            (PRESENT_ARE, body) => FromRelay::Presence(presence(read(body)?)?),
            (MANAGED, body) => FromRelay::Managed(read::<ManageBody<Managed>>(body)?.of),
            (WAIT, body) => FromRelay::Wait(read(body)?),
            (unknown, _) => return Err(unknown_type(unknown)),
        })
    }
}

fn frame(kind: u8, body: &impl Serialize) -> Vec<u8> {
    let mut bytes = vec![kind];
    ciborium::into_writer(body, &mut bytes).expect("writing into memory does not fail");
    bytes
}

fn split(frame: &[u8]) -> Result<(u8, &[u8]), SyncError> {
    if frame.len() > FRAME_BYTES {
        return Err(SyncError::TooLarge { what: "a frame", size: frame.len(), most: FRAME_BYTES });
    }
    let (kind, body) = frame.split_first().ok_or_else(|| SyncError::Frame("it is empty".to_owned()))?;
    Ok((*kind, body))
}

fn unknown_type(kind: u8) -> SyncError {
    SyncError::Frame(format!("messages of type {kind} are unknown"))
}

/// Nothing that we read nests deeper.
const DEPTH: usize = 8;

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, SyncError> {
    use ciborium::de::Error;
    ciborium::de::from_reader_with_recursion_limit(body, DEPTH).map_err(|error| {
        SyncError::Frame(match error {
            // Reading from memory fails only where the memory ends.
            Error::Io(_) => "it is cut short".to_owned(),
            Error::Syntax(place) => format!("it is no CBOR at byte {place}"),
            Error::Semantic(_, words) => words,
            Error::RecursionLimitExceeded => "it nests too deep".to_owned(),
        })
    })
}

/// Makes words that came from outside fit to be shown wherever they will be: one line, none of which acts, and not too long.
fn shorten(words: &mut String) {
    if let Cow::Owned(shown) = one_line(words) {
        *words = shown;
    }
    if words.len() > WORDS_BYTES {
        let end = (0..=WORDS_BYTES).rev().find(|end| words.is_char_boundary(*end)).unwrap_or(0);
        words.truncate(end);
    }
}

/// What a bundle may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bundled {
    Changes,
    Records,
}

fn compare_body(ranges: &[Range]) -> CompareBody {
    let raw = |range: &Range| {
        let upper = range.upper.map(|upper| upper.as_bytes().to_vec()).unwrap_or_default();
        let (kind, held) = match &range.held {
            Held::Same => (0, Vec::new()),
            Held::Fingerprint(fingerprint) => (1, fingerprint.0.to_vec()),
            Held::Records(holdings) => (2, holdings.iter().flat_map(holding_bytes).collect()),
        };
        (upper.into(), kind, held.into())
    };
    CompareBody { ranges: ranges.iter().map(raw).collect() }
}

fn id_bytes(id: Option<RecordId>) -> serde_bytes::ByteBuf {
    id.map(|id| id.as_bytes().to_vec()).unwrap_or_default().into()
}

/// An id, or none where there are no bytes.
fn id(bytes: &[u8]) -> Result<Option<RecordId>, SyncError> {
    if bytes.is_empty() {
        return Ok(None);
    }
    let id = RecordId::from_slice(bytes);
    id.map(Some).ok_or_else(|| SyncError::Frame("a name is not 16 bytes".to_owned()))
}

fn present_are_body(presence: &Presence) -> PresentAreBody {
    PresentAreBody {
        here: presence.here.iter().map(|here| (id_bytes(Some(here.device)), id_bytes(here.open))).collect(),
        gone: presence.gone.iter().map(|device| id_bytes(Some(*device))).collect(),
    }
}

fn presence(body: PresentAreBody) -> Result<Presence, SyncError> {
    let size = body.here.len().max(body.gone.len());
    if size > PRESENT {
        return Err(SyncError::TooLarge { what: "a list of who is here", size, most: PRESENT });
    }
    let nobody = || SyncError::Frame("somebody without a name is here".to_owned());
    let device = |bytes: &[u8]| id(bytes)?.ok_or_else(nobody);
    let here = |(who, open): &RawHere| Ok(Here { device: device(who)?, open: id(open)? });
    Ok(Presence {
        here: body.here.iter().map(here).collect::<Result<_, SyncError>>()?,
        gone: body.gone.iter().map(|who| device(who)).collect::<Result<_, SyncError>>()?,
    })
}

/// A record, how many heads it has (two bytes), and these.
fn holding_bytes(holding: &Holding) -> Vec<u8> {
    // What is beyond the bound is left out: the record then counts as different, and both go on.
    let heads = &holding.heads[..holding.heads.len().min(HEADS)];
    let mut bytes = holding.record.as_bytes().to_vec();
    bytes.extend((heads.len() as u16).to_be_bytes());
    bytes.extend(heads.iter().flat_map(|head| head.0));
    bytes
}

fn ranges(body: CompareBody) -> Result<Vec<Range>, SyncError> {
    let (count, most) = (body.ranges.len(), COMPARED_RANGES);
    if count > most {
        return Err(SyncError::TooLarge { what: "a comparison", size: count, most });
    }
    let (mut found, mut below, mut named) = (Vec::with_capacity(count), None, 0);
    for (number, raw) in body.ranges.into_iter().enumerate() {
        let range = range(raw, &mut named)?;
        let is_last = number + 1 == count;
        if range.upper.is_none() != is_last || (range.upper.is_some() && range.upper <= below) {
            return Err(SyncError::Frame("the ranges of a comparison are not in order".to_owned()));
        }
        below = range.upper;
        found.push(range);
    }
    Ok(found)
}

fn range((upper, kind, held): RawRange, named: &mut usize) -> Result<Range, SyncError> {
    let wrong = |what: &str| SyncError::Frame(what.to_owned());
    let upper = match upper.len() {
        0 => None,
        _ => Some(RecordId::from_slice(&upper).ok_or_else(|| wrong("a range's end is not 16 bytes"))?),
    };
    let held = match kind {
        0 => Held::Same,
        1 => Held::Fingerprint(Fingerprint(
            held.into_vec().try_into().map_err(|_| wrong("a fingerprint is not 16 bytes"))?,
        )),
        2 => Held::Records(holdings(&held, named)?),
        _ => return Err(wrong("a range is of an unknown kind")),
    };
    Ok(Range { upper, held })
}

fn holdings(mut bytes: &[u8], named: &mut usize) -> Result<Vec<Holding>, SyncError> {
    let cut = || SyncError::Frame("the records of a range are cut short".to_owned());
    let mut found: Vec<Holding> = Vec::new();
    while !bytes.is_empty() {
        let (head, rest) = bytes.split_at_checked(18).ok_or_else(cut)?;
        let record = RecordId::from_slice(&head[..16]).ok_or_else(cut)?;
        let count = usize::from(u16::from_be_bytes([head[16], head[17]]));
        if count > HEADS {
            return Err(SyncError::TooLarge { what: "a record's heads", size: count, most: HEADS });
        }
        let (heads, rest) = rest.split_at_checked(32 * count).ok_or_else(cut)?;
        found.push(Holding { record, heads: names(heads)? });
        *named += 1 + count;
        // The range that brings a message to its bound has a few records too many.
        let most = COMPARED_NAMES + 16 * (1 + HEADS);
        if *named > most {
            return Err(SyncError::TooLarge { what: "a comparison", size: *named, most });
        }
        bytes = rest;
    }
    Ok(found)
}

/// Names of changes, one behind the other.
fn names(bytes: &[u8]) -> Result<Vec<ChangeHash>, SyncError> {
    let name = |bytes: &[u8]| bytes.try_into().map(ChangeHash);
    let found: Result<_, _> = bytes.chunks(32).map(name).collect();
    found.map_err(|_| SyncError::Frame("a change's name is not 32 bytes".to_owned()))
}

fn want_body(wanted: &[Wanted]) -> WantBody {
    let raw = |wanted: &Wanted| {
        let known: Vec<u8> = wanted.known.iter().flat_map(|hash| hash.0).collect();
        (wanted.record.as_bytes().to_vec().into(), known.into())
    };
    WantBody { wanted: wanted.iter().map(raw).collect() }
}

fn wanted(body: WantBody) -> Result<Vec<Wanted>, SyncError> {
    let (size, most) = (body.wanted.len(), WANTED_RECORDS);
    if size > most {
        return Err(SyncError::TooLarge { what: "the wanted records", size, most });
    }
    let wanted = |(record, known): RawWanted| {
        let record = RecordId::from_slice(&record)
            .ok_or_else(|| SyncError::Frame("a record's name is not 16 bytes".to_owned()))?;
        let known = names(&known)?;
        if known.len() > KNOWN_CHANGES {
            return Err(SyncError::TooLarge {
                what: "the changes known of a record",
                size: known.len(),
                most: KNOWN_CHANGES,
            });
        }
        Ok(Wanted { record, known })
    };
    body.wanted.into_iter().map(wanted).collect()
}

fn bundle(entries: &[Entry], level: i32) -> Vec<u8> {
    let raw: Vec<RawEntry> = entries.iter().map(raw_entry).collect();
    let mut bytes = Vec::new();
    ciborium::into_writer(&raw, &mut bytes).expect("writing into memory does not fail");
    zstd::bulk::compress(&bytes, level).expect("compressing in memory does not fail")
}

fn raw_entry(entry: &Entry) -> RawEntry {
    let record = serde_bytes::ByteBuf::from(entry.record.as_bytes().to_vec());
    match &entry.body {
        EntryBody::Change(bytes) => (record, 0, serde_bytes::ByteBuf::from(bytes.clone())),
        EntryBody::Known(hash) => (record, 1, serde_bytes::ByteBuf::from(hash.0.to_vec())),
        EntryBody::Document(bytes) => (record, 2, serde_bytes::ByteBuf::from(bytes.clone())),
    }
}

fn unbundle(compressed: &[u8], bundled: Bundled) -> Result<Vec<Entry>, SyncError> {
    let too_large = |size| SyncError::TooLarge { what: "a batch", size, most: INFLATED_BYTES };
    // The frame's own declaration of its size only decides how much to set aside at most.
    let declared = zstd::zstd_safe::get_frame_content_size(compressed).ok().flatten();
    let size = declared.map_or(INFLATED_BYTES, |size| usize::try_from(size).unwrap_or(usize::MAX));
    if size > INFLATED_BYTES {
        return Err(too_large(size));
    }
    let bytes =
        zstd::bulk::decompress(compressed, size).map_err(|error| SyncError::Frame(error.to_string()))?;
    let raw: Vec<RawEntry> = read(&bytes)?;
    if raw.len() > BATCH_CHANGES {
        return Err(SyncError::TooLarge { what: "a batch's count", size: raw.len(), most: BATCH_CHANGES });
    }
    raw.into_iter().map(|raw| entry(raw, bundled)).collect()
}

fn entry((record, kind, bytes): RawEntry, bundled: Bundled) -> Result<Entry, SyncError> {
    let wrong = |what: &str| SyncError::Frame(what.to_owned());
    let record = RecordId::from_slice(&record).ok_or_else(|| wrong("a record's name is not 16 bytes"))?;
    let body = match kind {
        0 | 2 if bytes.len() > CHANGE_BYTES => {
            return Err(SyncError::TooLarge { what: "a change", size: bytes.len(), most: CHANGE_BYTES });
        }
        0 => EntryBody::Change(bytes.into_vec()),
        1 => EntryBody::Known(ChangeHash(
            bytes.into_vec().try_into().map_err(|_| wrong("a change's name is not 32 bytes"))?,
        )),
        2 if bundled == Bundled::Records => EntryBody::Document(bytes.into_vec()),
        _ => return Err(wrong("an entry is of an unknown kind")),
    };
    Ok(Entry { record, body })
}

#[cfg(test)]
mod tests;
