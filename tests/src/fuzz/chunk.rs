//! Chunks of Automerge's binary format, put together by hand: with a right checksum around anything.

use std::io::{Read, Write};

use sha2::{Digest, Sha256};

/// The kind of a document chunk.
pub const DOCUMENT: u8 = 0;
/// The kind of a change chunk.
pub const CHANGE: u8 = 1;
/// The kind of a compressed change chunk.
pub const COMPRESSED: u8 = 2;

const MAGIC: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];
/// More than this is not inflated to repair a checksum: the gate then refuses it for its size.
const INFLATED: u64 = 1024 * 1024;

/// A chunk of that kind around that data, with a right length and checksum.
pub fn around(kind: u8, data: &[u8]) -> Vec<u8> {
    // The checksum of a compressed change is that of the change.
    let digest = if kind == COMPRESSED { digest(CHANGE, &inflated(data)) } else { digest(kind, data) };
    let mut chunk = MAGIC.to_vec();
    chunk.extend(&digest[..4]);
    chunk.push(kind);
    write_unsigned(data.len() as u64, &mut chunk);
    chunk.extend(data);
    chunk
}

/// The same chunk with a right length and checksum. Bytes too short for a chunk become what stands in a change.
pub fn repaired(bytes: &[u8]) -> Vec<u8> {
    match bytes {
        [_, _, _, _, _, _, _, _, kind, rest @ ..] => around(*kind, behind_number(rest)),
        short => around(CHANGE, short),
    }
}

/// What stands in a chunk.
pub fn body(bytes: &[u8]) -> &[u8] {
    bytes.get(9..).map_or(&[], behind_number)
}

/// A number as the format has it (LEB128).
pub fn write_unsigned(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Compressed as a column or a change is.
pub fn deflated(data: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(data).expect("writing into memory does not fail");
    encoder.finish().expect("writing into memory does not fail")
}

fn inflated(data: &[u8]) -> Vec<u8> {
    let mut inflated = Vec::new();
    // What cannot be inflated has no right checksum; any will do.
    let _ = flate2::bufread::DeflateDecoder::new(data).take(INFLATED).read_to_end(&mut inflated);
    inflated
}

fn behind_number(bytes: &[u8]) -> &[u8] {
    let length = bytes.iter().take(9).take_while(|byte| **byte & 0x80 != 0).count() + 1;
    bytes.get(length..).unwrap_or_default()
}

fn digest(kind: u8, data: &[u8]) -> [u8; 32] {
    let mut head = vec![kind];
    write_unsigned(data.len() as u64, &mut head);
    Sha256::new().chain_update(head).chain_update(data).finalize().into()
}
