//! The outermost layer: a chunk's frame, its checksum, and a compressed change's inflation.

use std::borrow::Cow;
use std::io::Read;

use automerge::ChangeHash;
use sha2::{Digest, Sha256};

use super::reader::{Reader, write_unsigned};
use super::{GateError, Limits, at_most};

const MAGIC: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];
const DOCUMENT: u8 = 0;
const CHANGE: u8 = 1;
const COMPRESSED: u8 = 2;

/// A change chunk whose checksum is right.
#[derive(Debug)]
pub(super) struct Chunk<'a> {
    checksum: [u8; 4],
    body: Cow<'a, [u8]>,
}

impl Chunk<'_> {
    /// What stands behind the frame.
    pub(super) fn body(&self) -> &[u8] {
        &self.body
    }

    /// The same chunk, uncompressed.
    pub(super) fn into_plain(self) -> Vec<u8> {
        write(CHANGE, self.checksum, &self.body)
    }
}

fn write(kind: u8, checksum: [u8; 4], body: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(body.len() + 20);
    plain.extend(MAGIC);
    plain.extend(checksum);
    plain.push(kind);
    write_unsigned(body.len() as u64, &mut plain);
    plain.extend_from_slice(body);
    plain
}

struct Frame<'a> {
    checksum: [u8; 4],
    kind: u8,
    data: &'a [u8],
}

fn frame(bytes: &[u8]) -> Result<Frame<'_>, GateError> {
    let mut reader = Reader::new(bytes);
    if reader.take(4)? != MAGIC {
        return Err(GateError::Malformed("it does not begin like one"));
    }
    let mut checksum = [0; 4];
    checksum.copy_from_slice(reader.take(4)?);
    let kind = reader.byte()?;
    let length = reader.unsigned()?;
    let data = reader.take(length)?;
    if !reader.is_empty() {
        return Err(GateError::Malformed("something stands behind it"));
    }
    Ok(Frame { checksum, kind, data })
}

/// Takes a chunk out of its frame.
pub(super) fn read<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Chunk<'a>, GateError> {
    at_most("a change", bytes.len() as u64, limits.change_bytes)?;
    let frame = frame(bytes)?;
    let body = match frame.kind {
        CHANGE => Cow::Borrowed(frame.data),
        COMPRESSED => Cow::Owned(inflate(frame.data, "a change, inflated,", limits.inflated_bytes)?),
        other => return Err(GateError::Kind(other)),
    };
    if digest(CHANGE, &body)[..4] != frame.checksum {
        return Err(GateError::Checksum);
    }
    Ok(Chunk { checksum: frame.checksum, body })
}

/// What stands behind the frame of an uncompressed chunk that Automerge wrote.
pub(super) fn body(bytes: &[u8]) -> Result<&[u8], GateError> {
    frame(bytes).map(|frame| frame.data)
}

/// What stands in the frame of an uncompressed change chunk. Its checksum is not looked at.
pub(super) fn change_body(bytes: &[u8]) -> Option<&[u8]> {
    frame(bytes).ok().filter(|frame| frame.kind == CHANGE).map(|frame| frame.data)
}

/// A change chunk with that body, and its name.
pub(super) fn write_change(body: &[u8]) -> (ChangeHash, Vec<u8>) {
    let hash = digest(CHANGE, body);
    (ChangeHash(hash), write(CHANGE, [hash[0], hash[1], hash[2], hash[3]], body))
}

pub(super) fn hash_of(bytes: &[u8]) -> Option<ChangeHash> {
    change_body(bytes).map(|body| ChangeHash(digest(CHANGE, body)))
}

/// Whether an uncompressed chunk is what was written: its checksum is right, whatever stands in it.
pub(super) fn is_sound(bytes: &[u8]) -> bool {
    frame(bytes).is_ok_and(|frame| digest(frame.kind, frame.data)[..4] == frame.checksum)
}

/// The body of a document chunk whose checksum is right. Unlike a change's it is over the compressed form.
pub(super) fn read_document<'a>(bytes: &'a [u8], limits: &Limits) -> Result<&'a [u8], GateError> {
    at_most("a document", bytes.len() as u64, limits.inflated_bytes)?;
    let frame = frame(bytes)?;
    if frame.kind != DOCUMENT {
        return Err(GateError::Kind(frame.kind));
    }
    if digest(DOCUMENT, frame.data)[..4] != frame.checksum {
        return Err(GateError::Checksum);
    }
    Ok(frame.data)
}

/// A document chunk with that body.
pub(super) fn write_document(body: &[u8]) -> Vec<u8> {
    let digest = digest(DOCUMENT, body);
    write(DOCUMENT, [digest[0], digest[1], digest[2], digest[3]], body)
}

/// The hash of a chunk: over its kind, its length and its body, for a change uncompressed. A change's is its name.
fn digest(kind: u8, body: &[u8]) -> [u8; 32] {
    let mut head = vec![kind];
    write_unsigned(body.len() as u64, &mut head);
    Sha256::new().chain_update(head).chain_update(body).finalize().into()
}

/// Inflates (RFC 1951), at most to one byte more than is allowed.
pub(super) fn inflate(data: &[u8], what: &'static str, most: usize) -> Result<Vec<u8>, GateError> {
    let mut inflated = Vec::new();
    let mut decoder = flate2::bufread::DeflateDecoder::new(data);
    let read = decoder.by_ref().take(most as u64 + 1).read_to_end(&mut inflated);
    read.map_err(|_| GateError::Malformed("it cannot be inflated"))?;
    at_most(what, inflated.len() as u64, most)?;
    if decoder.total_in() != data.len() as u64 {
        return Err(GateError::Malformed("something stands behind its compressed data"));
    }
    Ok(inflated)
}
