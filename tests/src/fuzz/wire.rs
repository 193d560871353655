//! Frames of the protocol.

use samsyn_engine::sync::{FromClient, FromRelay};
use serde::Serialize;

/// The type of a push.
const PUSH: u8 = 2;

/// A frame that a relay gets. What can be read can be sent on, and is then the same.
pub fn from_client(bytes: &[u8]) {
    let Ok(message) = FromClient::decode(bytes) else { return };
    let frame = message.encode();
    let again = FromClient::decode(&frame).expect("what was read can be sent on");
    assert_eq!(again.encode(), frame);
}

/// A frame that a client gets. What can be read can be sent on, and is then the same.
pub fn from_relay(bytes: &[u8]) {
    let Ok(message) = FromRelay::decode(bytes) else { return };
    let again = FromRelay::decode(&message.encode()).expect("what was read can be sent on");
    assert_eq!(again, message);
}

#[derive(Serialize)]
struct Push {
    i: u64,
    b: serde_bytes::ByteBuf,
}

/// What a bundle holds: the bytes are compressed, so that the fuzzer reaches the CBOR behind zstd.
pub fn bundle(bytes: &[u8]) {
    let compressed = zstd::bulk::compress(bytes, 1).expect("compressing in memory does not fail");
    let mut frame = vec![PUSH];
    let push = Push { i: 1, b: compressed.into() };
    ciborium::into_writer(&push, &mut frame).expect("writing into memory does not fail");
    from_client(&frame);
}
